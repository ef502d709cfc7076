// Large bodies from strangers: only so many are under way at once, so that whoever sends them slowly does not fill the memory.
import type { IncomingHttpHeaders } from 'node:http';

/** Words alone are never held up; pictures and sounds are. */
export const largeFrom = 64 * 1024;
export const largeAtOnce = 24;
/** Of one address: a carrier sends a whole commune through one. */
export const largeOfOne = 6;

/** As the request says it; undefined: it does not say. Whoever only reads sends no body (RFC 9112 §6.3), and is never held back. */
export function bodyBytesOf(headers: IncomingHttpHeaders): number | undefined {
  const { 'content-length': length, 'transfer-encoding': coding } = headers;
  if (length !== undefined) return Number(length);
  return coding === undefined ? 0 : undefined;
}

export class LargeBodies {
  readonly #open = new Map<string, number>();
  #count = 0;

  /** `bytes`: as the request says it; one that does not say may be large. Answers how to leave; undefined: no room now. */
  enter(address: string, bytes: number | undefined): (() => void) | undefined {
    if (bytes !== undefined && bytes < largeFrom) return () => undefined;
    const mine = this.#open.get(address) ?? 0;
    if (this.#count >= largeAtOnce || mine >= largeOfOne) return undefined;
    this.#open.set(address, mine + 1);
    this.#count += 1;
    let inside = true;
    return () => {
      if (!inside) return;
      inside = false;
      this.#count -= 1;
      const left = (this.#open.get(address) ?? 1) - 1;
      if (left > 0) this.#open.set(address, left);
      else this.#open.delete(address);
    };
  }
}
