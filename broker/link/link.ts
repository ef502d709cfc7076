// The bus seen from a client: one connection at a time, made again for ever, nothing remembered between two.
import { bad, type Problem, type Result } from '../../schemas/problems.ts';
import { type BackOff, backOff, waitMs } from './back-off.ts';
import { Connection, type ConnectionOptions, type Will } from './connection.ts';

export interface LinkOptions {
  /** `mqtts://host:port`. */
  readonly url: string;
  /** PEM; the broker must prove itself against `ca`. */
  readonly tls: ConnectionOptions['tls'];
  readonly clientId: string;
  /** What is known of the time, asked at each handshake; absent, the machine's clock is right. */
  readonly time?: ConnectionOptions['time'];
  readonly filters: readonly string[];
  /** Retained, QoS 1. A function is asked before each connection, for instance to count it. */
  readonly will?: Will | (() => Will);
  /**
   * PUBACK goes out after it resolves; when it rejects, the connection is cycled and the broker sends retained ones
   * again. MUST NOT await `publish`: the PUBACK it waits for is behind this message.
   * One after the other, unless `takesAtOnce` allows more.
   */
  readonly onMessage: (topic: string, payload: Uint8Array, retained: boolean) => Promise<void>;
  /** `true` once connected and subscribed. */
  readonly onChange: (up: boolean) => void;
  readonly onProblem?: (problem: Problem) => void;
  readonly backOff?: BackOff;
  readonly keepaliveSeconds?: number;
  readonly connectTimeoutMs?: number;
  readonly publishTimeoutMs?: number;
  readonly receiveBytesMax?: number;
  readonly takesAtOnce?: ConnectionOptions['takesAtOnce'];
}

/** A connection that lasted so long counts as good: the next loss starts from a short wait again. */
const steadyMs = 30_000;

export class Link {
  readonly #options: LinkOptions;
  #tls: LinkOptions['tls'];
  #filters: readonly string[];
  /** What the present connection is subscribed to. */
  #subscribed: readonly string[] = [];
  #connection: Connection | undefined;
  #timer: NodeJS.Timeout | undefined;
  #attempt = 0;
  #up = false;
  #upAtMs = 0;
  #running = false;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#tls = options.tls;
    this.#filters = options.filters;
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#connect();
  }

  get up(): boolean {
    return this.#up;
  }

  /** Resolves on PUBACK (QoS 1) or when written (QoS 0); nothing is kept for later. Problems: offline, too-many-requests. */
  publish(topic: string, payload: Uint8Array | string, options: { qos: 0 | 1; retain: boolean }): Promise<Result<void>> {
    return this.#connection?.publish(topic, payload, options) ?? Promise.resolve(bad('offline', 'not connected'));
  }

  /** From now on listen to these, for instance after the box was placed in other groups. */
  listenTo(filters: readonly string[]): void {
    this.#filters = filters;
    if (this.#up) this.#refilter();
  }

  /** Another certificate from now on: the connection says goodbye and comes back under it. What was not acknowledged is the caller's still. */
  async present(tls: LinkOptions['tls']): Promise<void> {
    this.#tls = tls;
    this.#attempt = 0;
    await this.cycle();
  }

  /** Begin anew, for instance because the broker takes nothing. What was not acknowledged is the caller's still. */
  async cycle(): Promise<void> {
    await this.#connection?.close();
  }

  async stop(): Promise<void> {
    this.#running = false;
    clearTimeout(this.#timer);
    await this.#connection?.close();
  }

  #connect(): void {
    const { url, clientId, will, onMessage } = this.#options;
    this.#subscribed = this.#filters;
    const connection = new Connection({
      url,
      tls: this.#tls,
      clientId,
      time: this.#options.time,
      filters: this.#filters,
      will: typeof will === 'function' ? will() : will,
      keepaliveSeconds: this.#options.keepaliveSeconds ?? 30,
      connectTimeoutMs: this.#options.connectTimeoutMs ?? 20_000,
      publishTimeoutMs: this.#options.publishTimeoutMs ?? 20_000,
      receiveBytesMax: this.#options.receiveBytesMax ?? 520 * 1024,
      pendingMax: 256,
      takesAtOnce: this.#options.takesAtOnce,
      onMessage,
      onUp: () => this.#raise(),
      onEnd: (problem) => this.#lower(problem),
      onProblem: (problem) => this.#options.onProblem?.(problem),
    });
    this.#connection = connection;
    connection.start();
  }

  #raise(): void {
    this.#up = true;
    this.#upAtMs = performance.now();
    // A retained message may have changed them while the first subscription was on its way.
    this.#refilter();
    this.#options.onChange(true);
  }

  #refilter(): void {
    const before = this.#subscribed;
    const after = this.#filters;
    this.#subscribed = after;
    const added = after.filter((filter) => !before.includes(filter));
    const removed = before.filter((filter) => !after.includes(filter));
    if (added.length > 0 || removed.length > 0) this.#connection?.refilter(added, removed);
  }

  #lower(problem: Problem | undefined): void {
    this.#connection = undefined;
    const wasUp = this.#up;
    this.#up = false;
    if (wasUp && performance.now() - this.#upAtMs >= steadyMs) this.#attempt = 0;
    if (problem) this.#options.onProblem?.(problem);
    if (wasUp) this.#options.onChange(false);
    if (!this.#running) return;
    const delayMs = waitMs(this.#attempt++, Math.random(), this.#options.backOff ?? backOff);
    this.#timer = setTimeout(() => this.#connect(), delayMs);
  }
}
