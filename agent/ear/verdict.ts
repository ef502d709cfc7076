// From windows that were compared to a word on the play: heard, not heard, unknown and why. Pure.
// A yes needs the sound at its own delay and about its own loudness: the neighbour's horn says the same words, later and fainter.
import type { HeardBecause, Receipt } from '../../schemas/receipt.ts';
import { type Curve, peakOf, slotsOf, standsOut } from './likeness.ts';
import { frameMs } from './spectrum.ts';

/** What a microphone was found to be, when its horn gave the known sweep. */
export interface Calibration {
  readonly atMs: number;
  /** From the converter to the microphone and through its buffer. */
  readonly delayMs: number;
  /** What is captured of what is played. */
  readonly gainDb: number;
  /** What is captured of silence. */
  readonly noiseDb: number;
}

/** One window, as it was measured. */
export interface Look {
  /** Likeness at each delay, over this window and those before; nothing where the sound hardly moved. */
  readonly curve: Curve | undefined;
  readonly givenDb: number;
  readonly capturedDb: number;
  readonly gainDb: number;
  readonly clippedShare: number;
}

export type Window = 'heard' | 'unheard' | 'elsewhere' | 'quiet' | 'saturated' | 'noisy' | 'deaf';

export interface Evidence {
  readonly counts: Readonly<Partial<Record<Window, number>>>;
  /** Windows that were heard beyond doubt. */
  readonly strong: number;
  /** Gains of windows that were heard, summed. */
  readonly gainDbSum: number;
}

export interface HeardVerdict {
  readonly heard: NonNullable<Receipt['heard']>;
  /** Against the loudness of the calibration, dB. */
  readonly levelDb?: number;
  readonly because?: HeardBecause;
}

export const noEvidence: Evidence = { counts: {}, strong: 0, gainDbSum: 0 };

/** A peak this high, standing out so far, is chance once in a hundred windows; a high one never was in trials. */
const heightMin = 0.14;
const strongHeightMin = 0.3;
const standsOutMin = 4.5;
/** The delay may differ from the calibrated one by this: another buffer, another temperature of the air. */
export const delayToleranceMs = 96;
/** Quieter than calibrated by more than this is another horn. */
const fainterDbMax = 14;
const calibrationHeightMin = 0.3;
const playedDbMin = -50;
/** Where the horn, were it there, would not stand out of the noise, silence proves nothing. */
const maskedDb = -3;
const clippedShareMax = 0.002;
/** Under digital silence a microphone is not a quiet one. */
const deafDb = -79;
/** Windows begin each three quarters of a second and overlap. */
const windowsForNo = 8;
const windowsForYes = 4;
const strongForYes = 2;

export function judge(look: Look, calibration: Calibration): Window | 'strong' {
  if (look.givenDb < playedDbMin || !look.curve) return 'quiet';
  if (look.capturedDb < deafDb) return 'deaf';
  if (look.clippedShare > clippedShareMax) return 'saturated';
  const { curve } = look;
  const expected = slotsOf(calibration.delayMs);
  const tolerance = slotsOf(delayToleranceMs);
  const own = peakOf(curve, expected - tolerance, expected + tolerance);
  const best = peakOf(curve);
  const isProof = ({ height }: { readonly height: number }) =>
    height >= heightMin && standsOut(curve, height, expected - 2 * tolerance) >= standsOutMin;
  if (isProof(best) && best.height > own.height + 0.03) return 'elsewhere';
  if (isProof(own) && look.gainDb < calibration.gainDb - fainterDbMax) return 'elsewhere';
  if (isProof(own)) return own.height >= strongHeightMin ? 'strong' : 'heard';
  return look.givenDb + calibration.gainDb - look.capturedDb < maskedDb ? 'noisy' : 'unheard';
}

export function withWindow({ counts, strong, gainDbSum }: Evidence, window: Window | 'strong', gainDb: number): Evidence {
  const as = window === 'strong' ? 'heard' : window;
  return {
    counts: { ...counts, [as]: (counts[as] ?? 0) + 1 },
    strong: strong + (window === 'strong' ? 1 : 0),
    gainDbSum: gainDbSum + (as === 'heard' ? gainDb : 0),
  };
}

/** Enough to say yes, also while it still sounds. */
export function proven({ counts, strong }: Evidence): boolean {
  const heard = counts.heard ?? 0;
  const missing = (counts.unheard ?? 0) + (counts.elsewhere ?? 0);
  return (strong >= strongForYes || heard >= windowsForYes) && heard > missing;
}

/** The word on a play. `trouble`: there was no microphone, or none that is calibrated. */
export function verdictOf(
  evidence: Evidence,
  calibration: Calibration | undefined,
  trouble?: 'no-microphone' | 'not-calibrated',
): HeardVerdict {
  if (trouble || !calibration) return { heard: 'unknown', because: trouble ?? 'not-calibrated' };
  const { counts, gainDbSum } = evidence;
  const heard = counts.heard ?? 0;
  const missing = (counts.unheard ?? 0) + (counts.elsewhere ?? 0);
  if (proven(evidence)) return { heard: 'yes', levelDb: Math.round(gainDbSum / heard - calibration.gainDb) };
  if (missing >= windowsForNo && missing > heard)
    return (counts.elsewhere ?? 0) > (counts.unheard ?? 0) ? { heard: 'no', because: 'elsewhere' } : { heard: 'no', because: 'silent' };
  return { heard: 'unknown', because: doubtOf(counts) };
}

function doubtOf(counts: Evidence['counts']): HeardBecause {
  const doubts = [
    ['deaf', 'no-microphone'],
    ['saturated', 'saturated'],
    ['noisy', 'too-noisy'],
    ['quiet', 'too-quiet'],
  ] as const;
  const most = doubts.toSorted(([a], [b]) => (counts[b] ?? 0) - (counts[a] ?? 0))[0];
  return most && (counts[most[0]] ?? 0) > 0 ? most[1] : 'too-short';
}

/** What the curve of a sweep says of the microphone; nothing where it did not stand out. */
export function calibrationOf(curve: Curve, atMs: number, gainDb: number, noiseDb: number): Calibration | undefined {
  const best = peakOf(curve);
  if (best.height < calibrationHeightMin) return undefined;
  return { atMs, delayMs: best.delaySlots * frameMs, gainDb: Math.round(gainDb * 10) / 10, noiseDb: Math.round(noiseDb * 10) / 10 };
}
