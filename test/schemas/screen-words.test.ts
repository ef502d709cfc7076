// Words on a board are counted as a reader counts them, and every template at hand keeps to the rule.
import { expect, test } from 'vitest';
import { standardTemplates } from '../../controller/emergency/templates.ts';
import { screenWordsMax, screenWordsOf } from '../../schemas/screen-words.ts';

test.each([
  ['LŨ QUÉT', 'RỜI KHỎI VEN SUỐI NGAY → NHÀ VĂN HÓA THÔN · 112', 7],
  ['SƠ TÁN', '→ NHÀ VĂN HÓA THÔN', 2],
  ['FLASH FLOOD', 'Go up now -> school · call 112', 6],
  ['', '· — 112', 0],
])('%s %s has %i words', (title, text, words) => expect(screenWordsOf({ title, text })).toBe(words));

test.each(standardTemplates.flatMap(({ id, screen, screens = [] }) => [screen, ...screens].map((one) => [id, one] as const)))(
  'what %s shows is read at a glance',
  (_, screen) => expect(screenWordsOf(screen)).toBeLessThanOrEqual(screenWordsMax),
);
