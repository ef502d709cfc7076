// Takes the boxes' signed rows: verified, committed together with all that waits, and only then acknowledged.
import * as v from 'valibot';
import { makeCryptography, sha256OfText } from '../hardware/host/crypto.ts';
import { Failure } from '../hardware/host/failure.ts';
import { openBeside } from '../schemas/envelope.ts';
import type { LogConflict } from '../schemas/log.ts';
import { LogBatch, type Row } from '../schemas/outbox.ts';
import { parseJson } from '../schemas/parse.ts';
import { bad, ok, type Result } from '../schemas/problems.ts';
import type { StoredUpdate } from '../schemas/release-api.ts';
import { acceptanceOf, type StoredAcceptance } from './core/acceptances.ts';
import { emptyHead, type Head, judgeBatch, type NewRow } from './core/log-ledger.ts';
import type { Registry } from './registry.ts';
import { liveOf, progressOf, showingOf, storedRow, updateOf } from './row-facts.ts';
import type { LiveProgress, LogCommit, LogStore, OrderProgress, StoredReceipt, StoredRow, StoredShowing } from './store/store.ts';

/** As many boxes as one broker serves: making a key from its bytes costs as much as the signature itself. */
const boxesMax = 20_000;
const batchBytesMax = 64 * 1024;
const batchesPerCommit = 500;
const readAheadMax = 2 * batchesPerCommit;

/** How far an epoch of a box is committed. */
export interface Committed {
  readonly dev: string;
  readonly epoch: string;
  readonly head: Head;
  readonly receipts: readonly StoredReceipt[];
  readonly progress: readonly OrderProgress[];
  readonly live: readonly LiveProgress[];
  /** Rows that tell of releases. */
  readonly updates: number;
  readonly rows: number;
  /** The box should begin a new epoch. */
  readonly conflict: boolean;
}

export interface LogDeskOptions {
  readonly store: LogStore;
  readonly registry: Pick<Registry, 'signingKey'>;
  readonly centre: string;
  readonly nowMs: () => number;
}

interface ToldReceipt {
  readonly dev: string;
  readonly epoch: string;
  readonly seq: number;
  readonly stored: StoredReceipt;
}

interface Judgement extends Omit<Committed, 'receipts'> {
  readonly told: readonly ToldReceipt[];
}

interface ReadBatch {
  readonly epoch: string;
  readonly rows: readonly Row[];
}

/** In the order of arrival; read, and its signature verified, while those before it are committed. */
interface Waiting {
  readonly dev: string;
  readonly payload: Uint8Array;
  /** Begun for the first ones that wait, not for all: rows that are read take five times the room of their bytes. */
  read: Promise<Result<ReadBatch>> | undefined;
  readonly settle: (result: Result<Committed>) => void;
  readonly fail: (error: unknown) => void;
}

interface Gathered {
  readonly rows: StoredRow[];
  readonly receipts: Map<string, StoredReceipt>;
  readonly progress: OrderProgress[];
  readonly showings: StoredShowing[];
  readonly acceptances: StoredAcceptance[];
  readonly updates: StoredUpdate[];
  readonly live: LiveProgress[];
  readonly conflicts: LogConflict[];
  readonly heads: Map<string, Head & { readonly dev: string; readonly epoch: string }>;
}

export class LogDesk {
  readonly #options: LogDeskOptions;
  readonly #crypto = makeCryptography(boxesMax);
  readonly #heads = new Map<string, Head>();
  readonly #waiting: Waiting[] = [];
  /** How many of them are being read, from the first on. */
  #reading = 0;
  #working = false;

  constructor(options: LogDeskOptions) {
    this.#options = options;
  }

  /**
   * Take one message of `up/log`. Resolves after COMMIT; rejects only when the store failed.
   * Problems: those of opening the envelope, wrong-audience, bad-input, hash-mismatch.
   */
  take(dev: string, payload: Uint8Array): Promise<Result<Committed>> {
    return new Promise((settle, fail) => {
      this.#waiting.push({ dev, payload, read: undefined, settle, fail });
      this.#readAhead();
      void this.#work();
    });
  }

  #readAhead(): void {
    for (; this.#reading < Math.min(this.#waiting.length, readAheadMax); this.#reading++) {
      const next = this.#waiting[this.#reading] as Waiting;
      next.read = this.#read(next.dev, next.payload);
      // It is awaited in its turn; until then nobody listens to its failure.
      next.read.catch(() => undefined);
    }
  }

  async #read(dev: string, payload: Uint8Array): Promise<Result<ReadBatch>> {
    if (payload.length > batchBytesMax) return bad('too-large', `log message of ${payload.length} bytes`);
    const json = parseJson(v.unknown(), Buffer.from(payload).toString('utf8'), batchBytesMax);
    if (!json.ok) return json;
    const { registry, centre } = this.#options;
    const opened = await openBeside(json.value, 'log', LogBatch, (keyid) => registry.signingKey(dev, keyid), this.#crypto);
    if (!opened.ok) return opened;
    const { iss, aud, epoch, body } = opened.value.statement;
    if (iss !== dev) return bad('wrong-audience', `signed as ${iss}, sent by ${dev}`, '/iss');
    if (aud !== `c/${centre}`) return bad('wrong-audience', `addressed to ${aud}`, '/aud');
    if (body.rows.some(({ entry }) => entry.includes('\0'))) return bad('bad-input', 'a row holds U+0000', '/rows');
    return ok({ epoch, rows: body.rows });
  }

  /** One transaction at a time; whatever came meanwhile shares the next. */
  async #work(): Promise<void> {
    if (this.#working) return;
    this.#working = true;
    while (this.#waiting.length > 0) {
      const taken = this.#waiting.splice(0, batchesPerCommit);
      this.#reading -= taken.length;
      this.#readAhead();
      await this.#commit(taken);
    }
    this.#working = false;
  }

  async #commit(taken: readonly Waiting[]): Promise<void> {
    const gathered: Gathered = {
      rows: [],
      receipts: new Map(),
      progress: [],
      live: [],
      showings: [],
      acceptances: [],
      updates: [],
      conflicts: [],
      heads: new Map(),
    };
    const settled: (() => void)[] = [];
    try {
      const judged: Result<Judgement>[] = [];
      for (const { dev, payload, read } of taken) {
        const batch = await (read ?? this.#read(dev, payload));
        judged.push(batch.ok ? await this.#judge(dev, batch.value, gathered) : batch);
      }
      const known = await this.#options.store.settled(judged.flatMap((one) => (one.ok ? one.value.told.map(keyOf) : [])));
      for (const [i, one] of taken.entries()) {
        const result = judged[i];
        if (!result) continue;
        const answer = result.ok ? ok(this.#settle(result.value, known, gathered)) : result;
        settled.push(() => one.settle(answer));
      }
      await this.#options.store.commit(commitOf(gathered));
      for (const [key, head] of gathered.heads) this.#remember(key, head);
    } catch (error) {
      return this.#apart(taken, error);
    }
    for (const settle of settled) settle();
  }

  /** What one box says must not cost the others their rows: halved until it stands alone. A store that is away fails all at once. */
  async #apart(taken: readonly Waiting[], error: unknown): Promise<void> {
    const refused = error instanceof Failure ? error.problem : undefined;
    const isOfContent = refused === undefined || refused.code === 'bad-input' || refused.code === 'conflict';
    if (isOfContent && taken.length > 1) {
      const half = Math.ceil(taken.length / 2);
      await this.#commit(taken.slice(0, half));
      return this.#commit(taken.slice(half));
    }
    for (const one of taken) {
      if (isOfContent && refused) one.settle({ ok: false, problem: refused });
      else one.fail(error);
    }
  }

  /** One that the box's key did not sign is kept as a contradiction, not as a record. */
  #takeAcceptance(dev: string, epoch: string, { seq, read }: NewRow, nowMs: number, gathered: Gathered): void {
    if (read?.fact.kind !== 'acceptance') return;
    const { registry } = this.#options;
    const found = acceptanceOf(dev, read.fact.record, nowMs, (keyid) => registry.signingKey(dev, keyid), this.#crypto);
    if (found.ok) gathered.acceptances.push(found.value);
    else
      gathered.conflicts.push({
        dev,
        epoch,
        seq,
        kind: 'row',
        detail: `acceptance: ${found.problem.code} ${found.problem.detail}`.slice(0, 2000),
        atMs: nowMs,
      });
  }

  async #judge(dev: string, { epoch, rows }: ReadBatch, gathered: Gathered): Promise<Result<Judgement>> {
    const key = `${dev} ${epoch}`;
    const head = gathered.heads.get(key) ?? (await this.#head(dev, epoch));
    const judged = judgeBatch(head, rows, await this.#known(dev, epoch, rows, head, gathered), sha256OfText);
    if (!judged.ok) return judged;
    const { fresh, conflicts } = judged.value;
    const nowMs = this.#options.nowMs();
    const progress = fresh.flatMap((row) => progressOf(dev, row) ?? []);
    gathered.rows.push(...fresh.map((row) => storedRow(dev, epoch, row, nowMs)));
    gathered.progress.push(...progress);
    const live = fresh.flatMap((row) => liveOf(dev, row) ?? []);
    gathered.live.push(...live);
    gathered.showings.push(...fresh.flatMap((row) => showingOf(dev, row, nowMs) ?? []));
    for (const row of fresh) this.#takeAcceptance(dev, epoch, row, nowMs, gathered);
    const updates = fresh.flatMap((row) => updateOf(dev, row, nowMs) ?? []);
    gathered.updates.push(...updates);
    for (const row of conflicts) {
      gathered.conflicts.push({ dev, epoch, seq: row.seq, kind: 'row', detail: `${row.hash} ${row.entry}`.slice(0, 2000), atMs: nowMs });
    }
    if (fresh.length > 0) gathered.heads.set(key, { dev, epoch, ...judged.value.head });
    const told = fresh.flatMap(({ seq, read }) =>
      read?.fact.kind === 'receipt' ? [{ dev, epoch, seq, stored: { dev, receipt: read.fact.receipt, receivedMs: nowMs } }] : [],
    );
    return ok({
      dev,
      epoch,
      head: judged.value.head,
      progress,
      live,
      updates: updates.length,
      rows: fresh.length,
      conflict: conflicts.length > 0,
      told,
    });
  }

  /** A second receipt for one occurrence never replaces the first; it is kept as a contradiction. */
  #settle({ told, ...rest }: Judgement, known: ReadonlySet<string>, gathered: Gathered): Committed {
    const receipts: StoredReceipt[] = [];
    for (const one of told) {
      const key = keyOf(one).join(' ');
      if (known.has(key) || gathered.receipts.has(key)) {
        const { dev, epoch, seq, stored } = one;
        gathered.conflicts.push({ dev, epoch, seq, kind: 'receipt', detail: stored.receipt.occurrence, atMs: stored.receivedMs });
        continue;
      }
      gathered.receipts.set(key, one.stored);
      receipts.push(one.stored);
    }
    return { ...rest, receipts };
  }

  /** Hashes below the head that this batch repeats; also those that wait in this very transaction. */
  async #known(dev: string, epoch: string, rows: readonly Row[], head: Head, gathered: Gathered): Promise<ReadonlyMap<number, string>> {
    const repeated = rows.filter((row) => row.seq <= head.upto);
    const [first] = repeated;
    const last = repeated.at(-1);
    if (!first || !last) return new Map();
    const known = new Map(await this.#options.store.hashes(dev, epoch, first.seq, last.seq));
    for (const row of gathered.rows) if (row.dev === dev && row.epoch === epoch) known.set(row.seq, row.hash);
    return known;
  }

  async #head(dev: string, epoch: string): Promise<Head> {
    return this.#heads.get(`${dev} ${epoch}`) ?? (await this.#options.store.head(dev, epoch)) ?? emptyHead(epoch);
  }

  #remember(key: string, { upto, hash }: Head): void {
    this.#heads.delete(key);
    this.#heads.set(key, { upto, hash });
    const [oldest] = this.#heads.keys();
    if (this.#heads.size > boxesMax && oldest !== undefined) this.#heads.delete(oldest);
  }
}

function keyOf({ dev, stored }: ToldReceipt): readonly [string, string] {
  return [dev, stored.receipt.occurrence];
}

function commitOf({ receipts, heads, ...rest }: Gathered): LogCommit {
  return { ...rest, receipts: [...receipts.values()], heads: [...heads.values()] };
}
