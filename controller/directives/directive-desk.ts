// Directives at work: issued down, taken from the centre above, read by name in each unit's inbox, withdrawn, and what became of them.
import { randomId } from '../../hardware/host/crypto.ts';
import type {
  DirectiveAnswer,
  DirectiveHandlingAnswer,
  DirectiveInboxLine,
  DirectiveLine,
  DirectiveRequest,
} from '../../schemas/directive.ts';
import type { AreaPath } from '../../schemas/ids.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { CentreCard } from '../centre.ts';
import {
  type Directive,
  type DirectiveEntry,
  directiveFigures,
  type FarReading,
  judgeDirective,
  judgeDirectiveWithdrawal,
  judgeReading,
  readingState,
  unreadEntry,
} from '../core/directive.ts';
import { type Grant, may } from '../core/roles.ts';
import { homeOf, unitsAt } from '../core/source-place.ts';
import type { Feed } from '../feed.ts';
import type { SourceDesk } from '../sources/source-desk.ts';
import type { Act, Store } from '../store/store.ts';
import type { UnitDesk } from '../units/unit-desk.ts';

export type FarReadings = (directives: readonly string[]) => Promise<(directive: string, unit: string) => FarReading | undefined>;

export interface DirectiveDeskOptions {
  readonly store: Pick<Store, 'directives'>;
  readonly sources: Pick<SourceDesk, 'brief'>;
  readonly units: Pick<UnitDesk, 'tree' | 'today'>;
  readonly card: CentreCard;
  readonly feed: Pick<Feed, 'tell'>;
  /** The centre below that answers for a place; undefined: this one does. */
  readonly answerer: (area: AreaPath) => string | undefined;
  readonly far: FarReadings;
  readonly nowMs: () => number;
}

/** Somebody who asks, by name. */
export interface DirectiveAsking {
  readonly account: string;
  readonly title: string;
  readonly grants: readonly Grant[];
  readonly act: (act: string, subject: string, content?: unknown) => Act;
}

const entriesMax = 50_000;

export class DirectiveDesk {
  readonly #options: DirectiveDeskOptions;

  constructor(options: DirectiveDeskOptions) {
    this.#options = options;
  }

  /** Problems: not-found (unit), over-budget and those of `judgeDirective`. */
  async issue(wish: DirectiveRequest, asking: DirectiveAsking): Promise<Result<DirectiveHandlingAnswer>> {
    const { store, units, feed } = this.#options;
    const home = homeOf(units.tree, units.today(), wish.unit);
    if (home?.unit !== wish.unit) return bad('not-found', `no unit ${wish.unit} today`, '/unit');
    const place = { tree: units.tree, today: units.today(), ownArea: home.area };
    const judged = judgeDirective({ id: randomId('cd'), ...wish }, place, { ...asking, atMs: this.#options.nowMs() });
    if (!judged.ok) return judged;
    const { directive, units: reached } = judged.value;
    const entries = reached.map((unit) => unreadEntry(directive, unit));
    const done = await store.directives.put(
      directive,
      entries,
      asking.act('directive.issue', directive.id, { ...directive, units: reached }),
    );
    if (!done.ok) return done;
    feed.tell('directive', directive.id);
    return this.find(directive.id, asking.grants);
  }

  /** As the centre above has it now. */
  async receive(directive: Directive, entries: readonly DirectiveEntry[], act: Act): Promise<Result<void>> {
    const { store, feed } = this.#options;
    const known = await store.directives.directive(directive.id);
    // Each of its parts says the same of the text: only what is new is written.
    if (entries.length === 0 && known && JSON.stringify(known) === JSON.stringify(directive)) return ok(undefined);
    const done = await store.directives.put(directive, entries, act);
    if (done.ok) feed.tell('directive', directive.id);
    return done;
  }

  /** Problems: not-found, not-allowed, conflict (withdrawn already, issued above). */
  async withdraw(id: string, note: string, asking: DirectiveAsking): Promise<Result<DirectiveHandlingAnswer>> {
    const { store, feed, nowMs } = this.#options;
    const judge = (one: Directive) => judgeDirectiveWithdrawal(one, note, { ...asking, atMs: nowMs() }, this.#ownArea(one));
    const done = await store.directives.withdraw(id, judge, asking.act('directive.withdraw', id, { note }));
    if (!done.ok) return done;
    feed.tell('directive', id);
    return this.find(id, asking.grants);
  }

  /** đã đọc. Problems: not-found, not-allowed (others must read it), conflict (withdrawn; its inbox lies at a centre below). */
  async read(id: string, unit: string, asking: DirectiveAsking): Promise<Result<DirectiveInboxLine>> {
    const { store, answerer, feed, nowMs } = this.#options;
    const area = this.#areaOf(unit);
    if (area === undefined || !may(asking.grants, 'read', area).ok) return bad('not-found', `nothing of ${id} in the inbox of ${unit}`);
    const centre = answerer(area);
    if (centre !== undefined) return bad('conflict', `its inbox lies at ${centre}`, '/unit');
    const reader = { ...asking, atMs: nowMs() };
    const judge = (entry: DirectiveEntry, of: Directive) =>
      judgeReading(entry, of, reader, { area, issuedAt: of.origin?.unit.area ?? this.#ownArea(of) });
    const done = await store.directives.read(id, unit, judge, asking.act('directive.read', id, { unit }));
    if (!done.ok) return done;
    feed.tell('directive', id);
    const [line] = await this.#lines([done.value]);
    return line ? ok(line) : bad('not-found', `no directive ${id}`);
  }

  /** Those issued by units that this person reads; those from above for who reads the whole centre. */
  list(after: { readonly atMs: number; readonly id: string } | undefined, limit: number, grants: readonly Grant[]): Promise<Directive[]> {
    const units = [...this.#seen(grants), ...(may(grants, 'read', this.#options.card.area).ok ? [null] : [])];
    return this.#options.store.directives.directives({ units, limit, ...(after && { after }) });
  }

  /** With every unit's line for who reads where it was issued, else with those of one's own. Problem: not-found. */
  async find(id: string, grants: readonly Grant[]): Promise<Result<DirectiveHandlingAnswer>> {
    const { store, nowMs } = this.#options;
    const directive = await store.directives.directive(id);
    if (!directive) return bad('not-found', `no directive ${id}`);
    const whole = may(grants, 'read', this.#ownArea(directive)).ok;
    const seen = new Set(this.#seen(grants));
    const entries = await store.directives.entries({ directives: [id], limit: entriesMax });
    const mine = entries.filter(({ unit }) => whole || seen.has(unit));
    if (!whole && mine.length === 0) return bad('not-found', `no directive ${id}`);
    const lines = (await this.#lines(mine)).map(({ directive: _, ...line }) => line);
    const sorted = lines.sort((a, b) => (a.unit.area < b.unit.area ? -1 : 1));
    return ok({ ...this.answer(directive), asOfMs: nowMs(), figures: directiveFigures(lines.map(({ state }) => state)), lines: sorted });
  }

  /** What lies in the inboxes of units that this person reads, newest first. */
  async inbox(
    unit: string | undefined,
    after: { readonly atMs: number; readonly directive: string; readonly unit: string } | undefined,
    limit: number,
    grants: readonly Grant[],
  ): Promise<DirectiveInboxLine[]> {
    const units = this.#seen(grants).filter((one) => unit === undefined || one === unit);
    return this.#lines(await this.#options.store.directives.entries({ units, limit, ...(after && { after }) }));
  }

  answer({ id, unit, title, body, dueMs, readers, by, atMs, withdrawn, origin }: Directive): DirectiveAnswer {
    return {
      ...{ id, unit: origin?.unit ?? this.#options.sources.brief(unit), title, body, dueMs, readers, by, atMs, withdrawn },
      ...(origin && { from: { centre: origin.centre, directive: origin.directive } }),
    };
  }

  async #lines(entries: readonly DirectiveEntry[]): Promise<DirectiveInboxLine[]> {
    const { store, sources, far, nowMs } = this.#options;
    const ids = [...new Set(entries.map(({ directive }) => directive))];
    const known = new Map((await store.directives.directivesOf(ids)).map((one) => [one.id, one]));
    const wordOf = await far(ids);
    return entries.flatMap((entry): DirectiveInboxLine[] => {
      const directive = known.get(entry.directive);
      if (!directive) return [];
      const word = wordOf(entry.directive, entry.unit);
      const line: DirectiveLine = {
        unit: sources.brief(entry.unit),
        state: readingState(entry, directive, word, nowMs()),
        readings: (word ? word.readings : entry.readings) ?? [],
        told: word ? { centre: word.centre, fresh: word.readings === undefined ? 'unknown' : word.fresh, asOfMs: word.asOfMs } : null,
      };
      return [{ ...line, directive: this.answer(directive) }];
    });
  }

  #seen(grants: readonly Grant[]): string[] {
    const { units } = this.#options;
    return unitsAt(units.tree, units.today(), (area) => may(grants, 'read', area).ok);
  }

  /** Where it is at home here: of one from above in the whole centre. */
  #ownArea({ unit, origin }: Directive): AreaPath {
    return (origin ? undefined : this.#areaOf(unit)) ?? this.#options.card.area;
  }

  #areaOf(unit: string): AreaPath | undefined {
    const { units } = this.#options;
    return homeOf(units.tree, units.today(), unit)?.area;
  }
}
