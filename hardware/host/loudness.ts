// Loudness of 48 kHz mono PCM by ITU-R BS.1770-4 / EBU R128, counted as two channels (`dual_mono`), for machines and places without ffmpeg.
export const pcmRateHz = 48_000;

export interface PcmLoudness {
  /** Absent: silence, or shorter than one block of 400 ms. */
  readonly integratedLufs: number | undefined;
  /** Peak between samples too, found at four times the rate. */
  readonly truePeakDb: number;
}

const stepFrames = pcmRateHz / 10;
const blockSteps = 4;
const dualMonoLu = 10 * Math.log10(2);
const offsetLu = -0.691 + dualMonoLu;
const silentLufs = -70;
const relativeGateLu = 10;

/** K weighting at 48 kHz: high shelf, then high pass (BS.1770-4 tables 1 and 2). */
const shelf = [1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585] as const;
const highPass = [1, -2, 1, -1.99004745483398, 0.99007225036621] as const;

/** Measure a whole sound. */
export function measurePcm(pcm: Int16Array): PcmLoudness {
  const steps = energies(pcm);
  const blocks: number[] = [];
  for (let i = 0; i + blockSteps <= steps.length; i += 1) {
    let sum = 0;
    for (let k = 0; k < blockSteps; k += 1) sum += steps[i + k] ?? 0;
    blocks.push(sum / (blockSteps * stepFrames));
  }
  return { integratedLufs: integrated(blocks), truePeakDb: 20 * Math.log10(Math.max(truePeak(pcm), 1e-9)) };
}

/** Gain towards a loudness that never lifts the true peak over its limit; unmeasurable sound is never raised. */
export function gainTowards(
  { integratedLufs, truePeakDb }: PcmLoudness,
  aim: { readonly lufs: number; readonly truePeakDb: number },
): number {
  const wished = integratedLufs === undefined ? 0 : aim.lufs - integratedLufs;
  return Math.min(wished, aim.truePeakDb - truePeakDb);
}

function integrated(blocks: readonly number[]): number | undefined {
  const heard = blocks.filter((energy) => lufsOf(energy) > silentLufs);
  if (heard.length === 0) return undefined;
  const gate = lufsOf(mean(heard)) - relativeGateLu;
  return lufsOf(mean(heard.filter((energy) => lufsOf(energy) > gate)));
}

/** Sum of squared, weighted samples for each 100 ms. */
function energies(pcm: Int16Array): number[] {
  const first = biquad(shelf);
  const second = biquad(highPass);
  const steps: number[] = [];
  let sum = 0;
  for (let i = 0; i < pcm.length; i += 1) {
    const weighted = second(first((pcm[i] ?? 0) / 32_768));
    sum += weighted * weighted;
    if ((i + 1) % stepFrames !== 0) continue;
    steps.push(sum);
    sum = 0;
  }
  return steps;
}

function biquad([b0, b1, b2, a1, a2]: readonly [number, number, number, number, number]): (x: number) => number {
  let z1 = 0;
  let z2 = 0;
  return (x) => {
    const y = b0 * x + z1;
    z1 = b1 * x - a1 * y + z2;
    z2 = b2 * x - a2 * y;
    return y;
  };
}

const phases = 4;
const reach = 6;
/** Windowed sinc for the three places between two samples. */
const between = Array.from({ length: phases - 1 }, (_, phase) =>
  Float64Array.from({ length: reach * 2 }, (_tap, k) => {
    const x = k - reach + 1 - (phase + 1) / phases;
    return (Math.sin(Math.PI * x) / (Math.PI * x)) * (0.5 + 0.5 * Math.cos((Math.PI * x) / reach));
  }),
);

/** Quiet places cannot hold the peak: only the neighbourhood of loud samples is looked at closely. */
function truePeak(pcm: Int16Array): number {
  let peak = 0;
  for (const sample of pcm) peak = Math.max(peak, Math.abs(sample));
  const near = peak * 0.5;
  let found = peak;
  for (let i = 0; i < pcm.length; i += 1) {
    if (Math.abs(pcm[i] ?? 0) < near) continue;
    for (const taps of between) {
      let sum = 0;
      for (let k = 0; k < taps.length; k += 1) sum += (taps[k] ?? 0) * (pcm[i + k - reach + 1] ?? 0);
      found = Math.max(found, Math.abs(sum));
    }
  }
  return found / 32_768;
}

function lufsOf(energy: number): number {
  return offsetLu + 10 * Math.log10(Math.max(energy, 1e-12));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
