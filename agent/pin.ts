// The box's PIN: six digits made by the centre with the claim, kept here only as a slow hash; few tries, then ever longer waits.
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** 32 MiB and some tenths of a second on a small board for each guess. */
const cost = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 } as const;
const keyBytes = 32;
const triesFree = 5;
const waitFirstMs = 30_000;
const waitMaxMs = 15 * 60_000;

export const pinShape = /^\d{6}$/;

export async function hashPin(pin: string): Promise<string> {
  const salt = randomBytes(16);
  return `scrypt:${salt.toString('base64')}:${(await derive(pin, salt)).toString('base64')}`;
}

export type PinAnswer = { readonly is: 'right' | 'wrong' | 'none' } | { readonly is: 'wait'; readonly waitMs: number };

/** Guards what is done at the box. One guess at a time, counted before it is judged, so that many at once gain nothing. */
export class PinGate {
  readonly #stored: string | undefined;
  readonly #monoMs: () => number;
  #wrong = 0;
  #untilMonoMs = 0;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(stored: string | undefined, monoMs: () => number) {
    this.#stored = stored;
    this.#monoMs = monoMs;
  }

  get set(): boolean {
    return this.#stored !== undefined;
  }

  check(pin: string): Promise<PinAnswer> {
    const answer = this.#turn.then(() => this.#check(pin));
    this.#turn = answer.catch(() => undefined);
    return answer;
  }

  async #check(pin: string): Promise<PinAnswer> {
    const [kind, salt, hash] = this.#stored?.split(':') ?? [];
    if (kind !== 'scrypt' || !salt || !hash) return { is: 'none' };
    const waitMs = this.#untilMonoMs - this.#monoMs();
    if (waitMs > 0) return { is: 'wait', waitMs: Math.ceil(waitMs) };
    this.#wrong += 1;
    if (this.#wrong >= triesFree) this.#untilMonoMs = this.#monoMs() + Math.min(waitMaxMs, waitFirstMs * 2 ** (this.#wrong - triesFree));
    const right = Buffer.from(hash, 'base64');
    const tried = await derive(pinShape.test(pin) ? pin : '', Buffer.from(salt, 'base64'));
    if (right.length !== tried.length || !timingSafeEqual(right, tried)) return { is: 'wrong' };
    this.#wrong = 0;
    this.#untilMonoMs = 0;
    return { is: 'right' };
  }
}

function derive(pin: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(pin, salt, keyBytes, cost, (error, key) => (error ? reject(error) : resolve(key)));
  });
}
