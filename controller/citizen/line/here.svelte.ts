// The centre this app belongs to and the place somebody lives in; asked for anew at each start, kept by the worker.
import { getContext } from 'svelte';
import type { PublicPlace, PublicUnit } from '../../../schemas/citizen-api.ts';
import { get, Refused, type ShownProblem } from './door.ts';

const place = Symbol('here');
const chosenKey = 'loa-dan-unit';

export class Here {
  place = $state.raw<PublicPlace>();
  problem = $state.raw<ShownProblem>();
  #unit = $state(localStorage.getItem(chosenKey) ?? '');

  /** Where somebody lives; undefined until they said so. */
  readonly unit: PublicUnit | undefined = $derived(this.place?.units.find(({ id }) => id === this.#unit));

  /** It was chosen, though the centre has not answered yet. */
  get chosen(): string {
    return this.#unit;
  }

  async ask(): Promise<void> {
    try {
      this.place = await get<PublicPlace>('/place');
      this.problem = undefined;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.problem = error.problem;
    }
  }

  choose(unit: string): void {
    localStorage.setItem(chosenKey, unit);
    this.#unit = unit;
  }

  /** A unit and the one around it: `Thôn 1, Xã Sơn Dương`. */
  nameOf(id: string): string {
    const units = this.place?.units ?? [];
    const found = units.find((one) => one.id === id);
    const above = found && units.find((one) => one.id === found.parent);
    return found ? [found.name, ...(above ? [above.name] : [])].join(', ') : id;
  }
}

export function contextOf(here: Here): readonly [symbol, Here] {
  return [place, here];
}

export function useHere(): Here {
  return getContext<Here>(place);
}
