// One play, listened to: what is given to the output and what a microphone captures, compared window by window while it sounds.
import { type Curve, levels, likeness, mayBegin, needsTo, peakOf, type Search, slotsOf, windowSlots } from './likeness.ts';
import { frameMs } from './spectrum.ts';
import { Track } from './track.ts';
import {
  type Calibration,
  calibrationOf,
  type Evidence,
  type HeardVerdict,
  judge,
  noEvidence,
  proven,
  verdictOf,
  withWindow,
} from './verdict.ts';

/** Windows begin each three quarters of a second and overlap. */
const stepSlots = 47;
/** Of a curve, what the next window keeps: the mean of some ten seconds, in which crystals drift by less than a slot. */
const keeps = 0.93;
/** Around the calibrated delay: what comes before is there to be compared with, what comes after may be a neighbour. */
const beforeMs = 960;
const afterMs = 800;
/** All delays there may be; a stamp may err by a little. */
const anyDelay: Search = { fromSlots: -2, toSlots: slotsOf(2_000) };

/** INVARIANT: no sample is kept, only loudness in bands of the last sixteen seconds. */
export class Listening {
  readonly #given = new Track();
  readonly #captured = new Track();
  readonly #calibration: Calibration | undefined;
  readonly #search: Search;
  #slot: number | undefined;
  #curve: Curve | undefined;
  #evidence = noEvidence;
  #lowestDb = 0;

  constructor(calibration: Calibration | undefined) {
    this.#calibration = calibration;
    const delayMs = calibration?.delayMs ?? 0;
    this.#search = calibration ? { fromSlots: slotsOf(delayMs - beforeMs), toSlots: slotsOf(delayMs + afterMs) } : anyDelay;
  }

  /** What is on its way to the output: the instant its first frame passes the converter, monotonic ms. */
  gave(atMonoMs: number, samples: Int16Array): void {
    this.#given.push(atMonoMs, samples);
  }

  captured(atMonoMs: number, samples: Int16Array): void {
    this.#captured.push(atMonoMs, samples);
    this.#compare();
  }

  /** What is compared begins here: what sounded before is something else. */
  beginAt(atMonoMs: number): void {
    this.#slot ??= Math.ceil(atMonoMs / frameMs);
  }

  get evidence(): Evidence {
    return this.#evidence;
  }

  get proven(): boolean {
    return proven(this.#evidence);
  }

  verdict(trouble?: 'no-microphone' | 'not-calibrated'): HeardVerdict {
    return verdictOf(this.#evidence, this.#calibration, this.#captured.to === 0 ? 'no-microphone' : trouble);
  }

  /** What this microphone is, after a sweep was played; nothing where it did not hear it well. */
  calibrated(atMs: number): Calibration | undefined {
    const slot = this.#slot === undefined ? undefined : this.#slot - stepSlots;
    if (!this.#curve || slot === undefined) return undefined;
    const { gainDb } = levels(this.#given, this.#captured, slot, peakOf(this.#curve).delaySlots);
    return calibrationOf(this.#curve, atMs, gainDb, this.#lowestDb);
  }

  #compare(): void {
    if (this.#given.to === 0) return;
    if (this.#slot === undefined) return;
    this.#slot = Math.max(this.#slot, mayBegin(this.#given, this.#captured, this.#search));
    while (this.#captured.to >= needsTo(this.#slot, this.#search)) {
      this.#look(this.#slot);
      this.#slot += stepSlots;
    }
  }

  #look(slot: number): void {
    const curve = likeness(this.#given, this.#captured, slot, this.#search);
    if (curve) this.#curve = blended(this.#curve, curve);
    const delaySlots = this.#calibration ? slotsOf(this.#calibration.delayMs) : this.#curve ? peakOf(this.#curve).delaySlots : 0;
    const measured = levels(this.#given, this.#captured, slot, delaySlots);
    this.#lowestDb = this.#lowestDb === 0 ? measured.capturedDb : Math.min(this.#lowestDb, measured.capturedDb);
    if (!this.#calibration) return;
    const window = judge({ ...measured, curve: curve && this.#curve, clippedShare: this.#clippedShare(slot) }, this.#calibration);
    this.#evidence = withWindow(this.#evidence, window, measured.gainDb);
  }

  #clippedShare(slot: number): number {
    let clipped = 0;
    for (let i = 0; i < windowSlots; i++) clipped += this.#captured.clipped(slot + i);
    return clipped / (windowSlots * frameMs * 48);
  }
}

function blended(before: Curve | undefined, now: Curve): Curve {
  if (!before) return now;
  return { ...now, heights: now.heights.map((height, i) => keeps * (before.heights[i] ?? 0) + (1 - keeps) * height) };
}
