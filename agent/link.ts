// The box's line to its centre: verify → persist → PUBACK → act on the way in, signed rows and state on the way out.
// LONG: one connection from its first try to its end; cut in two, nobody would see which state belongs to which.
import { backOff } from '../broker/link/back-off.ts';
import { Link } from '../broker/link/link.ts';
import { OutboxSender } from '../broker/link/outbox.ts';
import { problemOf } from '../hardware/host/failure.ts';
import type { SignedTime } from '../hardware/host/system-clock.ts';
import type { Cryptography, Signer } from '../schemas/envelope.ts';
import type { Problem } from '../schemas/problems.ts';
import type { Answer, Ask, Presence, Report, Telemetry } from '../schemas/report.ts';
import { boxFilters, buildTopic } from '../schemas/topics.ts';
import type { Cache } from './cache.ts';
import { knownTime } from './clock-record.ts';
import type { ConnectionCounter } from './connections.ts';
import type { Event } from './core/model.ts';
import { waitsForMoreMs } from './core/patience.ts';
import { calmAfterMs, FloodGate } from './flood-gate.ts';
import type { HeldKeys } from './held-keys.ts';
import { Inlet } from './inlet.ts';
import { type Meaning, openAck, readMessage } from './messages.ts';
import type { Clock, OutboxJournal } from './ports.ts';

const asksMax = 8;
const heartbeatJitterMs = 5_000;
/**
 * Half as long again until a deaf line is noticed, at either end and whatever waits in the kernel (whose own probes rest while bytes are
 * unacknowledged). A ping costs a SIM 200 bytes.
 */
export const keepaliveSeconds = 60;
/** Signed time is asked again at a connection when the last answer is older. */
const timeFreshMs = 6 * 3600_000;

export interface CentreLinkOptions {
  readonly dev: string;
  readonly boot: string;
  readonly version: string;
  /** Beginning of the hash of this machine's serial. */
  readonly machine?: string | undefined;
  readonly url: string;
  /** Longest wait between two attempts; the link's own unless said. */
  readonly reconnectMaxMs?: number;
  readonly tls: { readonly ca: string; readonly cert: string; readonly key: string };
  readonly signer: Signer;
  readonly keys: HeldKeys;
  readonly crypto: Cryptography;
  readonly clock: Clock & { absorbSigned(time: SignedTime): void };
  readonly journal: Pick<OutboxJournal, 'epoch' | 'rowsAfter' | 'ackedTo' | 'acked' | 'lastSeq' | 'newEpoch' | 'onRows' | 'onEpoch'>;
  readonly cache: Pick<Cache, 'storeOrderAudio'>;
  readonly connections: ConnectionCounter;
  readonly randomHex: (bytes: number) => string;
  readonly tell: (event: Event) => void;
  /** Resolves when every event told so far has been decided and committed. */
  readonly settled: () => Promise<void>;
  readonly warn: (event: string, problem: Problem) => void;
}

interface Told {
  presence?: Omit<Presence, 'conn' | 'on'>;
  report?: Report;
}

/** INVARIANTS: nothing unverified becomes an event but its refusal; a message's PUBACK follows the commit of its events. */
export class CentreLink {
  readonly #options: CentreLinkOptions;
  readonly #link: Link;
  readonly #outbox: OutboxSender;
  readonly #asks = new Map<string, number>();
  readonly #inlet: Inlet;
  readonly #gate = new FloodGate();
  #calm: NodeJS.Timeout | undefined;
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #told: Told = {};
  #up = false;
  #upSinceMonoMs = 0;
  #answeredAtMonoMs = Number.NEGATIVE_INFINITY;
  #heartbeat: { readonly epoch: string; readonly ctr: number; readonly atMonoMs: number } | undefined;
  #lastProblem: Problem | undefined;

  constructor(options: CentreLinkOptions) {
    this.#options = options;
    this.#inlet = new Inlet(options);
    const { dev, keys, clock, journal } = options;
    const { place } = keys.ring();
    this.#link = new Link({
      url: options.url,
      tls: options.tls,
      clientId: `box:${dev}`,
      keepaliveSeconds,
      time: () => knownTime(clock.now()),
      filters: boxFilters(dev, place.groups, place.centre),
      will: () => ({ topic: this.#topic('on'), payload: JSON.stringify(this.#presence(false, options.connections.next())) }),
      onMessage: (topic, payload) => this.#absorb(topic, payload),
      onChange: (up) => this.#change(up),
      onProblem: (problem) => this.#note('linkProblem', problem),
      ...(options.reconnectMaxMs !== undefined && { backOff: { ...backOff, maxMs: options.reconnectMaxMs } }),
    });
    this.#outbox = new OutboxSender({
      store: journal,
      sign: options.signer,
      dev,
      centre: place.centre,
      publish: (topic, payload, how) => this.#link.publish(topic, payload, how),
      openAck: (input) => openAck(input, this.#reader()),
      nowMs: () => Math.round(clock.now().wallMs),
      onConflict: (problem) => {
        options.warn('outboxConflict', problem);
        this.beginEpoch().catch((error: unknown) => options.warn('epochNotBegun', problemOf(error, 'store-damaged')));
      },
      onProblem: (problem) => this.#note('outboxProblem', problem),
    });
  }

  start(): void {
    const { journal, tell } = this.#options;
    journal.onRows((entries) => this.#outbox.rowsAdded(waitsForMoreMs(entries)));
    journal.onEpoch(() => {
      this.#outbox.restart();
      tell({ is: 'rowsAcked', epoch: journal.epoch(), upto: 0 });
    });
    this.#link.start();
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    clearTimeout(this.#calm);
    this.#outbox.stop();
    if (this.#up) await this.#publish('on', this.#presence(false, this.#options.connections.last), 1, true, 500);
    await this.#link.stop();
  }

  /** Another certificate from now on. Rows wait in the journal until they are acknowledged, whatever the connection does. */
  present(tls: CentreLinkOptions['tls']): Promise<void> {
    return this.#link.present(tls);
  }

  /** For the local page: is there a line, since when does the centre live, what went wrong last. */
  status(): {
    readonly up: boolean;
    readonly heartbeatAgeMs: number | null;
    readonly waitingRows: number;
    readonly problem: Problem | null;
    /** When this connection came up; null while there is none. */
    readonly upSinceMonoMs: number | null;
  } {
    const { journal, clock } = this.#options;
    const ageMs = this.#heartbeat && clock.now().monoMs - this.#heartbeat.atMonoMs;
    return {
      up: this.#up,
      heartbeatAgeMs: ageMs ?? null,
      waitingRows: journal.lastSeq() - journal.ackedTo(),
      problem: this.#up ? null : (this.#lastProblem ?? null),
      upSinceMonoMs: this.#up ? this.#upSinceMonoMs : null,
    };
  }

  publishPresence(presence: Omit<Presence, 'conn' | 'on'>): void {
    this.#told.presence = presence;
    if (this.#up) void this.#publish('on', this.#presence(true, this.#options.connections.last), 1, true);
  }

  publishReport(report: Report): void {
    this.#told.report = report;
    if (this.#up) void this.#publish('report', report, 1, true);
  }

  publishTelemetry(telemetry: Telemetry): void {
    if (this.#up) void this.#publish('tm', telemetry, 0, false);
  }

  /** Ask the centre; the answer is bound to the nonce, so an old one is worthless. */
  ask(kind: Ask['kind']): void {
    if (!this.#up) return;
    const nonce = this.#options.randomHex(16);
    const [oldest] = this.#asks.keys();
    if (this.#asks.size >= asksMax && oldest !== undefined) this.#asks.delete(oldest);
    this.#asks.set(nonce, this.#options.clock.now().monoMs);
    void this.#publish('ask', { id: `${this.#options.dev}:${nonce.slice(0, 12)}`, nonce, kind } satisfies Ask, 1, false);
  }

  /** A new outbox epoch: what is owed is owed again under the new name. */
  async beginEpoch(): Promise<void> {
    await this.#options.journal.newEpoch();
  }

  async #absorb(topic: string, payload: Uint8Array): Promise<void> {
    if (topic.endsWith('/cmd') && !this.#gate.admit(topic, this.#options.clock.now().monoMs)) return this.#flooded(topic);
    const meaning = readMessage(topic, payload, this.#reader());
    switch (meaning.is) {
      case 'events':
        return this.#inlet.take(meaning);
      case 'keys':
        return this.#absorbKeys(topic, meaning.document);
      case 'ack': {
        const taken = await this.#outbox.absorbAck(payload);
        if (taken.ok) this.#options.tell({ is: 'rowsAcked', epoch: this.#options.journal.epoch(), upto: this.#options.journal.ackedTo() });
        return;
      }
      case 'answer':
        return this.#absorbAnswer(meaning.answer);
      case 'heartbeat':
        return this.#absorbHeartbeat(meaning);
      case 'nothing':
        return this.#inlet.ignore('messageIgnored', { ...meaning.problem, path: topic });
      default:
        return meaning satisfies never;
    }
  }

  /** Told when it begins; over once it was calm for a while. */
  #flooded(path: string): void {
    const problem: Problem = { code: 'too-many-requests', path, detail: 'commands come faster than they are read' };
    if (!this.#calm) this.#options.tell({ is: 'troubleSeen', trouble: 'flood', problem });
    this.#inlet.ignore('flooded', problem);
    clearTimeout(this.#calm);
    this.#calm = setTimeout(() => {
      this.#calm = undefined;
      this.#options.tell({ is: 'troubleSeen', trouble: 'flood', problem: null });
    }, calmAfterMs).unref();
  }

  async #absorbKeys(topic: string, document: unknown): Promise<void> {
    const offered = await this.#options.keys.offer(document);
    if (!offered.ok) {
      await this.#inlet.take({
        is: 'events',
        attachments: new Map(),
        events: [{ is: 'envelopeRefused', topic, id: 'keys', problem: offered.problem }],
      });
      return;
    }
    if (offered.value.kept === false) this.#options.warn('keysInMemory', { code: 'device-failed', path: topic, detail: 'not on the disk' });
    const { place, keys, links } = this.#options.keys.ring();
    const keysUntilMs = Math.min(...[...links.values()].map(({ untilMs }) => untilMs));
    if (offered.value.replaced) this.#options.tell({ is: 'keysChanged', keyids: [...keys.keys()], keysUntilMs });
    if (offered.value.replaced) this.#link.listenTo(boxFilters(this.#options.dev, place.groups, place.centre));
  }

  #absorbAnswer(answer: Answer): void {
    const askedMonoMs = this.#asks.get(answer.nonce);
    if (askedMonoMs === undefined) {
      this.#inlet.ignore('answerUnasked', { code: 'replayed', path: '', detail: `answer ${answer.id} to a question not open` });
      return;
    }
    this.#asks.delete(answer.nonce);
    this.#answeredAtMonoMs = this.#options.clock.now().monoMs;
    this.#options.clock.absorbSigned({ timeMs: answer.timeMs, askedMonoMs, receivedMonoMs: this.#answeredAtMonoMs });
    this.#options.tell({ is: 'centreAnswered' });
  }

  /** A new epoch means that the centre forgot who is there: tell it again, not all boxes at once. */
  #absorbHeartbeat({ heartbeat, centre, epoch, ctr }: Extract<Meaning, { is: 'heartbeat' }>): void {
    const before = this.#heartbeat;
    if (before && ctr <= before.ctr) return;
    this.#heartbeat = { epoch: heartbeat.epoch, ctr, atMonoMs: this.#options.clock.now().monoMs };
    this.#options.tell({ is: 'heartbeatCame', line: 'own', centre, epoch, topics: heartbeat.topics ?? {} });
    if (!before || before.epoch === heartbeat.epoch) return;
    this.#later(Math.random() * heartbeatJitterMs, () => this.#announce());
  }

  #change(up: boolean): void {
    this.#up = up;
    if (up) this.#upSinceMonoMs = this.#options.clock.now().monoMs;
    if (!up) this.#asks.clear();
    this.#outbox.connected(up);
    // The core announces the box anew and asks for the time while it has none; here only an old answer is renewed.
    this.#options.tell({ is: 'linkChanged', up });
    const now = this.#options.clock.now();
    if (up && now.quality === 'signed' && now.monoMs - this.#answeredAtMonoMs > timeFreshMs) this.ask('time');
  }

  #announce(): void {
    if (!this.#up) return;
    void this.#publish('on', this.#presence(true, this.#options.connections.last), 1, true);
    if (this.#told.report) void this.#publish('report', this.#told.report, 1, true);
    this.ask('want');
  }

  #presence(on: boolean, conn: number): Presence {
    const { boot, version, machine, clock } = this.#options;
    const { wantRev = 0, orders = {} } = this.#told.presence ?? {};
    return { on, boot, conn, version, wantRev, orders, clock: clock.now().quality, ...(machine !== undefined && { machine }) };
  }

  async #publish(word: 'on' | 'report' | 'tm' | 'ask', value: unknown, qos: 0 | 1, retain: boolean, withinMs = 0): Promise<void> {
    const published = this.#link.publish(this.#topic(word), JSON.stringify(value), { qos, retain });
    const result = await (withinMs > 0
      ? Promise.race([published, new Promise<undefined>((go) => this.#later(withinMs, () => go(undefined)))])
      : published);
    if (result && !result.ok && result.problem.code !== 'offline') this.#note('publishFailed', result.problem);
  }

  #reader(): { ring: ReturnType<HeldKeys['ring']>; crypto: Cryptography } {
    return { ring: this.#options.keys.ring(), crypto: this.#options.crypto };
  }

  #topic(word: 'on' | 'report' | 'tm' | 'ask'): string {
    return buildTopic({ of: 'box', id: this.#options.dev, direction: 'up', word });
  }

  #note(event: string, problem: Problem): void {
    this.#lastProblem = problem;
    this.#options.warn(event, problem);
  }

  #later(ms: number, run: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, ms);
    this.#timers.add(timer);
  }
}
