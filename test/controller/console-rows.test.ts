// What a box told, as people read it: every kind and state has its word in both languages.
import { expect, test } from 'vitest';
import { rowWords } from '../../controller/console/pages/boxes/row-words.ts';
import en from '../../controller/console/words/en/boxes.json' with { type: 'json' };
import enTerms from '../../controller/console/words/en/terms.json' with { type: 'json' };
import vi from '../../controller/console/words/vi/boxes.json' with { type: 'json' };
import viTerms from '../../controller/console/words/vi/terms.json' with { type: 'json' };
import type { Fact } from '../../schemas/outbox.ts';

const books = [
  { boxes: vi, terms: viTerms },
  { boxes: en, terms: enTerms },
];
const wordOf = (book: object, key: string) =>
  key.split(/[:.]/).reduce<unknown>((found, name) => (found as Record<string, unknown> | undefined)?.[name], book);
const all = (kind: string, field: string, names: readonly string[]) =>
  names.map((name) => ({ kind, [field]: name, detail: '' }) as never as Fact);

test('a code of the box has its word, whichever it is', () => {
  const facts = [
    ...all('order', 'state', ['accepted', 'held', 'sounding', 'heard', 'ended', 'cleared', 'expired', 'refused']),
    ...all('want', 'state', ['applied', 'refused']),
    ...all('command', 'state', ['done', 'failed', 'refused']),
    ...all('live', 'state', ['accepted', 'sounding', 'lost', 'ended', 'refused']),
    ...all('act', 'act', [
      'tone',
      'listen',
      'mute',
      'unmute',
      'service-on',
      'service-off',
      'talk',
      'local-end',
      'screen-blank',
      'screen-lit',
    ]),
    ...all('clock', 'quality', ['none', 'floor', 'rtc', 'net', 'signed']),
  ];
  for (const fact of facts)
    for (const one of rowWords(fact))
      for (const book of books) expect('key' in one && typeof wordOf(book, one.key), JSON.stringify(one)).toBe('string');
});

test('what the box wrote itself stays as it came', () => {
  const fault = { kind: 'fault', fault: 'hot', state: 'raised', detail: '84 °C' } as const;
  expect(rowWords(fault)).toEqual([
    { key: 'boxes:reason.hot', values: { defaultValue: 'hot' } },
    { key: 'boxes:faultRow.raised' },
    { text: '84 °C' },
  ]);
  expect(rowWords(undefined)).toEqual([]);
});
