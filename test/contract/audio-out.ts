// What every audio output promises. Run on each implementation with the time it lives in.
import { expect, test } from 'vitest';
import { type AudioOut, sampleRateHz } from '../../hardware/audio-out.ts';

export interface AudioOutBench {
  readonly out: AudioOut;
  /** Let so much time pass for the output. */
  pass(ms: number): Promise<void>;
  /** How far a told position may lie from the true one, frames. */
  readonly toleranceFrames: number;
}

const framesOf = (ms: number) => new Int16Array((sampleRateHz * ms) / 1000).fill(1000);

export function promiseAudioOut(make: () => AudioOutBench): void {
  test('it counts from zero when opened', async () => {
    const { out } = make();
    await out.open();
    expect(out.position().playedFrames).toBeLessThan(sampleRateHz / 10);
    expect(out.position().writtenFrames).toBeGreaterThanOrEqual(out.position().playedFrames - sampleRateHz / 10);
    await out.close();
  });

  test('it plays at the rate of its clock, whatever is written', async () => {
    const { out, pass, toleranceFrames } = make();
    await out.open();
    out.write(framesOf(out.leadMs));
    const before = out.position();
    await pass(100);
    const after = out.position();
    const passedFrames = ((after.atMonoMs - before.atMonoMs) * sampleRateHz) / 1000;
    expect(Math.abs(after.playedFrames - before.playedFrames - passedFrames)).toBeLessThanOrEqual(toleranceFrames);
    await out.close();
  });

  test('frames written while it plays cause no underrun', async () => {
    const { out, pass } = make();
    await out.open();
    out.write(framesOf(1000));
    const { xruns } = out.position();
    for (let i = 0; i < 10; i++) {
      await pass(20);
      out.write(framesOf(20));
    }
    expect(out.position().xruns).toBe(xruns);
    await out.close();
  });

  test('running dry is one underrun, and written never falls behind played', async () => {
    const { out, pass } = make();
    await out.open();
    out.write(framesOf(30));
    const { xruns } = out.position();
    await pass(60);
    out.position();
    await pass(60);
    const dry = out.position();
    expect(dry.xruns).toBe(xruns + 1);
    expect(dry.writtenFrames).toBeGreaterThanOrEqual(dry.playedFrames);
    await out.close();
  });

  test('discardAhead takes back what is queued but for a margin, or honestly nothing', async () => {
    const { out } = make();
    await out.open();
    out.write(framesOf(200));
    const before = out.position();
    const dropped = out.discardAhead();
    const after = out.position();
    expect(after.writtenFrames).toBe(before.writtenFrames - dropped);
    if (!out.rewinds) expect(dropped).toBe(0);
    else {
      expect(dropped).toBeGreaterThan((sampleRateHz * 100) / 1000);
      expect(after.writtenFrames).toBeGreaterThan(after.playedFrames);
    }
    await out.close();
  });

  test('it can be opened again after it was closed, and counts anew', async () => {
    const { out, pass } = make();
    await out.open();
    out.write(framesOf(100));
    await pass(50);
    await out.close();
    await out.open();
    expect(out.position().playedFrames).toBeLessThan(sampleRateHz / 50);
    await out.close();
  });
}
