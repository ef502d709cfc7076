// The lines to centres above and below, made by hand; looked at whenever something changed, and once a minute.
import type { Below } from '../../schemas/introduction.ts';
import type { Change, Feed } from '../feed.ts';
import type { Journal } from '../link.ts';
import { readBelow } from '../provision/neighbours.ts';
import type { Store } from '../store/store.ts';
import type { Answers } from './answers.ts';
import type { LowerDesk } from './lower-desk.ts';
import type { ToldVoices } from './told-voices.ts';
import type { UpperDesk } from './upper-desk.ts';

export interface FederationOptions {
  readonly store: Pick<Store, 'meta'>;
  readonly upper: UpperDesk;
  readonly lower: LowerDesk;
  readonly answers: Answers;
  readonly voices: ToldVoices;
  readonly feed: Feed;
  readonly journal: Journal;
}

const everyMs = 60_000;
const soonMs = 300;
/** A look that takes long is not taken often. */
const restFactor = 10;
const restMinMs = 1_000;
/** What changes something that other centres are told. */
const telling: ReadonlySet<Change['event']> = new Set([
  'source',
  'receipt',
  'schedule',
  'programme',
  'box',
  'unit',
  'directive',
] as Change['event'][]);

export class Federation {
  readonly upper: UpperDesk;
  readonly lower: LowerDesk;
  readonly answers: Answers;
  /** Set by the boxes' door: centres below fetch content there. */
  onBelow: ((below: readonly Below[]) => void) | undefined;
  readonly #options: FederationOptions;
  #timer: NodeJS.Timeout | undefined;
  #soon: NodeJS.Timeout | undefined;
  #unwatch: (() => void) | undefined;
  #working: Promise<void> = Promise.resolve();
  #notBeforeMs = 0;
  #authorities: readonly Below[] = [];

  constructor(options: FederationOptions) {
    this.#options = options;
    this.upper = options.upper;
    this.lower = options.lower;
    this.answers = options.answers;
  }

  async start(): Promise<void> {
    const below = await readBelow(this.#options.store);
    this.#authorities = below;
    await this.lower.follow(below);
    this.#unwatch = this.#options.feed.watch(({ event }) => telling.has(event) && this.soon());
    this.#timer = setInterval(() => this.soon(), everyMs);
    this.#options.voices.start();
    await this.upper.start();
    this.soon();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    clearTimeout(this.#soon);
    this.#unwatch?.();
    this.#options.voices.stop();
    this.lower.stop();
    await this.upper.stop();
    await this.#working;
  }

  /** Centres below whose authorities are believed. */
  get below(): readonly Below[] {
    return this.#authorities;
  }

  /** Other centres below from now on. */
  async follow(below: readonly Below[]): Promise<void> {
    const gone = this.#authorities.filter(({ centre }) => !below.some((one) => one.centre === centre));
    this.#authorities = below;
    await this.lower.follow(below);
    for (const { centre } of gone) await this.lower.dismissed(centre);
    this.onBelow?.(below);
    this.soon();
  }

  /** What is to be told is looked at, a moment from now. */
  soon(): void {
    if (this.#soon) return;
    const waitMs = Math.max(soonMs, this.#notBeforeMs - performance.now());
    this.#soon = setTimeout(() => {
      this.#soon = undefined;
      this.#working = this.#working.then(() => this.round());
    }, waitMs);
  }

  async round(): Promise<void> {
    const beganMs = performance.now();
    try {
      await this.lower.round();
      await this.upper.round();
    } catch (err) {
      this.#options.journal.warn({ event: 'federation-not-looked-at', err });
    }
    const tookMs = performance.now() - beganMs;
    this.#notBeforeMs = performance.now() + Math.max(restMinMs, tookMs * restFactor);
  }
}
