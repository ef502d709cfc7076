// How like is what was heard to what was played, at each delay? Pure: two tracks in, one curve out.
// What must match is how the loudness of bands moves; level and colour of a horn, and steady noise, are taken away first.
import { bandCount, frameMs } from './spectrum.ts';
import type { Track } from './track.ts';

/** Two and a half seconds are compared at once. */
export const windowSlots = 156;
/** Loudness is compared with its own mean over a second. */
const around = 31;

/** Likeness by delay, from `fromSlots` on, slot by slot. */
export interface Curve {
  readonly fromSlots: number;
  readonly heights: Float32Array;
}

/** Delays to be searched, slots. */
export interface Search {
  readonly fromSlots: number;
  readonly toSlots: number;
}

export function slotsOf(delayMs: number): number {
  return Math.round(delayMs / frameMs);
}

/** The slot up to which what was captured must be known to compare the window that begins at `slot`. */
export function needsTo(slot: number, { toSlots }: Search): number {
  return slot + windowSlots + toSlots + around;
}

/** The first slot at which a window may begin. */
export function mayBegin(given: Track, captured: Track, { fromSlots }: Search): number {
  return Math.max(given.from, captured.from - fromSlots) + around;
}

/** −1 to 1 at each delay; nothing where the sound hardly moves, or is not known whole. */
export function likeness(given: Track, captured: Track, slot: number, search: Search): Curve | undefined {
  if (slot < mayBegin(given, captured, search) || given.to < slot + windowSlots + around) return undefined;
  if (captured.to < needsTo(slot, search)) return undefined;
  const heights = new Float32Array(search.toSlots - search.fromSlots + 1);
  let bands = 0;
  for (let band = 0; band < bandCount; band++) {
    const a = moves(given, band, slot, windowSlots);
    const spread = sumOfSquares(a, 0, windowSlots);
    // Less than 1.5 dB of movement says nothing of who made it.
    if (spread < windowSlots * 2.25) continue;
    addCorrelation(heights, a, spread, moves(captured, band, slot + search.fromSlots, windowSlots + heights.length));
    bands++;
  }
  if (bands < 3) return undefined;
  return { fromSlots: search.fromSlots, heights: heights.map((sum) => sum / bands) };
}

function addCorrelation(curve: Float32Array, a: Float32Array, spread: number, b: Float32Array): void {
  let squares = sumOfSquares(b, 0, windowSlots);
  for (let lag = 0; lag < curve.length; lag++) {
    let sum = 0;
    for (let i = 0; i < windowSlots; i++) sum += (a[i] ?? 0) * (b[lag + i] ?? 0);
    curve[lag] = (curve[lag] ?? 0) + sum / Math.sqrt(spread * Math.max(squares, windowSlots * 0.1));
    squares += (b[lag + windowSlots] ?? 0) ** 2 - (b[lag] ?? 0) ** 2;
  }
}

/** Loudness of a band against its mean over the second around, dB. */
function moves(track: Track, band: number, from: number, count: number): Float32Array {
  const out = new Float32Array(count);
  let sum = 0;
  for (let slot = from - around; slot <= from + around; slot++) sum += track.at(slot, band);
  for (let i = 0; i < count; i++) {
    const slot = from + i;
    out[i] = track.at(slot, band) - sum / (2 * around + 1);
    sum += track.at(slot + around + 1, band) - track.at(slot - around, band);
  }
  return out;
}

function sumOfSquares(of: Float32Array, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += (of[i] ?? 0) ** 2;
  return sum;
}

export interface Peak {
  readonly delaySlots: number;
  /** Height of the curve there. */
  readonly height: number;
}

/** The highest point of a curve between two delays. */
export function peakOf({ fromSlots, heights }: Curve, from = fromSlots, to = fromSlots + heights.length - 1): Peak {
  let at = Math.max(0, from - fromSlots);
  for (let i = at; i <= Math.min(to - fromSlots, heights.length - 1); i++) if ((heights[i] ?? 0) > (heights[at] ?? 0)) at = i;
  return { delaySlots: at + fromSlots, height: heights[at] ?? 0 };
}

/**
 * How many spreads a height stands above the mean of chance: of what the curve is before `untilSlots`, where no sound can be heard yet.
 * What comes later is no chance, but echo.
 */
export function standsOut({ fromSlots, heights }: Curve, height: number, untilSlots: number): number {
  const rest = heights.subarray(0, Math.max(1, untilSlots - fromSlots));
  const mean = rest.reduce((sum, one) => sum + one, 0) / rest.length;
  const variance = rest.reduce((sum, one) => sum + (one - mean) ** 2, 0) / rest.length;
  return (height - mean) / Math.sqrt(Math.max(1e-4, variance));
}

/** Mean power of both over a window, dB, and how much of what moves in the one moves in the other (the gain from one to the other, dB). */
export function levels(given: Track, captured: Track, slot: number, delaySlots: number) {
  let [meanA, meanB] = [0, 0];
  const a = new Float32Array(windowSlots);
  const b = new Float32Array(windowSlots);
  for (let i = 0; i < windowSlots; i++) {
    a[i] = powerAt(given, slot + i);
    b[i] = powerAt(captured, slot + i + delaySlots);
    meanA += (a[i] ?? 0) / windowSlots;
    meanB += (b[i] ?? 0) / windowSlots;
  }
  let [both, first] = [0, 0];
  for (let i = 0; i < windowSlots; i++) {
    both += ((a[i] ?? 0) - meanA) * ((b[i] ?? 0) - meanB);
    first += ((a[i] ?? 0) - meanA) ** 2;
  }
  const dB = (power: number) => 10 * Math.log10(Math.max(power, 1e-10));
  return { givenDb: dB(meanA), capturedDb: dB(meanB), gainDb: first > 0 ? dB(Math.max(0, both / first)) : -100 };
}

function powerAt(track: Track, slot: number): number {
  let sum = 0;
  for (let band = 0; band < bandCount; band++) sum += 10 ** (track.at(slot, band) / 10);
  return sum;
}
