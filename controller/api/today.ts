// The centre's day over REST, for the page one begins with: one question instead of one for each box. Cut to what who asks may see.
import type { FastifyInstance } from 'fastify';
import { type DayAnswer, type DayEssential, type DayFault, type DayPlay, dayLimits, type Named } from '../../schemas/day.ts';
import { type Fault, faultKinds } from '../../schemas/faults.ts';
import { ok, type Result } from '../../schemas/problems.ts';
import type { Centre } from '../centre.ts';
import { essentialOf, householdsShareOf } from '../core/essential.ts';
import { statusOf } from '../core/fleet-status.ts';
import { type Grant, may, rightToJudge } from '../core/roles.ts';
import { sees, seesAll } from '../core/sight.ts';
import { homeOf, unitsAt } from '../core/source-place.ts';
import { boxesOfDay, type DayBox, type PlayedWhere, playsOfDay, worstFirst } from '../core/today.ts';
import { areasOn, periodOn, unitFinder } from '../core/unit-tree.ts';
import { type ReadContent, readContent } from '../dispatch.ts';
import type { Person } from '../people/sessions.ts';
import { EssentialLook } from '../sources/essential-look.ts';
import { seesOrder, standing } from './orders.ts';
import { declare } from './route.ts';

export function todayRoutes(app: FastifyInstance, centre: Centre): void {
  const { store, sources, units, registry, federation, nowMs } = centre;
  const far = (issues: readonly string[]) => federation.lower.far(issues);
  const essential = new EssentialLook({ store, sources, units, boxes: () => registry.all(), far, nowMs });

  declare(app, centre, { method: 'GET', url: '/api/today', act: 'read', perMinute: 60 }, async ({ person }): Promise<Result<DayAnswer>> => {
    const { grants } = person;
    const atMs = nowMs();
    const untilMs = atMs + dayLimits.aheadMs;
    const boxes = boxesSeen(centre, grants, atMs);
    const content = await readContent(store, atMs);
    const { plays, all } = content
      ? playsOfDay(boxes, content, { fromMs: atMs, toMs: untilMs, most: dayLimits.plays })
      : { plays: [], all: 0 };
    const [faults, inbox, due, approvals, orders] = await Promise.all([
      faultsOf(centre, grants, boxes),
      inboxOf(centre, grants, atMs),
      essentialFor(centre, grants, essential),
      approvalsOf(centre, person, content),
      standing(centre).then((found) => found.filter((order) => seesOrder(grants, order))),
    ]);
    const drills = orders.filter(({ order }) => order.class !== 'actual').length;
    return ok({
      ...{ atMs, untilMs, plays: named(centre, plays), more: all - plays.length, boxes: boxesOfDay(boxes) },
      ...{ faults, inbox, essential: due, approvals, orders: { active: orders.length - drills, drills } },
    });
  });
}

function boxesSeen({ registry, link }: Centre, grants: readonly Grant[], atMs: number): DayBox[] {
  return registry
    .all()
    .filter(({ area }) => sees(grants, area))
    .map(({ id, area, groups, settings }) => {
      const seen = registry.seen(id);
      const { online, health } = statusOf(seen, link.connected(id), atMs);
      // What it played when it went away is history.
      const sounding = online ? (seen?.report?.outputs ?? []).flatMap((output) => output.sounding ?? []) : [];
      return { id, area, groups, settings, enrolled: registry.enrolled(id), online, health: health.state, sounding };
    });
}

/** Groups and units by name; of a box whose unit is not in the tree the area stands for itself. */
function named({ units, groups }: Centre, plays: readonly PlayedWhere[]): DayPlay[] {
  const [tree, today] = [units.tree, units.today()];
  const find = unitFinder(areasOn(tree, today));
  const groupNames = new Map(groups().map(({ id, name }) => [id, name]));
  const unitName = (area: string) => {
    const unit = tree.get(find(area)?.unit ?? '');
    return (unit && periodOn(unit, today)?.name) ?? area;
  };
  return plays.map(({ areas, groups: ids, ...play }) => ({
    ...play,
    groups: firstOf(ids.map((id) => groupNames.get(id) ?? id)),
    units: firstOf([...new Set(areas.map(unitName))]),
  }));
}

function firstOf(names: readonly string[]): Named {
  return { count: names.length, names: names.slice(0, dayLimits.names) };
}

async function faultsOf(
  { store, registry, card }: Centre,
  grants: readonly Grant[],
  boxes: readonly DayBox[],
): Promise<DayAnswer['faults']> {
  const only = seesAll(grants, card.area) ? undefined : boxes.map(({ id }) => id);
  const open = await store.faults.faults({ boxes: only, open: true, limit: dayLimits.faults });
  const alarms = open.filter(({ reason }) => faultKinds[reason].rank === 'alarm').length;
  const answerOf = (fault: Fault): DayFault => {
    const { rank, vi, en } = faultKinds[fault.reason];
    const box = registry.box(fault.box);
    return {
      ...{ id: fault.id, code: fault.reason, rank, vi, en, box: fault.box, boxName: box?.name ?? fault.box },
      ...{ area: box?.area ?? card.area, openedMs: fault.openedMs, answered: fault.answeredMs !== null },
    };
  };
  return { open: open.length, alarms, worst: worstFirst(open).slice(0, dayLimits.worstFaults).map(answerOf) };
}

async function inboxOf({ store, units }: Centre, grants: readonly Grant[], atMs: number): Promise<DayAnswer['inbox']> {
  const seen = unitsAt(units.tree, units.today(), (area) => may(grants, 'read', area).ok);
  const entries = await store.issues.entries({ units: seen, answer: 'waiting', limit: dayLimits.inbox });
  const issues = new Map(
    await Promise.all([...new Set(entries.map(({ issue }) => issue))].map(async (id) => [id, await store.issues.issue(id)] as const)),
  );
  const waiting = entries.flatMap(({ issue: id }) => {
    const issue = issues.get(id);
    return issue && issue.withdrawn === null ? [issue] : [];
  });
  const overdue = waiting.filter(({ disseminateByMs }) => disseminateByMs !== null && disseminateByMs <= atMs).length;
  return { waiting: waiting.length, overdue };
}

/** All units of an item for who reads the item's own unit, else those of one's own units. */
async function essentialFor({ sources, units }: Centre, grants: readonly Grant[], look: EssentialLook): Promise<DayEssential> {
  const { atMs, items, leftOut } = await look.seen();
  const mine = (unit: string) => {
    const home = homeOf(units.tree, units.today(), unit);
    return home !== undefined && may(grants, 'read', home.area).ok;
  };
  const seen = items.map(({ item, rows, households }) => {
    const sight = sources.seesWhole(item, grants) ? () => true : mine;
    return { rows: rows.filter(({ unit }) => sight(unit)), households: households(sight) };
  });
  const figures = essentialOf(seen.flatMap(({ rows }) => rows));
  return { asOfMs: atMs, ...figures, householdsShare: householdsShareOf(seen.map(({ households }) => households)), leftOut };
}

async function approvalsOf(
  { store, sources, card }: Centre,
  { account, grants }: Person,
  content: ReadContent | undefined,
): Promise<DayAnswer['approvals']> {
  const programmes = (content?.programmes ?? []).filter(({ state }) => state === 'submitted');
  const items = (await store.sources.items({ state: 'submitted', limit: dayLimits.inbox })).filter((item) =>
    sources.seesWhole(item, grants),
  );
  const judges = (act: 'programme.judge' | 'source.judge', area: string, author: string) =>
    author !== account && rightToJudge(grants, act, area, author).ok;
  const mine =
    programmes.filter(({ author }) => judges('programme.judge', card.area, author)).length +
    items.filter((item) => judges('source.judge', sources.areaOf(item), item.latest.author)).length;
  return { programmes: programmes.length, items: items.length, mine };
}
