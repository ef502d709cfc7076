// The journal that never stops the box: on the disk while that takes rows, in memory while it does not, and back again.
import { problemOf } from '../hardware/host/failure.ts';
import type { Entry, Row } from '../schemas/outbox.ts';
import type { Problem } from '../schemas/problems.ts';
import type { Receipt } from '../schemas/receipt.ts';
import type { Kept } from './core/model.ts';
import { type JournalOptions, SqliteJournal } from './journal.ts';
import { readOutside, writeCopy } from './kept-outside.ts';
import { MemoryJournal } from './memory-journal.ts';
import { OrderSlots, type Slot } from './order-slots.ts';
import type { OutboxJournal } from './ports.ts';
import { SteadySlot } from './steady-slot.ts';

/** A disk that refuses is tried again so often. */
const retryEveryMs = 5_000;
/** Commits in a row that fail before the file is opened anew. */
const failuresMax = 3;

export interface SteadyJournalOptions extends Omit<JournalOptions, 'orders' | 'copy'> {
  /** Slots beside the database. */
  readonly slots: { readonly orders: Slot; readonly copy: Slot; readonly connections: Slot };
}

type Place = 'orders' | 'copy' | 'connections' | 'rows';

/**
 * INVARIANTS: what the loop commits is in `#now` or rejected; a switch of `#now` is told as a new epoch, so that the
 * outbox reads it anew; rows that memory holds go to the disk before memory is left.
 */
export class SteadyJournal implements OutboxJournal {
  readonly #options: JournalOptions;
  readonly #disk: SqliteJournal;
  readonly #slots: readonly SteadySlot[];
  readonly #troubles = new Map<Place, Problem>();
  /** For the counter of connections. */
  readonly connections: Slot;
  #now: SqliteJournal | MemoryJournal;
  #kept: Kept | undefined;
  #failures = 0;
  #told: string | null = null;
  #timer: NodeJS.Timeout | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #onEpoch: () => void = () => undefined;
  #onRows: (entries: readonly Entry[]) => void = () => undefined;
  #onStore: (problem: Problem | null) => void = () => undefined;

  constructor({ slots, ...options }: SteadyJournalOptions) {
    const steady = (place: Place, slot: Slot) => new SteadySlot({ slot, onTrouble: (problem) => this.#note(place, problem) });
    const orders = steady('orders', slots.orders);
    const copy = steady('copy', slots.copy);
    const connections = steady('connections', slots.connections);
    this.#slots = [orders, copy, connections];
    this.connections = connections;
    this.#options = { ...options, orders: new OrderSlots(orders), copy };
    this.#disk = new SqliteJournal(this.#options);
    this.#now = this.#disk;
  }

  /** Rejects only where another process holds the file: two boxes must not be one. */
  async start(): Promise<void> {
    try {
      await this.#disk.start();
    } catch (error) {
      const problem = problemOf(error);
      if (problem.code === 'device-busy') throw error;
      this.#goToMemory(problem);
    }
    this.#timer = setInterval(() => void this.#retry(), retryEveryMs);
  }

  async load(): ReturnType<OutboxJournal['load']> {
    try {
      return await this.#now.load();
    } catch (error) {
      if (this.#now !== this.#disk) throw error;
      this.#goToMemory(problemOf(error, 'store-damaged'));
      return this.#now.load();
    }
  }

  commit(kept: Kept, entries: readonly Entry[]): Promise<void> {
    return this.#inTurn(async () => {
      this.#kept = kept;
      try {
        await this.#now.commit(kept, entries);
        if (this.#now === this.#disk) this.#works();
      } catch (error) {
        const problem = problemOf(error);
        this.#note('rows', problem);
        if (++this.#failures >= failuresMax || problem.code === 'store-damaged') await this.#reopen();
        throw error;
      }
    });
  }

  /** Are the accepted orders on the disk, as far as was committed? */
  get ordersKept(): boolean {
    return this.#slots[0]?.owes === false;
  }

  /** Told when the disk begins to refuse, with the first thing that it refuses, and with null when it takes all again. */
  onStore(listener: (problem: Problem | null) => void): void {
    this.#onStore = listener;
    listener(this.#worst());
  }

  onRows(listener: (entries: readonly Entry[]) => void): void {
    this.#onRows = listener;
    this.#now.onRows(listener);
  }

  onEpoch(listener: () => void): void {
    this.#onEpoch = listener;
    this.#now.onEpoch(listener);
  }

  epoch(): string {
    return this.#now.epoch();
  }

  lastSeq(): number {
    return this.#now.lastSeq();
  }

  ackedTo(): number {
    return this.#now.ackedTo();
  }

  rowsAfter(seq: number, limits: { readonly rowsMax: number; readonly bytesMax: number }): Promise<Row[]> {
    return this.#now.rowsAfter(seq, limits);
  }

  acked(upto: number): Promise<void> {
    return this.#now.acked(upto);
  }

  newEpoch(): Promise<string> {
    return this.#now.newEpoch();
  }

  forgetRows(now: Omit<Entry, 'fact'>): Promise<void> {
    return this.#now.forgetRows(now);
  }

  /** None rather than an error: the page shows the rest. */
  recentReceipts(limit: number): Promise<Receipt[]> {
    return this.#now.recentReceipts(limit).catch(() => []);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#inTurn(async () => this.#now.close());
  }

  #goToMemory(problem: Problem): void {
    this.#options.warn('journalInMemory', problem);
    const { orders, copy, blankKept, crypto, freshEpoch } = this.#options;
    let written: Kept | undefined;
    this.#now = new MemoryJournal({
      keptOutside: async () => ({ ...blankKept(), ...(await readOutside(orders, copy)).kept }),
      keepOutside: async (kept) => {
        if (kept.orders !== written?.orders) await orders.write(kept.orders);
        if (kept.want !== written?.want || kept.muted !== written?.muted || kept.blanked !== written?.blanked) await writeCopy(copy, kept);
        written = kept;
      },
      crypto,
      freshEpoch,
    });
    this.#listen();
    this.#note('rows', problem);
  }

  #listen(): void {
    this.#now.onRows(this.#onRows);
    this.#now.onEpoch(this.#onEpoch);
  }

  /** The file may be whole though its handle is not; where it cannot be had at all, memory takes over. */
  async #reopen(): Promise<void> {
    this.#failures = 0;
    try {
      await this.#disk.reopen();
    } catch (error) {
      this.#goToMemory(problemOf(error));
      this.#onEpoch();
    }
  }

  async #retry(): Promise<void> {
    for (const slot of this.#slots) await slot.retry();
    if (this.#now instanceof MemoryJournal) await this.#inTurn(() => this.#goToDisk()).catch(() => undefined);
  }

  /** Everything that memory holds is on the disk before it is left, under one new name with what the disk still owed. */
  async #goToDisk(): Promise<void> {
    const memory = this.#now;
    if (!(memory instanceof MemoryJournal) || !this.#kept) return;
    await this.#disk.reopen();
    await this.#disk.commit(this.#kept, memory.owed());
    this.#now = this.#disk;
    this.#listen();
    await this.#disk.newEpoch();
    this.#works();
  }

  #works(): void {
    this.#failures = 0;
    this.#note('rows', null);
  }

  #note(place: Place, problem: Problem | null): void {
    if (problem) this.#troubles.set(place, problem);
    else this.#troubles.delete(place);
    const worst = this.#worst();
    if ((worst?.code ?? null) === this.#told) return;
    this.#told = worst?.code ?? null;
    if (worst) this.#options.warn('storeRefuses', worst);
    this.#onStore(worst);
  }

  #worst(): Problem | null {
    const [first] = this.#troubles.values();
    return first ?? null;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
