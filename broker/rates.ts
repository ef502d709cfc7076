// How much somebody may do in a time: a bucket of tokens that fills by itself. Pure; `RateTable` keeps one bucket a name.

export interface Rate {
  readonly perSecond: number;
  /** Tokens of a full bucket: what may be done at once after a quiet time. */
  readonly burst: number;
}

/** `left` below zero is a debt: what was taken could not be given back, so later things wait. */
export interface Bucket {
  readonly left: number;
  readonly atMs: number;
}

export function fullBucket(rate: Rate, nowMs: number): Bucket {
  return { left: rate.burst, atMs: nowMs };
}

/** The bucket after `amount` was taken at `nowMs`. */
export function taken(bucket: Bucket, rate: Rate, amount: number, nowMs: number): Bucket {
  const filled = Math.min(rate.burst, bucket.left + (Math.max(0, nowMs - bucket.atMs) * rate.perSecond) / 1000);
  return { left: filled - amount, atMs: nowMs };
}

/** Until the debt is paid; 0 without one. */
export function debtMs(bucket: Bucket, rate: Rate): number {
  return bucket.left >= 0 ? 0 : Math.ceil((-bucket.left * 1000) / rate.perSecond);
}

/**
 * Buckets by name. A name that did nothing for so long that its bucket is full again needs no place; beyond `namesMax`
 * the one that has stood there longest goes, so made-up names cannot fill the memory.
 */
export class RateTable {
  readonly #rate: Rate;
  readonly #namesMax: number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(rate: Rate, namesMax: number) {
    this.#rate = rate;
    this.#namesMax = namesMax;
  }

  get size(): number {
    return this.#buckets.size;
  }

  /** Takes, and answers how long the whole of it would take to pay, in ms; the debt that is kept may be smaller. */
  take(name: string, amount: number, nowMs: number): number {
    const { burst } = this.#rate;
    const before = this.#buckets.get(name) ?? fullBucket(this.#rate, nowMs);
    // A debt is never larger than a burst, so that whoever stops is forgiven in a known time.
    const after = taken(before, this.#rate, amount, nowMs);
    const bounded = after.left < -burst ? { ...after, left: -burst } : after;
    this.#buckets.delete(name);
    this.#buckets.set(name, bounded);
    if (this.#buckets.size > this.#namesMax) this.#buckets.delete(this.#buckets.keys().next().value as string);
    return debtMs(after, this.#rate);
  }

  /** As `take` of nothing, without a place for who has none. */
  waitMs(name: string, nowMs: number): number {
    const bucket = this.#buckets.get(name);
    return bucket === undefined ? 0 : debtMs(taken(bucket, this.#rate, 0, nowMs), this.#rate);
  }

  /** Forgets whose bucket is full; call it now and then. */
  sweep(nowMs: number): void {
    for (const [name, bucket] of this.#buckets) {
      if (taken(bucket, this.#rate, 0, nowMs).left >= this.#rate.burst) this.#buckets.delete(name);
    }
  }
}
