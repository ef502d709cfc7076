// A duty officer's page while an order runs: follows the events, asks for the orders as the console does, and times the answers.
import type { OrderAnswer } from '../../../schemas/order-api.ts';
import type { Operator } from '../../wire/operator.ts';

/** The console's own patience between an event and its question. */
const redrawMs = 300;
const probeEveryMs = 100;

export class FleetConsole {
  readonly #base: string;
  readonly #duty: Operator;
  readonly #gone = new AbortController();
  #waiting = false;
  #probe: NodeJS.Timeout | undefined;
  events = 0;
  /** How long an ordinary question took, while all this goes on. */
  readonly answersMs: number[] = [];
  /** How long the list of orders took, and its greatest size. */
  readonly listsMs: number[] = [];
  listBytes = 0;

  constructor(base: string, duty: Operator) {
    this.#base = base;
    this.#duty = duty;
  }

  async open(): Promise<void> {
    const response = await fetch(`${this.#base}/api/events`, { headers: { cookie: this.#duty.cookie }, signal: this.#gone.signal });
    void this.#follow(response).catch(() => undefined);
    this.#probe = setInterval(() => void this.#timed(this.answersMs, '/templates'), probeEveryMs);
  }

  reset(): void {
    this.events = 0;
    this.answersMs.length = 0;
    this.listsMs.length = 0;
  }

  close(): void {
    clearInterval(this.#probe);
    this.#gone.abort();
  }

  async #follow(response: Response): Promise<void> {
    for await (const piece of response.body ?? []) {
      const told =
        Buffer.from(piece)
          .toString('utf8')
          .match(/^event: order$/gm)?.length ?? 0;
      this.events += told;
      if (told === 0 || this.#waiting) continue;
      this.#waiting = true;
      setTimeout(() => {
        this.#waiting = false;
        void this.#timed(this.listsMs, '/orders?state=active');
      }, redrawMs);
    }
  }

  async #timed(into: number[], path: string): Promise<void> {
    const beganMs = performance.now();
    const answer = await this.#duty.get<readonly OrderAnswer[]>(path).catch(() => undefined);
    if (answer === undefined) return;
    into.push(performance.now() - beganMs);
    if (path === '/orders?state=active') this.listBytes = Math.max(this.listBytes, JSON.stringify(answer).length);
  }
}
