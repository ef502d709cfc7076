// The facts of months, read from receipts, faults, issues, ratings and training; sums of plays and faults are made in SQL.
import type { AreaPath } from '../../schemas/ids.ts';
import { within } from '../../schemas/ids.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Exclusion } from '../../schemas/report-tables.ts';
import { dayMs, dayOfLocalDate, localDateOfDay } from '../../schemas/zones.ts';
import type { Centre } from '../centre.ts';
import { readVoices } from '../citizens/voices.ts';
import { startOfDay } from '../core/area-history.ts';
import { type MonthFacts, monthsUpTo } from '../core/evaluation.ts';
import { isDone } from '../core/source-handling.ts';
import { homeOf } from '../core/source-place.ts';
import { upwardAfterMs } from '../core/tickets.ts';
import { trainedAt, trainedForMs } from '../core/training.ts';
import { areasOn } from '../core/unit-tree.ts';
import { repliesOf } from '../core/voices.ts';
import { readHandled } from '../sources/handling.ts';

const issuesMax = 2_000;
const itemsMax = 300;

export interface KnownMonth {
  readonly month: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** Its last day, or today. */
  readonly lastDay: string;
  readonly facts: MonthFacts;
  readonly exclusions: readonly Exclusion[];
}

interface Span {
  readonly month: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** Until then things have happened. */
  readonly untilMs: number;
  readonly lastDay: string;
}

type Of = Pick<Centre, 'store' | 'registry' | 'units' | 'sources' | 'federation' | 'register' | 'nowMs'>;
type Issued = MonthFacts['items'][number] & { readonly month: string };

/** Months up to one, oldest first. Problems: not-yet, too-large. */
export async function readMonths(centre: Of, month: string, count: number): Promise<Result<KnownMonth[]>> {
  const spans = monthsUpTo(month, count).map((one) => spanOf(centre, one));
  const [first, last] = [spans[0], spans.at(-1)];
  if (!first || !last || last.fromMs >= centre.nowMs()) return bad('not-yet', `${month} has not begun`, '/month');
  const issued = await readIssued(centre, spans);
  if (!issued.ok) return issued;
  const { store, units } = centre;
  const ratings = await store.evaluation.ratings(first.month, last.month);
  const people = (await store.people.accounts()).filter(({ disabledMs }) => disabledMs === null);
  const passed = await store.training.passed(Math.max(0, first.fromMs - trainedForMs), last.untilMs);
  const months: KnownMonth[] = [];
  for (const span of spans) {
    const { boxes, exclusions } = await readBoxes(centre, span);
    const areas = areasOn(units.tree, span.lastDay);
    const trained = trainedAt(people, passed, span.untilMs);
    const voices = await readVoices(centre, span.month);
    const facts: MonthFacts = {
      boxes,
      items: issued.value.items.filter((one) => one.month === span.month),
      ratings: [
        ...ratings.flatMap(({ month: of, unit, level, stars }) => {
          const area = areas.get(unit) ?? homeOf(units.tree, units.today(), unit)?.area;
          return of === span.month && area !== undefined ? [{ area, level, stars }] : [];
        }),
        ...voices.rated,
      ],
      replies: repliesOf(voices.facts, centre.nowMs()),
      staff: people.map(({ account, grants }) => ({ areas: grants.map(({ area }) => area), trained: trained.has(account) })),
    };
    const withdrawn = issued.value.withdrawn.get(span.month) ?? 0;
    const unknown = issued.value.unknown.get(span.month) ?? 0;
    const left = [
      ...exclusions,
      exclusion('tin × đơn vị đã thu hồi, không tính', 'items × units taken back, in no figure', withdrawn),
      exclusion('tin × đơn vị chưa biết, trung tâm dưới im lặng', 'items × units not known: the centre below is silent', unknown),
    ];
    const { month: of, fromMs, toMs, lastDay } = span;
    months.push({ month: of, fromMs, toMs, lastDay, facts, exclusions: left.filter(({ count: times }) => times > 0) });
  }
  return ok(months);
}

const exclusion = (vi: string, en: string, count: number): Exclusion => ({ vi, en, count });

function spanOf({ units, nowMs }: Of, month: string): Span {
  const [next = month] = monthsUpTo(month, 1).map((one) => nextMonth(one));
  const fromMs = startOfDay(`${month}-01`, units.clock) ?? 0;
  const toMs = startOfDay(`${next}-01`, units.clock) ?? 0;
  const last = localDateOfDay((dayOfLocalDate(`${next}-01`) ?? 0) - 1);
  return { month, fromMs, toMs, untilMs: Math.min(toMs, nowMs()), lastDay: last < units.today() ? last : units.today() };
}

function nextMonth(month: string): string {
  const [year = 0, of = 1] = month.split('-').map(Number);
  return of === 12 ? `${year + 1}-01` : `${year}-${String(of + 1).padStart(2, '0')}`;
}

async function readBoxes(
  { store, registry, units }: Of,
  { fromMs, untilMs }: Span,
): Promise<{ readonly boxes: MonthFacts['boxes']; readonly exclusions: readonly Exclusion[] }> {
  const sandboxes = (await store.training.sandboxes()).flatMap(({ unit }) => areasOn(units.tree, units.today()).get(unit) ?? []);
  const practising = (area: AreaPath) => sandboxes.some((one) => within(area, one));
  const [kept, offline, long] = await Promise.all([
    store.plays.kept({ fromMs, toMs: untilMs }),
    store.faults.lasted({ reason: 'offline', fromMs, toMs: untilMs }),
    store.faults.stoodAt(untilMs, Math.max(0, untilMs - upwardAfterMs)),
  ]);
  const plays = new Map(kept.map((sum) => [sum.dev, sum]));
  const all = registry.all();
  const there = all.filter(({ enrolledMs }) => enrolledMs !== null && enrolledMs < untilMs);
  const counted = there.filter(({ area }) => !practising(area));
  const boxes = counted.map(({ id, area, enrolledMs }) => ({
    area: units.areaOf(id, untilMs - 1) ?? area,
    wholeMs: untilMs - Math.max(fromMs, enrolledMs ?? fromMs),
    offlineMs: offline.get(id) ?? 0,
    played: plays.get(id)?.outcomes.played ?? 0,
    due: plays.get(id)?.due ?? 0,
    longFaults: long.get(id) ?? 0,
  }));
  const simulated = counted.reduce((sum, { id }) => sum + (plays.get(id)?.simulated ?? 0), 0);
  return {
    boxes,
    exclusions: [
      exclusion('hộp ở đơn vị tập luyện', 'boxes in sandboxes', there.length - counted.length),
      exclusion('hộp chưa khai báo trong tháng', 'boxes not enrolled that month', all.length - there.length),
      exclusion('lượt phát mô phỏng', 'simulated plays', simulated),
    ],
  };
}

/** Essential items by the month they were issued in, once for each unit. */
async function readIssued(
  centre: Of,
  spans: readonly Span[],
): Promise<
  Result<{
    readonly items: readonly Issued[];
    readonly withdrawn: ReadonlyMap<string, number>;
    readonly unknown: ReadonlyMap<string, number>;
  }>
> {
  const { store, sources, units, registry, federation, nowMs } = centre;
  const fromMs = spans[0]?.fromMs ?? 0;
  const issues = await store.issues.issues({ limit: issuesMax });
  const oldest = issues.at(-1);
  if (issues.length >= issuesMax && oldest && oldest.atMs >= fromMs)
    return bad('too-large', `over ${issuesMax} issues since then`, '/month');
  const monthOf = (atMs: number) => spans.find((span) => atMs >= span.fromMs && atMs < span.toMs)?.month;
  const named = [...new Set(issues.filter(({ atMs }) => monthOf(atMs) !== undefined).map(({ item }) => item))];
  const essential = (await store.sources.itemsOf(named)).filter(({ published, latest }) => (published ?? latest).content.essential);
  if (essential.length > itemsMax) return bad('too-large', `over ${itemsMax} essential items`, '/month');
  const found = new Map<string, Issued>();
  const [withdrawn, unknown] = [new Map<string, number>(), new Map<string, number>()];
  for (const item of essential) {
    const far = (ids: readonly string[]) => federation.lower.far(ids);
    const read = await readHandled({ store, sources, units, boxes: () => registry.all(), far, nowMs }, item);
    if (!read.ok) return read;
    for (const handled of read.value.handled) {
      const { entry, state } = handled;
      const month = monthOf(entry.atMs);
      const area = homeOf(units.tree, units.today(), entry.unit)?.area;
      if (month === undefined || area === undefined) continue;
      if (state === 'withdrawn') withdrawn.set(month, (withdrawn.get(month) ?? 0) + 1);
      else if (state === 'unknown') unknown.set(month, (unknown.get(month) ?? 0) + 1);
      else {
        const key = `${month} ${item.id} ${entry.unit}`;
        found.set(key, { month, area, done: isDone(handled) || (found.get(key)?.done ?? false) });
      }
    }
  }
  return ok({ items: [...found.values()], withdrawn, unknown });
}

/** A month by the clock of the centre. */
export function monthAt({ units, nowMs }: Pick<Of, 'units' | 'nowMs'>): string {
  return localDateOfDay(Math.floor((nowMs() + units.clock.offsetAt(nowMs())) / dayMs)).slice(0, 7);
}
