// The second line: orders, exercises and heartbeats of one centre above the box's own, and nothing said back.
import { backOff } from '../broker/link/back-off.ts';
import { Link } from '../broker/link/link.ts';
import type { Cryptography } from '../schemas/envelope.ts';
import type { Path, Paths } from '../schemas/paths.ts';
import type { Problem } from '../schemas/problems.ts';
import { buildTopic, parseTopic } from '../schemas/topics.ts';
import { knownTime } from './clock-record.ts';
import type { HeldKeys } from './held-keys.ts';
import { Inlet, type InletOptions } from './inlet.ts';
import { keepaliveSeconds } from './link.ts';
import { readMessage } from './messages.ts';

/** A path that gives no connection for so long makes room for the next. */
const patienceMs = 60_000;

export interface UpperLinkOptions extends InletOptions {
  readonly dev: string;
  /** The box's own certificate; the authority of each path stands in the path. */
  readonly tls: { readonly cert: string; readonly key: string };
  readonly keys: HeldKeys;
  readonly crypto: Cryptography;
  readonly reconnectMaxMs?: number;
}

/** INVARIANTS: at most one connection; nothing is published; only what stands in the box's own chain of keys is read. */
export class UpperLink {
  readonly #options: UpperLinkOptions;
  #tls: UpperLinkOptions['tls'];
  readonly #inlet: Inlet;
  #paths: Paths | undefined;
  #link: Link | undefined;
  #path: Path | undefined;
  #turn = 0;
  #up = false;
  #timer: NodeJS.Timeout | undefined;
  #running = false;
  #problem: Problem | null = null;
  /** Newest heartbeat taken; a replayed one proves nothing. */
  #beat = { centre: '', ctr: 0 };

  constructor(options: UpperLinkOptions) {
    this.#options = options;
    this.#tls = options.tls;
    this.#inlet = new Inlet(options);
  }

  start(): void {
    this.#running = true;
    this.#connect();
  }

  async stop(): Promise<void> {
    this.#running = false;
    await this.#close();
  }

  status(): { readonly centre: string; readonly up: boolean; readonly problem: string | null } | null {
    return this.#path ? { centre: this.#path.centre, up: this.#up, problem: this.#up ? null : (this.#problem?.code ?? null) } : null;
  }

  /** The plan's paths from now on; the same ones again change nothing. */
  follow(paths: Paths | undefined): void {
    if (paths === this.#paths || JSON.stringify(paths) === JSON.stringify(this.#paths)) return;
    this.#paths = paths;
    this.#turn = 0;
    if (this.#running) void this.#close().then(() => this.#running && this.#connect());
  }

  /** Another certificate from now on. */
  async present(tls: UpperLinkOptions['tls']): Promise<void> {
    this.#tls = tls;
    if (this.#path) await this.#link?.present({ ca: this.#path.ca, cert: tls.cert, key: tls.key });
  }

  /** Keys or groups changed: listen to what they say now. */
  refresh(): void {
    if (!this.#running) return;
    const path = this.#choose();
    if (path === this.#path && path) this.#link?.listenTo(this.#filters(path));
    else void this.#close().then(() => this.#running && this.#connect());
  }

  /** Paths to centres of the chain above the box's own; others could not say anything it believes. */
  #choose(): Path | undefined {
    const { links, place } = this.#options.keys.ring();
    const fit = (this.#paths?.paths ?? []).filter(({ centre }) => centre !== place.centre && links.has(centre));
    return fit[this.#turn % Math.max(1, fit.length)];
  }

  #connect(): void {
    const path = this.#choose();
    if (!path || this.#link) return;
    const { dev, reconnectMaxMs, clock } = this.#options;
    const tls = this.#tls;
    const link: Link = new Link({
      url: path.url,
      tls: { ca: path.ca, cert: tls.cert, key: tls.key },
      clientId: `box:${dev}`,
      keepaliveSeconds,
      time: () => knownTime(clock.now()),
      filters: this.#filters(path),
      onMessage: (topic, payload) => this.#absorb(topic, payload),
      onChange: (up) => link === this.#link && this.#change(up),
      onProblem: (problem) => {
        this.#problem = problem;
        this.#inlet.ignore('upperLinkProblem', problem);
      },
      ...(reconnectMaxMs !== undefined && { backOff: { ...backOff, maxMs: reconnectMaxMs } }),
    });
    this.#link = link;
    this.#path = path;
    this.#options.tell({ is: 'upperChanged', centre: path.centre, up: false });
    this.#wait();
    link.start();
  }

  #filters({ centre }: Path): string[] {
    const { groups } = this.#options.keys.ring().place;
    const orders = groups.flatMap((id) => (['order', 'drill'] as const).map((word) => buildTopic({ of: 'group', id, word })));
    return [...orders, buildTopic({ of: 'centre', id: centre, word: 'on' })];
  }

  #change(up: boolean): void {
    this.#up = up;
    if (this.#path) this.#options.tell({ is: 'upperChanged', centre: this.#path.centre, up });
    if (up) clearTimeout(this.#timer);
    else this.#wait();
  }

  /** Give the next path its turn when this one stays dead. */
  #wait(): void {
    clearTimeout(this.#timer);
    if ((this.#paths?.paths.length ?? 0) < 2) return;
    this.#timer = setTimeout(() => {
      this.#turn++;
      void this.#close().then(() => this.#running && this.#connect());
    }, patienceMs);
  }

  async #close(): Promise<void> {
    clearTimeout(this.#timer);
    const link = this.#link;
    this.#link = undefined;
    const path = this.#path;
    this.#path = undefined;
    this.#up = false;
    if (path) this.#options.tell({ is: 'upperChanged', centre: null, up: false });
    await link?.stop();
  }

  async #absorb(topic: string, payload: Uint8Array): Promise<void> {
    const parsed = parseTopic(topic);
    const readable = parsed?.of === 'centre' || (parsed?.of === 'group' && parsed.word !== 'cmd');
    if (!readable)
      return this.#inlet.ignore('messageIgnored', { code: 'not-allowed', path: topic, detail: 'an upper centre gives orders only' });
    const { keys, crypto, tell } = this.#options;
    const meaning = readMessage(topic, payload, { ring: keys.ring(), crypto });
    if (meaning.is === 'events') return this.#inlet.take(meaning);
    if (meaning.is === 'nothing') return this.#inlet.ignore('messageIgnored', { ...meaning.problem, path: topic });
    if (meaning.is !== 'heartbeat' || meaning.centre !== this.#path?.centre) return;
    const { heartbeat, centre, epoch, ctr } = meaning;
    if (this.#beat.centre === centre && ctr <= this.#beat.ctr) return;
    this.#beat = { centre, ctr };
    tell({ is: 'heartbeatCame', line: 'upper', centre, epoch, topics: heartbeat.topics ?? {} });
  }
}
