// What a schedule means: occurrences, their verdict under the policy, and the one winner of an output. Pure.

import { judgeDay, type PolicyRule } from './policy.ts';
import { type Item, Level, type Programme } from './programme.ts';
import { starts } from './recurrence.ts';
import { PlayClass, type Schedule } from './schedule.ts';
import { type Output, sounds, staggerMsMax } from './settings.ts';
import type { Plan } from './want.ts';
import { dayMs, farthestMs, type ZoneClock, zoneClock } from './zones.ts';

/** A session is never longer (checked by `checkPlan`), so nothing older can still be sounding. */
export const sessionMaxMs = dayMs;

/** One planned play on one output: the unit of receipts. Plain JSON, stored as it is. */
export interface Occurrence {
  /** `SCHEDULE@UTC-START-MS@OUTPUT`: the start as planned for everybody, before this box's stagger. */
  readonly id: string;
  readonly schedule: string;
  readonly programme: string;
  readonly title: string;
  readonly output: string;
  readonly kind: Output['kind'];
  readonly class: PlayClass;
  readonly level: Level;
  readonly startMs: number;
  /** Start plus the whole session: items × times + gaps. */
  readonly endMs: number;
  readonly items: readonly Item[];
  readonly repeat: Schedule['repeat'];
  /** Bulletins that go round for so long, whatever `repeat` says. */
  readonly lastsMs?: number;
  readonly missedStart: Schedule['missedStart'];
  readonly interrupted: Schedule['interrupted'];
  readonly gainDb: number;
  /** Refused plays stay in the timeline and get their receipt; they never win an output. */
  readonly refused: PolicyRule | null;
}

/**
 * All occurrences of all outputs that touch [fromMs, toMs), by start. Policy is judged over whole local days of the
 * policy's zone, so the verdicts do not depend on the window asked for. Expects a plan that passed `checkPlan`:
 * a schedule that cannot be read has no occurrences.
 */
export function agenda(plan: Plan, fromMs: number, toMs: number): Occurrence[] {
  const lowMs = Math.max(0, fromMs);
  const highMs = Math.min(toMs, farthestMs);
  if (!(lowMs < highMs)) return [];
  const zone = zoneClock(plan.policy.zone);
  if (!zone.ok) return [];
  const days = zone.value;
  const found: Occurrence[] = [];
  const endDay = days.dayAt(highMs - 1) + 1;
  // Chunks keep each question below the limit of `starts`; a play belongs to the day it starts in.
  for (let day = days.dayAt(Math.max(0, lowMs - sessionMaxMs - staggerMsMax)); day < endDay; day += chunkDays) {
    const plays = playsOf(plan, days, day, Math.min(day + chunkDays, endDay));
    const verdicts = verdictsOf(plan, days, plays);
    for (const [index, play] of plays.entries())
      if (play.startMs < highMs && play.endMs > lowMs) spread(plan, play, verdicts[index] ?? null, found);
  }
  return found;
}

const chunkDays = 30;

/** A start before it is spread over the outputs. */
interface Play {
  readonly schedule: Schedule;
  readonly programme: Programme;
  /** Before the stagger: names the play and the day it belongs to. */
  readonly plannedMs: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly rank: number;
}

/** Plays that start in local days [firstDay, endDay), by start, then rank, then id. */
function playsOf(plan: Plan, clock: ZoneClock, firstDay: number, endDay: number): Play[] {
  const fromMs = clock.instantNear(firstDay * dayMs);
  const toMs = clock.instantNear(endDay * dayMs);
  const programmes = new Map(plan.schedules.programmes.map((programme) => [programme.id, programme]));
  const plays: Play[] = [];
  for (const schedule of plan.schedules.schedules) {
    const programme = programmes.get(schedule.programme);
    if (!programme) continue;
    const begun = starts(schedule, plan.schedules.holidays, fromMs, toMs);
    if (!begun.ok) continue;
    const lengthMs = sessionMs(programme, schedule.repeat, schedule.lastsMs);
    const rank = classRank(schedule.class) * 16 + levelRank(programme.level);
    const shiftMs = shiftOf(plan, schedule, programme);
    for (const plannedMs of begun.value)
      plays.push({ schedule, programme, plannedMs, startMs: plannedMs + shiftMs, endMs: plannedMs + shiftMs + lengthMs, rank });
  }
  return plays.sort((a, b) => a.startMs - b.startMs || a.rank - b.rank || (a.schedule.id < b.schedule.id ? -1 : 1));
}

/** Speech of neighbours that would blur into one another starts box by box; boards are seen by one place only. */
function shiftOf({ settings }: Plan, { neighbours }: Schedule, { form }: Programme): number {
  return neighbours === 'staggered' && form === 'audio' ? settings.staggerMs : 0;
}

/** Sound is judged day by day, alike on every loudspeaker; bulletins are not sound and never refused. */
function verdictsOf(plan: Plan, clock: ZoneClock, plays: readonly Play[]): (PolicyRule | null)[] {
  const verdicts: (PolicyRule | null)[] = plays.map(() => null);
  const days = new Map<number, number[]>();
  for (const [index, play] of plays.entries()) {
    if (play.programme.form !== 'audio') continue;
    // It uses up nothing of the day.
    if (play.schedule.unapprovedMs?.includes(play.plannedMs)) {
      verdicts[index] = 'not-approved';
      continue;
    }
    const day = clock.dayAt(play.plannedMs);
    const sameDay = days.get(day);
    if (sameDay) sameDay.push(index);
    else days.set(day, [index]);
  }
  for (const indices of days.values()) {
    const spans = indices.flatMap((index) => plays[index] ?? []).map(({ startMs, endMs }) => ({ output: '', startMs, endMs }));
    for (const [at, verdict] of judgeDay(plan.policy, spans).entries()) verdicts[indices[at] ?? 0] = verdict;
  }
  return verdicts;
}

function spread(plan: Plan, play: Play, refused: PolicyRule | null, into: Occurrence[]): void {
  const { schedule, programme, plannedMs, startMs, endMs } = play;
  for (const output of plan.settings.outputs) {
    const { kind } = output;
    if (sounds(kind) !== (programme.form === 'audio')) continue;
    into.push({
      id: `${schedule.id}@${plannedMs}@${output.id}`,
      schedule: schedule.id,
      programme: programme.id,
      title: programme.title,
      output: output.id,
      kind,
      class: schedule.class,
      level: programme.level,
      startMs,
      endMs,
      items: programme.items,
      repeat: schedule.repeat,
      ...(schedule.lastsMs === undefined ? {} : { lastsMs: schedule.lastsMs }),
      missedStart: schedule.missedStart,
      interrupted: schedule.interrupted,
      gainDb: schedule.gainDb,
      refused,
    });
  }
}

/** Length of a whole session: the span it lasts, or the programme `times` times with the gaps between, ms. */
export function sessionMs(programme: Pick<Programme, 'items'>, repeat: Schedule['repeat'], lastsMs?: number): number {
  if (lastsMs !== undefined) return lastsMs;
  const onceMs = programme.items.reduce((sum, item) => sum + item.durationMs, 0);
  return onceMs * repeat.times + repeat.gapMs * (repeat.times - 1);
}

/**
 * The one that an output is given to (DESIGN §5): drill > priority > normal > filler; within a class the higher level,
 * then the earlier start, then the id. Priority programmes that both stand in the commune's order follow it
 * (PRODUCT §1.1). Refused ones never win. The answer does not depend on the order of the candidates.
 */
export function winner(candidates: readonly Occurrence[], localOrder: readonly string[]): Occurrence | undefined {
  let listed: Occurrence | undefined;
  let best: Occurrence | undefined;
  for (const one of candidates) {
    if (one.refused !== null) continue;
    // Ordered ones contend among themselves first, so that a third, unordered one cannot turn the order into a circle.
    if (one.class === 'priority' && localOrder.includes(one.programme)) {
      if (!listed || localRank(one, localOrder) < localRank(listed, localOrder)) listed = one;
      else if (one.programme === listed.programme && precedes(one, listed)) listed = one;
    } else if (!best || precedes(one, best)) best = one;
  }
  if (!listed || !best) return listed ?? best;
  return precedes(listed, best) ? listed : best;
}

function precedes(a: Occurrence, b: Occurrence): boolean {
  const by = classRank(a.class) - classRank(b.class) || levelRank(a.level) - levelRank(b.level) || a.startMs - b.startMs;
  return by < 0 || (by === 0 && a.id < b.id);
}

function localRank(one: Occurrence, localOrder: readonly string[]): number {
  return localOrder.indexOf(one.programme);
}

function classRank(name: PlayClass): number {
  return PlayClass.options.indexOf(name);
}

function levelRank(level: Level): number {
  return Level.options.indexOf(level);
}

/** Two priority programmes of different levels that meet and stand not both in the commune's order. */
export interface Undecided {
  readonly output: string;
  /** Plays first until the commune decides: the upper level. */
  readonly first: Occurrence;
  readonly second: Occurrence;
}

/** Pairs that need the commune's decision ("cần quyết định thứ tự"), each pair of programmes once an output. */
export function undecided(occurrences: readonly Occurrence[], localOrder: readonly string[]): Undecided[] {
  const priority = occurrences.filter((one) => one.class === 'priority' && one.refused === null).sort((a, b) => a.startMs - b.startMs);
  const pairs = new Map<string, Undecided>();
  for (const [index, one] of priority.entries()) {
    for (let next = index + 1; next < priority.length; next++) {
      const other = priority[next];
      if (!other || other.startMs >= one.endMs) break;
      if (one.output !== other.output || one.level === other.level) continue;
      if (localOrder.includes(one.programme) && localOrder.includes(other.programme)) continue;
      const [first, second] = precedes(one, other) ? [one, other] : [other, one];
      const key = `${one.output} ${first.programme} ${second.programme}`;
      if (!pairs.has(key)) pairs.set(key, { output: one.output, first, second });
    }
  }
  return [...pairs.values()];
}
