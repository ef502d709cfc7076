// Takes the boxes' signed rows: judged while those before them are committed, committed together, and only then acknowledged.
import { makeCryptography, sha256OfText } from '../hardware/host/crypto.ts';
import { Failure } from '../hardware/host/failure.ts';
import { ok, type Result } from '../schemas/problems.ts';
import { acceptanceOf } from './core/acceptances.ts';
import { emptyHead, type Head, judgeBatch, type NewRow } from './core/log-ledger.ts';
import { type Committed, Gathering, type Judgement, receiptKey, repeatedOf } from './log-gathering.ts';
import { type Arrived, LogReading, type ReadBatch } from './log-reading.ts';
import type { Registry } from './registry.ts';
import type { LogStore } from './store/store.ts';

export type { Committed } from './log-gathering.ts';

/** As many boxes as one broker serves: making a key from its bytes costs as much as the signature itself. */
const boxesMax = 20_000;
const batchesPerCommit = 500;

export interface LogDeskOptions {
  readonly store: LogStore;
  readonly registry: Pick<Registry, 'signingKey'>;
  readonly centre: string;
  readonly nowMs: () => number;
}

interface Waiting extends Arrived {
  readonly settle: (result: Result<Committed>) => void;
  readonly fail: (error: unknown) => void;
}

interface Taken {
  readonly one: Waiting;
  readonly batch: ReadBatch;
  readonly judged: Result<Judgement>;
}

/** A transaction: what it holds, and who waits for it. */
interface Transaction {
  readonly gathering: Gathering;
  readonly taken: Taken[];
}

/**
 * One transaction flies to the tables while the next is filled, judged as if the first had landed. When it falls, all that was
 * judged upon it is judged again.
 */
export class LogDesk {
  readonly #options: LogDeskOptions;
  readonly #crypto = makeCryptography(boxesMax);
  readonly #reading: LogReading<Waiting>;
  readonly #heads = new Map<string, Head>();
  #open = emptyTransaction();
  #flying: { readonly transaction: Transaction; readonly landed: Promise<void> } | undefined;
  #fallen: { readonly transaction: Transaction; readonly error: unknown } | undefined;
  #working = false;

  constructor(options: LogDeskOptions) {
    this.#options = options;
    this.#reading = new LogReading({ ...options, crypto: this.#crypto });
  }

  /**
   * Take one message of `up/log`. Resolves after COMMIT; rejects only when the store failed.
   * Problems: those of opening the envelope, wrong-audience, bad-input, hash-mismatch.
   */
  take(dev: string, payload: Uint8Array): Promise<Result<Committed>> {
    return new Promise((settle, fail) => {
      this.#reading.add({ dev, payload, read: undefined, settle, fail });
      void this.#work();
    });
  }

  /** The only one who judges, so batches are judged one after another in the order of their arrival. */
  async #work(): Promise<void> {
    if (this.#working) return;
    this.#working = true;
    for (;;) {
      const one = this.#reading.next();
      if (one) await this.#takeUp(one, one.read);
      else if (this.#flying) await this.#flying.landed;
      else break;
      if (this.#flying && this.#open.taken.length >= batchesPerCommit) await this.#flying.landed;
      if (this.#fallen) await this.#recover(this.#fallen);
      this.#launch();
    }
    this.#working = false;
  }

  async #takeUp(one: Waiting, read: Promise<Result<ReadBatch>>): Promise<void> {
    try {
      const batch = await read;
      if (batch.ok) await this.#judgeInto(this.#open, one, batch.value);
      else one.settle(batch);
    } catch (error) {
      one.fail(error);
    }
  }

  /** No effect while one flies, or has fallen and was not seen to. */
  #launch(): void {
    if (this.#flying || this.#fallen || this.#open.taken.length === 0) return;
    const transaction = this.#open;
    this.#open = emptyTransaction();
    const landed = this.#commit(transaction)
      .catch((error: unknown) => {
        this.#fallen = { transaction, error };
      })
      .then(() => {
        this.#flying = undefined;
        this.#launch();
      });
    this.#flying = { transaction, landed };
  }

  /** What one box says must not cost the others their rows, and what was judged upon the fallen is judged upon what became of it. */
  async #recover({ transaction, error }: { readonly transaction: Transaction; readonly error: unknown }): Promise<void> {
    const upon = this.#open.taken;
    this.#open = emptyTransaction();
    await this.#apart(transaction.taken, error);
    this.#fallen = undefined;
    this.#open = await this.#judged(upon);
  }

  /** Halved until it stands alone. A store that is away fails all at once. */
  async #apart(taken: readonly Taken[], error: unknown): Promise<void> {
    const refused = error instanceof Failure ? error.problem : undefined;
    const isOfContent = refused === undefined || refused.code === 'bad-input' || refused.code === 'conflict';
    if (isOfContent && taken.length > 1) {
      const half = Math.ceil(taken.length / 2);
      for (const part of [taken.slice(0, half), taken.slice(half)]) {
        try {
          await this.#commit(await this.#judged(part));
        } catch (again) {
          await this.#apart(part, again);
        }
      }
      return;
    }
    for (const { one } of taken) {
      if (isOfContent && refused) one.settle({ ok: false, problem: refused });
      else one.fail(error);
    }
  }

  /** The same batches judged anew. */
  async #judged(taken: readonly Taken[]): Promise<Transaction> {
    const transaction = emptyTransaction();
    for (const { one, batch } of taken) await this.#judgeInto(transaction, one, batch).catch(one.fail);
    return transaction;
  }

  /** Throws when the store does; then nothing was added. */
  async #judgeInto({ gathering, taken }: Transaction, one: Waiting, batch: ReadBatch): Promise<void> {
    const { dev } = one;
    const { epoch, rows } = batch;
    const head = gathering.head(dev, epoch) ?? (await this.#head(dev, epoch));
    const judged = judgeBatch(head, rows, await this.#known(dev, batch, head, gathering), sha256OfText);
    const nowMs = this.#options.nowMs();
    const acceptance = (row: NewRow) => this.#acceptance(dev, row, nowMs);
    taken.push({ one, batch, judged: judged.ok ? ok(gathering.add(dev, epoch, judged.value, nowMs, acceptance)) : judged });
  }

  #acceptance(dev: string, { read }: NewRow, nowMs: number) {
    if (read?.fact.kind !== 'acceptance') return undefined;
    return acceptanceOf(dev, read.fact.record, nowMs, (keyid) => this.#options.registry.signingKey(dev, keyid), this.#crypto);
  }

  async #commit({ gathering, taken }: Transaction): Promise<void> {
    const { store } = this.#options;
    const known = await store.settled(taken.flatMap(({ judged }) => (judged.ok ? judged.value.told.map(receiptKey) : [])));
    const settled = taken.map(({ one, judged }) => {
      const result = judged.ok ? ok(gathering.settle(judged.value, known)) : judged;
      return () => one.settle(result);
    });
    await store.commit(gathering.commit());
    for (const { dev, epoch, upto, hash } of gathering.heads) this.#remember(`${dev} ${epoch}`, { upto, hash });
    for (const settle of settled) settle();
  }

  /** Hashes below the head that this batch repeats; also those that fly or wait in this very transaction. */
  async #known(dev: string, { epoch, rows }: ReadBatch, head: Head, gathering: Gathering): Promise<ReadonlyMap<number, string>> {
    const repeated = repeatedOf(rows, head);
    if (!repeated) return new Map();
    const flying = this.#flying?.transaction.gathering;
    const known = new Map(await this.#options.store.hashes(dev, epoch, repeated.first, repeated.last));
    flying?.hashes(dev, epoch, known);
    gathering.hashes(dev, epoch, known);
    return known;
  }

  async #head(dev: string, epoch: string): Promise<Head> {
    const soon = this.#flying?.transaction.gathering.head(dev, epoch) ?? this.#heads.get(`${dev} ${epoch}`);
    return soon ?? (await this.#options.store.head(dev, epoch)) ?? emptyHead(epoch);
  }

  #remember(key: string, head: Head): void {
    this.#heads.delete(key);
    this.#heads.set(key, head);
    const [oldest] = this.#heads.keys();
    if (this.#heads.size > boxesMax && oldest !== undefined) this.#heads.delete(oldest);
  }
}

function emptyTransaction(): Transaction {
  return { gathering: new Gathering(), taken: [] };
}
