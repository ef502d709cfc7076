// Keeps a flood of forgeries from filling the journal: each is told once, and only so many a minute.

const rememberedMax = 256;
const perMinute = 20;

export class Refusals {
  readonly #seen = new Set<string>();
  #tokens = perMinute;
  #filledAtMonoMs = 0;

  /** True when this refusal is new and within the rate. */
  tell(name: string, nowMonoMs: number): boolean {
    if (this.#seen.has(name)) return false;
    this.#tokens = Math.min(perMinute, this.#tokens + ((nowMonoMs - this.#filledAtMonoMs) * perMinute) / 60_000);
    this.#filledAtMonoMs = nowMonoMs;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    this.#seen.add(name);
    const [oldest] = this.#seen;
    if (this.#seen.size > rememberedMax && oldest !== undefined) this.#seen.delete(oldest);
    return true;
  }
}
