// How an emergency order sounds: siren at once, speech by its fall-backs, exercises marked, never silence instead of sound.
import { afterEach, describe, expect, it } from 'vitest';
import type { Sound } from '../../agent/core/model.ts';
import * as exercise from '../../agent/player/phrases/exercise.ts';
import { decodePhrase } from '../../agent/player/phrases/mu-law.ts';
import { siren, sirenOf } from '../../agent/player/siren.ts';
import { resample } from '../../hardware/host/resample.ts';
import type { Order } from '../../schemas/order.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { Rig, type RigOptions } from './player-rig.ts';
import { bestFit, largestStep, noise } from './recording.ts';

const rigs: Rig[] = [];
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.close();
});

async function ready(options: RigOptions = {}): Promise<Rig> {
  const rig = new Rig({ rewinds: true, ...options });
  rigs.push(rig);
  await rig.player.start(rig.tell);
  await rig.pass(1_000);
  return rig;
}

const speech = noise(2_000, 7);
const bytes = Buffer.from(speech.buffer, speech.byteOffset, speech.byteLength);

function order(more: Partial<Order> = {}, inline: readonly string[] = []): Sound {
  const standard: Order = {
    class: 'actual',
    level: 'commune',
    area: 'tuyen-quang/son-duong',
    hazard: 'flash-flood',
    severity: 'Extreme',
    urgency: 'Immediate',
    certainty: 'Observed',
    sirenMs: 1_000,
    times: 1,
    pauseMs: 0,
    speech: [{ language: 'vi', speak: 'Lũ quét.' }],
    screen: { title: 'LŨ QUÉT', text: '' },
  };
  return { of: 'order', id: 'o-1', order: { ...standard, ...more }, inline, languages: ['vi'] };
}

const speaks = { player: { speak: async (): Promise<Result<Buffer>> => ok(bytes) } };

function now(rig: Rig) {
  return { slot: 'emergency', startAtMs: rig.wallMs } as const;
}

describe('an order', () => {
  it('begins its siren within 20 ms on an output that rewinds', async () => {
    const rig = await ready(speaks);
    const askedMs = rig.wallMs;
    rig.play(order(), now(rig));
    await rig.pass(500);
    expect((rig.of('playbackStarted')[0]?.startedMs ?? 0) - askedMs).toBeLessThanOrEqual(20);
    const { first } = rig.heard.edges();
    const wail = siren('water', 400);
    expect(bestFit(rig.heard.pcm, wail.subarray(4_800, 9_600), first + 4_700, first + 4_900).value).toBeGreaterThan(0.99);
  });

  it('speaks after its siren, as often as it says, and tells the voice', async () => {
    const rig = await ready(speaks);
    rig.play(order({ times: 3, pauseMs: 1_000 }), now(rig));
    await rig.pass(14_000);
    expect(rig.of('playbackEnded')).toMatchObject([{ how: 'completed', voice: 'spoken' }]);
    expect(Math.abs((rig.of('playbackEnded')[0]?.audibleMs ?? 0) - 9_000)).toBeLessThan(50);
    const { first } = rig.heard.edges();
    for (const round of [0, 1, 2]) {
      const at = first + (1_300 + round * 4_300) * 48;
      expect(bestFit(rig.heard.pcm, speech.subarray(0, 4_800), at - 2_400, at + 2_400).value).toBeGreaterThan(0.95);
    }
  });

  it('keeps its siren on until the speech is ready', async () => {
    let answer: (result: Result<Buffer>) => void = () => undefined;
    const rig = await ready({ player: { speak: () => new Promise((resolve) => (answer = resolve)) } });
    rig.play(order(), now(rig));
    await rig.pass(6_000);
    const tail = rig.heard.pcm.subarray(-4_800);
    expect(Math.max(...tail)).toBeGreaterThan(10_000);
    answer(ok(bytes));
    await rig.pass(4_000);
    expect(rig.of('playbackEnded')).toMatchObject([{ how: 'completed', voice: 'spoken' }]);
    expect(rig.of('playbackEnded')[0]?.audibleMs).toBeGreaterThan(8_000);
  });

  it('that cannot be spoken says after its siren what the box brought along for the hazard', async () => {
    const rig = await ready();
    rig.play(order({ sirenMs: 2_000 }), now(rig));
    await rig.pass(10_000);
    const [ended] = rig.of('playbackEnded');
    expect(ended).toMatchObject({ how: 'completed', voice: 'phrase', languages: { heard: [] } });
    expect(ended?.audibleMs).toBeGreaterThanOrEqual(4_500);
  });

  it('that tries the system and cannot be spoken warns of nothing: siren alone, long enough to be understood', async () => {
    const rig = await ready();
    rig.play(order({ sirenMs: 2_000, class: 'test' }), now(rig));
    await rig.pass(16_000);
    const [ended] = rig.of('playbackEnded');
    expect(ended).toMatchObject({ how: 'completed', voice: 'siren' });
    expect(ended?.audibleMs).toBeGreaterThanOrEqual(7_900);
  });

  it('with a broken recording is spoken instead', async () => {
    const rig = await ready(speaks);
    const item = rig.file('/dev/null', 'broken', 'audio/ogg', 1_000);
    const audio = { sha256: item.sha256, bytes: 1, durationMs: 1_000 };
    rig.play(order({ speech: [{ language: 'vi', speak: 'Lũ quét.', audio }] }, [audio.sha256]), now(rig));
    await rig.pass(6_000);
    expect(rig.of('playbackEnded')).toMatchObject([{ how: 'completed', voice: 'spoken' }]);
  });

  it.each(['inline', 'cached'] as const)('with a recording that is %s plays it', async (voice) => {
    const rig = await ready();
    const { sha256 } = rig.item(speech, 'voice');
    const audio = { sha256, bytes: 1, durationMs: 2_000 };
    rig.play(order({ speech: [{ language: 'vi', speak: 'Lũ quét.', audio }] }, voice === 'inline' ? [sha256] : []), now(rig));
    await rig.settle();
    await rig.pass(5_000, 3);
    expect(rig.of('playbackEnded')).toMatchObject([{ how: 'completed', voice }]);
    const { first } = rig.heard.edges();
    expect(bestFit(rig.heard.pcm, speech.subarray(0, 4_800), first + 50_000, first + 72_000).value).toBeGreaterThan(0.95);
  });

  it('that is an exercise says so first and last, even where nothing can be spoken', async () => {
    const rig = await ready();
    rig.play(order({ class: 'exercise', times: 2 }), now(rig));
    await rig.settle();
    await rig.pass(24_000);
    const [opening, closing] = await Promise.all(
      [exercise.first, exercise.last].map((text) => resample(decodePhrase(text), 8_000, 48_000)),
    );
    const { pcm } = rig.heard;
    const { first } = rig.heard.edges();
    const at = first + 1_300 * 48;
    const middle = opening?.subarray(9_600, 14_400) ?? new Int16Array();
    expect(bestFit(pcm, middle, at + 9_600 - 2_400, at + 9_600 + 2_400).value).toBeGreaterThan(0.95);
    const last = pcm.findLastIndex((sample) => sample !== 0);
    const piece = closing?.subarray(9_600, 14_400) ?? new Int16Array();
    const from = last - (closing?.length ?? 0);
    expect(bestFit(pcm, piece, from, from + 14_400).value).toBeGreaterThan(0.95);
  });

  it('without a siren strikes a chime while its speech is made ready', async () => {
    const rig = await ready(speaks);
    rig.play(order({ sirenMs: 0, hazard: 'all-clear' }), now(rig));
    await rig.pass(6_000);
    expect(rig.of('playbackEnded')).toMatchObject([{ how: 'completed', audibleMs: 4_400 }]);
  });

  it('never clips and never clicks between its parts', async () => {
    const rig = await ready({ player: { speak: async () => bad('tool-missing', 'none') } });
    rig.play(order({ sirenMs: 3_000, times: 2, pauseMs: 500 }), { ...now(rig), gainDb: 6 });
    await rig.pass(20_000);
    const { pcm } = rig.heard;
    expect(pcm.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)).toBeLessThan(32_767);
    expect(largestStep(pcm)).toBeLessThan(16_000);
  });
});

describe('the choice of siren', () => {
  it('gives exercises and tests a siren of their own, whatever the hazard', () => {
    expect(sirenOf({ class: 'exercise', hazard: 'tsunami' })).toBe('exercise');
    expect(sirenOf({ class: 'test', hazard: 'all-clear' })).toBe('exercise');
    expect(sirenOf({ class: 'actual', hazard: 'tsunami' })).toBe('water');
    expect(sirenOf({ class: 'actual', hazard: 'landslide' })).toBe('ground');
    expect(sirenOf({ class: 'actual', hazard: 'house-fire' })).toBe('fire');
    expect(sirenOf({ class: 'actual', hazard: 'thunderstorm' })).toBe('weather');
    expect(sirenOf({ class: 'actual', hazard: 'other' })).toBe('alarm');
    expect(sirenOf({ class: 'actual', hazard: 'all-clear' })).toBe('all-clear');
  });
});
