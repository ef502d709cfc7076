// The facts of a unit's week: what its boxes were to play by the schedules that are known, their receipts, and essential items below it.
import { type AreaPath, within } from '../../schemas/ids.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Receipt } from '../../schemas/receipt.ts';
import type { LocalDate } from '../../schemas/time.ts';
import { agenda } from '../../schemas/timeline.ts';
import { dayOfLocalDate, localDateOfDay, weekdayOf } from '../../schemas/zones.ts';
import type { Centre } from '../centre.ts';
import { startOfDay } from '../core/area-history.ts';
import { type CentreContent, planFor } from '../core/compile-want.ts';
import { figuresOf, type Handled } from '../core/source-handling.ts';
import type { SourceItem } from '../core/source-item.ts';
import { homeOf } from '../core/source-place.ts';
import { areasOn, periodOn } from '../core/unit-tree.ts';
import { readContent } from '../dispatch.ts';
import { readHandled } from '../sources/handling.ts';
import { periodRowsMax } from '../store/sql-log.ts';
import type { Box } from '../store/store.ts';
import { isDue, isOfficial } from './sums.ts';
import type { WeekFacts, WeekItem, WeekPlay } from './week.ts';

/** Of one unit; a province asks for its communes. */
const boxesMax = 300;
const itemsMax = 300;
const issuesMax = 2_000;
/** How far ahead a week may be asked for. */
const aheadDays = 62;

export type WeekRooms = Pick<Centre, 'store' | 'registry' | 'units' | 'sources' | 'federation' | 'training' | 'card' | 'nowMs'>;

export interface WeekSpan {
  readonly monday: LocalDate;
  readonly sunday: LocalDate;
  readonly fromMs: number;
  readonly toMs: number;
}

/** From Monday, by the clock of the centre. Problems: bad-input (no day), not-yet (too far ahead). */
export function weekOf({ units }: Pick<WeekRooms, 'units'>, date: LocalDate): Result<WeekSpan> {
  const day = dayOfLocalDate(date);
  const today = dayOfLocalDate(units.today()) ?? 0;
  if (day === undefined) return bad('bad-input', `no day ${date}`, '/day');
  if (day > today + aheadDays) return bad('not-yet', `at most ${aheadDays} days ahead`, '/day');
  const first = day - weekdayOf(day);
  const [monday, sunday] = [localDateOfDay(first), localDateOfDay(first + 6)];
  const fromMs = startOfDay(monday, units.clock) ?? 0;
  return ok({ monday, sunday, fromMs, toMs: startOfDay(localDateOfDay(first + 7), units.clock) ?? fromMs });
}

/** Problem: too-large. */
export async function readWeek(centre: WeekRooms, area: AreaPath, span: WeekSpan): Promise<Result<WeekFacts>> {
  const { store, registry, units, training, nowMs } = centre;
  const atMs = nowMs();
  const { fromMs, toMs } = span;
  const sandboxes = (await training.sandboxes()).flatMap(({ unit }) => areasOn(units.tree, units.today()).get(unit) ?? []);
  const there = registry.all().filter((box) => within(units.areaOf(box.id, Math.min(toMs - 1, atMs)) ?? box.area, area));
  const boxes = there.filter((box) => !sandboxes.some((one) => within(box.area, one)));
  if (boxes.length > boxesMax) return bad('too-large', `more than ${boxesMax} boxes: choose a unit below`, '/unit');
  const ids = boxes.map(({ id }) => id);
  const stored = await store.log.receiptsBetween({ boxes: ids, fromMs, toMs });
  if (stored.length >= periodRowsMax) return bad('too-large', 'more receipts than one report reads; choose a unit below', '/unit');
  const receipts = stored.filter(({ receipt }) => receipt.plannedStartMs >= fromMs);
  const own = receipts.filter(({ receipt }) => receipt.what === 'occurrence');
  const items = await readItems(centre, area, span);
  if (!items.ok) return items;
  return ok({
    nowMs: atMs,
    plays: await readPlays(centre, boxes, own, span),
    items: items.value.items,
    left: {
      simulated: receipts.filter(({ receipt }) => !isOfficial(receipt)).length,
      unplanned: receipts.filter(({ receipt }) => receipt.what !== 'occurrence' && isOfficial(receipt)).length,
      practising: there.length - boxes.length,
      silentBoxes: boxes.length - new Set(receipts.map(({ dev }) => dev)).size,
      withdrawnItems: items.value.withdrawn,
    },
  });
}

type Told = readonly { readonly dev: string; readonly receipt: Receipt }[];

/** What receipts tell was planned; of the rest, what the schedules of today say. One that policy refuses has no part in it until a box has told. */
async function readPlays({ store, nowMs }: WeekRooms, boxes: readonly Box[], told: Told, span: WeekSpan): Promise<WeekPlay[]> {
  const [content, schedules] = [await readContent(store, nowMs()), await store.content.schedules()];
  const since = new Map(schedules.map(({ schedule, createdMs }) => [schedule.id, createdMs]));
  const titles = await store.content.titles([...new Set(told.flatMap(({ receipt }) => receipt.programme ?? []))]);
  const known = new Set(told.map(({ dev, receipt }) => `${dev} ${receipt.occurrence}`));
  const planned = content ? boxes.flatMap((box) => planOf(box, content, since, span)) : [];
  return [
    ...told.flatMap(({ receipt }) => (isOfficial(receipt) ? [playOf(receipt, titles)] : [])),
    ...planned.flatMap(({ key, play }) => (known.has(key) ? [] : [play])),
  ];
}

function planOf(box: Box, content: CentreContent, since: ReadonlyMap<string, number>, { fromMs, toMs }: WeekSpan) {
  const { enrolledMs } = box;
  return agenda(planFor(box, content), fromMs, toMs).flatMap(({ id, schedule, startMs, title, class: of, refused }) => {
    const was = startMs >= (since.get(schedule) ?? 0) && (enrolledMs === null || startMs >= enrolledMs);
    if (refused !== null || !was || startMs < fromMs || startMs >= toMs) return [];
    return [{ key: `${box.id} ${id}`, play: { slot: slotOf(id), startMs, title, class: of, told: null } }];
  });
}

function playOf(receipt: Receipt, titles: ReadonlyMap<string, string>): WeekPlay {
  const { occurrence, programme, plannedStartMs, outcome, audibleMs } = receipt;
  return {
    slot: slotOf(occurrence),
    startMs: plannedStartMs,
    title: (programme !== undefined && titles.get(programme)) || occurrence,
    class: receipt.class,
    told: { outcome, due: isDue(receipt), audibleMs },
  };
}

/** `SCHEDULE@UTC-START-MS@OUTPUT` without the output. */
function slotOf(occurrence: string): string {
  return occurrence.slice(0, occurrence.lastIndexOf('@'));
}

async function readItems(
  { store, sources, units, registry, federation, nowMs }: WeekRooms,
  area: AreaPath,
  { fromMs, toMs }: WeekSpan,
): Promise<Result<{ readonly items: readonly WeekItem[]; readonly withdrawn: number }>> {
  const [latest, due] = await Promise.all([store.issues.issues({ limit: issuesMax }), store.issues.due(fromMs, issuesMax)]);
  const oldest = latest.at(-1);
  if ((latest.length >= issuesMax && oldest && oldest.atMs >= fromMs) || due.length >= issuesMax)
    return bad('too-large', `over ${issuesMax} issues since then`, '/day');
  const inWeek = (ms: number | null) => ms !== null && ms >= fromMs && ms < toMs;
  const concerned = new Map([...latest, ...due].map((issue) => [issue.id, issue]));
  const named = [...concerned.values()].filter(({ atMs, disseminateByMs }) => atMs < toMs && (inWeek(atMs) || inWeek(disseminateByMs)));
  const essential = (await store.sources.itemsOf([...new Set(named.map(({ item }) => item))])).filter(isEssential);
  if (essential.length > itemsMax) return bad('too-large', `over ${itemsMax} essential items`, '/day');
  const below = ({ unit }: { readonly unit: string }) => within(homeOf(units.tree, units.today(), unit)?.area ?? '', area);
  const items: WeekItem[] = [];
  let withdrawn = 0;
  for (const item of essential) {
    const far = (ids: readonly string[]) => federation.lower.far(ids);
    const read = await readHandled({ store, sources, units, boxes: () => registry.all(), far, nowMs }, item, below);
    if (!read.ok) return read;
    const { handled, facts, issues } = read.value;
    const counted = handled.filter(({ state }) => state !== 'withdrawn');
    if (handled.length > 0 && counted.length === 0) withdrawn += 1;
    if (counted.length === 0) continue;
    const of = counted.flatMap(({ entry }) => issues.get(entry.issue) ?? []);
    const dues = of.flatMap(({ disseminateByMs }) => disseminateByMs ?? []);
    items.push({
      title: (item.published ?? item.latest).content.title,
      issuedMs: Math.min(...of.map(({ atMs }) => atMs)),
      dueMs: dues.length > 0 ? Math.min(...dues) : null,
      figures: figuresOf(handled, facts),
      undone: [...new Set(counted.filter(isUndone).map(({ entry }) => sources.brief(entry.unit).name))].sort(),
    });
  }
  return ok({ items: items.sort((a, b) => a.issuedMs - b.issuedMs), withdrawn });
}

function isEssential({ published, latest }: SourceItem): boolean {
  return (published ?? latest).content.essential;
}

function isUndone({ state, entry }: Handled): boolean {
  return state === 'waiting' || state === 'scheduled' || state === 'overdue' || (state === 'taken' && entry.form === null);
}

/** What the organ is called that day, and the one above it. */
export function organOf({ units, card }: Pick<WeekRooms, 'units' | 'card'>, unit: string, day: LocalDate) {
  const known = units.tree.get(unit);
  const period = known && periodOn(known, day);
  const parent = period?.parent ? units.tree.get(period.parent) : undefined;
  const name = period?.name ?? unit;
  const own = areasOn(units.tree, day).get(unit) === card.area;
  return { name, organ: own ? card.name : name, above: (parent && periodOn(parent, day)?.name) ?? null };
}
