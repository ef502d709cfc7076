// How often something was tried within a minute, by key; forgets by itself and never grows past its limit.
const windowMs = 60_000;
const keysMax = 10_000;

export class Tries {
  readonly #max: number;
  readonly #nowMs: () => number;
  readonly #counts = new Map<string, { count: number; readonly sinceMs: number }>();

  constructor(max: number, nowMs: () => number) {
    this.#max = max;
    this.#nowMs = nowMs;
  }

  /** Count one try; false when there were too many. */
  allow(key: string): boolean {
    const nowMs = this.#nowMs();
    const known = this.#counts.get(key);
    if (known && nowMs - known.sinceMs < windowMs && nowMs >= known.sinceMs) return ++known.count <= this.#max;
    this.#counts.delete(key);
    this.#counts.set(key, { count: 1, sinceMs: nowMs });
    const [oldest] = this.#counts.keys();
    if (this.#counts.size > keysMax && oldest !== undefined) this.#counts.delete(oldest);
    return true;
  }
}
