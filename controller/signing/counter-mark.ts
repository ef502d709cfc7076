// Counters that never go back, whatever database is restored: one mark above all of them, in two alternating checksummed files.
import * as v from 'valibot';
import { SlotFile } from '../../hardware/host/slot-file.ts';
import { counterMax, nextCounter } from '../../schemas/envelope.ts';
import { parseJson } from '../../schemas/parse.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';

const Kept = v.strictObject({
  /** No counter above this was ever used. */
  mark: v.pipe(v.number(), v.safeInteger()),
  /** The latest instant known to have passed. */
  timeMs: v.pipe(v.number(), v.safeInteger()),
  /** SHA-256 of the root this desk was made under; another one is refused. */
  root: v.string(),
  rootVersion: v.number(),
  /** Counter of the newest delegation it has spoken under. */
  delegation: v.number(),
});
export type Kept = v.InferOutput<typeof Kept>;

/** Reserved ahead, so that an order waits for no disk. */
const reserveMs = 60_000;
/** Time for the next reservation. */
const renewBelowMs = 30_000;
const spacesMax = 300_000;

/**
 * INVARIANTS: a counter is handed out only below the mark that is on the disk; after a start all counters lie above the mark
 * that was found, so none is used twice even when the clock stands behind and every other file was restored from a copy.
 */
export class CounterMark {
  readonly #slots: SlotFile;
  readonly #last = new Map<string, number>();
  #floor = 0;
  #highest = 0;
  #kept: Kept = { mark: 0, timeMs: 0, root: '', rootVersion: 0, delegation: 0 };
  #writing: Promise<void> | undefined;

  constructor(dir: string) {
    this.#slots = new SlotFile(dir, 'counters');
  }

  /** `floor`: what the centre's tables know, for the first start. Problem: store-damaged (files there, none of them valid). */
  async open(floor: number): Promise<Result<Kept | undefined>> {
    const bytes = await this.#slots.read();
    const kept = bytes && parseJson(Kept, Buffer.from(bytes).toString('utf8'));
    if (kept && !kept.ok) return bad('store-damaged', `the signing desk's slots: ${kept.problem.detail}`);
    if (kept) this.#kept = kept.value;
    this.#floor = kept ? kept.value.mark : Math.min(floor, counterMax);
    this.#highest = this.#floor;
    return ok(kept?.value);
  }

  get timeMs(): number {
    return this.#kept.timeMs;
  }

  /** Make room for `count` more counters; resolves at once unless the clock has leapt. Rejects when the disk does not take it. */
  cover(count: number, nowMs: number): Promise<void> | undefined {
    const need = Math.max(this.#highest, nowMs) + count;
    if (need > this.#kept.mark) return this.#write({ mark: need + reserveMs, timeMs: nowMs });
    if (need > this.#kept.mark - renewBelowMs && !this.#writing)
      this.#write({ mark: need + reserveMs, timeMs: nowMs }).catch(() => undefined); // tried again, and then waited for
    return undefined;
  }

  /** MUST be below what `cover` made room for. */
  next(space: string, nowMs: number): number {
    if (this.#last.size >= spacesMax) {
      this.#floor = this.#highest;
      this.#last.clear();
    }
    const ctr = nextCounter(Math.max(this.#floor, this.#last.get(space) ?? 0), nowMs);
    if (ctr > this.#kept.mark) throw new Error(`counter ${ctr} above the mark`);
    this.#last.set(space, ctr);
    this.#highest = Math.max(this.#highest, ctr);
    return ctr;
  }

  /** Remember under which root and delegation it speaks. */
  bind(bound: Pick<Kept, 'root' | 'rootVersion' | 'delegation'>): Promise<void> {
    return this.#write(bound);
  }

  #write(change: Partial<Kept>): Promise<void> {
    const before = this.#writing?.catch(() => undefined) ?? Promise.resolve();
    const written = before.then(async () => {
      const { mark, timeMs } = this.#kept;
      const next: Kept = { ...this.#kept, ...change, mark: Math.max(mark, change.mark ?? 0), timeMs: Math.max(timeMs, change.timeMs ?? 0) };
      await this.#slots.write(Buffer.from(JSON.stringify(next)));
      this.#kept = next;
    });
    this.#writing = written;
    const over = () => {
      if (this.#writing === written) this.#writing = undefined;
    };
    written.then(over, over);
    return written;
  }
}
