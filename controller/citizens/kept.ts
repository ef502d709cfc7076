// Answers that many ask for at once: made once, kept a while, dropped when something changed.
export class Kept {
  readonly #nowMs: () => number;
  readonly #most: number;
  readonly #answers = new Map<string, { readonly untilMs: number; readonly answer: Promise<unknown> }>();

  constructor(nowMs: () => number, most = 2_000) {
    this.#nowMs = nowMs;
    this.#most = most;
  }

  /** Many who ask at once wait for one making. */
  get<T>(name: string, keptMs: number, make: () => Promise<T>): Promise<T> {
    const nowMs = this.#nowMs();
    const known = this.#answers.get(name);
    if (known && known.untilMs > nowMs && known.untilMs <= nowMs + keptMs) return known.answer as Promise<T>;
    const answer = make();
    this.#answers.delete(name);
    this.#answers.set(name, { untilMs: nowMs + keptMs, answer });
    answer.catch(() => this.#answers.delete(name));
    const [oldest] = this.#answers.keys();
    if (this.#answers.size > this.#most && oldest !== undefined) this.#answers.delete(oldest);
    return answer;
  }

  /** All whose names begin so. */
  drop(begin: string): void {
    for (const name of this.#answers.keys()) if (name.startsWith(begin)) this.#answers.delete(name);
  }
}
