// A wish whose answer was lost: nobody knows whether the centre heard it. Sent again it is the same wish, and the centre does it once.
import { Refused } from './door.ts';

interface Sent {
  readonly wish: string;
  readonly once: string;
}

export class SameAgain {
  #lost: Sent | undefined;

  /** `act` under the key of this wish; `lost`: it was sent before, and what became of it is not known. */
  async send<T>(wish: unknown, act: (once: string, lost: boolean) => Promise<T>): Promise<T> {
    const words = JSON.stringify(wish);
    const lost = this.#lost?.wish === words ? this.#lost : undefined;
    const sent = lost ?? { wish: words, once: crypto.randomUUID() };
    this.#lost = undefined;
    try {
      return await act(sent.once, lost !== undefined);
    } catch (error) {
      // No line, or a door before the centre that had no answer from it.
      if (error instanceof Refused && (error.problem.status === 0 || error.problem.status >= 500)) this.#lost = sent;
      throw error;
    }
  }
}

/** What is there, or undefined when nothing is. */
export async function ifThere<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Refused && error.problem.status === 404) return undefined;
    throw error;
  }
}
