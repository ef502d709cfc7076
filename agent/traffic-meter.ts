// The SIM's meter: what the month has cost so far, over restarts and cuts of the power.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { addTraffic, findInterface, readCounter, type TrafficMonth } from '../hardware/health/traffic.ts';
import { writeFileAtomic } from '../hardware/host/files.ts';
import { parseJson } from '../schemas/parse.ts';

/** A card is written this seldom; a cut of the power loses at most so much of the count. */
const saveEveryMs = 10 * 60_000;
const Counter = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const Kept = v.strictObject({
  month: v.pipe(v.string(), v.regex(/^\d{4}-\d{2}$/)),
  bytes: Counter,
  counter: Counter,
  of: v.pipe(v.string(), v.maxLength(64)),
  card: v.nullable(v.pipe(v.string(), v.maxLength(16))),
});

export interface TrafficMeterOptions {
  readonly dataDir: string;
  readonly interface: string | undefined;
  readonly root?: string;
}

export class TrafficMeter {
  readonly #options: TrafficMeterOptions;
  readonly #file: string;
  #month: TrafficMonth | undefined;
  #savedMonoMs: number | undefined;

  constructor(options: TrafficMeterOptions) {
    this.#options = options;
    this.#file = join(options.dataDir, 'sim-month.json');
  }

  async load(): Promise<void> {
    const text = await readFile(this.#file, 'utf8').catch(() => '');
    const read = parseJson(Kept, text);
    this.#month = read.ok ? read.value : undefined;
  }

  /** Bytes of this month by this SIM (null: nobody knows which), or nothing while there is no interface to count. */
  async read(card: string | null, wallMs: number, monoMs: number): Promise<number | undefined> {
    const { root = '/' } = this.#options;
    const name = await findInterface(this.#options.interface, root);
    const counter = name === undefined ? undefined : await readCounter(name, root);
    if (name === undefined || counter === undefined) return this.#month?.bytes;
    // The kernel's own boot: its counters go on when only this program starts again.
    const boot = await readFile(join(root, 'proc/sys/kernel/random/boot_id'), 'utf8').catch(() => '');
    this.#month = addTraffic(this.#month, { counter, of: `${boot.trim()}/${name}`, card }, wallMs);
    if (this.#savedMonoMs === undefined || monoMs - this.#savedMonoMs >= saveEveryMs) {
      this.#savedMonoMs = monoMs;
      await this.save();
    }
    return this.#month.bytes;
  }

  async save(): Promise<void> {
    if (this.#month) await writeFileAtomic(this.#file, JSON.stringify(this.#month));
  }
}
