// The boxes a list shows: fetched part after part, then only those that the centre says have changed.
import type { BoxAnswer, SessionAnswer } from '../../../../schemas/api.ts';
import type { UnitAnswer } from '../../../../schemas/units.ts';
import { get, getParts, Refused, type ShownProblem } from '../../line/door.ts';
import { eventName } from '../../line/events.ts';
import { type BoxLine, lineOf, type Places, placesOf, renewed } from './box-list.ts';

const atOnce = 500;
/** As many as one question names. */
const askedAtOnce = 200;
const restMs = 400;
/** After a question without an answer all is asked again so soon, until there is one. */
const netMs = 15_000;
/** Of events that were lost with the line nobody tells. */
const allAgainMs = 5 * 60_000;

export class BoxRows {
  lines = $state.raw<readonly BoxLine[]>([]);
  places = $state.raw<Places>(new Map());
  problem = $state.raw<ShownProblem>();
  /** All parts are there. */
  whole = $state(false);
  readonly #english: boolean;
  readonly #centre: SessionAnswer['centre'];
  readonly #changed = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #gone = false;
  /** Something was asked and not answered: what the list shows may be old. */
  #missed = false;
  #asking = false;

  constructor(english: boolean, centre: SessionAnswer['centre']) {
    this.#english = english;
    this.#centre = centre;
  }

  /** Begin; the function answered ends it. */
  open(): () => void {
    void this.#all();
    const again = setInterval(() => void this.#all(), allAgainMs);
    const net = setInterval(() => this.#missed && void this.#all(), netMs);
    const note = (event: Event) => {
      const id = (event as CustomEvent<string>).detail;
      if (id !== '') this.#changed.add(id);
      this.#soon();
    };
    document.addEventListener(eventName('box'), note);
    return () => {
      this.#gone = true;
      clearTimeout(this.#timer);
      clearInterval(again);
      clearInterval(net);
      document.removeEventListener(eventName('box'), note);
    };
  }

  async #all(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    await this.#try(async () => {
      this.places = placesOf(await get<UnitAnswer[]>('/units'), this.#english, this.#centre);
      const all: BoxLine[] = [];
      for await (const part of getParts<BoxAnswer>(`/boxes?limit=${atOnce}`)) {
        if (this.#gone) return;
        all.push(...part.map((box) => lineOf(box, this.places)));
        // At first something is seen at once; later the list does not shrink while it is read anew.
        if (!this.whole) this.lines = [...all];
      }
      this.lines = all;
      this.whole = true;
      this.#missed = false;
    }).finally(() => (this.#asking = false));
  }

  #soon(): void {
    this.#timer ??= setTimeout(() => void this.#renew(), restMs);
  }

  async #renew(): Promise<void> {
    const ids = [...this.#changed].slice(0, askedAtOnce);
    for (const id of ids) this.#changed.delete(id);
    await this.#try(async () => {
      if (ids.length === 0) return;
      const fresh = await get<BoxAnswer[]>(`/boxes?ids=${ids.join(',')}&limit=${askedAtOnce}`);
      this.lines = renewed(
        this.lines,
        fresh.map((box) => lineOf(box, this.places)),
      );
    });
    this.#timer = undefined;
    if (this.#changed.size > 0 && !this.#gone) this.#soon();
  }

  async #try(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      if (!this.#missed) this.problem = undefined;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.#missed = true;
      this.problem = error.problem;
    }
  }
}
