// The centre's line to a broker that it does not run: Mosquitto, RabbitMQ, NATS, EMQX, or Loa's own in another process.
import { type BackOff, backOff } from '../broker/link/back-off.ts';
import { Link } from '../broker/link/link.ts';
import type { Family } from '../schemas/metrics-text.ts';
import { parseJson } from '../schemas/parse.ts';
import type { Problem } from '../schemas/problems.ts';
import { Presence } from '../schemas/report.ts';
import { boxUp, parseTopic, type Topic, topicRoot } from '../schemas/topics.ts';
import { hearPresence, hearWord, isDoubtful, lineLost, neverHeard, type Standing } from './core/box-presence.ts';
import { type LineFigures, lineFamilies } from './core/bus-families.ts';
import type { Publish } from './dispatch.ts';
import type { Journal } from './link.ts';
import { Outlet, type OutletLimits } from './outer-outlet.ts';
import type { Issued } from './provision/authority.ts';
import type { Bus, BusWish } from './start-centre.ts';

/** Boxes find their centre behind the broker within minutes; the one line of all of them is made again sooner than theirs. */
const lineBackOff: BackOff = { ...backOff, baseMs: 250, maxMs: 10_000 };
/** What a broker may hand over at once, awaiting PUBACK: as many rows as one commit of the tables takes. */
const takesAtOnce = { countMax: 2_000, bytesMax: 32 * 1024 * 1024 };
/** A box's message and its frame; a centre below says more (broker/limits.ts). */
const receiveBytesMax = 512 * 1024;
const presenceBytesMax = 16 * 1024;
const lookAgainMs = 10_000;
const boxesMax = 100_000;

export interface OuterBusOptions extends Pick<BusWish, 'owner' | 'onPublish' | 'onCentre' | 'onConnection' | 'onEmpty'> {
  /** `mqtts://HOST:PORT`. */
  readonly url: string;
  readonly ca: string;
  /** Certificate and key of `centre:OWNER`. */
  readonly client: Issued;
  readonly journal: Journal;
  readonly nowMs?: () => number;
  readonly backOff?: BackOff;
  readonly limits?: OutletLimits;
}

/** The owner's filters, one by one: brokers grant exactly these to it and to nobody else (broker/access.ts). */
export const ownerFilters: readonly string[] = ['d', 'u'].flatMap((branch) => boxUp.map((word) => `${topicRoot}/${branch}/+/up/${word}`));

/**
 * INVARIANT: what one box says is taken in its order, each word acknowledged after it was stored; whenever the line comes up the broker is
 * thought to hold nothing, and all that is retained is said again (`onEmpty`).
 */
export class OuterBus implements Bus {
  readonly port: number;
  readonly #options: OuterBusOptions;
  readonly #nowMs: () => number;
  readonly #link: Link;
  readonly #outlet: Outlet;
  readonly #turns = new Map<string, Promise<void>>();
  readonly #boxes = new Map<string, Standing>();
  #timer: NodeJS.Timeout | undefined;
  #awaySinceMs: number | undefined;
  #problem: Problem | undefined;
  #lines = 0;
  #received = 0;
  #stopping = false;

  constructor(options: OuterBusOptions) {
    const { url, owner, client, ca } = options;
    this.#options = options;
    this.#nowMs = options.nowMs ?? Date.now;
    this.port = Number(new URL(url).port || 8883);
    this.#link = new Link({
      url,
      tls: { ca, ...client },
      clientId: `centre:${owner}`,
      filters: ownerFilters,
      takesAtOnce,
      receiveBytesMax,
      backOff: options.backOff ?? lineBackOff,
      onMessage: (topic, payload, retained) => this.#hear(topic, payload, retained),
      onChange: (up) => (up ? this.#raise() : this.#lower()),
      onProblem: (problem) => this.#note(problem),
    });
    this.#outlet = new Outlet({
      send: ({ topic, payload, qos, retain }) => this.#link.publish(topic, payload, { qos, retain }),
      onStuck: (problem) => {
        this.#note(problem);
        void this.#link.cycle();
      },
      ...(options.limits && { limits: options.limits }),
    });
  }

  start(): void {
    this.#awaySinceMs = this.#nowMs();
    this.#link.start();
    this.#timer = setInterval(() => this.#lookAgain(), lookAgainMs);
  }

  /** A box cannot be singled out here: whoever listens is told (`to` of `Publish`). Resolves at once. */
  readonly publish: Publish = async (topic, payload, { qos, retain }) => this.#outlet.put({ topic, payload, qos, retain });

  settled(): Promise<void> {
    return this.#outlet.settled();
  }

  families(): Family[] {
    const figures: LineFigures = {
      ...{ up: this.#link.up, lines: this.#lines, received: this.#received, problem: this.#problem?.code },
      ...this.#outlet.figures,
      awaySeconds: this.#awaySinceMs === undefined ? 0 : (this.#nowMs() - this.#awaySinceMs) / 1000,
    };
    return lineFamilies(figures);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#timer);
    await this.#link.stop();
    this.#outlet.shut();
    await Promise.allSettled(this.#turns.values());
  }

  #raise(): void {
    const { journal, url, onEmpty } = this.#options;
    const awayMs = this.#awaySinceMs === undefined ? 0 : this.#nowMs() - this.#awaySinceMs;
    this.#lines++;
    this.#awaySinceMs = undefined;
    this.#outlet.open();
    journal.info({ event: 'outer-broker-reached', url, awayMs });
    onEmpty();
  }

  #lower(): void {
    this.#outlet.shut();
    if (this.#stopping) return;
    const { journal, url } = this.#options;
    this.#awaySinceMs = this.#nowMs();
    journal.warn({ event: 'outer-broker-away', url, ...this.#problem }, 'no box can be told anything; they play on by what they hold');
    // Nobody can be reached: who is still connected there says so when the line is back.
    for (const [dev, known] of this.#boxes) this.#stand(dev, lineLost(known, this.#nowMs()));
  }

  /** The same failure every few seconds is told once. */
  #note(problem: Problem): void {
    const known = this.#problem;
    this.#problem = problem;
    if (known?.detail === problem.detail && !this.#link.up) return;
    this.#options.journal.warn({ event: 'outer-broker-problem', url: this.#options.url, ...problem });
  }

  /** Resolves after COMMIT; rejects only when the store failed. Boxes beside one another, each in its order. */
  async #hear(text: string, payload: Uint8Array, retained: boolean): Promise<void> {
    const topic = parseTopic(text);
    if (!topic || topic.of === 'group' || topic.of === 'centre' || topic.direction !== 'up') return;
    this.#received++;
    if (topic.of === 'box') this.#notice(topic, payload, retained);
    // What the broker kept is old news; whoever lives says it again under the new epoch.
    if (retained) return;
    const { onPublish, onCentre } = this.#options;
    const take = () => (topic.of === 'box' ? onPublish : onCentre)(topic.id, topic, payload);
    const name = `${topic.of} ${topic.id}`;
    const before = this.#turns.get(name);
    const turn = before ? before.then(take) : take();
    this.#turns.set(name, turn);
    try {
      await turn;
    } finally {
      if (this.#turns.get(name) === turn) this.#turns.delete(name);
    }
  }

  #notice({ id, word }: Topic, payload: Uint8Array, retained: boolean): void {
    const known = this.#boxes.get(id) ?? neverHeard;
    if (this.#boxes.size >= boxesMax && known === neverHeard) return;
    if (word !== 'on') {
      if (!retained) this.#stand(id, hearWord(known, this.#nowMs()));
      return;
    }
    const read = parseJson(Presence, Buffer.from(payload).toString('utf8'), presenceBytesMax);
    if (read.ok) this.#stand(id, hearPresence(known, read.value, retained, this.#nowMs()));
  }

  #stand(dev: string, next: Standing): void {
    const known = this.#boxes.get(dev) ?? neverHeard;
    this.#boxes.set(dev, next);
    const again = next.up && known.up && next.conn > known.conn;
    if (next.up !== known.up || again) this.#options.onConnection(dev, next.up);
  }

  #lookAgain(): void {
    const nowMs = this.#nowMs();
    for (const [dev, known] of this.#boxes) if (isDoubtful(known, nowMs)) this.#stand(dev, lineLost(known, nowMs));
  }
}
