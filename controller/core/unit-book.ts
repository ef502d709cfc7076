// The book of changes: what may be made, what is due, what may be undone. Changes whose day has not come are planned again each time.
import { bad, ok, type Problem, type Result } from '../../schemas/problems.ts';
import type { LocalDate } from '../../schemas/time.ts';
import { type UnitChangeAnswer, type UnitChangeRequest, type UnitChangeState, type UnitCounts, unitLimits } from '../../schemas/units.ts';
import type { ZoneClock } from '../../schemas/zones.ts';
import { dateAt, startOfDay } from './area-history.ts';
import { type Grant, may } from './roles.ts';
import type { Carried } from './unit-carried.ts';
import type { Holder, PlacedBox } from './unit-moves.ts';
import { applyPlan, planChange, reversePlan, type UnitPlan, type UnitRules, type UnitWorld } from './unit-plan.ts';
import { type Foreseen, foresee, planWaiting, refit, type Waiting } from './unit-queue.ts';
import { type Tree, treeOf, type Unit } from './unit-tree.ts';

export interface UnitChangeEntry extends UnitChangeRequest {
  readonly id: string;
  readonly state: UnitChangeState;
  readonly by: string;
  readonly madeMs: number;
  readonly doneMs: number | null;
  readonly undone: { readonly by: string; readonly atMs: number } | null;
  readonly problem: Problem | null;
  readonly counts: UnitCounts | null;
  readonly renew: UnitChangeAnswer['renew'];
  /** Units it changed, once it was done. */
  readonly touches: readonly string[];
  /** Grows with each that was made or done: who came later. */
  readonly turn: number;
}

/** What a done change keeps for the way back. */
export type KeptPlan = Pick<UnitPlan, 'units' | 'boxes' | 'grants' | 'carried'>;

export interface UnitState {
  readonly units: readonly Unit[];
  readonly boxes: readonly PlacedBox[];
  readonly holders: readonly Holder[];
  readonly carried?: readonly Carried[];
  /** All of them; what was done keeps its plan elsewhere. */
  readonly changes: readonly UnitChangeEntry[];
  /** What those that wait would do, by id. */
  readonly foreseen: ReadonlyMap<string, KeptPlan>;
}

export interface UnitNow {
  readonly nowMs: number;
  readonly clock: ZoneClock;
}

export interface Asking {
  readonly by: string;
  readonly grants: readonly Grant[];
}

/** An entry of the book and what is done now, if anything. */
export interface Judged {
  readonly entry: UnitChangeEntry;
  readonly plan: UnitPlan | null;
  /** What others that wait will do after it, where that is something else than before. */
  readonly foreseen: Foreseen;
}

const [dateMin, dateMax] = ['1900-01-01', '2200-01-01'];

export function worldOf({ units, boxes, holders, carried }: UnitState): UnitWorld {
  return { tree: treeOf(units), boxes, holders, ...(carried && { carried }) };
}

/** Changes whose day has not come, in the order in which they will be done. */
export function waitingIn(changes: readonly UnitChangeEntry[]): UnitChangeEntry[] {
  return changes
    .filter(({ state }) => state === 'waiting')
    .sort((a, b) => (a.date === b.date ? a.turn - b.turn : a.date < b.date ? -1 : 1));
}

/** When the next one is due; undefined when none waits. */
export function nextDueMs(changes: readonly UnitChangeEntry[], clock: ZoneClock): number | undefined {
  const [next] = waitingIn(changes);
  return next && startOfDay(next.date, clock);
}

/**
 * Make a change: done now, or kept until its day. `plan` is what it does or will do. Problems: those of the plan, bad-input (no such
 * day), not-allowed, too-many-requests, conflict (it would undo the ground of one that waits).
 */
export function judgeMake(
  state: UnitState,
  asked: UnitChangeRequest & { readonly id: string },
  asking: Asking,
  now: UnitNow,
  rules: UnitRules,
): Result<Judged & { readonly plan: UnitPlan }> {
  const { date, change } = asked;
  const today = dateAt(now.nowMs, now.clock);
  const fromMs = startOfDay(date, now.clock);
  if (fromMs === undefined || date < dateMin || date >= dateMax) return bad('bad-input', `no day from ${dateMin} to ${dateMax}`, '/date');
  const waiting = queueOf(state);
  const waits = date > today;
  if (waits && waiting.length >= unitLimits.waiting)
    return bad('too-many-requests', `${waiting.length} changes wait already; undo one first`);
  const first = waits ? waiting.filter(({ entry }) => entry.date <= date) : [];
  const before = foresee(worldOf(state), first);
  const plan = planChange(before, change, { date, today, fromMs, late: false }, rules);
  if (!plan.ok) return plan;
  const allowed = mayAll(asking.grants, plan.value);
  if (!allowed.ok) return allowed;
  const rest = waiting.slice(first.length);
  const cause = { change, units: plan.value.units };
  const { broken, foreseen } = refit(before, applyPlan(before, plan.value), rest, cause, now, rules);
  if (broken) return bad('conflict', `change ${broken.id} of ${broken.date} would no longer fit: ${broken.why}`, '/change');
  const entry: UnitChangeEntry = {
    ...asked,
    state: 'waiting',
    by: asking.by,
    madeMs: now.nowMs,
    doneMs: null,
    undone: null,
    problem: null,
    counts: null,
    renew: [],
    touches: [],
    turn: nextTurn(state.changes),
  };
  return ok({ entry: waits ? entry : doneBy(entry, plan.value, now.nowMs, entry.turn), plan: plan.value, foreseen });
}

/** The first change whose day has come: done, or failed with nothing done. Undefined when none is due. */
export function judgeDue(state: UnitState, now: UnitNow, rules: UnitRules): Judged | undefined {
  const today = dateAt(now.nowMs, now.clock);
  const [first, ...rest] = queueOf(state);
  const next = first?.entry;
  const fromMs = next && startOfDay(next.date, now.clock);
  if (!next || fromMs === undefined || next.date > today) return undefined;
  const world = worldOf(state);
  const plan = planChange(world, next.change, { date: next.date, today, fromMs, late: true }, rules);
  const after = plan.ok ? applyPlan(world, plan.value) : world;
  const cause = { change: next.change, units: first.foreseen?.units ?? [] };
  const { foreseen } = refit(world, after, rest, cause, now, rules);
  if (!plan.ok) return { entry: { ...next, state: 'failed', doneMs: now.nowMs, problem: plan.problem }, plan: null, foreseen };
  return { entry: doneBy(next, plan.value, now.nowMs, nextTurn(state.changes)), plan: plan.value, foreseen };
}

/**
 * Take a change back. Problems: not-found, not-allowed, conflict (over already; another change, a box or a right has built on it).
 * `kept` is what it did, when it was done.
 */
export function judgeUndo(
  state: UnitState,
  { id, kept }: { readonly id: string; readonly kept: KeptPlan | undefined },
  asking: Asking,
  now: UnitNow,
  rules: UnitRules,
): Result<Judged> {
  const entry = state.changes.find((one) => one.id === id);
  if (!entry) return bad('not-found', `no change ${id}`);
  const undone: UnitChangeEntry = { ...entry, state: 'undone', undone: { by: asking.by, atMs: now.nowMs } };
  if (entry.state === 'waiting') {
    const allowed = mayDrop(state, entry, asking, now, rules);
    return allowed.ok ? ok({ entry: undone, plan: null, foreseen: allowed.value }) : allowed;
  }
  if (entry.state !== 'in-force' || !kept) return bad('conflict', `the change is ${entry.state}`, '/state');
  const { carried = [], ...rest } = worldOf(state);
  // What is over holds up nobody.
  const world = { ...rest, carried: carried.filter(({ untilMs }) => untilMs === null || untilMs > now.nowMs) };
  const back = reversePlan(world, { ...kept, asks: [], notices: [] }, dateAt(now.nowMs, now.clock), entry.date);
  if (!back.ok) return bad(back.problem.code, `${back.problem.detail}${laterThan(state.changes, entry, back.problem)}`, back.problem.path);
  const allowed = mayAll(asking.grants, back.value);
  if (!allowed.ok) return allowed;
  const cause = { change: entry.change, units: back.value.units };
  const { broken, foreseen } = refit(world, applyPlan(world, back.value), queueOf(state), cause, now, rules);
  if (broken) return bad('conflict', `change ${broken.id} of ${broken.date} builds on it: ${broken.why}`);
  return ok({ entry: undone, plan: back.value, foreseen });
}

/** The tree of a day to come, with what waits for days until then. */
export function treeToCome(state: UnitState, date: LocalDate): Tree {
  const until = queueOf(state).filter(({ entry }) => entry.date <= date);
  return foresee({ ...worldOf(state), boxes: [], holders: [], carried: [] }, until).tree;
}

function queueOf({ changes, foreseen }: UnitState): Waiting[] {
  return waitingIn(changes).map((entry) => ({ entry, foreseen: foreseen.get(entry.id) }));
}

/** A change that waits is dropped where none that follows it stands on it. */
function mayDrop(state: UnitState, entry: UnitChangeEntry, asking: Asking, now: UnitNow, rules: UnitRules): Result<Foreseen> {
  const waiting = queueOf(state);
  const at = waiting.findIndex((one) => one.entry.id === entry.id);
  const without = foresee(worldOf(state), waiting.slice(0, at));
  const plan = planWaiting(without, entry, now, rules);
  const allowed = plan.ok ? mayAll(asking.grants, plan.value) : may(asking.grants, 'unit.write', rules.centreArea);
  if (!allowed.ok) return allowed;
  if (!plan.ok) return ok(new Map());
  const cause = { change: entry.change, units: plan.value.units };
  const { broken, foreseen } = refit(applyPlan(without, plan.value), without, waiting.slice(at + 1), cause, now, rules);
  return broken ? bad('conflict', `change ${broken.id} of ${broken.date} builds on it: ${broken.why}`) : ok(foreseen);
}

function doneBy(entry: UnitChangeEntry, { units, boxes, grants, notices }: UnitPlan, nowMs: number, turn: number): UnitChangeEntry {
  const renew = notices.filter((one) => one.is === 'renew').slice(0, unitLimits.listed);
  const counts = { units: units.length, boxes: boxes.length, accounts: grants.length };
  return { ...entry, state: 'in-force', doneMs: nowMs, counts, renew, touches: units.map(({ id }) => id), turn };
}

function nextTurn(changes: readonly UnitChangeEntry[]): number {
  return changes.reduce((most, { turn }) => Math.max(most, turn), 0) + 1;
}

function mayAll(grants: readonly Grant[], { asks }: UnitPlan): Result<void> {
  return asks.map((area) => may(grants, 'unit.write', area)).find((one) => !one.ok) ?? ok(undefined);
}

/** The later change that touched the same units, or the last one where a law would break: people undo that one first. */
function laterThan(changes: readonly UnitChangeEntry[], { turn, touches }: UnitChangeEntry, { path }: Problem): string {
  const later = changes.filter((one) => one.state === 'in-force' && one.turn > turn).sort((a, b) => b.turn - a.turn);
  const same = later.find((one) => one.touches.some((id) => touches.includes(id))) ?? (path === '' ? later[0] : undefined);
  return same ? `; undo change ${same.id} of ${same.date} first` : '';
}
