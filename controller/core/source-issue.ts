// Issuing down: who may send what to which units, what a unit may answer, which groups reach a unit and nobody else.
import { type AreaPath, within } from '../../schemas/ids.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Level } from '../../schemas/programme.ts';
import type { DeliveryForm } from '../../schemas/source.ts';
import { type InboxAnswer, type IssueRequest, issueLimits } from '../../schemas/source-issue.ts';
import type { LocalDate } from '../../schemas/time.ts';
import { type Grant, may } from './roles.ts';
import type { SourceItem } from './source-item.ts';
import { areasOn, type Tree } from './unit-tree.ts';

export interface SourceIssue {
  readonly id: string;
  readonly item: string;
  readonly by: string;
  readonly atMs: number;
  readonly tier: 'normal' | 'priority';
  readonly to: readonly string[];
  readonly levels: readonly Level[];
  readonly disseminateByMs: number | null;
  readonly note: string;
  readonly withdrawn: { readonly by: string; readonly atMs: number; readonly note: string } | null;
  /** It came from the centre above: what it and its units are called there. */
  readonly origin?: {
    readonly centre: string;
    readonly issue: string;
    readonly units: readonly { readonly above: string; readonly unit: string }[];
  };
}

/** One item in one unit's inbox. */
export interface InboxEntry {
  readonly issue: string;
  readonly unit: string;
  readonly atMs: number;
  readonly answer: InboxAnswer;
  readonly by: string | null;
  readonly answeredMs: number | null;
  /** Of a refusal its reason. */
  readonly note: string;
  readonly programme: string | null;
  readonly schedule: string | null;
  readonly form: DeliveryForm | null;
  /** The unit's own item made of it. */
  readonly copy: string | null;
}

export interface Issuer {
  readonly account: string;
  readonly grants: readonly Grant[];
  readonly atMs: number;
}

/** The tree of today, and where the item's own unit lies in it. */
export interface IssuePlace {
  readonly tree: Tree;
  readonly today: LocalDate;
  readonly ownArea: AreaPath;
}

/**
 * The issue and the units that get it, in the order of their areas. Problems: conflict (not in force, another version is), expired,
 * not-found (unit; nobody of these levels), outside-area (not below the item's unit), not-allowed, bad-input (due in the past), over-budget.
 */
export function judgeIssue(
  item: SourceItem,
  { id, version, to, levels, disseminateByMs, note }: IssueRequest & { readonly id: string },
  { tree, today, ownArea }: IssuePlace,
  { account, grants, atMs }: Issuer,
): Result<{ readonly issue: SourceIssue; readonly units: readonly string[] }> {
  const below = unitsBelow({ to, levels }, { tree, today, ownArea }, (area) => may(grants, 'source.issue', area));
  if (!below.ok) return below;
  const units = below.value;
  const fit = checkIssuable(item, { version, disseminateByMs }, atMs);
  if (!fit.ok) return fit;
  if (units.length > issueLimits.reached) return bad('over-budget', `${units.length} units, at most ${issueLimits.reached} at once`, '/to');
  const tier = item.published?.content.tier === 'priority' ? 'priority' : 'normal';
  const issue: SourceIssue = { ...{ id, item: item.id, by: account, atMs, tier, to, levels, disseminateByMs, note }, withdrawn: null };
  return ok({ issue, units });
}

/**
 * Units of these levels in the named ones and below them, in the order of their areas; never the one in whose name it goes. Problems: not-found
 * (unit; nobody of these levels), outside-area, and what `allows` says.
 */
export function unitsBelow(
  { to, levels }: Pick<IssueRequest, 'to' | 'levels'>,
  { tree, today, ownArea }: IssuePlace,
  allows: (area: AreaPath) => Result<void>,
): Result<string[]> {
  const areas = areasOn(tree, today);
  const wanted = new Map<AreaPath, { readonly named: string; readonly at: number }>();
  for (const [at, named] of to.entries()) {
    const area = areas.get(named);
    if (area === undefined) return bad('not-found', `no unit ${named} today`, `/to/${at}`);
    const allowed = allows(area);
    if (!allowed.ok) return allowed;
    if (!within(area, ownArea)) return bad('outside-area', `${named} (${area}) does not lie below ${ownArea}`, `/to/${at}`);
    wanted.set(area, { named, at });
  }
  const reached = new Map<string, AreaPath>();
  const met = new Set<AreaPath>();
  for (const [unit, area] of areas) {
    const around =
      area === ownArea || !levels.includes(tree.get(unit)?.level ?? 'ministry') ? [] : stepsUp(area).filter((one) => wanted.has(one));
    if (around.length > 0) reached.set(unit, area);
    for (const one of around) met.add(one);
  }
  const empty = [...wanted].find(([area]) => !met.has(area))?.[1];
  if (empty) return bad('not-found', `no unit of level ${levels.join(', ')} in ${empty.named}`, `/to/${empty.at}`);
  return ok([...reached].sort(([, a], [, b]) => (a < b ? -1 : 1)).map(([unit]) => unit));
}

/** An area and all around it. */
function stepsUp(area: AreaPath): AreaPath[] {
  const steps = area.split('/');
  return steps.map((_, at) => steps.slice(0, at + 1).join('/'));
}

function checkIssuable(
  { published, origin }: SourceItem,
  { version, disseminateByMs }: Pick<IssueRequest, 'version' | 'disseminateByMs'>,
  atMs: number,
): Result<void> {
  if (origin) return bad('conflict', `it is of ${origin.centre}: issue a copy`, '/from');
  if (!published) return bad('conflict', 'only what is published is issued', '/state');
  if (published.n !== version) return bad('conflict', `version ${published.n} is in force, not ${version}`, '/version');
  if ((published.content.validUntilMs ?? Number.POSITIVE_INFINITY) <= atMs)
    return bad('expired', 'its validity has ended', '/content/validUntilMs');
  if (disseminateByMs !== null && disseminateByMs <= atMs) return bad('bad-input', 'due in the past', '/disseminateByMs');
  return ok(undefined);
}

export function waitingEntry({ id, atMs }: SourceIssue, unit: string): InboxEntry {
  const nobody = { by: null, answeredMs: null, note: '', programme: null, schedule: null, form: null, copy: null };
  return { issue: id, unit, atMs, answer: 'waiting', ...nobody };
}

export type InboxWish =
  | {
      readonly do: 'take';
      readonly programme: string | null;
      readonly schedule: string | null;
      readonly form: DeliveryForm | null;
      readonly note: string;
    }
  | { readonly do: 'decline'; readonly note: string }
  | { readonly do: 'copy'; readonly copy: string };

const from: Readonly<Record<InboxWish['do'], readonly InboxAnswer[]>> = {
  take: ['waiting', 'taken', 'declined', 'copied'],
  decline: ['waiting', 'taken'],
  copy: ['waiting', 'taken', 'declined', 'copied', 'inserted'],
};

/** `area`: where the unit lies today. Problems: not-allowed, conflict (taken back above, inserted already, used as a copy). */
export function judgeAnswer(
  entry: InboxEntry,
  issue: Pick<SourceIssue, 'withdrawn'>,
  wish: InboxWish,
  { account, grants, atMs }: Issuer,
  area: AreaPath,
): Result<InboxEntry> {
  const allowed = may(grants, 'inbox.answer', area);
  if (!allowed.ok) return allowed;
  if (issue.withdrawn) return bad('conflict', 'it was taken back above', '/issue');
  if (!from[wish.do].includes(entry.answer)) return bad('conflict', `cannot ${wish.do} what is ${entry.answer}`, '/answer');
  const by = { by: account, answeredMs: atMs };
  if (wish.do === 'decline')
    return ok({ ...entry, ...by, answer: 'declined', note: wish.note, programme: null, schedule: null, form: null });
  if (wish.do === 'copy')
    return ok({
      ...entry,
      ...by,
      copy: wish.copy,
      answer: entry.answer === 'inserted' || entry.answer === 'taken' ? entry.answer : 'copied',
    });
  const { programme, schedule, form, note } = wish;
  return ok({ ...entry, ...by, answer: 'taken', programme, schedule, form, note });
}

/** Problems: not-allowed, conflict. */
export function judgeIssueWithdrawal(
  issue: SourceIssue,
  note: string,
  { account, grants, atMs }: Issuer,
  area: AreaPath,
): Result<SourceIssue> {
  const allowed = may(grants, 'source.issue', area);
  if (!allowed.ok) return allowed;
  if (issue.origin) return bad('conflict', `${issue.origin.centre} has issued it, and takes it back`, '/from');
  if (issue.withdrawn) return bad('conflict', 'it was taken back already', '/withdrawn');
  return ok({ ...issue, withdrawn: { by: account, atMs, note } });
}

/** Groups that a schedule names at most. */
export const groupsMax = 16;

/** Groups whose boxes all lie in the area, so that nobody else hears what is meant for it; and the boxes none of them reaches. */
export function groupsWithin(
  boxes: readonly { readonly id: string; readonly area: AreaPath; readonly groups: readonly string[] }[],
  area: AreaPath,
): { readonly groups: readonly string[]; readonly unreached: readonly string[] } {
  const outside = new Set(boxes.filter((box) => !within(box.area, area)).flatMap((box) => box.groups));
  let left = boxes.filter((box) => within(box.area, area));
  const groups: string[] = [];
  while (groups.length < groupsMax) {
    const counts = new Map<string, number>();
    for (const box of left) for (const group of box.groups) if (!outside.has(group)) counts.set(group, (counts.get(group) ?? 0) + 1);
    const [best] = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
    if (!best) break;
    groups.push(best[0]);
    left = left.filter((box) => !box.groups.includes(best[0]));
  }
  return { groups: groups.sort(), unreached: left.map(({ id }) => id) };
}
