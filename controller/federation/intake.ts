// Content of things from above that is not here yet: fetched a few at a time and looked at as an upload is, beside the turn of messages.
import { bad, ok, type Problem, type Result } from '../../schemas/problems.ts';
import { filesOf, type Item } from '../../schemas/programme.ts';
import type { Blobs } from '../blobs.ts';
import { isAsKnown, lookedAtAs } from '../core/federation-received.ts';
import type { Journal } from '../link.ts';
import type { LookAgain } from '../media/look-again.ts';
import type { Store } from '../store/store.ts';
import type { ContentAbove, FetchContent } from './content-above.ts';

export interface IntakeOptions {
  readonly store: Pick<Store, 'content'>;
  readonly blobs: Pick<Blobs, 'size' | 'forget'>;
  readonly fetch: FetchContent;
  readonly look: LookAgain;
  readonly journal: Journal;
}

interface Wish {
  readonly item: Item;
  readonly from: ContentAbove;
  readonly brought: () => void;
}

const atOnce = 3;
/** What was found out of so many items is kept; an older one would be looked at once more. */
const verdictsMax = 10_000;
/** Nothing that the file is to blame for: another try may go well. */
const passing: ReadonlySet<Problem['code']> = new Set<Problem['code']>([
  'offline',
  'tool-missing',
  'tool-timeout',
  'internal-error',
  'disk-full',
]);

export class Intake {
  readonly #options: IntakeOptions;
  /** Of this run, by what an item says of itself: undefined fine, else why not. */
  readonly #verdicts = new Map<string, Problem | undefined>();
  readonly #waiting = new Map<string, Wish>();
  readonly #busy = new Map<string, Promise<void>>();
  readonly #fetches = new Map<string, Promise<Result<void>>>();
  #ending = new AbortController();

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /** Those that are not here, or were not looked at. Problem: that of one that is not what it says. */
  async missing(items: readonly Item[]): Promise<Result<readonly Item[]>> {
    const missing: Item[] = [];
    for (const item of items) {
      const name = lookedAtAs(item);
      const verdict = this.#verdicts.get(name);
      if (verdict) return { ok: false, problem: verdict };
      const looked = this.#verdicts.has(name) || (await this.#isKnown(item));
      if (!looked || !(await this.#isHere(item))) missing.push(item);
    }
    return ok(missing);
  }

  /** Each is on its way once; `brought` hears of it, whatever came of it. */
  bring(items: readonly Item[], from: ContentAbove, brought: () => void): void {
    for (const item of items) {
      const name = lookedAtAs(item);
      if (!this.#busy.has(name)) this.#waiting.set(name, { item, from, brought });
    }
    this.#next();
  }

  /** Whatever is under way ends now: another centre is followed, or none. */
  async leave(): Promise<void> {
    this.#waiting.clear();
    this.#ending.abort();
    this.#ending = new AbortController();
    await Promise.all(this.#busy.values());
  }

  #next(): void {
    for (const [name, wish] of this.#waiting) {
      if (this.#busy.size >= atOnce) return;
      this.#waiting.delete(name);
      const { signal } = this.#ending;
      const done = ended(signal, this.#take(name, wish, signal)).then((problem) => {
        this.#busy.delete(name);
        if (signal.aborted) return;
        if (problem) this.#options.journal.warn({ event: 'content-above-not-taken', sha256: wish.item.sha256, ...problem });
        wish.brought();
        this.#next();
      });
      this.#busy.set(name, done);
    }
  }

  async #take(name: string, { item, from }: Wish, signal: AbortSignal): Promise<Problem | undefined> {
    try {
      const fetched: string[] = [];
      for (const file of filesOf(item)) {
        if ((await this.#options.blobs.size(file.sha256)) !== undefined) continue;
        const done = await this.#fetch(from, file, signal);
        if (!done.ok) return done.problem;
        fetched.push(file.sha256);
      }
      const looked = await this.#options.look(item, signal);
      if (signal.aborted) return undefined;
      if (!looked.ok && passing.has(looked.problem.code)) return looked.problem;
      this.#judge(name, looked.ok ? undefined : looked.problem);
      if (looked.ok) return undefined;
      for (const sha256 of fetched) await this.#drop(sha256);
      return looked.problem;
    } catch (error) {
      return { code: 'internal-error', path: '', detail: error instanceof Error ? error.message : String(error) };
    }
  }

  /** Two items may be made of one file. */
  #fetch(from: ContentAbove, file: { readonly sha256: string; readonly bytes: number }, signal: AbortSignal): Promise<Result<void>> {
    const known = this.#fetches.get(file.sha256);
    if (known) return known;
    const fetching = ended(signal, this.#options.fetch(from, file, signal))
      .then((done) => done ?? bad('offline', 'it was left'))
      .finally(() => this.#fetches.delete(file.sha256));
    this.#fetches.set(file.sha256, fetching);
    return fetching;
  }

  /** Not while something else says the truth of it. */
  async #drop(sha256: string): Promise<void> {
    const fine = [...this.#verdicts].some(([name, verdict]) => verdict === undefined && name.includes(sha256));
    if (!fine && !(await this.#options.store.content.medium(sha256))) await this.#options.blobs.forget(sha256);
  }

  #judge(name: string, verdict: Problem | undefined): void {
    this.#verdicts.set(name, verdict);
    const [oldest] = this.#verdicts.keys();
    if (this.#verdicts.size > verdictsMax && oldest !== undefined) this.#verdicts.delete(oldest);
  }

  async #isKnown(item: Item): Promise<boolean> {
    const known = await this.#options.store.content.medium(item.sha256);
    return known !== undefined && isAsKnown(item, known.item);
  }

  async #isHere(item: Item): Promise<boolean> {
    for (const { sha256 } of filesOf(item)) if ((await this.#options.blobs.size(sha256)) === undefined) return false;
    return true;
  }
}

/** What comes of it, or undefined as soon as nobody waits any more: not everything hears a signal. */
function ended<T>(signal: AbortSignal, work: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const leave = () => resolve(undefined);
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}
