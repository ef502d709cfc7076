// Source items on their way down: issued, inserted, answered by units, taken back.
import { randomId } from '../../hardware/host/crypto.ts';
import type { AreaPath } from '../../schemas/ids.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { SourceContent } from '../../schemas/source.ts';
import {
  type InboxAnswer,
  type InboxAnswerLine,
  type InboxTakeRequest,
  type IssueAnswer,
  type IssueRequest,
  issueLimits,
} from '../../schemas/source-issue.ts';
import type { ReceivedIssue } from '../core/federation-received.ts';
import { may } from '../core/roles.ts';
import {
  type InboxEntry,
  type InboxWish,
  type Issuer,
  judgeAnswer,
  judgeIssue,
  judgeIssueWithdrawal,
  type SourceIssue,
  waitingEntry,
} from '../core/source-issue.ts';
import type { SourceItem } from '../core/source-item.ts';
import { homeOf, unitsAt } from '../core/source-place.ts';
import { areasOn } from '../core/unit-tree.ts';
import type { Feed } from '../feed.ts';
import type { Store, StoredProgramme } from '../store/store.ts';
import type { UnitDesk } from '../units/unit-desk.ts';
import { type InsertionOptions, insertEverywhere } from './insertions.ts';
import type { Asking, SourceDesk } from './source-desk.ts';

export interface IssueDeskOptions extends InsertionOptions {
  readonly store: Pick<Store, 'sources' | 'issues' | 'content'>;
  readonly sources: SourceDesk;
  readonly units: Pick<UnitDesk, 'tree' | 'today'>;
  readonly feed: Feed;
  readonly changed: () => Promise<void>;
  /** The centre below that answers for a place; undefined: this one does. */
  readonly answerer: (area: AreaPath) => string | undefined;
}

export class IssueDesk {
  readonly #options: IssueDeskOptions;

  constructor(options: IssueDeskOptions) {
    this.#options = options;
  }

  /** Problems: not-found and those of `judgeIssue`. */
  async issue(id: string, wish: IssueRequest, asking: Asking): Promise<Result<IssueAnswer>> {
    const { sources, units, store, feed, changed } = this.#options;
    const found = await sources.find(id, asking.grants);
    if (!found.ok) return found;
    const place = { tree: units.tree, today: units.today(), ownArea: sources.areaOf(found.value) };
    const judged = judgeIssue(found.value, { id: randomId('phat'), ...wish }, place, this.#issuer(asking));
    if (!judged.ok) return judged;
    const { issue, units: reached } = judged.value;
    const entries = reached.map((unit) => waitingEntry(issue, unit));
    const added = await store.issues.add(issue, entries, asking.act('source.issue', issue.id, { ...issue, units: reached }));
    if (!added.ok) return added;
    if (issue.tier === 'priority') await this.#insert(found.value, issue, reached, asking);
    await changed();
    feed.tell('source', id);
    const [answer] = await this.answers([issue]);
    return answer ? ok(answer) : bad('not-found', `no issue ${issue.id}`);
  }

  /** As the centre above has issued it: it lies in the inboxes, or stands in the day of units that this centre answers for. */
  async receive({ issue, entries }: Pick<ReceivedIssue, 'issue' | 'entries'>, act: Asking['act']): Promise<Result<void>> {
    const { store, feed, changed } = this.#options;
    const known = await store.issues.issue(issue.id);
    const item = await store.sources.item(issue.item);
    if (!item) return bad('not-found', `no source item ${issue.item}`);
    if (!known || entries.length > 0) {
      const standing = known?.withdrawn ? issue : { ...issue, withdrawn: known ? null : issue.withdrawn };
      const added = await store.issues.add(standing, entries, act('source.receive-issue', issue.id, issue));
      if (!added.ok) return added;
    }
    const asking: Asking = { account: issue.by, grants: [], act };
    if (issue.withdrawn && known && !known.withdrawn) {
      const back = await store.issues.withdraw(
        issue.id,
        () => ok(issue),
        act('source.take-back', issue.id, { note: issue.withdrawn.note }),
      );
      if (!back.ok) return back;
    } else if (!issue.withdrawn && issue.tier === 'priority') {
      // Also those that an earlier try, cut short, has left.
      const left = await store.issues.entries({ issues: [issue.id], answer: 'waiting', limit: issueLimits.reached });
      const reached = left.map(({ unit }) => unit).sort();
      if (reached.length > 0) await this.#insert(item, issue, reached, asking);
    }
    await changed();
    feed.tell('source', issue.item);
    return ok(undefined);
  }

  /** Problems: not-found, not-allowed, conflict (taken back already). */
  async withdraw(id: string, note: string, asking: Asking): Promise<Result<IssueAnswer>> {
    const { store, sources, feed, changed } = this.#options;
    const issue = await store.issues.issue(id);
    const item = issue && (await store.sources.item(issue.item));
    if (!issue || !item) return bad('not-found', `no issue ${id}`);
    const areas = this.#areasOf(issue, sources.areaOf(item));
    const outside = areas.map((area) => may(asking.grants, 'source.issue', area)).find((one) => !one.ok);
    if (outside && !outside.ok) return outside;
    const judge = (one: SourceIssue) => judgeIssueWithdrawal(one, note, this.#issuer(asking), areas[0] ?? '');
    const done = await store.issues.withdraw(id, judge, asking.act('source.take-back', id, { note }));
    if (!done.ok) return done;
    await changed();
    feed.tell('source', issue.item);
    const [answer] = await this.answers([done.value]);
    return answer ? ok(answer) : bad('not-found', `no issue ${id}`);
  }

  /** Used here, with what. Problems: not-found (entry, programme, schedule), bad-input, not-allowed, conflict. */
  async take(issue: string, unit: string, wish: InboxTakeRequest, asking: Asking): Promise<Result<InboxAnswerLine>> {
    const { programme, schedule, form = null, note } = wish;
    if (programme === undefined && schedule === undefined && form === null)
      return bad('bad-input', 'say with what: a programme, a schedule, or a form of delivery', '/programme');
    const used = await this.#used(issue, { programme, schedule });
    if (!used.ok) return used;
    return this.#answer(issue, unit, { do: 'take', ...used.value, form, note }, asking);
  }

  decline(issue: string, unit: string, reason: string, asking: Asking): Promise<Result<InboxAnswerLine>> {
    return this.#answer(issue, unit, { do: 'decline', note: reason }, asking);
  }

  /** An item of the unit's own, made of it: translated, or as it is. Problems: not-found, not-allowed, conflict and those of a new item. */
  async copy(id: string, unit: string, content: SourceContent | undefined, asking: Asking): Promise<Result<InboxAnswerLine>> {
    const { store, sources } = this.#options;
    const issue = await store.issues.issue(id);
    const item = issue && (await store.sources.item(issue.item));
    const [entry] = await store.issues.entries({ issues: [id], units: [unit], limit: 1 });
    if (!issue || !item || !entry) return bad('not-found', `nothing of ${id} in the inbox of ${unit}`);
    if (!item.published) return bad('conflict', 'it is in force no more', '/issue');
    const home = this.#home(unit);
    const here = this.#isHere(unit);
    if (!here.ok) return here;
    const trial = judgeAnswer(entry, issue, { do: 'copy', copy: '' }, this.#issuer(asking), home.area);
    if (!trial.ok) return trial;
    const wish = { unit: home.unit, folder: null, tags: [], content: content ?? item.published.content };
    const made = await sources.add(wish, asking, { item: item.id, version: item.published.n });
    return made.ok ? this.#answer(id, unit, { do: 'copy', copy: made.value.id }, asking) : made;
  }

  /** What lies in the inboxes of units that this person reads. */
  async inbox(
    filter: { readonly unit?: string | undefined; readonly answer?: InboxAnswer | undefined; readonly limit: number },
    asking: Asking,
  ) {
    const { store, units } = this.#options;
    const seen = unitsAt(units.tree, units.today(), (area) => may(asking.grants, 'read', area).ok);
    const { unit, answer, limit } = filter;
    const wanted = unit === undefined ? seen : seen.filter((one) => one === unit || this.#home(one).unit === unit);
    const entries = await store.issues.entries({ units: wanted, ...(answer && { answer }), limit });
    return this.#lines(entries, asking);
  }

  async answers(issues: readonly SourceIssue[]): Promise<IssueAnswer[]> {
    const counts = await this.#options.store.issues.counts(issues.map(({ id }) => id));
    return issues.map(({ origin, ...issue }) => ({
      ...issue,
      ...(origin && { from: { centre: origin.centre, issue: origin.issue } }),
      ...(counts.get(issue.id) ?? { units: 0, inserted: 0 }),
    }));
  }

  async #answer(issue: string, unit: string, wish: InboxWish, asking: Asking): Promise<Result<InboxAnswerLine>> {
    const { store, feed } = this.#options;
    const here = this.#isHere(unit);
    if (!here.ok) return here;
    const act = asking.act(`inbox.${wish.do}`, issue, { unit, ...wish });
    const judge = (entry: InboxEntry, of: SourceIssue) => judgeAnswer(entry, of, wish, this.#issuer(asking), this.#home(unit).area);
    const done = await store.issues.answer(issue, unit, judge, act);
    if (!done.ok) return done;
    feed.tell('source', issue);
    const [line] = await this.#lines([done.value], asking);
    return line ? ok(line) : bad('not-found', `nothing of ${issue} in the inbox of ${unit}`);
  }

  async #lines(entries: readonly InboxEntry[], { grants }: Asking): Promise<InboxAnswerLine[]> {
    const { store, sources } = this.#options;
    const issues = new Map<string, SourceIssue>();
    for (const id of new Set(entries.map(({ issue }) => issue))) {
      const issue = await store.issues.issue(id);
      if (issue) issues.set(id, issue);
    }
    const items = await store.sources.itemsOf([...new Set([...issues.values()].map(({ item }) => item))]);
    const answers = new Map((await sources.answers(items, grants)).map((answer) => [answer.id, answer]));
    return entries.flatMap(({ issue: id, ...entry }): InboxAnswerLine[] => {
      const issue = issues.get(id);
      const item = issue && answers.get(issue.item);
      if (!issue || !item) return [];
      const withdrawn = issue.withdrawn !== null || item.state === 'withdrawn';
      return [{ ...entry, issue: id, unit: sources.brief(entry.unit), disseminateByMs: issue.disseminateByMs, withdrawn, item }];
    });
  }

  /** The programme that names the item, or the unit's copy of it. Problems: not-found, conflict. */
  async #used(
    issue: string,
    { programme, schedule }: { readonly programme: string | undefined; readonly schedule: string | undefined },
  ): Promise<Result<{ readonly programme: string | null; readonly schedule: string | null }>> {
    const { content, issues } = this.#options.store;
    const found = schedule === undefined ? undefined : (await content.schedules()).find((one) => one.schedule.id === schedule);
    if (schedule !== undefined && !found) return bad('not-found', `no schedule ${schedule}`, '/schedule');
    if (programme !== undefined && found && found.schedule.programme !== programme)
      return bad('conflict', `the schedule is of ${found.schedule.programme}`, '/schedule');
    const id = programme ?? found?.schedule.programme;
    if (id === undefined) return ok({ programme: null, schedule: null });
    const stored = await content.programme(id);
    if (!stored) return bad('not-found', `no programme ${id}`, '/programme');
    const item = (await issues.issue(issue))?.item;
    if (item !== undefined && !(await this.#names(stored, item)))
      return bad('conflict', `${id} does not name the source item`, '/programme');
    return ok({ programme: id, schedule: schedule ?? null });
  }

  async #names({ sources = [] }: StoredProgramme, item: string): Promise<boolean> {
    if (sources.includes(item)) return true;
    return (await this.#options.store.sources.copies(item)).some(({ id }) => sources.includes(id));
  }

  async #insert(source: SourceItem, issue: SourceIssue, units: readonly string[], asking: Asking): Promise<void> {
    const play = await this.#options.sources.play(source.id);
    // Words alone are told by people: they wait in the inbox.
    if (!play.ok) return;
    const { level } = source.origin?.unit ?? this.#options.sources.brief(source.unit);
    const all = units.map((unit) => ({ unit, area: this.#home(unit).area }));
    const places = all.filter(({ area }) => this.#options.answerer(area) === undefined).sort((a, b) => (a.area < b.area ? -1 : 1));
    if (places.length > 0) await insertEverywhere(this.#options, { source, item: play.value, level, issue, units: places }, asking);
  }

  /** Problem: conflict: another centre answers for it. */
  #isHere(unit: string): Result<void> {
    const centre = this.#options.answerer(this.#home(unit).area);
    return centre === undefined ? ok(undefined) : bad('conflict', `its inbox lies at ${centre}`, '/unit');
  }

  #home(unit: string) {
    const { units, card } = this.#options;
    return homeOf(units.tree, units.today(), unit) ?? { unit, area: card.area };
  }

  /** Where the units that were named lie today; those that are no more are the item's own unit's. */
  #areasOf({ to }: SourceIssue, own: string): string[] {
    const { units } = this.#options;
    const areas = areasOn(units.tree, units.today());
    return to.map((unit) => areas.get(unit) ?? own);
  }

  #issuer({ account, grants }: Asking): Issuer {
    return { account, grants, atMs: this.#options.nowMs() };
  }
}
