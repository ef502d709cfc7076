// Sends what a box owes: signed batches in a small window, again until the centre's signed receipt says they are stored.
import { type Envelope, nextCounter, type Signer, type Statement, seal } from '../../schemas/envelope.ts';
import type { Id } from '../../schemas/ids.ts';
import { type Ack, logBatchBytesMax, logBatchRowsMax, type Row } from '../../schemas/outbox.ts';
import { bad, ok, type Problem, type Result } from '../../schemas/problems.ts';
import { buildTopic } from '../../schemas/topics.ts';
import { type Batch, OutboxWindow } from './outbox-window.ts';

/** The rows a box keeps; sequence numbers grow by one and an acknowledged row may be forgotten. */
export interface OutboxStore {
  epoch(): Promise<Id> | Id;
  /** Rows with a greater sequence number, in order, at least one if there is any, within both limits. */
  rowsAfter(seq: number, limits: { rowsMax: number; bytesMax: number }): Promise<readonly Row[]>;
  ackedTo(): Promise<number> | number;
  /** Durable when it resolves. */
  acked(upto: number): Promise<void>;
}

export interface OutboxOptions {
  readonly store: OutboxStore;
  readonly sign: Signer;
  readonly dev: Id;
  readonly centre: Id;
  readonly publish: (topic: string, payload: Uint8Array, options: { qos: 1; retain: false }) => Promise<Result<void>>;
  /** Verifies and reads an `ack` statement: signature, role, audience. */
  readonly openAck: (input: unknown) => Result<Statement<Ack>>;
  readonly nowMs: () => number;
  /** The centre knows other rows under our numbers, or more than we have: begin a new epoch, then call `restart`. */
  readonly onConflict: (problem: Problem) => void;
  readonly onProblem?: (problem: Problem) => void;
  readonly resendAfterMs?: number;
  /** Topic branch: a box is `box`, a centre towards its parent `centre-below`. */
  readonly of?: 'box' | 'centre-below';
}

const dayMs = 24 * 3600 * 1000;
/** What the broker takes from a box in one packet, less its header. */
const payloadBytesMax = 63 * 1024;

export class OutboxSender {
  readonly #options: OutboxOptions;
  readonly #topic: string;
  #window: OutboxWindow | undefined;
  #epoch = '';
  #counter = 0;
  #ackCounter = 0;
  #up = false;
  #stuck = false;
  #retries = 0;
  #filling: Promise<void> | undefined;
  #again = false;
  #timer: NodeJS.Timeout | undefined;
  #lingering: NodeJS.Timeout | undefined;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#topic = buildTopic({ of: options.of ?? 'box', id: options.dev, direction: 'up', word: 'log' });
  }

  /** Tell it each change of the link. */
  connected(up: boolean): void {
    this.#up = up;
    this.#retries = 0;
    clearTimeout(this.#timer);
    clearTimeout(this.#lingering);
    this.#lingering = undefined;
    if (up) this.#resend();
  }

  /** Tell it that the outbox grew. The rows leave at once, or within so long together with whatever follows them. */
  rowsAdded(withinMs = 0): void {
    if (withinMs === 0) this.#fill();
    else this.#lingering ??= setTimeout(() => this.#fill(), withinMs);
  }

  /** After a new epoch was begun: forget the window and read the store again. */
  restart(): void {
    this.#window = undefined;
    this.#stuck = false;
    this.#ackCounter = 0;
    this.#resend();
  }

  stop(): void {
    this.connected(false);
  }

  /** Rows sent and not acknowledged. */
  get waiting(): number {
    return this.#window ? this.#window.sent - this.#window.acked : 0;
  }

  /**
   * A message on `dn/ack`. Resolves when the acknowledgement is stored, so PUBACK may follow.
   * Problems: those of `openAck`, wrong-audience, replayed, conflict.
   */
  async absorbAck(payload: Uint8Array): Promise<Result<void>> {
    const opened = this.#read(payload);
    if (!opened.ok) return this.#report(opened.problem);
    const { body, ctr } = opened.value;
    if (body.dev !== this.#options.dev) return this.#report(problem('wrong-audience', `acknowledges ${body.dev}`));
    const window = await this.#openWindow();
    // An acknowledgement of an epoch we have left is late, not wrong.
    if (body.epoch !== this.#epoch) return ok(undefined);
    if (ctr < this.#ackCounter) return this.#report(problem('replayed', `acknowledgement counter ${ctr}`));
    this.#ackCounter = ctr;
    switch (window.take(body.upto, body.head)) {
      case 'stale':
        return ok(undefined);
      case 'progress':
        return this.#progress(body.upto);
      case 'behind':
        return this.#stepBack(body);
      case 'ahead':
        return this.#catchUp(body);
      case 'wrong-hash':
        return this.#conflict(`the centre has another row ${body.upto}`);
    }
  }

  #read(payload: Uint8Array): Result<Statement<Ack>> {
    if (payload.length > payloadBytesMax) return bad('too-large', `acknowledgement of ${payload.length} bytes`);
    try {
      return this.#options.openAck(JSON.parse(Buffer.from(payload).toString('utf8')));
    } catch (error) {
      return bad('not-json', error instanceof Error ? error.message : 'not JSON');
    }
  }

  async #progress(upto: number): Promise<Result<void>> {
    this.#retries = 0;
    await this.#options.store.acked(upto);
    this.#armTimer();
    this.#fill();
    return ok(undefined);
  }

  /** A power cut after the centre's commit and before ours: it rightly has more than we sent since the start. */
  async #catchUp(ack: Ack): Promise<Result<void>> {
    const window = this.#window;
    const [row] = await this.#options.store.rowsAfter(ack.upto - 1, { rowsMax: 1, bytesMax: logBatchBytesMax });
    if (window === undefined || window !== this.#window) return ok(undefined);
    if (row?.seq !== ack.upto || row.hash !== ack.head) return this.#conflict(`the centre has a row ${ack.upto} that we do not`);
    if (window.acked < ack.upto) window.jump(ack.upto);
    return this.#progress(window.acked);
  }

  /** A centre restored from a backup has fewer rows than it once acknowledged: send it what we still keep. */
  async #stepBack(ack: Ack): Promise<Result<void>> {
    const { store } = this.#options;
    const window = this.#window;
    const [row] = ack.upto === 0 ? [] : await store.rowsAfter(ack.upto - 1, { rowsMax: 1, bytesMax: logBatchBytesMax });
    const [next] = await store.rowsAfter(ack.upto, { rowsMax: 1, bytesMax: logBatchBytesMax });
    if (window !== this.#window) return ok(undefined);
    if (row !== undefined && row.seq === ack.upto && row.hash !== ack.head) return this.#conflict(`the centre has another row ${ack.upto}`);
    // Forgotten rows cannot be sent again: only a new epoch lets the centre go on past the gap.
    if (next === undefined || next.seq !== ack.upto + 1 || (ack.upto > 0 && row?.seq !== ack.upto))
      return this.#conflict(`the centre lost rows after ${ack.upto}, which are forgotten here`);
    this.#window = new OutboxWindow(ack.upto);
    this.#resend();
    return ok(undefined);
  }

  #conflict(detail: string): Result<void> {
    this.#stuck = true;
    clearTimeout(this.#timer);
    const found = problem('conflict', `outbox epoch ${this.#epoch}: ${detail}`);
    this.#options.onConflict(found);
    return this.#report(found);
  }

  #report(found: Problem): Result<void> {
    this.#options.onProblem?.(found);
    return { ok: false, problem: found };
  }

  async #openWindow(): Promise<OutboxWindow> {
    if (this.#window) return this.#window;
    const epoch = await this.#options.store.epoch();
    const acked = await this.#options.store.ackedTo();
    if (this.#window) return this.#window;
    this.#epoch = epoch;
    this.#window = new OutboxWindow(acked);
    return this.#window;
  }

  /** Everything not acknowledged, from the start, in order; then more. */
  #resend(): void {
    if (!this.#up || this.#stuck) return;
    for (const batch of this.#window?.batches ?? []) this.#send(batch);
    this.#armTimer();
    this.#fill();
  }

  /** One filling at a time; a wish that comes meanwhile is granted after it. */
  #fill(): void {
    clearTimeout(this.#lingering);
    this.#lingering = undefined;
    if (!this.#up || this.#stuck) return;
    if (this.#filling) {
      this.#again = true;
      return;
    }
    this.#filling = this.#load()
      .catch((error: unknown) => {
        // The store's failure is the journal's to report; the timer tries again.
        this.#options.onProblem?.(problem('store-damaged', error instanceof Error ? error.message : String(error)));
      })
      .finally(() => {
        this.#filling = undefined;
        if (!this.#again) return;
        this.#again = false;
        this.#fill();
      });
  }

  async #load(): Promise<void> {
    for (;;) {
      const window = await this.#openWindow();
      if (window.full || !this.#up || this.#stuck) return;
      const after = window.sent;
      const rows = await this.#options.store.rowsAfter(after, { rowsMax: logBatchRowsMax, bytesMax: logBatchBytesMax });
      if (rows.length === 0) return;
      if (window !== this.#window || window.sent !== after) continue;
      const batch = this.#seal(rows);
      if (batch === undefined) return;
      window.add(batch);
      if (window.batches.length === 1) this.#armTimer();
      if (this.#up) this.#send(batch);
    }
  }

  /** As many of the rows as fit into the limits, at least one. */
  #seal(rows: readonly Row[]): Batch | undefined {
    let fitting = rows.slice(0, logBatchRowsMax);
    while (fitting.length > 1 && Buffer.byteLength(JSON.stringify(fitting)) > logBatchBytesMax)
      fitting = fitting.slice(0, Math.ceil(fitting.length / 2));
    const payload = Buffer.from(JSON.stringify(this.#sign(fitting)));
    if (payload.length <= payloadBytesMax) return { rows: fitting, payload };
    this.#stuck = true;
    this.#report(problem('too-large', `row ${fitting[0]?.seq} makes a message of ${payload.length} bytes`));
    return undefined;
  }

  #sign(rows: readonly Row[]): Envelope {
    const { dev, centre, sign, nowMs } = this.#options;
    const iat = nowMs();
    this.#counter = nextCounter(this.#counter, iat);
    return seal(
      {
        typ: 'log',
        id: `${dev}:${this.#epoch}:${rows[0]?.seq}-${rows.at(-1)?.seq}`,
        iss: dev,
        epoch: this.#epoch,
        aud: `c/${centre}`,
        ctr: this.#counter,
        iat,
        nbf: 0,
        exp: iat + 366 * dayMs,
        body: { rows },
      },
      [sign],
    );
  }

  /** PUBACK proves nothing about the rows, so its outcome only matters when the broker did not take it. */
  #send(batch: Batch): void {
    this.#options.publish(this.#topic, batch.payload, { qos: 1, retain: false }).then((result) => {
      if (!result.ok && result.problem.code !== 'offline') this.#options.onProblem?.(result.problem);
    });
  }

  #armTimer(): void {
    clearTimeout(this.#timer);
    if (!this.#up || this.#stuck || this.#window?.batches.length === 0) return;
    // Longer each time: a centre that is down for a day must not cost a mobile plan.
    const delayMs = (this.#options.resendAfterMs ?? 20_000) * 2 ** Math.min(this.#retries, 5);
    this.#timer = setTimeout(() => {
      this.#retries++;
      this.#resend();
    }, delayMs);
  }
}

function problem(code: Problem['code'], detail: string): Problem {
  return { code, path: '', detail };
}
