// Every text a new centre or the demo may say: it holds nothing the normaliser would misread, and orders carry words.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { planOrder } from '../../controller/core/order-plan.ts';
import { standardTemplates } from '../../controller/emergency/templates.ts';
import { normaliseSpeech } from '../../schemas/speech-text/normalise.ts';

const programmes = JSON.parse(readFileSync(new URL('../../controller/demo/data/programmes.json', import.meta.url), 'utf8')) as {
  id: string;
  text: string;
  voice: string;
}[];
const wish = { class: 'actual', level: 'commune', area: '08', demo: false, audioOf: () => undefined } as const;
const [first] = standardTemplates;
if (!first) throw new Error('no template');

test.each(standardTemplates.flatMap(({ id, speech }) => speech.map(({ language, speak }) => [id, language, speak] as const)))(
  'the template %s is already words',
  (_id, language, speak) => expect(normaliseSpeech(speak, language)).toBe(speak),
);

test.each(programmes.map(({ id, text, voice }) => [id, text, voice] as const))('the demo text %s keeps its words', (_id, text, voice) => {
  expect(normaliseSpeech(text, voice)).toBe(text);
});

test('what boards show in an emergency can be read aloud too', () => {
  for (const { screen } of standardTemplates) expect(normaliseSpeech(`${screen.title}. ${screen.text}`, 'vi')).not.toMatch(/[\d→·]/);
});

test('an order carries words where the template has figures, in every class, and a prepared voice is found by them', () => {
  const template = {
    ...first,
    speech: [
      { language: 'vi', speak: 'Sơ tán trước 15h30, gọi 112.' },
      { language: 'hmn', speak: '15h30' },
    ],
  };
  const asked: string[] = [];
  for (const kind of ['actual', 'exercise', 'test'] as const) {
    const planned = planOrder({ ...wish, template, class: kind, audioOf: ({ speak }) => void asked.push(speak) });
    if (!planned.ok) throw new Error(planned.problem.detail);
    expect(planned.value.speech[0]?.speak).toContain('Sơ tán trước mười lăm giờ ba mươi phút, gọi một một hai.');
    expect(planned.value.speech[1]?.speak).toContain('15h30');
  }
  expect(asked[0]).toBe('Sơ tán trước mười lăm giờ ba mươi phút, gọi một một hai.');
});

test('a text that grows beyond what an order carries is refused where the order is made', () => {
  const template = { ...first, speech: [{ language: 'vi', speak: '1.234.567 '.repeat(150) }] };
  expect(planOrder({ ...wish, template })).toMatchObject({ ok: false, problem: { code: 'too-large', path: '/speech/0/speak' } });
});
