// Where sounds meet: back to back, after an order, at each repeat, in mid-programme; and how loud they are by the rules' own word.
import { afterEach, describe, expect, it } from 'vitest';
import type { PlayAction } from '../../agent/core/model.ts';
import { PcmSource } from '../../agent/player/sources/pcm.ts';
import { SessionSource } from '../../agent/player/sources/session.ts';
import { Tape } from '../../agent/player/tape.ts';
import { plan, policy, programme, schedule } from '../schemas/documents.ts';
import { Rig as Rules } from './core-rig.ts';
import { items, Rig, wallZeroMs } from './player-rig.ts';
import { bestFit, largestStep, noise } from './recording.ts';

const rigs: Rig[] = [];

async function ready(options = {}): Promise<Rig> {
  const rig = new Rig(options);
  rigs.push(rig);
  await rig.player.start(rig.tell);
  await rig.pass(500);
  return rig;
}

afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.close();
});

/** Frame at which an instant of the wall clock was heard. */
function frameAt(rig: Rig, wallMs: number): number {
  return Math.round((wallMs - wallZeroMs - rig.heard.monoAt(0)) * 48);
}

/** How many samples late a piece of a sound was heard, and how surely it was that sound. */
function late(rig: Rig, piece: Int16Array, meantMs: number): { readonly frames: number; readonly value: number } {
  const meant = frameAt(rig, meantMs);
  const { frame, value } = bestFit(rig.heard.pcm, piece, meant - 200, meant + 200);
  return { frames: frame - meant, value };
}

function longestSilence(pcm: Int16Array): number {
  let [longest, run] = [0, 0];
  for (const sample of pcm) {
    run = sample === 0 ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
}

describe('two programmes back to back', () => {
  it.each([true, false])('meet on the instant of the second, without silence and without a step (rewinds: %s)', async (rewinds) => {
    const rig = await ready({ rewinds });
    const startAtMs = Math.ceil(rig.wallMs) + 500;
    const [a, b] = [noise(2_000, 3), noise(2_000, 9)];
    const first = rig.play(items([rig.item(a, 'a')]), { startAtMs });
    await rig.settle();
    await rig.pass(1_000);
    const second = rig.play(items([rig.item(b, 'b')]), { startAtMs: startAtMs + 2_000 });
    await rig.settle();
    await rig.pass(4_000, 2);
    for (const attempt of [first, second]) expect(rig.of('playbackEnded', attempt)).toMatchObject([{ how: 'completed', audibleMs: 2_000 }]);
    expect(late(rig, b.subarray(4_800, 9_600), startAtMs + 2_100)).toMatchObject({ frames: expect.toSatisfy((n) => Math.abs(n) <= 2) });
    const seam = frameAt(rig, startAtMs + 2_000);
    expect(longestSilence(rig.heard.pcm.subarray(seam - 9_600, seam + 9_600))).toBeLessThan(12);
  });

  it('a lower one waits for a higher that runs over, and comes in on the right sample', async () => {
    const rig = await ready();
    const startAtMs = Math.ceil(rig.wallMs) + 500;
    const [a, b] = [noise(2_300, 3), noise(2_000, 9)];
    rig.play(items([rig.item(a, 'a')]), { startAtMs, slot: 'priority' });
    rig.play(items([rig.item(b, 'b')]), { startAtMs: startAtMs + 2_000 });
    await rig.settle();
    await rig.pass(5_500, 2);
    expect(late(rig, a.subarray(105_600, 110_000), startAtMs + 2_200).value).toBeGreaterThan(0.98);
    const { frames, value } = late(rig, b.subarray(28_800, 33_600), startAtMs + 2_600);
    expect(value).toBeGreaterThan(0.98);
    expect(Math.abs(frames)).toBeLessThanOrEqual(2);
  });
});

describe('a programme after an order', () => {
  it.each([true, false])('goes on at the very sample at which the order has faded (rewinds: %s)', async (rewinds) => {
    const rig = await ready({ rewinds });
    const order = rig.play({ of: 'tone', hz: 700, durationMs: 60_000 }, { slot: 'emergency' });
    await rig.pass(1_000);
    const goesOn = rig.play(items([rig.item(noise(2_000, 5), 'a')], { offsetMs: 500 }), { fadeInMs: 125 });
    rig.player.stopPlaying(order, 125);
    await rig.settle();
    await rig.pass(3_000, 2);
    const [ended] = rig.of('playbackEnded', order);
    const [started] = rig.of('playbackStarted', goesOn);
    expect(Math.abs((started?.startedMs ?? 0) - (ended?.endedMs ?? 0))).toBeLessThanOrEqual(rewinds ? 40 : 1);
    expect(rig.of('playbackEnded', goesOn)).toMatchObject([{ how: 'completed', audibleMs: 1_500 }]);
  });
});

describe('a programme of several rounds', () => {
  /** An item in memory that is not quite as long as told. */
  class Known extends PcmSource {
    given = 0;
    readonly decoded = true;

    override pour(tape: Tape, wanted: number): number {
      const count = super.pour(tape, wanted);
      this.given += count;
      return count;
    }
  }

  it.each([
    ['shorter', 33_560],
    ['longer', 34_000],
  ])('begins each round on its sample although its file is %s than told, for one who joins late too', async (_which, samples) => {
    const round = noise(800, 4).subarray(0, samples);
    const rig = await ready();
    const item = { ...rig.item(round, 'a'), durationMs: 700 };
    for (const offsetMs of [0, 1_234]) {
      const open = (_item: unknown, fromMs: number) => new Known(round.subarray(fromMs * 48));
      const session = new SessionSource({ items: [item], times: 4, gapMs: 300, offsetMs, open });
      const tape = new Tape(4 * 48_000);
      session.start();
      while (session.pour(tape, 480) > 0);
      expect(session.ended()).toBe(true);
      for (const n of [2, 3]) {
        const at = n * 48_000 - offsetMs * 48;
        for (const within of [0, 1, 20_000]) expect(tape.samples[at + within]).toBeCloseTo((round[within] ?? 0) / 32_768, 6);
        expect(tape.samples[at - 1]).toBe(0);
      }
    }
  });
});

describe('loudness', () => {
  const sixAmDue = 6 * 3_600_000;

  /** What the rules ask to be played for one schedule under a policy and settings. */
  function asked(rig: Rig, gains: { readonly schedule: number; readonly box: number; readonly cap: number; readonly delayMs?: number }) {
    const loud = Int16Array.from({ length: 48_000 }, (_, i) => Math.round(16_000 * Math.sin(i / 20)));
    const rules = new Rules(sixAmDue - 1_200);
    rules.bootWith(
      plan(
        { programmes: [programme({ items: [rig.item(loud, 'loud')] })], schedules: [schedule({ gainDb: gains.schedule })] },
        { policy: policy({ gainMaxDb: gains.cap }), settings: { gainDb: gains.box, delayMs: gains.delayMs ?? 0 } },
      ),
    );
    rules.tell({ is: 'outputReady', output: 'main' });
    rules.amplifierAnswers(100);
    rules.pass(700);
    const play = rules.lastOf('play');
    if (!play) throw new Error('nothing was to be played');
    return { play, dueMs: rules.wallMs + 400 };
  }

  async function peakOf(rig: Rig, play: PlayAction): Promise<number> {
    rig.player.play({ ...play, startAtMs: rig.wallMs + 300 }, rig.tell);
    await rig.settle();
    await rig.pass(1_000, 2);
    return rig.heard.pcm.subarray(-14_400).reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  }

  it.each([
    ['the schedule and the box add up', { schedule: -3, box: -6, cap: 0 }, -9],
    ['the policy caps them', { schedule: 6, box: -2, cap: -10 }, -10],
    ['no cap reached leaves them alone', { schedule: 6, box: -12, cap: 0 }, -6],
  ])('%s, down to the sample', async (_title, gains, meantDb) => {
    const rig = await ready();
    const { play } = asked(rig, gains);
    expect(play.gainDb).toBe(meantDb);
    expect(20 * Math.log10((await peakOf(rig, play)) / 16_000)).toBeCloseTo(meantDb, 1);
  });

  it('the delay of a box moves the instant of its first sample', async () => {
    const rig = await ready();
    const [plain, trimmed] = [0, 85].map((delayMs) => asked(rig, { schedule: 0, box: 0, cap: 0, delayMs }).play);
    expect((trimmed?.startAtMs ?? 0) - (plain?.startAtMs ?? 0)).toBe(85);
  });

  it('an item raised beyond full scale is turned down, not clipped', async () => {
    const rig = await ready();
    const loud = Int16Array.from({ length: 96_000 }, (_, i) => Math.round(26_000 * Math.sin(i / 20)));
    rig.play(items([{ ...rig.item(loud, 'loud'), gainDb: 6 }]), { startAtMs: rig.wallMs + 300 });
    await rig.settle();
    await rig.pass(1_500, 2);
    const pcm = rig.heard.pcm.subarray(-24_000);
    expect(pcm.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)).toBeLessThanOrEqual(29_205);
    expect(largestStep(pcm)).toBeLessThan(1_500);
  });
});
