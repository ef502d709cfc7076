// What would mend a schedule that a policy refuses: another time of the same day, fewer repeats, days left out. Pure.
import { judgeDay, type Policy, type PolicyRule, type Span } from '../../../../schemas/policy.ts';
import type { ZoneClock } from '../../../../schemas/zones.ts';
import { instantAt, localOfWall, midnightOf, wallAt } from './wall.ts';

export type Fix =
  | { readonly do: 'move'; readonly byMs: number; readonly toWallMs: number }
  | { readonly do: 'times'; readonly times: number }
  | { readonly do: 'leave-out'; readonly exdates: readonly string[] };

export interface Trouble {
  readonly refused: readonly { readonly startMs: number; readonly rule: PolicyRule }[];
  /** All plays looked at. */
  readonly plays: number;
  /** One round of the programme, and how often with which gap. */
  readonly roundMs: number;
  readonly times: number;
  readonly gapMs: number;
  readonly policies: readonly Policy[];
  /** Sound that is planned on the day of the first refused play, without this schedule. */
  readonly others: readonly { readonly startMs: number; readonly endMs: number }[];
  readonly clock: ZoneClock;
}

const stepMs = 5 * 60_000;
const dayMs = 86_400_000;

export function lengthOfSession({ roundMs, times, gapMs }: Pick<Trouble, 'roundMs' | 'times' | 'gapMs'>): number {
  return roundMs * times + gapMs * (times - 1);
}

/** Nearest first; at most two times of day. */
export function fixesOf(trouble: Trouble): Fix[] {
  const [first] = trouble.refused;
  if (!first || first.rule === 'not-approved') return [];
  const fixes: Fix[] = [];
  if (first.rule === 'session-too-long' || first.rule === 'day-limit') {
    const times = timesThatFit(trouble);
    if (times > 0 && times < trouble.times) fixes.push({ do: 'times', times });
  }
  fixes.push(...timesOfDay(trouble, first.startMs));
  const { refused, clock } = trouble;
  if (refused.length < trouble.plays && refused.length <= 100)
    fixes.push({ do: 'leave-out', exdates: refused.map(({ startMs }) => localOfWall(wallAt(clock, startMs))) });
  return fixes;
}

function timesThatFit({ roundMs, gapMs, times, policies }: Trouble): number {
  const maxMs = Math.min(...policies.flatMap(({ sessionMaxMs, dayMaxMs }) => [sessionMaxMs, dayMaxMs]));
  for (let fewer = times - 1; fewer > 0; fewer--) if (lengthOfSession({ roundMs, times: fewer, gapMs }) <= maxMs) return fewer;
  return 0;
}

/** The nearest times before and after, that day, at which every policy allows it and nothing else is pushed out. */
function timesOfDay(trouble: Trouble, atMs: number): Fix[] {
  const { clock } = trouble;
  const wall = wallAt(clock, atMs);
  const midnight = midnightOf(wall);
  const [found, sides]: [Fix[], (-1 | 1)[]] = [[], [1, -1]];
  // Hours of policies stand on whole minutes: from the next five minutes on in either direction.
  const base = Math.floor(wall / stepMs) * stepMs;
  for (const side of sides)
    for (let to = base + side * stepMs; to >= midnight && to < midnight + dayMs; to += side * stepMs)
      if (allowed(trouble, instantAt(clock, to))) {
        found.push({ do: 'move', byMs: to - wall, toWallMs: to });
        break;
      }
  return found.sort((a, b) => (a.do === 'move' && b.do === 'move' ? Math.abs(a.byMs) - Math.abs(b.byMs) : 0));
}

function allowed(trouble: Trouble, startMs: number): boolean {
  const own: Span = { output: '', startMs, endMs: startMs + lengthOfSession(trouble) };
  return trouble.policies.every((policy) => {
    const others = trouble.others.map((one): Span => ({ output: '', ...one }));
    const plays = [...others, own].sort((a, b) => a.startMs - b.startMs);
    const verdicts = judgeDay(policy, plays);
    const before = judgeDay(policy, others);
    // Those refused already are refused still; none besides.
    return (
      verdicts[plays.indexOf(own)] === null && verdicts.filter((one) => one !== null).length <= before.filter((one) => one !== null).length
    );
  });
}
