// What every audio input promises. Run on each implementation with the time it lives in.
import { expect, test } from 'vitest';
import type { AudioIn, CapturedBlock } from '../../hardware/audio-in.ts';
import { sampleRateHz } from '../../hardware/audio-out.ts';

export interface AudioInBench {
  readonly input: AudioIn;
  /** Let so much time pass for the input. */
  pass(ms: number): Promise<void>;
  /** How far a told instant may lie from the true one. */
  readonly toleranceMs: number;
}

export function promiseAudioIn(make: () => AudioInBench): void {
  const collect = async ({ input, pass }: AudioInBench, ms: number) => {
    const blocks: CapturedBlock[] = [];
    const stop = input.onBlock((block) => blocks.push(block));
    for (let passed = 0; passed < ms; passed += 50) await pass(50);
    stop();
    return blocks;
  };

  test('it tells blocks of at most 100 ms, as much sound as time passes', async () => {
    const bench = make();
    await bench.input.open();
    const blocks = await collect(bench, 600);
    await bench.input.close();
    expect(Math.max(...blocks.map(({ frames }) => frames.length))).toBeLessThanOrEqual(sampleRateHz / 10);
    const [first, last] = [blocks[0], blocks.at(-1)];
    const spanMs = (last?.atMonoMs ?? 0) - (first?.atMonoMs ?? 0);
    const frames = blocks.slice(0, -1).reduce((sum, block) => sum + block.frames.length, 0);
    expect(spanMs).toBeGreaterThan(300);
    expect(Math.abs((frames * 1000) / sampleRateHz - spanMs)).toBeLessThanOrEqual(2 * bench.toleranceMs);
  });

  test('each block begins where the one before ended', async () => {
    const bench = make();
    await bench.input.open();
    const blocks = await collect(bench, 400);
    await bench.input.close();
    for (const [i, block] of blocks.entries()) {
      const before = blocks[i - 1];
      if (!before) continue;
      const endMs = before.atMonoMs + (before.frames.length * 1000) / sampleRateHz;
      expect(Math.abs(block.atMonoMs - endMs)).toBeLessThanOrEqual(2 * bench.toleranceMs);
    }
    expect(blocks.length).toBeGreaterThan(3);
  });

  test('after it was closed nothing comes, and it can be opened again', async () => {
    const bench = make();
    await bench.input.open();
    await bench.input.close();
    expect(await collect(bench, 150)).toEqual([]);
    await bench.input.open();
    expect((await collect(bench, 200)).length).toBeGreaterThan(0);
    await bench.input.close();
  });

  test('it cannot be opened twice', async () => {
    const { input } = make();
    await input.open();
    await expect(input.open()).rejects.toMatchObject({ problem: { code: 'device-busy' } });
    await input.close();
  });
}
