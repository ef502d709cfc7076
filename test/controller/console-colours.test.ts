// Dark by a person's choice is dark by the computer's wish, and what is written on the colours of an order can be read in both.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const sheet = (name: string) => readFileSync(new URL(`../../controller/console/frame/${name}.css`, import.meta.url), 'utf8');
const colours = (text: string) =>
  new Map([...text.matchAll(/(--[a-z-]+):\s*(#[0-9a-f]{6});/g)].map(([, name = '', value = '']) => [name, value]));
const [lightText = '', wishedText = ''] = sheet('style').split('@media (prefers-color-scheme: dark)');
const light = colours(lightText);
const wished = colours(wishedText.slice(0, wishedText.indexOf('\n}\n')));
const chosen = colours(sheet('look'));

/** Relative luminance and contrast (WCAG 2.2, 1.4.3). */
function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function contrast(one: string, other: string): number {
  const [more = 0, less = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (more + 0.05) / (less + 0.05);
}

test('each colour has its dark, the same by choice and by wish', () => {
  expect([...chosen]).toEqual([...wished]);
  expect([...wished.keys()].sort()).toEqual([...light.keys()].sort());
});

test('words are read on what they stand on, in light and in dark', () => {
  const pairs = [
    ...[
      ['--ink', '--card'],
      ['--soft', '--card'],
      ['--soft', '--grey-soft'],
      ['--green', '--green-soft'],
      ['--red', '--red-soft'],
    ],
    ...[
      ['--amber', '--amber-soft'],
      ['--violet', '--card'],
      ['--on-green', '--green'],
      ['--on-red', '--red'],
      ['--red', '--card'],
    ],
  ] as const;
  for (const book of [light, wished])
    for (const [words, ground] of pairs)
      expect(contrast(book.get(words as string) ?? '', book.get(ground as string) ?? ''), `${words} on ${ground}`).toBeGreaterThan(4.5);
  for (const book of [light, wished]) expect(contrast(book.get('--drill-line') ?? '', book.get('--card') ?? '')).toBeGreaterThan(3);
});

test('the holds of an exercise and of the glass bring their own letters: those of the red one turn dark in the dark', () => {
  for (const [name, rule] of [
    ['style', '.drill button.hold'],
    ['duty', '.glass button.hold'],
  ] as const)
    expect(sheet(name).split(`\n${rule} {`)[1]?.split('}')[0], rule).toContain('color: #fff;');
});
