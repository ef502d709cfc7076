// Work that comes round: looked at every so often, one look after the other, the last one waited for at the end.

export interface RoundsOptions {
  readonly everyMs: number;
  readonly look: () => Promise<void>;
  /** What could not be looked at is due at the next look. */
  readonly failed: (err: unknown) => void;
}

export class Rounds {
  readonly #options: RoundsOptions;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: RoundsOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => void this.now(), this.#options.everyMs).unref();
  }

  /** For a long look: it may end early. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** Look now, after whatever is being looked at. Never rejects. */
  now(): Promise<void> {
    this.#looking = this.#looking.then(() => this.#options.look()).catch(this.#options.failed);
    return this.#looking;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#looking;
  }
}
