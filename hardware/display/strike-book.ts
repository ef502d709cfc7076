// Strikes of bulletins, kept in a file so that a black-listed one stays out after the box was switched off.
import * as v from 'valibot';
import { Sha256 } from '../../schemas/ids.ts';
import { readIfPresent, writeFileAtomic } from '../host/files.ts';
import { blackListed, type Strikes, strike, strikesMax, struckMax } from './health-ladder.ts';

const Book = v.record(Sha256, v.pipe(v.number(), v.integer(), v.minValue(1)));
const bookBytesMax = 16 * 1024;

export class StrikeBook {
  readonly #path: string | undefined;
  #strikes: Strikes = new Map();
  #writing: Promise<void> = Promise.resolve();

  /** Without a path it is kept in memory. */
  constructor(path?: string) {
    this.#path = path;
  }

  /** A missing or damaged file begins anew: a bulletin wrongly let through costs three strikes, not the board. */
  async load(): Promise<void> {
    const bytes = this.#path === undefined ? undefined : await readIfPresent(this.#path).catch(() => undefined);
    if (!bytes || bytes.length > bookBytesMax) return;
    try {
      this.#strikes = new Map(Object.entries(v.parse(Book, JSON.parse(bytes.toString()))).slice(-struckMax));
    } catch {
      this.#strikes = new Map();
    }
  }

  has(sha256: string): boolean {
    return blackListed(this.#strikes, sha256);
  }

  /** True when this strike was the one that put it on the list. */
  add(sha256: string): boolean {
    this.#strikes = strike(this.#strikes, sha256);
    const count = this.#strikes.get(sha256);
    const path = this.#path;
    const text = JSON.stringify(Object.fromEntries(this.#strikes));
    // A full disk costs the memory of it, not the screen.
    if (path !== undefined) this.#writing = this.#writing.then(() => writeFileAtomic(path, text)).catch(() => undefined);
    return count === strikesMax;
  }

  /** All that was added is in the file. */
  async close(): Promise<void> {
    await this.#writing;
  }
}
