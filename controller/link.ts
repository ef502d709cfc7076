// The centre's side of the bus, in the broker's process: what boxes say is verified and stored, what they ask is answered.
import type * as v from 'valibot';
import type { Ack } from '../schemas/outbox.ts';
import { parseJson } from '../schemas/parse.ts';
import type { Problem } from '../schemas/problems.ts';
import { Ask, Presence, Report, Telemetry } from '../schemas/report.ts';
import { buildTopic, type Topic } from '../schemas/topics.ts';
import type { CloneWatch } from './clone-watch.ts';
import type { Dispatch, Publish } from './dispatch.ts';
import type { OrderWatch } from './emergency/order-watch.ts';
import type { Feed } from './feed.ts';
import type { Committed, LogDesk } from './log-desk.ts';
import type { Draft, SigningDesk } from './provision/signing-desk.ts';
import type { Registry } from './registry.ts';
import { draftsPerMessage } from './signing/frames.ts';
import type { CounterStore, OrderProgress } from './store/store.ts';

/** Each costs a box's SIM 1.2 kB (agent/docs/emergency-paths.md). */
const heartbeatEveryMs = 300_000;
/** After orders have changed and spread: boxes that were kept from them hear so. */
const heartbeatSoonMs = 5_000;
const reportBytesMax = 16 * 1024;
/** While an order spreads, its frames and what boxes tell of it come first; their receipts follow, one for all words of a box. */
const ackLaterMs = 2_000;
/** What carries more rows empties a queue at the box, and is acknowledged at once. */
const fewRows = 2;

/** What the centre's log needs; pino fits. */
export interface Journal {
  info(fields: object, message?: string): void;
  warn(fields: object, message?: string): void;
}

export interface LinkOptions {
  readonly centre: string;
  /** Names an epoch, each time another: boxes announce themselves again. */
  readonly makeEpoch: () => string;
  readonly registry: Registry;
  readonly logDesk: LogDesk;
  readonly desk: SigningDesk;
  readonly dispatch: Dispatch;
  readonly clones: CloneWatch;
  readonly counters: CounterStore;
  readonly watch: Pick<OrderWatch, 'connection' | 'told'>;
  /** What boxes said of orders, after the watch has it. */
  readonly onOrderFacts: (facts: readonly OrderProgress[]) => Promise<void>;
  /** Rows of a box were committed and acknowledged. */
  readonly onRows: (dev: string) => Promise<void>;
  readonly feed: Feed;
  /** Highest counter of each topic on which orders stand. */
  readonly standing: () => Record<string, number>;
  readonly publish: Publish;
  readonly journal: Journal;
  readonly nowMs: () => number;
}

interface AckDue {
  readonly committed: Committed;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

type BoxTopic = Extract<Topic, { readonly of: 'box' | 'centre-below'; readonly direction: 'up' }>;

export class CentreLink {
  readonly #options: LinkOptions;
  readonly #connected = new Set<string>();
  readonly #acksOwed = new Map<string, { committed: Committed; readonly timer: NodeJS.Timeout }>();
  readonly #acksDue: AckDue[] = [];
  #signing: NodeJS.Immediate | undefined;
  #epoch: string;
  #timer: NodeJS.Timeout | undefined;
  #soon: NodeJS.Timeout | undefined;

  /** A box has told of a release; named once the desk of releases is there. */
  onUpdates: () => void = () => undefined;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#epoch = options.makeEpoch();
  }

  async start(): Promise<void> {
    await this.#beat();
    const failed = (err: unknown) => this.#options.journal.warn({ event: 'no-heartbeat', err });
    this.#timer = setInterval(() => void this.#beat().catch(failed), heartbeatEveryMs);
  }

  stop(): void {
    clearInterval(this.#timer);
    clearTimeout(this.#soon);
    for (const { timer } of this.#acksOwed.values()) clearTimeout(timer);
  }

  /** Orders have changed: say so beside the topic they came on. */
  beatSoon(): void {
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined;
      void this.#beat().catch((err: unknown) => this.#options.journal.warn({ event: 'no-heartbeat', err }));
    }, heartbeatSoonMs).unref();
  }

  /** The broker may have forgotten who is there: boxes say it again, spread over some seconds. */
  newEpoch(): Promise<void> {
    this.#epoch = this.#options.makeEpoch();
    return this.#beat();
  }

  connected(dev: string): boolean {
    return this.#connected.has(dev);
  }

  /** The broker saw a box come or go. */
  onConnection(dev: string, up: boolean): void {
    const { registry, watch, feed, nowMs } = this.#options;
    if (up) this.#connected.add(dev);
    else this.#connected.delete(dev);
    watch.connection(dev, up);
    registry.touched(dev, nowMs());
    feed.tell('box', dev);
  }

  /** One publication of a box; PUBACK follows when this resolves. Rejects only when the store failed. */
  async onPublish(dev: string, topic: Topic, payload: Uint8Array): Promise<void> {
    if (topic.of !== 'box' || topic.direction !== 'up' || topic.id !== dev) return;
    const problem = await this.#take(dev, topic, payload);
    if (problem) this.#options.journal.warn({ event: 'box-refused', dev, word: topic.word, ...problem });
  }

  #take(dev: string, topic: BoxTopic, payload: Uint8Array): Promise<Problem | undefined> {
    switch (topic.word) {
      case 'on':
        return this.#state(dev, payload, Presence, (presence, nowMs) => {
          this.#options.registry.sawPresence(dev, presence, nowMs);
          this.#options.clones.saw(dev, presence);
        });
      case 'report':
        return this.#state(dev, payload, Report, (report, nowMs) => this.#options.registry.sawReport(dev, report, nowMs));
      case 'tm':
        return this.#state(dev, payload, Telemetry, (telemetry, nowMs) => this.#options.registry.sawTelemetry(dev, telemetry, nowMs));
      case 'ask':
        return this.#answer(dev, payload);
      case 'log':
        return this.#log(dev, payload);
    }
  }

  async #state<S extends v.GenericSchema>(
    dev: string,
    payload: Uint8Array,
    schema: S,
    keep: (value: v.InferOutput<S>, nowMs: number) => void,
  ): Promise<Problem | undefined> {
    const read = parseJson(schema, Buffer.from(payload).toString('utf8'), reportBytesMax);
    if (!read.ok) return read.problem;
    keep(read.value, this.#options.nowMs());
    this.#options.feed.tell('box', dev);
    return undefined;
  }

  async #answer(dev: string, payload: Uint8Array): Promise<Problem | undefined> {
    const { desk, dispatch, publish, nowMs } = this.#options;
    const ask = parseJson(Ask, Buffer.from(payload).toString('utf8'), 4096);
    if (!ask.ok) return ask.problem;
    if (ask.value.kind === 'want') await dispatch.publishBox(dev);
    const { id, nonce } = ask.value;
    const signed = await desk.signTime({ typ: 'answer', aud: `d/${dev}`, body: { id, nonce, timeMs: nowMs() } });
    if (!signed.ok) return signed.problem;
    await publish(buildTopic({ of: 'box', id: dev, direction: 'dn', word: 'answer' }), JSON.stringify(signed.value.envelope), {
      qos: 1,
      retain: false,
    });
    return undefined;
  }

  async #log(dev: string, payload: Uint8Array): Promise<Problem | undefined> {
    const { logDesk, registry, nowMs } = this.#options;
    const taken = await logDesk.take(dev, payload);
    if (!taken.ok) return taken.problem;
    registry.touched(dev, nowMs());
    this.#tell(taken.value);
    if (taken.value.updates > 0) this.onUpdates();
    // Nobody there to sign: the rows are committed, and the box says them again until it hears so.
    await this.#acknowledgeSoon(taken.value).catch((err: unknown) => this.#options.journal.warn({ event: 'no-ack', dev, err }));
    await this.#options.onRows(dev).catch((err: unknown) => this.#options.journal.warn({ event: 'rows-not-read', dev, err }));
    if (taken.value.conflict) await this.#orderNewEpoch(dev);
    return undefined;
  }

  async #acknowledgeSoon(committed: Committed): Promise<void> {
    const { dev, progress, rows, conflict } = committed;
    const owed = this.#acksOwed.get(dev);
    if (progress.length === 0 || rows > fewRows || conflict) {
      clearTimeout(owed?.timer);
      this.#acksOwed.delete(dev);
      return this.#acknowledge(committed);
    }
    if (owed) {
      owed.committed = committed;
      return;
    }
    const failed = (err: unknown) => this.#options.journal.warn({ event: 'no-ack', dev, err });
    const timer = setTimeout(() => {
      const last = this.#acksOwed.get(dev)?.committed ?? committed;
      this.#acksOwed.delete(dev);
      this.#acknowledge(last).catch(failed);
    }, ackLaterMs);
    this.#acksOwed.set(dev, { committed, timer });
  }

  /** What was committed together is signed together, a message of the signing desk at a time. */
  #acknowledge(committed: Committed): Promise<void> {
    const told = new Promise<void>((resolve, reject) => void this.#acksDue.push({ committed, resolve, reject }));
    this.#signing ??= setImmediate(() => {
      this.#signing = undefined;
      const due = this.#acksDue.splice(0);
      for (let at = 0; at < due.length; at += draftsPerMessage) void this.#signAcks(due.slice(at, at + draftsPerMessage));
    });
    return told;
  }

  async #signAcks(due: readonly AckDue[]): Promise<void> {
    try {
      const signed = await this.#options.desk.sign(due.map(({ committed }) => ackOf(committed)));
      for (const [i, { committed, resolve, reject }] of due.entries()) {
        const topic = buildTopic({ of: 'box', id: committed.dev, direction: 'dn', word: 'ack' });
        this.#options.publish(topic, JSON.stringify(signed[i]?.envelope), { qos: 1, retain: false }).then(resolve, reject);
      }
    } catch (error) {
      for (const { reject } of due) reject(error);
    }
  }

  #tell({ dev, receipts, progress, live, rows }: Committed): void {
    const { feed, watch, onOrderFacts, journal } = this.#options;
    watch.told(progress);
    onOrderFacts(progress).catch((err: unknown) => journal.warn({ event: 'stop-not-sent', dev, err }));
    const [receipt] = receipts;
    // One for all of a batch: who watches asks for what it shows.
    if (receipt) feed.tell('receipt', `${dev} ${receipt.receipt.occurrence}`);
    for (const order of new Set(progress.map((one) => one.order))) feed.tell('order', order);
    for (const session of new Set(live.map((one) => one.session))) feed.tell('live', session);
    if (rows > 0) feed.tell('log', dev);
  }

  /** The box told two histories under one epoch: a card was restored. */
  async #orderNewEpoch(dev: string): Promise<void> {
    const { desk, publish, journal } = this.#options;
    journal.warn({ event: 'log-conflict', dev });
    const [signed] = await desk.sign([{ typ: 'command', aud: `d/${dev}`, body: { do: 'new-epoch' } }]);
    const topic = buildTopic({ of: 'box', id: dev, direction: 'dn', word: 'cmd' });
    if (signed) await publish(topic, JSON.stringify(signed.envelope), { qos: 1, retain: false });
  }

  async #beat(): Promise<void> {
    const { centre, desk, counters, standing, publish, journal, nowMs } = this.#options;
    const epoch = this.#epoch;
    const orders = await desk.orderCounters();
    const topics = standing();
    const signed = await desk.signTime({ typ: 'heartbeat', aud: `c/${centre}`, body: { epoch, timeMs: nowMs(), orders, topics } });
    if (!signed.ok) return journal.warn({ event: 'no-heartbeat', ...signed.problem });
    await counters.raiseFloor(nowMs());
    await publish(buildTopic({ of: 'centre', id: centre, word: 'on' }), JSON.stringify(signed.value.envelope), { qos: 1, retain: true });
  }
}

function ackOf({ dev, epoch, head }: Committed): Draft {
  const body: Ack = { dev, epoch, upto: head.upto, head: head.upto === 0 ? '' : head.hash };
  return { typ: 'ack', aud: `d/${dev}`, body };
}
