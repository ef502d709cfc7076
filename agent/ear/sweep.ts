// The known sound by which a microphone at a horn is calibrated: rising chirps at uneven distances, so that only one delay fits.

export const sweepMs = 8_000;
const lowHz = 380;
const highHz = 3_200;
/** Where each chirp begins and how long it lasts, ms; the first second and the last are left quiet. */
const chirps: readonly (readonly [number, number])[] = [
  [1_000, 240],
  [1_420, 130],
  [1_810, 380],
  [2_370, 160],
  [2_960, 300],
  [3_340, 110],
  [3_890, 420],
  [4_520, 190],
  [4_870, 260],
  [5_490, 140],
  [5_960, 350],
  [6_540, 220],
];
const edgeMs = 8;

/** Amplitude in −1…1 at a sample of 48 kHz. */
export function sweepWave(sample: number, amplitude = 0.5): number {
  const atMs = sample / 48;
  const chirp = chirps.find(([from, length]) => atMs >= from && atMs < from + length);
  if (!chirp) return 0;
  const [from, length] = chirp;
  const seconds = (atMs - from) / 1_000;
  const rise = Math.log(highHz / lowHz) / (length / 1_000);
  const edge = Math.min(1, (atMs - from) / edgeMs, (from + length - atMs) / edgeMs);
  return amplitude * edge * Math.sin(((2 * Math.PI * lowHz) / rise) * (Math.exp(rise * seconds) - 1));
}
