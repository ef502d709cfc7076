// Commands that come faster than any centre gives them: they are passed over unread, so that an order behind them is not late.

/** So many of one topic at once, and so many a second from then on. */
const burst = 64;
const perSecond = 8;
const topicsMax = 64;
/** Calm again after so long without one too many. */
export const calmAfterMs = 60_000;

export class FloodGate {
  readonly #topics = new Map<string, { tokens: number; atMonoMs: number }>();
  #passedOver = 0;

  admit(topic: string, nowMonoMs: number): boolean {
    const before = this.#topics.get(topic) ?? { tokens: burst, atMonoMs: nowMonoMs };
    const tokens = Math.min(burst, before.tokens + ((nowMonoMs - before.atMonoMs) * perSecond) / 1_000);
    const admitted = tokens >= 1;
    this.#topics.delete(topic);
    this.#topics.set(topic, { tokens: admitted ? tokens - 1 : tokens, atMonoMs: nowMonoMs });
    const [oldest] = this.#topics.keys();
    if (this.#topics.size > topicsMax && oldest !== undefined) this.#topics.delete(oldest);
    if (!admitted) this.#passedOver++;
    return admitted;
  }

  /** Since the start. */
  get passedOver(): number {
    return this.#passedOver;
  }
}
