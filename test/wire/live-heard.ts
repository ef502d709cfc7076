// How well live sound was heard: each stretch of what was said is looked for near the instant at which it should sound.
import { correlate } from './correlation.ts';

const perMs = 48;
const stretchMs = 240;
const searchMs = 30;
/** A stretch as quiet as this says nothing about where it is. */
const quietBelow = 300;
/** Heard whole and undamaged above this. */
const heardAbove = 0.8;

export interface Heard {
  /** Signed, ms: later than capture + D is positive. Undefined where nothing was said, null where it was not heard. */
  readonly errorsMs: readonly (number | null | undefined)[];
}

/** `between` gives what was heard between two milliseconds after the instant at which the first sample of `meant` should sound. */
export function listen(meant: Int16Array, between: (fromMs: number, toMs: number) => Int16Array): Heard {
  const stretches = Math.floor(meant.length / perMs / stretchMs);
  const errorsMs = Array.from({ length: stretches }, (_, i) => {
    const fromMs = i * stretchMs;
    const piece = meant.subarray(fromMs * perMs, (fromMs + stretchMs) * perMs);
    if (loudness(piece) < quietBelow) return undefined;
    const heard = between(fromMs - searchMs, fromMs + stretchMs + searchMs);
    const { atFrame, peak } = correlate(heard, piece, searchMs * perMs, searchMs * perMs);
    return peak < heardAbove ? null : atFrame / perMs - searchMs;
  });
  return { errorsMs };
}

/** Runs of stretches that were not heard, and jumps of more than 5 ms between neighbours. */
export function glitchesIn({ errorsMs }: Heard): number {
  let glitches = 0;
  let before: number | null | undefined;
  for (const error of errorsMs) {
    if (error === undefined) continue;
    if (error === null && before !== null) glitches += 1;
    if (typeof error === 'number' && typeof before === 'number' && Math.abs(error - before) > 5) glitches += 1;
    before = error;
  }
  return glitches;
}

export function percentile(list: readonly number[], share: number): number {
  const sorted = [...list].sort((a, b) => a - b);
  return Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN) * 1000) / 1000;
}

function loudness(piece: Int16Array): number {
  let power = 0;
  for (const sample of piece) power += sample * sample;
  return Math.sqrt(power / Math.max(1, piece.length));
}
