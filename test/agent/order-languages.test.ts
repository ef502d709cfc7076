// The chain of PRODUCT §1.4: each language of the cluster as it is recorded or spoken, else skipped and named; then Vietnamese; then the hazard's own warning.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { choiceOf, prepareWords } from '../../agent/player/speech-choice.ts';
import { wavHead } from '../../hardware/host/wav.ts';
import type { Order } from '../../schemas/order.ts';
import { bad, ok } from '../../schemas/problems.ts';

const dir = mkdtempSync(join(tmpdir(), 'loa-languages-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const pcm = Buffer.alloc(9_600, 20);
writeFileSync(join(dir, 'voice.wav'), Buffer.concat([wavHead(48_000, pcm.length), pcm]));

const shaOf = (language: string) => Buffer.from(language.padEnd(32, '.')).toString('hex');
/** `vi*` is recorded and came inline, `vi+` recorded and cached, `vi?` recorded but not here, `vi` text alone. */
function speechOf(written: string): Order['speech'][number] {
  const language = written.replace(/[*+?]$/, '');
  const audio = { sha256: shaOf(written), bytes: 9_644, durationMs: 100 };
  return written === language ? { language, speak: 'x' } : { language, speak: 'x', audio };
}

async function hear(speeches: string, languages: string, machine = ['vi', 'en']) {
  const asked: string[] = [];
  const order = {
    class: 'actual',
    level: 'commune',
    area: '08',
    hazard: 'flash-flood',
    severity: 'Extreme',
    urgency: 'Immediate',
    certainty: 'Observed',
    sirenMs: 0,
    times: 1,
    pauseMs: 0,
    speech: speeches.split(' ').map(speechOf),
    screen: { title: 'x', text: '' },
  } satisfies Order;
  const here = speeches
    .split(' ')
    .filter((one) => /[*+]$/.test(one))
    .map(shaOf);
  const inline = speeches
    .split(' ')
    .filter((one) => one.endsWith('*'))
    .map(shaOf);
  const words = await prepareWords(
    { order, inline, languages: languages.split(' ') },
    {
      tools: {},
      pathOf: (sha256) => (here.includes(sha256) ? join(dir, 'voice.wav') : undefined),
      speak: async (_text, language) => {
        asked.push(language);
        return machine.includes(language.split('-')[0] ?? '') ? ok(pcm) : bad('not-found', 'no voice');
      },
    },
  );
  const { heard, skipped } = words.languages;
  return [heard.join(' '), skipped.join(' '), words.spoken.map(({ voice }) => voice).join(' '), asked.join(' ')];
}

test.each([
  // the order has      the cluster lists    heard         skipped    with what           the machine was asked for
  ['vi*', 'vi', 'vi', '', 'inline', ''],
  ['vi+', 'vi', 'vi', '', 'cached', ''],
  ['vi?', 'vi', 'vi', '', 'spoken', 'vi'],
  ['vi', 'vi', 'vi', '', 'spoken', 'vi'],
  ['vi* tyz*', 'tyz vi', 'tyz vi', '', 'inline inline', ''],
  ['vi* tyz+', 'tyz', 'tyz', '', 'cached', ''],
  ['vi* tyz', 'tyz vi', 'vi', 'tyz', 'inline', 'tyz'],
  ['vi* hmn?', 'hmn vi', 'vi', 'hmn', 'inline', 'hmn'],
  ['vi*', 'hmn vi', 'vi', 'hmn', 'inline', ''],
  ['vi*', 'hmn', 'vi', 'hmn', 'inline', ''],
  ['vi', 'hmn mlc', 'vi', 'hmn mlc', 'spoken', 'vi'],
  ['tyz nut ium mlc hmn', 'tyz nut ium mlc hmn', '', 'tyz nut ium mlc hmn', 'phrase', 'tyz nut ium mlc hmn'],
  ['hmn', 'hmn', '', 'hmn', 'phrase', 'hmn'],
  ['en*', 'hmn', '', 'hmn', 'phrase', ''],
  ['vi* en*', 'hmn', 'vi', 'hmn', 'inline', ''],
  ['vi* en', 'en vi', 'en vi', '', 'spoken inline', 'en'],
  ['vi', 'vi-VN-x-south', 'vi-VN-x-south', '', 'spoken', 'vi-VN-x-south'],
  ['vi', 'vi vi-VN', 'vi', '', 'spoken', 'vi'],
  ['vi-VN* vi-x-south*', 'vi-x-south', 'vi-x-south', '', 'inline', ''],
])('an order with %s where %s is listed', async (speeches, languages, ...wanted) => {
  expect(await hear(speeches, languages)).toEqual(wanted);
});

test('where nothing can be spoken at all the warning brought along is left', async () => {
  expect(await hear('vi', 'hmn vi', [])).toEqual(['', 'hmn vi', 'phrase', 'vi']);
});

test('one text serves one tag of a language, the closest', () => {
  const speeches = ['vi-VN', 'vi', 'tyz'].map((language) => ({ language, speak: 'x' }));
  expect(choiceOf(speeches, ['vi', 'tyz', 'vi']).map(({ speech }) => speech.language)).toEqual(['vi', 'tyz']);
});
