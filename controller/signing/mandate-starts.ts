// How often each mandate has started orders within the hour, kept beside the counters: a desk that is killed does not begin anew.
import * as v from 'valibot';
import { SlotFile } from '../../hardware/host/slot-file.ts';
import { MessageId, Sha256 } from '../../schemas/ids.ts';
import { parseJson } from '../../schemas/parse.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { hourMs, type Spent } from '../core/signing-quota.ts';

const Kept = v.record(
  v.string(),
  v.array(v.strictObject({ order: MessageId, content: Sha256, atMs: v.pipe(v.number(), v.safeInteger(), v.minValue(0)) })),
);
type Kept = v.InferOutput<typeof Kept>;

/** Written whole each time, so that a full disk has room for the next start. */
const paddedBytes = 16 * 1024;
const keptBytesMax = 4 * 1024 * 1024;

export interface Clocks {
  /** Unix time, which alone outlives the process. */
  readonly nowMs: number;
  /** The clock that quotas are counted by. */
  readonly monoMs: number;
}

export class MandateStarts {
  readonly #slots: SlotFile;
  #kept: Spent['mandates'] | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(dir: string) {
    this.#slots = new SlotFile(dir, 'mandates');
  }

  /** Starts of the last hour. One from the future (the clock was put back) counts as one from now. Problem: store-damaged. */
  async open({ nowMs, monoMs }: Clocks): Promise<Result<Spent['mandates']>> {
    const bytes = await this.#slots.read();
    const kept = bytes ? parseJson(Kept, Buffer.from(bytes).toString('utf8').trimEnd(), keptBytesMax) : ok<Kept>({});
    if (!kept.ok) return bad('store-damaged', `starts under mandates: ${kept.problem.detail}`);
    const starts = Object.entries(kept.value).map(([id, list]) => [
      id,
      list.map(({ atMs, ...start }) => ({ ...start, atMs: monoMs - Math.max(0, nowMs - atMs) })),
    ]);
    // Both files at their full size before the first start.
    if (!bytes) for (let slot = 0; slot < 2; slot += 1) await this.#write({});
    this.#kept = Object.fromEntries(starts) as Spent['mandates'];
    return ok(this.#kept);
  }

  /** Undefined: all of it is on the disk already. MUST be waited for before a signature under a mandate leaves. Rejects when the disk does not take it. */
  keep(mandates: Spent['mandates'], { nowMs, monoMs }: Clocks): Promise<void> | undefined {
    if (mandates === this.#kept) return undefined;
    const written = this.#writing
      .catch(() => undefined)
      .then(async () => {
        const lately = Object.entries(mandates).map(([id, list]) => [
          id,
          list
            .filter(({ atMs }) => atMs > monoMs - hourMs)
            .map((start) => ({ ...start, atMs: Math.max(0, Math.round(nowMs - (monoMs - start.atMs))) })),
        ]);
        await this.#write(Object.fromEntries(lately.filter(([, list]) => list?.length !== 0)));
        this.#kept = mandates;
      });
    this.#writing = written;
    return written;
  }

  #write(kept: Kept): Promise<void> {
    const text = JSON.stringify(kept);
    return this.#slots.write(Buffer.from(text.padEnd(Math.ceil((text.length + 1) / paddedBytes) * paddedBytes)));
  }
}
