// Outputs and sources that fail under a player, in fake time: told within 5 s, repaired, never two voices, never sound without an amplifier.
import { afterEach, describe, expect, it } from 'vitest';
import { Player } from '../../agent/player/player.ts';
import type { SirenKind } from '../../agent/player/siren.ts';
import { SirenSet, sirenHashes, sirenPeriodsMs } from '../../agent/player/siren-set.ts';
import { LadderSource, type Rung, type RungSource } from '../../agent/player/sources/ladder.ts';
import { piecesOf, SpokenSource } from '../../agent/player/sources/spoken.ts';
import { SpeechShelf } from '../../agent/player/speech-shelf.ts';
import { Standstill } from '../../agent/player/standstill.ts';
import { Tape } from '../../agent/player/tape.ts';
import { VirtualDac } from '../../hardware/audio-out/virtual-dac.ts';
import type { Position } from '../../hardware/audio-out.ts';
import { bad, ok, type Problem } from '../../schemas/problems.ts';
import { items, Rig } from './player-rig.ts';
import { noise } from './recording.ts';

const rigs: Rig[] = [];
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.close();
});

/** A converter whose pointer can be made to stand. */
class Sticky extends VirtualDac {
  stuckAt: Position | undefined;

  override position(): Position {
    const now = super.position();
    if (!this.stuckAt) return now;
    return { ...this.stuckAt, atMonoMs: now.atMonoMs };
  }

  override async close(): Promise<void> {
    this.stuckAt = undefined;
    await super.close();
  }
}

describe('an output whose pointer stands still', () => {
  it('is told as failed with a code within 5 s, closed, opened again, and plays', async () => {
    const rig = new Rig();
    rigs.push(rig);
    const dac = new Sticky({ now: () => rig.nowMs });
    const player = new Player({ ...rig.options, audioOut: dac });
    await player.start(rig.tell);
    await rig.pass(2_000);
    const sound = { of: 'tone', hz: 440, durationMs: 60_000 } as const;
    player.play({ do: 'play', output: 'main', attempt: 7, slot: 'normal', sound, startAtMs: rig.wallMs, fadeInMs: 0, gainDb: 0 }, rig.tell);
    await rig.pass(3_000);
    dac.stuckAt = dac.position();
    const stuckMs = rig.nowMs;
    while (rig.of('outputFailed').length === 0 && rig.nowMs < stuckMs + 10_000) await rig.pass(50);
    expect(rig.nowMs - stuckMs).toBeLessThan(5_000);
    expect(rig.of('outputFailed')).toMatchObject([{ problem: { code: 'device-failed', detail: expect.stringContaining('stands still') } }]);
    const [ended] = rig.of('playbackEnded', 7);
    expect(ended).toMatchObject({ how: 'failed', problem: { code: 'device-failed' } });
    expect(Math.abs((ended?.audibleMs ?? 0) - 3_000)).toBeLessThan(400);
    await rig.pass(1_000);
    expect(rig.of('outputReady')).toHaveLength(2);
    player.play(
      {
        do: 'play',
        output: 'main',
        attempt: 8,
        slot: 'normal',
        sound: { ...sound, durationMs: 500 },
        startAtMs: rig.wallMs,
        fadeInMs: 0,
        gainDb: 0,
      },
      rig.tell,
    );
    await rig.pass(2_000);
    expect(rig.of('playbackEnded', 8)).toMatchObject([{ how: 'completed', audibleMs: 500 }]);
    await player.stop();
  });

  it('is not suspected when the whole box was halted', () => {
    const standstill = new Standstill();
    standstill.restart(0);
    expect(standstill.stands(100, 20)).toBe(false);
    expect(standstill.stands(100, 60_000)).toBe(false);
    expect(standstill.stands(200, 60_020)).toBe(false);
    let nowMs = 60_020;
    while (!standstill.stands(200, nowMs)) nowMs += 20;
    expect(nowMs - 60_020).toBeGreaterThanOrEqual(2_000);
    expect(nowMs - 60_020).toBeLessThan(2_200);
  });
});

describe('sound that nobody wants', () => {
  it('is cut when the amplifier goes off', async () => {
    const rig = new Rig({ rewinds: true });
    rigs.push(rig);
    await rig.player.start(rig.tell);
    await rig.pass(1_000);
    const attempt = rig.play({ of: 'tone', hz: 440, durationMs: 60_000 });
    await rig.pass(2_000);
    rig.player.hush();
    await rig.pass(100);
    expect(rig.of('playbackEnded', attempt)).toMatchObject([{ how: 'stopped' }]);
    const frames = rig.heard.pcm.length;
    await rig.pass(1_000);
    expect(rig.heard.pcm.subarray(frames).every((sample) => sample === 0)).toBe(true);
  });
});

/** A way that gives `samples` of the value 1, then ends, fails or hangs. */
function way(name: string, samples: number, then: 'ends' | 'fails' | 'hangs', kind: Rung['kind'] = 'decoder', froms: number[] = []): Rung {
  return {
    name,
    kind,
    open: (fromMs) => {
      froms.push(fromMs);
      let held = samples;
      let stopped = false;
      const source: RungSource = {
        start: () => undefined,
        ready: () => held > 0 || source.decoded,
        pour: (tape, wanted) => {
          const count = Math.min(wanted, held);
          for (let i = 0; i < count; i += 1) tape.append(1);
          held -= count;
          return count;
        },
        ended: () => source.decoded && held === 0,
        soundUpTo: (count) => count,
        problem: () => (then === 'fails' ? ({ code: 'tool-failed', path: '', detail: name } as Problem) : undefined),
        stop: () => {
          stopped = true;
          held = 0;
        },
        get held() {
          return held;
        },
        taken: samples,
        get hungry() {
          return held === 0;
        },
        get decoded() {
          return stopped || then !== 'hangs';
        },
      };
      return source;
    },
  };
}

function climb(rungs: Rung[], restMs = 1_000) {
  const faults: string[] = [];
  let nowMs = 0;
  const ladder = new LadderSource({
    rungs,
    fromMs: 500,
    restMs,
    nowMs: () => nowMs,
    onFault: ({ code }, failed, next) => faults.push(`${nowMs} ${code} ${failed} → ${next ?? 'none'}`),
  });
  const tape = new Tape(200_000);
  ladder.start();
  let poured = 0;
  while (!ladder.ended() && nowMs < 30_000) {
    poured += ladder.pour(tape, 4_800);
    nowMs += 100;
  }
  return { faults, poured, ladder };
}

describe('an item', () => {
  it('goes on with the other decoder from the very sample where the first one died', () => {
    const froms: number[] = [];
    const { faults, poured, ladder } = climb([way('one', 24_000, 'fails', 'decoder', froms), way('two', 24_000, 'ends', 'decoder', froms)]);
    expect(poured).toBe(48_000);
    expect(froms).toEqual([500, 1_000]);
    expect(faults).toEqual(['0 tool-failed one → two']);
    expect(ladder.problem()).toBeUndefined();
  });

  it('whose decoder hangs changes over within 5 s, before and after its first sample', () => {
    const before = climb([way('one', 0, 'hangs'), way('two', 48_000, 'ends')]);
    expect(before.faults).toEqual(['4000 tool-timeout one → two']);
    const after = climb([way('one', 4_800, 'hangs'), way('two', 43_200, 'ends')]);
    expect(after.faults).toHaveLength(1);
    expect(Number(after.faults[0]?.split(' ')[0])).toBeLessThan(2_500);
    expect(after.poured).toBe(48_000);
  });

  it('that no decoder can read is spoken, but never after half of it was heard', () => {
    const spoken = climb([way('one', 0, 'fails'), way('two', 0, 'ends'), way('speech', 9_600, 'ends', 'spoken')]);
    expect(spoken.faults).toEqual(['0 tool-failed one → two', '0 media-unreadable two → speech']);
    expect(spoken.ladder.spoke).toBe(true);
    expect(spoken.ladder.problem()).toBeUndefined();
    const half = climb([way('one', 24_000, 'fails'), way('speech', 9_600, 'ends', 'spoken')], 5_000);
    expect(half.poured).toBe(24_000);
    expect(half.ladder.problem()?.code).toBe('tool-failed');
  });

  it('that ends long before its stated length is told', () => {
    const { faults, ladder } = climb([way('one', 24_000, 'ends')], 60_000);
    expect(faults).toEqual(['0 media-unreadable one → none']);
    expect(ladder.problem()?.detail).toContain('before its stated length');
  });

  it('in a file of a wrong hash is told to whoever keeps it, and the next item sounds', async () => {
    const doubted: string[] = [];
    const rig = new Rig({ player: { doubt: (sha256) => doubted.push(sha256) } });
    rigs.push(rig);
    await rig.player.start(rig.tell);
    await rig.pass(1_000);
    const rotten = rig.file('/dev/null', 'rotten', 'audio/wav', 4_000);
    const attempt = rig.play(items([rotten, rig.item(noise(1_000), 'good')]));
    await rig.settle();
    await rig.pass(3_000);
    expect(rig.of('playbackEnded', attempt)).toMatchObject([{ how: 'failed', audibleMs: 1_000, problem: { code: 'media-unreadable' } }]);
    expect(rig.of('sourceFailed')).toMatchObject([{ item: rotten.sha256 }, { item: rotten.sha256 }]);
    expect(new Set(doubted)).toEqual(new Set([rotten.sha256]));
  });
});

describe('text', () => {
  it('is spoken in pieces of whole sentences', () => {
    const text = 'Một câu ngắn. '.repeat(60);
    const pieces = piecesOf(text);
    expect(pieces.join(' ')).toBe(text.trim());
    for (const piece of pieces) expect(piece.length).toBeLessThanOrEqual(600);
    expect(pieces.every((piece) => piece.endsWith('.'))).toBe(true);
    expect(piecesOf('a'.repeat(5_000)).join('')).toHaveLength(5_000);
  });

  it('is made once: a repeat finds it on the shelf, a failure is tried again', async () => {
    let asked = 0;
    const shelf = new SpeechShelf(async () => {
      asked += 1;
      return asked === 1 ? bad('tool-failed', 'busy') : ok(Buffer.alloc(960));
    });
    expect((await shelf.speak('a', 'vi')).ok).toBe(false);
    await Promise.all([shelf.speak('a', 'vi'), shelf.speak('a', 'vi')]);
    expect((await shelf.speak('a', 'vi')).ok).toBe(true);
    expect(asked).toBe(2);
  });

  it('without a voice ends with that word', async () => {
    const source = new SpokenSource('Nyob zoo', 'mww', async () => bad('not-found', 'no voice'), { gain: 1, skipSamples: 0 });
    source.start();
    await new Promise((resolve) => setImmediate(resolve));
    expect(source.ended()).toBe(true);
    expect(source.problem()?.code).toBe('no-voice');
  });
});

describe('the sirens of a box', () => {
  const doors = { tools: {}, pathOf: () => undefined };

  it('come out on every machine as they were taught', () => {
    expect(new SirenSet(doors).prepare(Object.keys(sirenPeriodsMs) as SirenKind[])).toEqual([]);
    expect(new Set(Object.values(sirenHashes)).size).toBe(7);
  });

  it('sound on for 15 s without a step, and are as loud as one another', () => {
    const set = new SirenSet(doors);
    const loudness = (['other', 'flash-flood', 'landslide', 'storm', 'all-clear'] as const).map((hazard) => {
      const wave = set.waveFor({ class: 'actual', hazard });
      let sum = 0;
      let step = 0;
      for (let i = 1; i < 15 * 48_000; i += 1) {
        step = Math.max(step, Math.abs(wave(i) - wave(i - 1)));
        sum += wave(i) ** 2;
      }
      expect(step).toBeLessThan(0.2);
      return 10 * Math.log10(sum / (15 * 48_000));
    });
    for (const db of loudness) expect(Math.abs(db + 7.9)).toBeLessThan(0.7); // one calls with pauses
  });

  it('wait for a recording that is not there yet with the standard one', () => {
    const set = new SirenSet(doors);
    const standard = set.waveFor({ class: 'actual', hazard: 'flash-flood' });
    set.replace({ alarm: { sha256: 'a'.repeat(64) } });
    expect(set.waveFor({ class: 'actual', hazard: 'flash-flood' })(1_000)).toBe(standard(1_000));
  });
});
