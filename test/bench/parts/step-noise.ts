// Smooth noise as a function of the sample number: any stretch of it, however short, is found again in what was heard.
import { wavHead } from '../../../hardware/host/wav.ts';
import { bestFit } from '../../agent/recording.ts';

const stepSamples = 12;
const pieceFrames = 960;

export function noiseAt(sample: number): number {
  const whole = Math.floor(sample / stepSamples);
  const part = sample / stepSamples - whole;
  return 0.6 * (hashed(whole) * (1 - part) + hashed(whole + 1) * part);
}

function hashed(n: number): number {
  let x = Math.imul(n ^ 0x9e37_79b9, 0x85eb_ca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2_ae35);
  return ((x ^ (x >>> 16)) >>> 0) / 2 ** 31 - 1;
}

/** The first `durationMs` of it as a file. */
export function noiseWav(durationMs: number, gain = 1): Buffer {
  const pcm = Int16Array.from({ length: durationMs * 48 }, (_, i) => Math.round(noiseAt(i) * gain * 32_767));
  return Buffer.concat([wavHead(48_000, pcm.byteLength), Buffer.from(pcm.buffer)]);
}

export interface Fit {
  /** Heard so much later than meant. */
  readonly lateMs: number;
  readonly correlation: number;
}

/** Where the noise of `periodMs`, repeated, stands in 20 ms heard from `meantMs` after its start on. */
export function fitNoise(heard: Int16Array, meantMs: number, periodMs: number, searchMs = 12): Fit {
  const meant = Math.round(meantMs * 48);
  const search = searchMs * 48;
  const period = periodMs * 48;
  const truth = Int16Array.from({ length: pieceFrames + 2 * search }, (_, i) => noiseAt((meant - search + i + period) % period) * 32_767);
  const { frame, value } = bestFit(truth, heard.subarray(0, pieceFrames), 0, 2 * search);
  return { lateMs: (meant - (meant - search + frame)) / 48 + (meantMs - meant / 48), correlation: value };
}
