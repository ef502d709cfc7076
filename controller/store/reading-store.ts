// What a centre keeps of the readings of its boxes: a ring of eight days a box.
import type { StoredReading } from '../core/reading-series.ts';

export interface ReadingStore {
  /** One for each quarter of an hour of a box; the later word of a quarter counts, and what is eight days older gives way. */
  save(readings: readonly StoredReading[]): Promise<void>;
  /** Of a box from an instant until before another, oldest first. */
  between(dev: string, fromMs: number, toMs: number): Promise<StoredReading[]>;
}
