// The boxes as the running centre holds them: who may connect, with which key they sign, what they last said.
import type { Cryptography, KnownKey } from '../schemas/envelope.ts';
import { fromBase64 } from '../schemas/envelope.ts';
import type { Presence, Report, Telemetry } from '../schemas/report.ts';
import { newerPresence } from './core/fleet-status.ts';
import { readingOf, readingSlot, type StoredReading } from './core/reading-series.ts';
import type { Box, Seen, Store } from './store/store.ts';

const saveEveryMs = 2_000;

export class Registry {
  readonly #store: Store;
  readonly #crypto: Pick<Cryptography, 'sha256'>;
  readonly #onFailure: (error: unknown) => void;
  readonly #boxes = new Map<string, Box>();
  readonly #keys = new Map<string, KnownKey>();
  readonly #seen = new Map<string, Seen>();
  /** All in the order of their ids; made again when it is asked for. */
  #sorted: readonly Box[] | undefined;
  readonly #unsaved = new Set<string>();
  /** The quarter of an hour of which a reading is kept already, by box. */
  readonly #readSlots = new Map<string, number>();
  readonly #unsavedReadings = new Map<string, StoredReading>();
  #timer: NodeJS.Timeout | undefined;

  /** A box was enrolled or is none any more; named once whoever keeps account of it is there. */
  onEnrolled: () => void = () => undefined;

  /** `onFailure` hears of a store that would not take what boxes said; it is tried again. */
  constructor(store: Store, crypto: Pick<Cryptography, 'sha256'>, onFailure: (error: unknown) => void) {
    this.#onFailure = onFailure;
    this.#store = store;
    this.#crypto = crypto;
  }

  async start(): Promise<void> {
    for (const box of await this.#store.estate.boxes()) this.put(box);
    for (const seen of await this.#store.estate.seen()) this.#seen.set(seen.dev, seen);
    // Lossy by nature and frequent: saved together, not one transaction each.
    this.#timer = setInterval(() => void this.save().catch(this.#onFailure), saveEveryMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.save();
  }

  put(box: Box): void {
    this.#boxes.set(box.id, box);
    this.#sorted = undefined;
    const was = this.#keys.has(box.id);
    this.#keep(box);
    if (was !== this.#keys.has(box.id)) this.onEnrolled();
  }

  #keep(box: Box): void {
    if (box.signingKey === null) {
      this.#keys.delete(box.id);
      return;
    }
    const publicKey = fromBase64(box.signingKey);
    this.#keys.set(box.id, { keyid: this.#crypto.sha256(publicKey).slice(0, 16), alg: 'ed25519', publicKey });
  }

  /** It stands elsewhere from now on. */
  move(id: string, { area, groups }: Pick<Box, 'area' | 'groups'>): void {
    const box = this.#boxes.get(id);
    if (!box) return;
    this.#boxes.set(id, { ...box, area, groups });
    this.#sorted = undefined;
  }

  all(): readonly Box[] {
    this.#sorted ??= [...this.#boxes.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    return this.#sorted;
  }

  box(id: string): Box | undefined {
    return this.#boxes.get(id);
  }

  enrolled(id: string): boolean {
    return this.#keys.has(id);
  }

  /** The key a box signs its log with, if that is the key named. */
  signingKey(dev: string, keyid: string): KnownKey | undefined {
    const key = this.#keys.get(dev);
    return key?.keyid === keyid ? key : undefined;
  }

  seen(dev: string): Seen | undefined {
    return this.#seen.get(dev);
  }

  sawPresence(dev: string, presence: Presence, nowMs: number): void {
    this.#put(dev, nowMs, (seen) => ({ ...seen, presence: newerPresence(seen.presence, presence) }));
  }

  sawReport(dev: string, report: Report, nowMs: number): void {
    this.#put(dev, nowMs, (seen) => ({ ...seen, report }));
  }

  sawTelemetry(dev: string, telemetry: Telemetry, nowMs: number): void {
    this.#put(dev, nowMs, (seen) => ({ ...seen, telemetry }));
    const slot = readingSlot(nowMs);
    const reading = this.#readSlots.get(dev) === slot ? undefined : readingOf(dev, telemetry, nowMs);
    if (!reading) return;
    this.#readSlots.set(dev, slot);
    this.#unsavedReadings.set(dev, reading);
  }

  /** Any sign of life. */
  touched(dev: string, nowMs: number): void {
    this.#put(dev, nowMs, (seen) => seen);
  }

  async save(): Promise<void> {
    const dirty = [...this.#unsaved].flatMap((dev) => this.#seen.get(dev) ?? []);
    const readings = [...this.#unsavedReadings.values()];
    this.#unsaved.clear();
    this.#unsavedReadings.clear();
    try {
      if (dirty.length > 0) await this.#store.estate.saveSeen(dirty);
      if (readings.length > 0) await this.#store.readings.save(readings);
    } catch (error) {
      for (const { dev } of dirty) this.#unsaved.add(dev);
      // What came meanwhile is newer.
      for (const reading of readings) if (!this.#unsavedReadings.has(reading.dev)) this.#unsavedReadings.set(reading.dev, reading);
      throw error;
    }
  }

  #put(dev: string, nowMs: number, change: (seen: Seen) => Seen): void {
    const before = this.#seen.get(dev) ?? { dev, lastSeenMs: nowMs, presence: null, report: null, telemetry: null };
    this.#seen.set(dev, { ...change(before), lastSeenMs: nowMs });
    this.#unsaved.add(dev);
  }
}
