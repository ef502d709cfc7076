// Who is told of what: units of what was issued to them and not yet heard, those who issued it when the time is over. Pure.
import type { AccountRole } from '../../schemas/api.ts';
import type { AreaPath } from '../../schemas/ids.ts';
import type { NoticeWhy } from '../../schemas/steering.ts';
import { dayMs } from '../../schemas/zones.ts';
import type { Grant } from './roles.ts';
import type { Handled } from './source-handling.ts';
import type { SourceIssue } from './source-issue.ts';

/** Told to a unit's people of some roles. It says so once: of one cause there is one notice. */
export interface Notice {
  readonly id: string;
  readonly cause: string;
  readonly why: NoticeWhy;
  /** `null`: the centre itself. */
  readonly unit: string | null;
  readonly roles: readonly AccountRole[];
  readonly atMs: number;
  readonly dueMs: number | null;
  readonly item: string | null;
  readonly issue: string | null;
  readonly programme: string | null;
  readonly title: string;
  /** Of an escalation: the units that are overdue. */
  readonly units: readonly string[];
  /** Who read it first. */
  readonly read: { readonly by: string; readonly atMs: number } | null;
}
export type NewNotice = Omit<Notice, 'id' | 'read'>;

/** Instants of an issue's time at which it is looked who has to be told, in order. */
export const issuePhases = ['issued', 'half-time', 'time-over'] as const;
export type IssuePhase = (typeof issuePhases)[number];

/** What a centre slept through for longer is history, not a reminder. */
export const remindWithinMs = 7 * dayMs;

const unitRoles: readonly AccountRole[] = ['author', 'scheduler', 'leader'];
const issuerRoles: readonly AccountRole[] = ['leader', 'approver'];

type Timed = Pick<SourceIssue, 'atMs' | 'disseminateByMs'>;

/** How far an issue's time has run; null: it has none, or it is long over. */
export function phaseAt({ atMs: issuedMs, disseminateByMs }: Timed, atMs: number): IssuePhase | null {
  if (disseminateByMs === null || atMs >= disseminateByMs + remindWithinMs) return null;
  if (atMs >= disseminateByMs) return 'time-over';
  return atMs >= issuedMs + (disseminateByMs - issuedMs) / 2 ? 'half-time' : 'issued';
}

/**
 * The phase that is due and was not gone through yet. One that a later one has overtaken is not made up for, so a clock that
 * jumps ahead says the last word alone, and one that is set back says nothing again.
 */
export function phaseDue(issue: Timed, done: ReadonlySet<IssuePhase>, atMs: number): IssuePhase | null {
  const phase = phaseAt(issue, atMs);
  if (phase === null) return null;
  return issuePhases.slice(issuePhases.indexOf(phase)).some((one) => done.has(one)) ? null : phase;
}

/** Notices of one phase: to each unit that it concerns, and at the end one to whoever issued it. Withdrawn: none. */
export function noticesOf(
  phase: IssuePhase,
  issue: Pick<SourceIssue, 'id' | 'disseminateByMs'>,
  item: { readonly id: string; readonly unit: string; readonly title: string },
  handled: readonly Pick<Handled, 'entry' | 'state'>[],
  atMs: number,
): NewNotice[] {
  const about = { atMs, dueMs: issue.disseminateByMs, item: item.id, issue: issue.id, programme: null, title: item.title };
  const concerned = handled.filter(({ state }) => {
    if (state === 'withdrawn') return false;
    if (phase === 'issued') return true;
    return phase === 'half-time' ? state === 'waiting' : state === 'overdue';
  });
  const units = concerned.map(({ entry }) => entry.unit);
  const told = units.map((unit): NewNotice => {
    return { ...about, cause: `${phase} ${issue.id} ${unit}`, why: phase, unit, roles: unitRoles, units: [] };
  });
  if (phase !== 'time-over' || units.length === 0) return told;
  return [...told, { ...about, cause: `escalated ${issue.id}`, why: 'escalated', unit: item.unit, roles: issuerRoles, units }];
}

/** Is somebody meant: holds one of the roles for exactly the place. Rights over more see what is below and are not asked. */
export function isFor(notice: Pick<Notice, 'roles'>, area: AreaPath, grants: readonly Grant[]): boolean {
  return grants.some(
    ({ role, area: held, only, delegated }) =>
      held === area && (only === undefined || delegated !== undefined) && notice.roles.includes(role),
  );
}

/** What an issue's notices say of one unit. */
export interface Reminded {
  readonly remindedAtMs: number | null;
  readonly escalatedAtMs: number | null;
  readonly readAtMs: number | null;
}

/** By `issue unit`. An answer is read as well as a notice that was opened: the earlier counts. */
export function remindedOf(notices: readonly Notice[]): (issue: string, unit: string, answeredMs: number | null) => Reminded {
  const reminded = new Map<string, number>();
  const escalated = new Map<string, number>();
  const read = new Map<string, number>();
  for (const { why, issue, unit, atMs, units, read: seen } of notices) {
    const key = `${issue} ${unit}`;
    if (why === 'half-time' || why === 'time-over') reminded.set(key, Math.max(atMs, reminded.get(key) ?? 0));
    if (why === 'escalated') for (const one of units) escalated.set(`${issue} ${one}`, atMs);
    else if (seen) read.set(key, Math.min(seen.atMs, read.get(key) ?? Number.POSITIVE_INFINITY));
  }
  return (issue, unit, answeredMs) => {
    const key = `${issue} ${unit}`;
    const reads = [read.get(key) ?? null, answeredMs].filter((one): one is number => one !== null);
    return {
      remindedAtMs: reminded.get(key) ?? null,
      escalatedAtMs: escalated.get(key) ?? null,
      readAtMs: reads.length > 0 ? Math.min(...reads) : null,
    };
  };
}
