// What a microphone at the horn says of a programme stands in its receipt; a horn that is silent is a fault until it is heard again.
import { describe, expect, test } from 'vitest';
import type { HeardHere } from '../../agent/core/model.ts';
import { hourMs, item, minuteMs, mondayMs, plan, programme, schedule } from '../world/build.ts';
import { Rig } from './core-rig.ts';

const twice = plan(1, {
  programmes: [programme('news', [item('news', minuteMs)])],
  schedules: [schedule('morning', 'news', mondayMs + 6 * hourMs), schedule('later', 'news', mondayMs + 6 * hourMs + 5 * minuteMs)],
});

/** The next programme on its instant, up to its first sample. */
function begins(rig: Rig, afterMs: number): { readonly output: string; readonly attempt: number } {
  rig.pass(afterMs - 1_500);
  if (rig.lastOf('switchAmplifier')?.on) rig.amplifierAnswers(300);
  rig.pass(1_200);
  rig.pass(500);
  rig.starts();
  const play = rig.lastOf('play');
  if (!play) throw new Error('nothing plays');
  return play;
}

function ends(rig: Rig, { output, attempt }: { output: string; attempt: number }, ear?: HeardHere): unknown {
  rig.pass(minuteMs);
  if (ear) rig.tell({ is: 'soundHeard', output, attempt, ...ear });
  rig.tell({ is: 'playbackEnded', output, attempt, how: 'completed', audibleMs: minuteMs, endedMs: rig.wallMs });
  const fact = rig.facts.findLast((one) => one.kind === 'receipt');
  return fact?.kind === 'receipt' ? fact.receipt : undefined;
}

const faults = (rig: Rig) => rig.facts.flatMap((fact) => (fact.kind === 'fault' ? [`${fact.fault} ${fact.state}`] : []));
const start = () => new Rig(6 * hourMs - 20_000).bootWith(twice);

describe('a programme', () => {
  test.each([
    [
      { heard: 'yes', levelDb: -3 },
      { heard: 'yes', heardDb: -3, outcome: 'played' },
    ],
    [
      { heard: 'no', because: 'silent' },
      { heard: 'no', heardBecause: 'silent', outcome: 'played' },
    ],
    [
      { heard: 'unknown', because: 'too-noisy' },
      { heard: 'unknown', heardBecause: 'too-noisy', outcome: 'played' },
    ],
  ] as const)('of which the microphone says %o ends in a receipt that says so', (ear, expected) => {
    const rig = start();
    expect(ends(rig, begins(rig, 20_000), ear)).toMatchObject(expected);
  });

  test('claims nothing where no microphone is', () => {
    const rig = start();
    expect(ends(rig, begins(rig, 20_000))).not.toHaveProperty('heard');
  });

  test('of a simulated box stays simulated, whatever is heard', () => {
    const rig = start();
    expect(ends(rig, begins(rig, 20_000), { heard: 'yes' })).toMatchObject({ proof: 'simulated' });
  });

  test('of a real box is proved by the microphone', () => {
    const rig = start();
    rig.state = { ...rig.state, live: { ...rig.state.live, hardware: { audioOut: 'alsa', board: 'gpio-chardev', display: 'none' } } };
    expect(ends(rig, begins(rig, 20_000), { heard: 'yes' })).toMatchObject({ proof: 'microphone' });
  });

  test('keeps what was heard of it while the end could not be made out', () => {
    const rig = start();
    const play = begins(rig, 20_000);
    rig.tell({ is: 'soundHeard', ...play, heard: 'yes', levelDb: 1 });
    expect(ends(rig, play, { heard: 'unknown', because: 'too-short' })).toMatchObject({ heard: 'yes', heardDb: 1 });
  });

  test('is judged by its own attempt only', () => {
    const rig = start();
    const play = begins(rig, 20_000);
    rig.tell({ is: 'soundHeard', output: play.output, attempt: play.attempt + 1, heard: 'yes' });
    expect(ends(rig, play)).not.toHaveProperty('heard');
  });
});

test('a silent horn is a fault with its next step and a reason of health, until the horn is heard again', () => {
  const rig = start();
  const first = begins(rig, 20_000);
  ends(rig, first, { heard: 'no', because: 'silent' });
  expect(faults(rig)).toContain(`unheard-${first.output} raised`);
  expect(rig.facts.find((fact) => fact.kind === 'fault')).toMatchObject({ detail: expect.stringMatching(/check the amplifier/) });
  rig.tell({ is: 'linkChanged', up: true });
  rig.pass(5_000);
  expect(rig.lastOf('publishReport')?.report.health).toMatchObject({ reasons: expect.arrayContaining(['not-heard']) });
  const waitMs = mondayMs + 6 * hourMs + 5 * minuteMs - rig.wallMs;
  ends(rig, begins(rig, waitMs), { heard: 'yes' });
  expect(faults(rig)).toContain(`unheard-${first.output} ended`);
});

test('a microphone that gives nothing is another fault, and no claim', () => {
  const rig = start();
  const play = begins(rig, 20_000);
  expect(ends(rig, play, { heard: 'unknown', because: 'no-microphone' })).toMatchObject({
    heard: 'unknown',
    heardBecause: 'no-microphone',
  });
  expect(faults(rig)).toEqual([`ear-${play.output} raised`]);
});

test('the sweep is a sound that a person asks for, and what it found stands in the log', () => {
  const rig = new Rig(12 * hourMs).bootWith(twice);
  rig.tell({ is: 'toneAsked', output: 'main', durationMs: 8_000, sweep: true });
  rig.amplifierAnswers();
  rig.pass(600);
  expect(rig.lastOf('play')?.sound).toEqual({ of: 'sweep', durationMs: 8_000 });
  rig.tell({ is: 'earCalibrated', output: 'main', found: { delayMs: 48, gainDb: -12 } });
  expect(rig.facts.at(-1)).toEqual({ kind: 'act', act: 'calibrate', detail: 'main: 48 ms, -12 dB' });
});
