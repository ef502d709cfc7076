// Takes several messages of one connection at once and acknowledges them in the order they came. Pure bookkeeping, no socket.

export interface IntakeLimits {
  /** Messages that are being taken; a broker's own limit of messages in flight is usually far below. */
  readonly countMax: number;
  readonly bytesMax: number;
}

export interface IntakeOptions extends IntakeLimits {
  /** PUBACK of a message that was taken, as were all before it. */
  readonly acknowledge: (messageId: number) => void;
  /** A message was not taken: neither it nor any behind it is acknowledged. */
  readonly onFailed: (error: unknown) => void;
}

interface Taken {
  readonly messageId: number | undefined;
  readonly bytes: number;
  done: boolean;
}

/** PUBACKs leave in the order of the PUBLISH packets (MQTT 3.1.1 §4.6), however the work behind them overtakes itself. */
export class Intake {
  readonly #options: IntakeOptions;
  readonly #taking: Taken[] = [];
  #bytes = 0;
  #failed = false;
  #room: (() => void) | undefined;

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /** Messages that are not acknowledged yet. */
  get count(): number {
    return this.#taking.length;
  }

  /** `messageId`: of QoS 1. Resolves when the next message may come: at once, unless the limits are reached. */
  async receive(messageId: number | undefined, bytes: number, work: () => Promise<void>): Promise<void> {
    const taken: Taken = { messageId, bytes, done: false };
    this.#taking.push(taken);
    this.#bytes += bytes;
    work().then(
      () => {
        taken.done = true;
        this.#settle();
      },
      (error: unknown) => {
        if (!this.#failed) this.#options.onFailed(error);
        this.#failed = true;
        this.#room?.();
      },
    );
    if (this.#isFull() && !this.#failed)
      await new Promise<void>((resolve) => {
        this.#room = resolve;
      });
  }

  #settle(): void {
    if (this.#failed) return;
    for (let first = this.#taking[0]; first?.done; first = this.#taking[0]) {
      this.#taking.shift();
      this.#bytes -= first.bytes;
      if (first.messageId !== undefined) this.#options.acknowledge(first.messageId);
    }
    if (!this.#isFull()) this.#room?.();
  }

  #isFull(): boolean {
    const { countMax, bytesMax } = this.#options;
    return this.#taking.length >= countMax || this.#bytes >= bytesMax;
  }
}
