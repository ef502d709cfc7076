// What every source of sound promises to the player that drinks from it.
import { expect, test } from 'vitest';
import type { Source } from '../../agent/player/sources/source.ts';
import { Tape } from '../../agent/player/tape.ts';

export interface SourceBench {
  readonly source: Source;
  /** Samples it gives in all, and how many more or fewer are still right. */
  readonly samples: number;
  readonly slack?: number;
  /** Let a source that works ahead work. */
  readonly work?: () => Promise<void>;
}

const sip = 4_800;
/** Of five minutes; a source that never ends is told as such. */
const sipsMax = 3_000;

export function promiseSource(make: () => SourceBench | Promise<SourceBench>): void {
  /** Drinks to the end; hands each sip to `look`. */
  async function drink({ source, work }: SourceBench, tape: Tape, look: (poured: number) => void = () => {}): Promise<void> {
    for (let i = 0; i < sipsMax && !source.ended(); i += 1) {
      const poured = source.pour(tape, sip);
      look(poured);
      if (poured === 0) await work?.();
    }
  }

  test('started twice it begins once, and is ready', async () => {
    const bench = await make();
    bench.source.start();
    bench.source.start();
    for (let i = 0; i < 1_000 && !bench.source.ready(); i += 1) await bench.work?.();
    expect(bench.source.ready()).toBe(true);
    expect(bench.source.ended()).toBe(false);
    bench.source.stop();
  });

  test('it appends exactly what it says, never more than was wanted', async () => {
    const bench = await make();
    const tape = new Tape(48_000);
    bench.source.start();
    let told = 0;
    await drink(bench, tape, (poured) => {
      told += poured;
      expect(poured).toBeGreaterThanOrEqual(0);
      expect(poured).toBeLessThanOrEqual(sip);
      expect(tape.end).toBe(told);
    });
    bench.source.stop();
  });

  test('it ends after all of its sound, and gives nothing more', async () => {
    const bench = await make();
    const tape = new Tape(48_000);
    bench.source.start();
    await drink(bench, tape);
    expect(bench.source.ended()).toBe(true);
    expect(Math.abs(tape.end - bench.samples)).toBeLessThanOrEqual(bench.slack ?? 0);
    const { end } = tape;
    expect(bench.source.pour(tape, sip)).toBe(0);
    expect(tape.end).toBe(end);
    bench.source.stop();
  });

  test('what it says of sound grows with what was poured, and never beyond it', async () => {
    const bench = await make();
    const tape = new Tape(48_000);
    bench.source.start();
    let before = 0;
    await drink(bench, tape, () => {
      const sound = bench.source.soundUpTo(tape.end);
      expect(sound).toBeGreaterThanOrEqual(before);
      expect(sound).toBeLessThanOrEqual(tape.end);
      before = sound;
    });
    expect(bench.source.problem()).toBeUndefined();
    bench.source.stop();
  });

  test('samples are numbers within full scale', async () => {
    const bench = await make();
    const tape = new Tape(bench.samples + sip);
    bench.source.start();
    await drink(bench, tape);
    const loudest = tape.samples.subarray(0, tape.end).reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    expect(loudest).toBeGreaterThan(0);
    expect(loudest).toBeLessThanOrEqual(1);
    bench.source.stop();
  });

  test('stopped at any time, also before it was started and twice', async () => {
    const { source } = await make();
    source.stop();
    source.stop();
    const begun = await make();
    begun.source.start();
    begun.source.pour(new Tape(48_000), sip);
    begun.source.stop();
    begun.source.stop();
  });
}
