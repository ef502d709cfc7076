// Follows every order on every box until it has told what it must: who is silent though connected is sent it again.
import type { OrderCounts } from '../../schemas/order-standing.ts';
import { type BoxProgress, countsOf, foldFact, foremost, progressOf, type Silence, type Told, toldByBox } from '../core/order-progress.ts';
import { answerWithinMs, isUnanswered, type Listener, resendsOf } from '../core/order-resend.ts';
import type { OrderProgress, OrderStore, StoredOrder } from '../store/store.ts';
import type { OrderReminder } from './order-reminder.ts';

/** Lines that a list of orders shows of each. */
export const linesMax = 50;
/** Words of boxes held for orders lately asked for. */
const toldMax = 100_000;
/** A clear rides in the frames so much longer than its orders (order desk). */
export const clearOutlivesMs = 60_000;

export interface OrderWatchOptions {
  readonly store: Pick<OrderStore, 'ordersUntil' | 'progress'>;
  /** Groups that a box listens to now. */
  readonly groupsOf: (dev: string) => readonly string[];
  /** Send what stands in these groups once more to this box. */
  readonly sendTo: (dev: string, groups: readonly string[]) => Promise<void>;
  readonly warn: (fields: object) => void;
  /** Told of every order that stands, and of its end. */
  readonly reminder?: Pick<OrderReminder, 'given' | 'ended' | 'stop'>;
  readonly nowMs: () => number;
}

interface Try {
  readonly tries: number;
  readonly triedMs: number;
}

interface Standing {
  readonly order: StoredOrder;
  readonly sentMs: number;
  readonly tries: Map<string, Try>;
}

export interface OrderSummary {
  readonly counts: OrderCounts;
  readonly lines: readonly BoxProgress[];
}

export class OrderWatch {
  readonly #options: OrderWatchOptions;
  readonly #standing = new Map<string, Standing>();
  readonly #told = new Map<string, Map<string, Told>>();
  /** Of orders that are over, until a late word comes. */
  readonly #summaries = new Map<string, OrderSummary>();
  /** Tables being read, and whether a word came meanwhile. */
  readonly #reading = new Map<string, { overtaken: boolean }>();
  readonly #connected = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #lookAtMs = Number.POSITIVE_INFINITY;
  #stopped = false;

  constructor(options: OrderWatchOptions) {
    this.#options = options;
  }

  /** Take up every order that still stands, after a restart: their ends bound how many, not a number. */
  async start(): Promise<void> {
    const nowMs = this.#options.nowMs();
    for (const order of await this.#options.store.ordersUntil(nowMs - clearOutlivesMs)) {
      await this.#toldOf(order.id);
      this.given(order);
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#options.reminder?.stop();
    clearTimeout(this.#timer);
  }

  /** It is about to be published: the first word may come before that is done. */
  given(order: StoredOrder): void {
    this.#options.reminder?.given(order);
    const sentMs = this.#options.nowMs();
    this.#standing.set(order.id, { order, sentMs, tries: new Map() });
    if (!this.#told.has(order.id)) this.#keep(order.id, new Map());
    this.#lookBy(sentMs + answerWithinMs);
  }

  cleared(ids: readonly string[], clearedMs: number): void {
    for (const id of ids) {
      this.#options.reminder?.ended(id);
      const before = this.#standing.get(id);
      if (before) this.#standing.set(id, { ...before, order: { ...before.order, clearedMs }, tries: new Map() });
    }
    this.#lookBy(clearedMs + answerWithinMs);
  }

  /** Orders that are neither cleared nor over. */
  inForce(nowMs: number): number {
    return [...this.#standing.values()].filter(({ order }) => order.clearedMs === null && order.expMs > nowMs).length;
  }

  connection(dev: string, up: boolean): void {
    if (!up) {
      this.#connected.delete(dev);
      return;
    }
    const nowMs = this.#options.nowMs();
    this.#connected.set(dev, nowMs);
    if (this.#standing.size > 0) this.#lookBy(nowMs + answerWithinMs);
  }

  isConnected(dev: string): boolean {
    return this.#connected.has(dev);
  }

  /** Facts of boxes, committed. */
  told(facts: readonly OrderProgress[]): void {
    for (const fact of facts) {
      this.#summaries.delete(fact.order);
      const told = this.#told.get(fact.order);
      const reading = this.#reading.get(fact.order);
      if (reading) reading.overtaken = true;
      const folded = told && foldFact(told.get(fact.dev), fact);
      if (folded) told.set(fact.dev, folded);
    }
  }

  /** Every box of an order, one line each. */
  async progress(order: StoredOrder): Promise<BoxProgress[]> {
    const told = await this.#toldOf(order.id);
    const nowMs = this.#options.nowMs();
    return progressOf(order.boxes, told, (dev) => this.#silence(order, dev, nowMs));
  }

  /** Totals, and the lines worth seeing first. */
  async summary(order: StoredOrder): Promise<OrderSummary> {
    const known = this.#summaries.get(order.id);
    if (known) return known;
    const progress = await this.progress(order);
    const summary = { counts: countsOf(progress), lines: foremost(progress, linesMax) };
    if (!this.#standing.has(order.id)) this.#summaries.set(order.id, summary);
    return summary;
  }

  #silence(order: StoredOrder, dev: string, nowMs: number): Silence {
    const one = this.#listener(dev, this.#standing.get(order.id)?.tries.get(dev));
    if (one.connectedMs === null) return 'offline';
    return isUnanswered({ untilMs: order.clearedMs ?? order.expMs }, one, nowMs) ? 'unanswered' : 'sent';
  }

  #listener(dev: string, tried: Try | undefined): Omit<Listener, 'told'> {
    return { dev, connectedMs: this.#connected.get(dev) ?? null, tries: tried?.tries ?? 0, triedMs: tried?.triedMs ?? null };
  }

  async #toldOf(id: string): Promise<ReadonlyMap<string, Told>> {
    const known = this.#told.get(id);
    if (known) {
      this.#told.delete(id);
      this.#told.set(id, known);
      return known;
    }
    // A word may be committed while the tables are read: then they are asked again rather than half believed.
    for (;;) {
      const reading = { overtaken: false };
      this.#reading.set(id, reading);
      const told = toldByBox(await this.#options.store.progress([id]));
      if (!reading.overtaken) {
        this.#reading.delete(id);
        return this.#told.get(id) ?? this.#keep(id, told);
      }
    }
  }

  /** Orders asked for least lately give way; those that stand never do. */
  #keep(id: string, told: Map<string, Told>): Map<string, Told> {
    this.#told.set(id, told);
    let held = [...this.#told.values()].reduce((sum, one) => sum + one.size, 0);
    for (const [oldest, words] of this.#told) {
      if (held <= toldMax) break;
      if (oldest === id || this.#standing.has(oldest)) continue;
      this.#told.delete(oldest);
      this.#summaries.delete(oldest);
      held -= words.size;
    }
    return told;
  }

  #lookBy(atMs: number): void {
    if (this.#stopped || atMs >= this.#lookAtMs) return;
    this.#lookAtMs = atMs;
    clearTimeout(this.#timer);
    const inMs = Math.max(1, atMs - this.#options.nowMs());
    this.#timer = setTimeout(() => void this.look(), Math.min(inMs, 2 ** 31 - 1)).unref();
  }

  /** One look at all that stands; its own timer calls it. */
  async look(): Promise<void> {
    this.#lookAtMs = Number.POSITIVE_INFINITY;
    const nowMs = this.#options.nowMs();
    for (const [id, { order, sentMs, tries }] of this.#standing) {
      const untilMs = order.clearedMs === null ? order.expMs : order.expMs + clearOutlivesMs;
      if (nowMs >= untilMs) {
        this.#standing.delete(id);
        continue;
      }
      const told = this.#told.get(id);
      const listeners = order.boxes.map((dev): Listener => ({ ...this.#listener(dev, tries.get(dev)), told: told?.get(dev) }));
      const { due, nextMs } = resendsOf({ sentMs, untilMs, clearedMs: order.clearedMs }, listeners, nowMs);
      for (const dev of due) await this.#resend(order, dev, tries, nowMs);
      if (nextMs !== null) this.#lookBy(nextMs);
      if (due.length > 0) this.#lookBy(nowMs + answerWithinMs);
    }
  }

  async #resend({ id, groups }: StoredOrder, dev: string, tries: Map<string, Try>, triedMs: number): Promise<void> {
    const count = (tries.get(dev)?.tries ?? 0) + 1;
    tries.set(dev, { tries: count, triedMs });
    if (count === 1) this.#options.warn({ event: 'order-unanswered', dev, order: id });
    const listens = this.#options.groupsOf(dev).filter((group) => groups.includes(group));
    await this.#options.sendTo(dev, listens).catch((err: unknown) => this.#options.warn({ event: 'order-not-sent', dev, order: id, err }));
  }
}
