// Says all that is retained again, from the tables: a broker may have lost it, and none of ours keeps anything durable.
import type { Dispatch } from './dispatch.ts';
import type { OrderDesk } from './emergency/order-desk.ts';
import type { CentreLink, Journal } from './link.ts';

const standardAgainMs = 2_000;

export interface RebuildOptions {
  readonly orders: Pick<OrderDesk, 'publishAll'>;
  readonly link: Pick<CentreLink, 'newEpoch'>;
  readonly dispatch: Pick<Dispatch, 'publishAll'>;
  /** Resolves when little waits to go out. */
  readonly settled: () => Promise<void>;
  readonly journal: Journal;
  readonly againMs?: number;
}

/** INVARIANT: one at a time; whoever asks while one runs gets another behind it, for the line broke meanwhile. */
export class Rebuild {
  readonly #options: RebuildOptions;
  #running: Promise<void> | undefined;
  #again = false;
  #stopped = false;

  constructor(options: RebuildOptions) {
    this.#options = options;
  }

  /** Orders first; then the heartbeat, whose new epoch has boxes announce themselves; then what each box is to do. */
  ask(): void {
    this.#again = true;
    this.#running ??= this.#drain();
  }

  /** Resolves when the one that runs is done. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #drain(): Promise<void> {
    while (this.#again && !this.#stopped) {
      this.#again = false;
      await this.#once().catch((err: unknown) => this.#failed(err));
    }
    this.#running = undefined;
  }

  /** The tables or the signer are away: what is retained is said when they are back. */
  #failed(err: unknown): void {
    const { journal, againMs = standardAgainMs } = this.#options;
    journal.warn({ event: 'not-rebuilt', err });
    setTimeout(() => !this.#stopped && this.ask(), againMs).unref();
  }

  async #once(): Promise<void> {
    const { orders, link, dispatch, settled, journal } = this.#options;
    const startedMs = performance.now();
    await orders.publishAll();
    await link.newEpoch();
    const boxes = await dispatch.publishAll(settled);
    await settled();
    journal.info({ event: 'rebuilt', boxes, tookMs: Math.round(performance.now() - startedMs) });
  }
}
