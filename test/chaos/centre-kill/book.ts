// What the centre said yes to, what it was asked when it died, and whether its tables agree.

/** One write: the thing it is about, and what that thing is afterwards (`null`: gone). */
export interface Wish {
  /** A name of ours where the centre gives the id; `session *`: whatever new session there is. */
  readonly key: string;
  readonly value: string | null;
  /** The act of its audit row. */
  readonly act: string;
}

export interface Thing {
  readonly value: string;
  /** As the centre calls it. */
  readonly id: string;
}

/** The tables as they are. */
export interface Facts {
  readonly things: ReadonlyMap<string, Thing>;
  /** Audit rows by act. */
  readonly acts: ReadonlyMap<string, number>;
}

export interface Judgement {
  /** Accepted and not there, or there otherwise than accepted. */
  readonly lost: readonly string[];
  /** There without anybody having asked, or without its audit row, or a row without it. */
  readonly half: readonly string[];
}

export class Book {
  readonly #things = new Map<string, Thing>();
  readonly #acts = new Map<string, number>();
  #unsure: Wish[] = [];
  accepted = 0;
  refused = 0;
  /** Unanswered writes that turned out to be done, and not done. */
  readonly unanswered = { done: 0, undone: 0 };
  readonly #byAct = new Map<string, number>();

  /** What was there before anybody wrote. */
  begin({ things, acts }: Facts): void {
    for (const [key, thing] of things) this.#things.set(key, thing);
    for (const [act, count] of acts) this.#acts.set(act, count);
  }

  /** It is about to be asked for; one of `accept`, `refuse` and `doubt` follows, with what this answers. */
  ask(wish: Wish): Wish {
    return wish;
  }

  refuse(_wish: Wish): void {
    this.refused++;
  }

  /** `asked`: what it was called before its key was known. */
  accept({ key, value, act }: Wish, id: string, _asked?: Wish): void {
    this.accepted++;
    this.#byAct.set(act, (this.#byAct.get(act) ?? 0) + 1);
    this.#done(key, value, act, id);
  }

  /** The line broke before an answer came: it may have been done. */
  doubt(wish: Wish): void {
    this.#unsure.push(wish);
  }

  value(key: string): string | undefined {
    return this.#things.get(key)?.value;
  }

  /** Things whose key begins so. */
  like(prefix: string): readonly (Thing & { readonly key: string })[] {
    return [...this.#things].flatMap(([key, thing]) => (key.startsWith(prefix) ? [{ key, ...thing }] : []));
  }

  byAct(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#byAct].sort());
  }

  /** Hold the tables against what was accepted; afterwards the book says what is there. */
  settle({ things, acts }: Facts): Judgement {
    const [lost, half]: [string[], string[]] = [[], []];
    for (const wish of this.#unsure) this.#learn(wish, things);
    this.#unsure = [];
    for (const [key, thing] of this.#things) {
      const found = things.get(key);
      if (found?.value !== thing.value) lost.push(`${key}: ${thing.value} was accepted, ${found?.value ?? 'nothing'} is there`);
    }
    for (const [key, { value }] of things) if (!this.#things.has(key)) half.push(`${key}: ${value} is there, nobody was told so`);
    for (const [act, count] of this.#acts)
      if (acts.get(act) !== count) half.push(`${act}: ${count} done, ${acts.get(act) ?? 0} in the audit`);
    this.#things.clear();
    this.#acts.clear();
    this.begin({ things, acts });
    return { lost, half };
  }

  /** A write without an answer is done wholly or not at all: its thing and its audit row tell the same. */
  #learn(wish: Wish, things: ReadonlyMap<string, Thing>): void {
    const key = wish.key.endsWith('*') ? this.#fresh(wish.key.slice(0, -1), things) : wish.key;
    const found = key === undefined ? undefined : things.get(key);
    const done = key !== undefined && (found?.value ?? null) === wish.value && this.value(key) !== found?.value;
    if (!done) return void this.unanswered.undone++;
    this.unanswered.done++;
    this.#done(key, wish.value, wish.act, found?.id ?? '');
  }

  #fresh(prefix: string, things: ReadonlyMap<string, Thing>): string | undefined {
    return [...things.keys()].find((key) => key.startsWith(prefix) && !this.#things.has(key));
  }

  #done(key: string, value: string | null, act: string, id: string): void {
    if (value === null) this.#things.delete(key);
    else this.#things.set(key, { value, id: id || (this.#things.get(key)?.id ?? '') });
    this.#acts.set(act, (this.#acts.get(act) ?? 0) + 1);
  }
}
