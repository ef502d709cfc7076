// The box's PIN: six digits made by the centre with the claim, kept here only as a slow hash; few tries, then ever longer waits.
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** 32 MiB and some tenths of a second on a small board for each guess. */
const cost = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 } as const;
const keyBytes = 32;
const triesFree = 5;
const waitFirstMs = 30_000;
const waitMaxMs = 15 * 60_000;
/** Wrong guesses an hour of all strangers together: a million PINs last for years. */
const budgetTries = 40;
const budgetMs = 60 * 60_000;
const sourcesMax = 64;

export const pinShape = /^\d{6}$/;

export async function hashPin(pin: string): Promise<string> {
  const salt = randomBytes(16);
  return `scrypt:${salt.toString('base64')}:${(await derive(pin, salt)).toString('base64')}`;
}

export type PinAnswer = { readonly is: 'right' | 'wrong' | 'none' } | { readonly is: 'wait'; readonly waitMs: number };

interface Guesser {
  wrong: number;
  untilMonoMs: number;
  /** It knew the PIN in this boot. */
  known: boolean;
}

/**
 * Guards what is done at the box. One guess at a time, counted before it is judged, so that many at once gain nothing.
 * Each source waits for its own guesses, so that a stranger cannot make the technician wait. Strangers under many addresses
 * share one budget; somebody who presses the box's button needs none of it.
 */
export class PinGate {
  readonly #stored: string | undefined;
  readonly #monoMs: () => number;
  readonly #guessers = new Map<string, Guesser>();
  #strangersMonoMs: number[] = [];
  #turn: Promise<unknown> = Promise.resolve();

  constructor(stored: string | undefined, monoMs: () => number) {
    this.#stored = stored;
    this.#monoMs = monoMs;
  }

  get set(): boolean {
    return this.#stored !== undefined;
  }

  /** `source`: who asks, as far as the line tells (an address). */
  check(pin: string, source = ''): Promise<PinAnswer> {
    const answer = this.#turn.then(() => this.#check(pin, source));
    this.#turn = answer.catch(() => undefined);
    return answer;
  }

  /** The button of the box was pressed: whoever stands there may try afresh. */
  handAtBox(): void {
    this.#strangersMonoMs = [];
    for (const guesser of this.#guessers.values()) {
      guesser.wrong = 0;
      guesser.untilMonoMs = 0;
    }
  }

  async #check(pin: string, source: string): Promise<PinAnswer> {
    const [kind, salt, hash] = this.#stored?.split(':') ?? [];
    if (kind !== 'scrypt' || !salt || !hash) return { is: 'none' };
    const guesser = this.#guesser(source);
    const waitMs = Math.max(guesser.untilMonoMs - this.#monoMs(), guesser.known ? 0 : this.#strangersWaitMs());
    if (waitMs > 0) return { is: 'wait', waitMs: Math.ceil(waitMs) };
    guesser.wrong += 1;
    this.#strangersMonoMs.push(this.#monoMs());
    if (guesser.wrong >= triesFree)
      guesser.untilMonoMs = this.#monoMs() + Math.min(waitMaxMs, waitFirstMs * 2 ** (guesser.wrong - triesFree));
    const right = Buffer.from(hash, 'base64');
    const tried = await derive(pinShape.test(pin) ? pin : '', Buffer.from(salt, 'base64'));
    if (right.length !== tried.length || !timingSafeEqual(right, tried)) return { is: 'wrong' };
    this.#strangersMonoMs.pop();
    Object.assign(guesser, { wrong: 0, untilMonoMs: 0, known: true });
    return { is: 'right' };
  }

  /** Those that were asked about longest ago are forgotten, those that knew the PIN last. */
  #guesser(source: string): Guesser {
    const known = this.#guessers.get(source) ?? { wrong: 0, untilMonoMs: 0, known: false };
    this.#guessers.delete(source);
    this.#guessers.set(source, known);
    if (this.#guessers.size > sourcesMax) {
      const [oldest] = [...this.#guessers].find(([, one]) => !one.known) ?? [...this.#guessers][0] ?? [];
      if (oldest !== undefined && oldest !== source) this.#guessers.delete(oldest);
    }
    return known;
  }

  /** Until the oldest of too many wrong guesses is an hour old. */
  #strangersWaitMs(): number {
    const now = this.#monoMs();
    this.#strangersMonoMs = this.#strangersMonoMs.filter((atMonoMs) => atMonoMs > now - budgetMs);
    const first = this.#strangersMonoMs[this.#strangersMonoMs.length - budgetTries];
    return first === undefined ? 0 : first + budgetMs - now;
  }
}

function derive(pin: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(pin, salt, keyBytes, cost, (error, key) => (error ? reject(error) : resolve(key)));
  });
}
