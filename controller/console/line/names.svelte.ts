// What people are called, for pages that say who did a thing: account names are for signing in.
import { getContext, setContext } from 'svelte';
import type { PersonNameAnswer } from '../../../schemas/people.ts';
import { get, Refused } from './door.ts';

const place = Symbol('names');
/** Somebody who came meanwhile is asked for, no oftener. */
const restMs = 60_000;

class Names {
  #known = $state.raw<ReadonlyMap<string, string>>(new Map());
  #askedMs = Number.NEGATIVE_INFINITY;

  /** The title of an account; the account itself while it is not known, or when it is another centre's. */
  called = (account: string): string => {
    const title = this.#known.get(account);
    if (title === undefined) this.#askOnce();
    return title || account;
  };

  #askOnce(): void {
    if (performance.now() - this.#askedMs < restMs) return;
    this.#askedMs = performance.now();
    get<PersonNameAnswer[]>('/names').then(
      (all) => {
        this.#known = new Map(all.map(({ account, title }) => [account, title]));
      },
      (problem: unknown) => {
        // The account stays in its place, which is right too.
        if (!(problem instanceof Refused)) throw problem;
      },
    );
  }
}

/** Once, around the pages of one who is signed in. */
export function giveNames(): void {
  setContext(place, new Names());
}

export function useNames(): Pick<Names, 'called'> {
  return getContext<Names>(place);
}
