// Change of sample rate inside the process, for machines without ffmpeg. Small, not for music.
import { setImmediate as nextTurn } from 'node:timers/promises';

const halfTaps = 12;
const framesPerTurn = 24_000;

/** Mono s16 from one rate to another by a windowed sinc; gives way to other work between stretches. */
export async function resample(samples: Int16Array, fromHz: number, toHz: number): Promise<Int16Array> {
  if (fromHz === toHz) return samples;
  const frames = Math.floor((samples.length * toHz) / fromHz);
  const out = new Int16Array(frames);
  const step = fromHz / toHz;
  const cutoff = Math.min(1, toHz / fromHz);
  const reach = Math.ceil(halfTaps / cutoff);
  for (let from = 0; from < frames; from += framesPerTurn) {
    const to = Math.min(frames, from + framesPerTurn);
    for (let i = from; i < to; i++) out[i] = sampleAt(samples, i * step, cutoff, reach);
    if (to < frames) await nextTurn();
  }
  return out;
}

function sampleAt(samples: Int16Array, position: number, cutoff: number, reach: number): number {
  const centre = Math.floor(position);
  let sum = 0;
  for (let k = centre - reach + 1; k <= centre + reach; k++) {
    const sample = samples[k];
    if (sample === undefined) continue;
    const x = position - k;
    const window = 0.5 + 0.5 * Math.cos((Math.PI * x) / reach);
    const angle = Math.PI * x * cutoff;
    sum += sample * window * (Math.abs(angle) < 1e-9 ? cutoff : (Math.sin(angle) / angle) * cutoff);
  }
  return Math.max(-32_768, Math.min(32_767, Math.round(sum)));
}
