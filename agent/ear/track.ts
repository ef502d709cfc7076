// Loudness in bands laid on the monotonic clock: one slot each 16 ms, a bounded ring of the newest. What crystals drift apart is taken up slot by slot.
import { bandCount, floorDb, frameMs, Spectrum } from './spectrum.ts';

/** Slots kept: about sixteen seconds. */
export const trackSlots = 1_024;
const samplesPerMs = 48;
/** A jump of the stamps beyond this is a gap: what lies in it is silence. */
const gapMs = 60;
const clippedFrom = 32_700;

export class Track {
  readonly #bands = new Float32Array(trackSlots * bandCount).fill(floorDb);
  readonly #clipped = new Uint16Array(trackSlots);
  #spectrum = new Spectrum();
  #nextMs: number | undefined;
  #slot = 0;
  #first: number | undefined;
  #clips = 0;

  /** First and last+1 slot that hold something; a slot is the monotonic instant divided by 16 ms. */
  get from(): number {
    return this.#first === undefined ? 0 : Math.max(this.#first, this.#slot - trackSlots);
  }

  get to(): number {
    return this.#first === undefined ? 0 : this.#slot;
  }

  push(atMonoMs: number, samples: Int16Array): void {
    if (this.#nextMs === undefined || Math.abs(atMonoMs - this.#nextMs) > gapMs) this.#spectrum = new Spectrum();
    for (const sample of samples) if (sample >= clippedFrom || sample <= -clippedFrom) this.#clips++;
    this.#spectrum.push(samples, (frame, samplesIn) => this.#lay(frame, atMonoMs + samplesIn / samplesPerMs));
    this.#nextMs = atMonoMs + samples.length / samplesPerMs;
  }

  /** Loudness of a band in a slot, dB of full scale. */
  at(slot: number, band: number): number {
    return this.#bands[(slot % trackSlots) * bandCount + band] ?? floorDb;
  }

  clipped(slot: number): number {
    return this.#clipped[slot % trackSlots] ?? 0;
  }

  #lay(frame: Float32Array, endMs: number): void {
    const meant = Math.round(endMs / frameMs);
    if (this.#first === undefined) this.#begin(meant);
    // Within a slot of where it belongs it simply follows the one before; what an output took back is laid again.
    const early = endMs / frameMs - this.#slot;
    if (early < -2) this.#begin(Math.max(meant, 0), Math.min(meant, this.#first ?? meant));
    else if (early < -1) this.#slot--;
    else if (early > trackSlots) this.#begin(meant);
    else if (early > 1) while (this.#slot < meant) this.#set(this.#slot++, early > 3 ? undefined : frame);
    this.#set(this.#slot++, frame);
  }

  #begin(slot: number, first = slot): void {
    this.#first = first;
    this.#slot = slot;
  }

  #set(slot: number, frame: Float32Array | undefined): void {
    const at = (slot % trackSlots) * bandCount;
    if (frame) this.#bands.set(frame, at);
    else this.#bands.fill(floorDb, at, at + bandCount);
    this.#clipped[slot % trackSlots] = Math.min(65_535, this.#clips);
    this.#clips = 0;
  }
}
