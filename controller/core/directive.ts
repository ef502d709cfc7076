// Directives: who may issue one to whom, who reads it for a unit, what became of it there. Pure.
import type { AccountRole } from '../../schemas/api.ts';
import type { DirectiveFigures, DirectiveRequest, DirectiveState, Reading } from '../../schemas/directive.ts';
import { directiveLimits } from '../../schemas/directive.ts';
import type { Freshness } from '../../schemas/federation.ts';
import { type AreaPath, within } from '../../schemas/ids.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Level } from '../../schemas/programme.ts';
import type { UnitBrief } from '../../schemas/source.ts';
import { type Grant, may, ownRights } from './roles.ts';
import { type IssuePlace, type Issuer, unitsBelow } from './source-issue.ts';

export interface Directive {
  readonly id: string;
  /** Whose it is; of one from above what the unit is called there. */
  readonly unit: string;
  readonly by: string;
  readonly atMs: number;
  readonly title: string;
  readonly body: string;
  readonly dueMs: number | null;
  readonly readers: readonly AccountRole[];
  readonly to: readonly string[];
  readonly levels: readonly Level[];
  readonly withdrawn: { readonly by: string; readonly atMs: number; readonly note: string } | null;
  /** It came from the centre above: what it and its units are called there. */
  readonly origin?: {
    readonly centre: string;
    readonly directive: string;
    readonly unit: UnitBrief;
    readonly units: readonly { readonly above: string; readonly unit: string }[];
  };
}

/** One directive in one unit's inbox. */
export interface DirectiveEntry {
  readonly directive: string;
  readonly unit: string;
  readonly atMs: number;
  /** One for each role that must read, the first of it. */
  readonly readings: readonly Reading[];
}

export interface Reader {
  readonly account: string;
  readonly title: string;
  readonly grants: readonly Grant[];
  readonly atMs: number;
}

/** Where a centre below answers for a unit: its readings, and how fresh the word is. */
export interface FarReading {
  readonly centre: string;
  readonly fresh: Freshness;
  readonly asOfMs: number | null;
  readonly readings: readonly Reading[] | undefined;
}

/** Problems: not-found (unit; nobody of these levels), outside-area, not-allowed, bad-input (due in the past), over-budget. */
export function judgeDirective(
  { id, unit, title, body, dueMs, readers, to, levels }: DirectiveRequest & { readonly id: string },
  place: IssuePlace,
  { account, grants, atMs }: Issuer,
): Result<{ readonly directive: Directive; readonly units: readonly string[] }> {
  const allowed = may(grants, 'directive.issue', place.ownArea);
  if (!allowed.ok) return allowed;
  const reached = unitsBelow({ to, levels }, place, (area) => may(grants, 'directive.issue', area));
  if (!reached.ok) return reached;
  if (dueMs !== null && dueMs <= atMs) return bad('bad-input', 'due in the past', '/dueMs');
  if (reached.value.length > directiveLimits.reached)
    return bad('over-budget', `${reached.value.length} units, at most ${directiveLimits.reached} at once`, '/to');
  return ok({
    directive: { id, unit, by: account, atMs, title, body, dueMs, readers, to, levels, withdrawn: null },
    units: reached.value,
  });
}

export function unreadEntry({ id, atMs }: Directive, unit: string): DirectiveEntry {
  return { directive: id, unit, atMs, readings: [] };
}

/**
 * đã đọc, for each role that must read and that this person holds there by own right. Who stands where it was issued, or above, reads it for nobody
 * below. `area`: of the unit; `issuedAt`: of the unit that issued. Problems: not-allowed, conflict (withdrawn).
 */
export function judgeReading(
  entry: DirectiveEntry,
  { readers, withdrawn }: Pick<Directive, 'readers' | 'withdrawn'>,
  { account, title, grants, atMs }: Reader,
  { area, issuedAt }: { readonly area: AreaPath; readonly issuedAt: AreaPath },
): Result<DirectiveEntry> {
  const held = ownRights(grants).filter((grant) => within(area, grant.area) && !within(issuedAt, grant.area));
  const roles = readers.filter((role) => held.some((grant) => grant.role === role && grant.only === undefined));
  if (roles.length === 0) return bad('not-allowed', `to be read there by ${readers.join(', ')}`);
  if (withdrawn) return bad('conflict', 'it was withdrawn', '/withdrawn');
  const fresh = roles.filter((role) => !entry.readings.some((reading) => reading.role === role));
  return ok({ ...entry, readings: [...entry.readings, ...fresh.map((role) => ({ role, account, title, atMs }) as Reading)] });
}

/** Problems: not-allowed, conflict. */
export function judgeDirectiveWithdrawal(
  directive: Directive,
  note: string,
  { account, grants, atMs }: Issuer,
  area: AreaPath,
): Result<Directive> {
  const allowed = may(grants, 'directive.issue', area);
  if (!allowed.ok) return allowed;
  if (directive.origin) return bad('conflict', `${directive.origin.centre} has issued it, and withdraws it`, '/from');
  if (directive.withdrawn) return bad('conflict', 'it was withdrawn already', '/withdrawn');
  return ok({ ...directive, withdrawn: { by: account, atMs, note } });
}

/** What was read stays read; what was not yet, a silent centre leaves unknown. */
export function readingState(
  { readings }: Pick<DirectiveEntry, 'readings'>,
  { readers, dueMs, withdrawn }: Pick<Directive, 'readers' | 'dueMs' | 'withdrawn'>,
  far: FarReading | undefined,
  nowMs: number,
): DirectiveState {
  if (withdrawn) return 'withdrawn';
  const known = far ? (far.readings ?? []) : readings;
  if (readers.every((role) => known.some((reading) => reading.role === role))) return 'read';
  if (far && (far.readings === undefined || far.fresh !== 'current')) return 'unknown';
  return dueMs !== null && nowMs > dueMs ? 'overdue' : 'waiting';
}

/** Of what is known: never 0 % of what is not. */
export function directiveFigures(states: readonly DirectiveState[]): DirectiveFigures {
  const count = (state: DirectiveState) => states.filter((one) => one === state).length;
  const standing = states.filter((state) => state !== 'withdrawn');
  const [read, unknown] = [count('read'), count('unknown')];
  const known = standing.length - unknown;
  return {
    ...{ units: standing.length, read, waiting: count('waiting'), overdue: count('overdue'), unknown },
    readShare: known === 0 ? null : read / known,
  };
}
