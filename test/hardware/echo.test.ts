// A microphone that hears the horn proves it; one that hears a street, silence or another siren does not.
import { expect, test } from 'vitest';
import { siren } from '../../agent/player/siren.ts';
import { type Bands, bestEcho, follow, proves } from '../../hardware/audio-in/echo.ts';
import { murmur } from '../../hardware/audio-in/murmur.ts';

const seconds = 5;

function bandsOf(pcm: Int16Array, fromMonoMs: number): Bands {
  let bands: Bands | undefined;
  for (let at = 0; at < pcm.length; at += 1_000) bands = follow(bands, fromMonoMs + at / 48, pcm.subarray(at, at + 1_000));
  if (!bands) throw new Error('no sound');
  return bands;
}

const wail = () => siren('alarm', seconds * 1_000);

const street = murmur().subarray(0, seconds * 48_000);
const quieter = (pcm: Int16Array, by: number) => pcm.map((sample, i) => Math.round(sample * by + (street[i] ?? 0) * 0.05));

test('the siren, much quieter and a tenth of a second later over a street, is found at its delay', () => {
  const echo = bestEcho(bandsOf(wail(), 1_000), bandsOf(quieter(wail(), 0.05), 1_100));
  expect(echo.match).toBeGreaterThan(0.7);
  expect(Math.abs(echo.delayMs - 100)).toBeLessThanOrEqual(20);
  expect(proves(echo, echo)).toBe(true);
});

test.each([
  ['a street', street],
  ['silence', new Int16Array(seconds * 48_000)],
  ['a steady hum', Int16Array.from({ length: seconds * 48_000 }, (_, i) => Math.round(9_000 * Math.sin(i / 20)))],
])('%s proves nothing', (_name, pcm) => {
  const echo = bestEcho(bandsOf(wail(), 1_000), bandsOf(pcm, 1_000));
  expect(proves(echo, echo)).toBe(false);
});

test('one match is chance, two at different delays as well', () => {
  expect(proves(undefined, { match: 0.9, delayMs: 100 })).toBe(false);
  expect(proves({ match: 0.9, delayMs: 300 }, { match: 0.9, delayMs: 100 })).toBe(false);
});

test('less than three seconds of sound say nothing yet', () => {
  const brief = wail().subarray(0, 48_000);
  expect(bestEcho(bandsOf(brief, 0), bandsOf(brief, 0)).match).toBe(0);
});
