// The facts of an item's way through its units, read from answers, schedules and receipts.
import { type AreaPath, within } from '../../schemas/ids.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Receipt } from '../../schemas/receipt.ts';
import { starts } from '../../schemas/recurrence.ts';
import { sounds } from '../../schemas/settings.ts';
import type { HandlingAnswer, HandlingLine } from '../../schemas/source-issue.ts';
import { dayMs } from '../../schemas/zones.ts';
import { type Reminded, remindedOf } from '../core/notices.ts';
import { placed } from '../core/placed.ts';
import { type Grant, may } from '../core/roles.ts';
import { type FarWord, figuresOf, type Handled, type HandlingFacts, handlingFar, handlingOf } from '../core/source-handling.ts';
import type { InboxEntry, SourceIssue } from '../core/source-issue.ts';
import type { SourceItem } from '../core/source-item.ts';
import { homeOf } from '../core/source-place.ts';
import { areasOn } from '../core/unit-tree.ts';
import { periodRowsMax } from '../store/sql-log.ts';
import type { Box, Store, StoredSchedule } from '../store/store.ts';
import type { UnitDesk } from '../units/unit-desk.ts';
import type { SourceDesk } from './source-desk.ts';

export interface HandlingOptions {
  readonly store: Pick<Store, 'sources' | 'issues' | 'content' | 'log' | 'steering'>;
  readonly sources: SourceDesk;
  readonly units: Pick<UnitDesk, 'tree' | 'today'>;
  readonly boxes: () => readonly Box[];
  /** Words of centres below on these issues, by unit; undefined: this centre answers for the unit. */
  readonly far: (issues: readonly string[]) => Promise<(issue: string, unit: string) => FarWord | undefined>;
  readonly nowMs: () => number;
}

const entriesMax = 50_000;
const noticesMax = 200_000;
const issuesMax = 200;
const contentsMax = 64;
const scheduledAheadMs = 31 * dayMs;

/** The whole way of an item through its units. */
export interface HandledItem {
  readonly issues: ReadonlyMap<string, SourceIssue>;
  readonly handled: readonly Handled[];
  readonly facts: HandlingFacts;
}

/** The table item × unit: all rows for who reads the item's unit, else those of one's own units. Problem: too-large. */
export async function readHandling(options: HandlingOptions, item: SourceItem, grants: readonly Grant[]): Promise<Result<HandlingAnswer>> {
  const { store, sources, units, nowMs } = options;
  const whole = sources.seesWhole(item, grants);
  const read = await readHandled(options, item, ({ unit }) => {
    const home = homeOf(units.tree, units.today(), unit);
    return whole || (home !== undefined && may(grants, 'read', home.area).ok);
  });
  if (!read.ok) return read;
  const { handled, facts, issues } = read.value;
  const told = remindedOf(await store.steering.notices({ issues: [...issues.keys()], limit: noticesMax }));
  const { title, essential } = (item.published ?? item.latest).content;
  return ok({
    ...{ item: item.id, title, essential, asOfMs: nowMs() },
    figures: figuresOf(handled, facts),
    lines: handled.map((one) => ({ ...lineOf(one, issues, sources), ...told(one.entry.issue, one.entry.unit, one.entry.answeredMs) })),
  });
}

/** Each unit that got it, whoever answers for it. Problem: too-large. */
export async function readHandled(
  options: HandlingOptions,
  item: SourceItem,
  sees: (entry: InboxEntry) => boolean = () => true,
): Promise<Result<HandledItem>> {
  const { store, far } = options;
  const issues = new Map((await store.issues.issues({ item: item.id, limit: issuesMax })).map((issue) => [issue.id, issue]));
  const entries = await store.issues.entries({ item: item.id, limit: entriesMax });
  const facts = await readFacts(options, item, [...issues.values()]);
  if (!facts.ok) return facts;
  const wordOf = await far([...issues.keys()]);
  const handled = entries.filter(sees).flatMap((entry): Handled[] => {
    const issue = issues.get(entry.issue);
    if (!issue) return [];
    const word = wordOf(entry.issue, entry.unit);
    return [word ? handlingFar(entry, issue, word, facts.value) : handlingOf(entry, issue, facts.value)];
  });
  return ok({ handled, facts: facts.value, issues });
}

/** Receipts of an item in one place since it was issued, oldest first. Problem: too-large. */
export async function readReceipts(
  options: Pick<HandlingOptions, 'store' | 'boxes' | 'nowMs'>,
  item: SourceItem,
  { area, fromMs }: { readonly area: AreaPath; readonly fromMs: number },
): Promise<Result<{ readonly box: Box; readonly receipt: Receipt }[]>> {
  const names = [item.id, ...(await options.store.sources.copies(item.id)).map(({ id }) => id)];
  const contents = await contentsOf(options, names);
  const receipts = await options.store.log.receiptsOf({ contents, fromMs, toMs: options.nowMs() + 1 });
  if (receipts.length >= periodRowsMax) return bad('too-large', 'more plays than are read at once');
  const boxes = new Map(options.boxes().map((box) => [box.id, box]));
  return ok(
    receipts.flatMap(({ dev, receipt }) => {
      const box = boxes.get(dev);
      return box && within(box.area, area) ? [{ box, receipt }] : [];
    }),
  );
}

function lineOf(
  { entry, state, ...told }: Handled,
  issues: ReadonlyMap<string, SourceIssue>,
  sources: SourceDesk,
): Omit<HandlingLine, keyof Reminded> {
  const { issue, unit, answer, by, answeredMs, note, form } = entry;
  const disseminateByMs = issues.get(issue)?.disseminateByMs ?? null;
  return { issue, unit: sources.brief(unit), state, answer, by, answeredMs, note, form, disseminateByMs, ...told };
}

async function readFacts(options: HandlingOptions, item: SourceItem, issues: readonly SourceIssue[]): Promise<Result<HandlingFacts>> {
  const { store, units, nowMs } = options;
  const copies = await store.sources.copies(item.id);
  const names = new Set([item.id, ...copies.map(({ id }) => id)]);
  const contents = await contentsOf(options, [...names]);
  const fromMs = issues.reduce((lowest, { atMs }) => Math.min(lowest, atMs), nowMs());
  const receipts = await store.log.receiptsOf({ contents, fromMs, toMs: nowMs() + 1 });
  if (receipts.length >= periodRowsMax) return bad('too-large', 'more plays than are read at once');
  const boxes = new Map(options.boxes().map((box) => [box.id, box]));
  const plays = receipts.flatMap(({ dev, receipt: { outcome, plannedStartMs: startMs } }) => {
    const area = boxes.get(dev)?.area;
    return outcome === 'played' && area !== undefined ? [{ dev, area, startMs }] : [];
  });
  const page = (item.published ?? item.latest).play?.type === 'text/html';
  const fit = [...boxes.values()].filter(({ settings }) => settings.outputs.some(({ kind }) => sounds(kind) !== page));
  return ok({
    areaOf: (unit) => homeOf(units.tree, units.today(), unit)?.area,
    boxes: placed(fit.map(({ id, area, groups }) => ({ id, area, groups }))),
    plays: placed(plays),
    scheduled: await scheduledGroups(options, names),
    byHand: (await store.steering.deliveries(item.id)).filter(({ struck }) => struck === null),
    communes: [...areasOn(units.tree, units.today())].flatMap(([id, area]) => (units.tree.get(id)?.level === 'commune' ? [area] : [])),
    households: await store.steering.households(),
    withdrawn: item.latest.state === 'withdrawn',
    atMs: nowMs(),
  });
}

/** What was ever in force under these names, by hash; the newest first. */
async function contentsOf({ store }: Pick<HandlingOptions, 'store'>, ids: readonly string[]): Promise<string[]> {
  const contents = new Set<string>();
  for (const id of ids.slice(0, contentsMax)) {
    const versions = await store.sources.versions(id);
    for (const { play, steps } of versions.reverse()) if (play && steps.some(({ step }) => step === 'publish')) contents.add(play.sha256);
  }
  return [...contents].slice(0, contentsMax);
}

/** A start of yesterday may still be on its way as a receipt. Named days come again. */
function isToCome({ schedule, occasions = [] }: StoredSchedule, atMs: number): boolean {
  if (occasions.length > 0) return true;
  const found = starts(schedule, [], atMs - dayMs, atMs + scheduledAheadMs);
  return !found.ok || found.value.length > 0;
}

async function scheduledGroups({ store, nowMs }: HandlingOptions, names: ReadonlySet<string>): Promise<ReadonlySet<string>> {
  const programmes = (await store.content.programmes()).filter(
    ({ state, sources = [] }) => state === 'approved' && sources.some((id) => id !== null && names.has(id)),
  );
  const ids = new Set(programmes.map(({ programme }) => programme.id));
  const planned = (await store.content.schedules()).filter(({ schedule }) => ids.has(schedule.programme));
  return new Set(planned.filter((one) => isToCome(one, nowMs())).flatMap(({ groups }) => groups));
}
