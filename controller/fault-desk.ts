// The faults of the fleet as they come and go: one look every few seconds, and what people do with them.
import { randomId } from '../hardware/host/crypto.ts';
import type { Fault, FaultReason } from '../schemas/faults.ts';
import { bad, ok, type Result } from '../schemas/problems.ts';
import { type FaultAct, judgeFault, type Pending, sameWithinMs, stepFaults, type Troubles } from './core/faults.ts';
import type { BoxStatus } from './core/fleet-status.ts';
import type { Feed } from './feed.ts';
import type { Journal } from './link.ts';
import type { Act, FaultStore } from './store/store.ts';

const lookEveryMs = 10_000;
/** A fault that only goes on standing is saved so often. */
const saveStandingMs = 10 * 60_000;

export interface FaultDeskOptions {
  readonly faults: FaultStore;
  /** Enrolled boxes and how they are now. */
  readonly fleet: () => readonly { readonly id: string; readonly status: BoxStatus; readonly twins?: string | undefined }[];
  readonly feed: Feed;
  readonly journal: Journal;
  readonly nowMs: () => number;
}

export class FaultDesk {
  readonly #options: FaultDeskOptions;
  /** Those that may still change, as they are; the tables may lag behind by how long they have stood. */
  readonly #known = new Map<string, Fault>();
  readonly #savedMs = new Map<string, number>();
  #pending: Pending = new Map();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();

  constructor(options: FaultDeskOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { faults, nowMs } = this.#options;
    // While the centre was away nobody looked: what stood then is taken to stand until a box says otherwise.
    for (const fault of await faults.unsettled(nowMs() - sameWithinMs))
      this.#keep(fault.endedMs === null ? { ...fault, standingMs: nowMs() } : fault, nowMs());
    this.#timer = setInterval(() => void this.look().catch((err: unknown) => this.#failed(err)), lookEveryMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#inTurn(() => this.#save([...this.#known.values()])).catch((err: unknown) => this.#failed(err));
  }

  /** One look at the fleet. */
  look(): Promise<void> {
    return this.#inTurn(async () => {
      const { fleet, feed, nowMs } = this.#options;
      const atMs = nowMs();
      const boxes = fleet();
      const { pending, changed: moved } = stepFaults([...this.#known.values()], this.#pending, troublesOf(boxes), atMs, () =>
        randomId('f'),
      );
      // Both machines stand in the one fault; what a person wrote there stays.
      const changed = moved.map((fault) =>
        fault.reason === 'twins' && fault.note === '' ? { ...fault, note: namedTwins(boxes, fault.box) } : fault,
      );
      const weighty = changed.filter((fault) => this.#isNews(fault, atMs));
      await this.#save(weighty);
      this.#pending = pending;
      for (const fault of changed) this.#known.set(fault.id, fault);
      for (const [id, { endedMs, resolvedMs }] of this.#known)
        if (resolvedMs !== null || (endedMs !== null && atMs - endedMs >= sameWithinMs)) this.#forget(id);
      for (const { id } of weighty) feed.tell('fault', id);
    });
  }

  /** Problems: not-found, conflict. `act` becomes part of the audit chain. */
  answer(id: string, wish: FaultAct, by: string, act: Act): Promise<Result<Fault>> {
    return this.#inTurn(async () => {
      const { faults, feed, nowMs } = this.#options;
      const fault = this.#known.get(id) ?? (await faults.fault(id));
      if (!fault) return bad('not-found', `no fault ${id}`);
      const judged = judgeFault(fault, wish, by, nowMs());
      if (!judged.ok) return judged;
      await faults.save([judged.value], act);
      if (this.#known.has(id)) this.#keep(judged.value, nowMs());
      feed.tell('fault', id);
      return ok(judged.value);
    });
  }

  /** How many stand now. */
  standing(): number {
    return [...this.#known.values()].filter(({ endedMs }) => endedMs === null).length;
  }

  #isNews(fault: Fault, atMs: number): boolean {
    const before = this.#known.get(fault.id);
    if (!before || before.endedMs !== fault.endedMs || before.times !== fault.times) return true;
    return atMs - (this.#savedMs.get(fault.id) ?? 0) >= saveStandingMs;
  }

  async #save(faults: readonly Fault[]): Promise<void> {
    if (faults.length === 0) return;
    await this.#options.faults.save(faults);
    for (const fault of faults) this.#keep(fault, this.#options.nowMs());
  }

  #keep(fault: Fault, savedMs: number): void {
    this.#known.set(fault.id, fault);
    this.#savedMs.set(fault.id, savedMs);
  }

  #forget(id: string): void {
    this.#known.delete(id);
    this.#savedMs.delete(id);
  }

  #failed(err: unknown): void {
    this.#options.journal.warn({ event: 'faults-not-looked-at', err });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#looking.then(work);
    this.#looking = turn.then(
      () => undefined,
      () => undefined,
    );
    return turn;
  }
}

/** A box that is away says nothing of itself: that it is away is all there is to say. */
function namedTwins(boxes: ReturnType<FaultDeskOptions['fleet']>, dev: string): string {
  return boxes.find(({ id }) => id === dev)?.twins ?? '';
}

function troublesOf(boxes: ReturnType<FaultDeskOptions['fleet']>): Troubles {
  return new Map(
    boxes.map(({ id, status, twins }): [string, ReadonlySet<FaultReason>] => [
      id,
      new Set([...(status.online ? status.health.reasons : ['offline' as const]), ...(twins === undefined ? [] : ['twins' as const])]),
    ]),
  );
}
