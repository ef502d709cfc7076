// The life of a source item as one table: who may take which step from where. Content is judged version by version.
import type { AreaPath } from '../../schemas/ids.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Item } from '../../schemas/programme.ts';
import { type SourceContent, type SourceState, type SourceStep, sourceLimits } from '../../schemas/source.ts';
import { type ActName, type Grant, may, ownRights, rightToJudge } from './roles.ts';
import { checkComplete, checkContent, differences, type SourceItem, type SourceVersion } from './source-item.ts';

interface StepRule {
  readonly act: ActName;
  readonly from: readonly SourceState[];
  readonly to: SourceState;
}

/** A correction is a new version: it goes the same way while the version before stays in force. */
export const sourceLife: Readonly<Record<SourceStep, StepRule>> = {
  submit: { act: 'source.write', from: ['draft', 'rejected'], to: 'submitted' },
  approve: { act: 'source.judge', from: ['submitted'], to: 'approved' },
  reject: { act: 'source.judge', from: ['submitted'], to: 'rejected' },
  publish: { act: 'source.publish', from: ['approved'], to: 'published' },
  withdraw: { act: 'source.withdraw', from: ['draft', 'submitted', 'approved', 'rejected', 'published'], to: 'withdrawn' },
};

/** Who asks; `area` is where the item's unit lies today. */
export interface SourceAsker {
  readonly account: string;
  readonly grants: readonly Grant[];
  readonly area: AreaPath;
  readonly atMs: number;
}

/** What a decision changes: the item, and all versions whose state is another now. */
export interface SourceChange {
  readonly item: SourceItem;
  readonly versions: readonly SourceVersion[];
}

export interface NewSource {
  readonly id: string;
  readonly unit: string;
  readonly folder: string | null;
  readonly tags: readonly string[];
  readonly from: SourceItem['from'];
  readonly content: SourceContent;
  readonly play: Item | null;
}

/** Problems: not-allowed, bad-input. */
export function judgeNew({ content, play, ...fields }: NewSource, { account, grants, area, atMs }: SourceAsker): Result<SourceChange> {
  const allowed = may(grants, 'source.write', area);
  if (!allowed.ok) return allowed;
  const fit = checkContent(content, play);
  if (!fit.ok) return below('/content', fit);
  const latest: SourceVersion = { n: 1, content, play, author: account, madeMs: atMs, state: 'draft', steps: [] };
  return ok({ item: { ...fields, createdMs: atMs, changedMs: atMs, latest, published: null }, versions: [latest] });
}

/** A new version. Problems: not-allowed, conflict (stale, withdrawn), bad-input, over-budget. */
export function judgeRevision(
  item: SourceItem,
  { version, content, play }: { readonly version: number; readonly content: SourceContent; readonly play: Item | null },
  { account, grants, area, atMs }: SourceAsker,
): Result<SourceChange> {
  const { latest } = item;
  const allowed = may(grants, 'source.write', area);
  if (!allowed.ok) return allowed;
  const fresh = isNewest(item, version);
  if (!fresh.ok) return fresh;
  if (latest.state === 'withdrawn') return bad('conflict', 'what is withdrawn is not written again: make a copy', '/state');
  // Programmes rely on what it is.
  if (content.kind !== latest.content.kind) return bad('bad-input', `it is a ${latest.content.kind} and stays one`, '/content/kind');
  const fit = checkContent(content, play);
  if (!fit.ok) return below('/content', fit);
  if (differences(latest.content, content).length === 0) return bad('bad-input', 'nothing would change', '/content');
  if (latest.n >= sourceLimits.versions) return bad('over-budget', `${sourceLimits.versions} versions: make a copy`, '/version');
  const next: SourceVersion = { n: latest.n + 1, content, play, author: account, madeMs: atMs, state: 'draft', steps: [] };
  const passed = latest.state === 'published' || latest.state === 'rejected';
  return ok({ item: { ...item, changedMs: atMs, latest: next }, versions: passed ? [next] : [{ ...latest, state: 'replaced' }, next] });
}

/**
 * One step of the newest version. Nobody judges own work, whatever roles they hold.
 * Problems: not-allowed, own-work, conflict (stale, wrong state), bad-input (not complete, no reason), expired.
 */
export function judgeSourceStep(
  step: SourceStep,
  item: SourceItem,
  { version, note }: { readonly version: number; readonly note: string },
  { account, grants, area, atMs }: SourceAsker,
): Result<SourceChange> {
  const { latest, published } = item;
  const { act, from, to } = sourceLife[step];
  const judging = step === 'approve' || step === 'reject';
  const right = judging ? rightToJudge(grants, act, area, latest.author) : ok(null);
  if (!right.ok) return right;
  const allowed = judging ? ok(undefined) : may(grants, act, area);
  if (!allowed.ok) return allowed;
  const ownOnly = step === 'withdraw' && !may(ownRights(grants), 'source.judge', area).ok;
  if (ownOnly && [latest, published].some((one) => one && one.author !== account))
    return bad('not-allowed', 'an author withdraws own work only');
  if (judging && latest.author === account) return bad('own-work', `${account} is the author of version ${latest.n}`);
  const fresh = isNewest(item, version);
  if (!fresh.ok) return fresh;
  if (!from.includes(latest.state)) return bad('conflict', `cannot ${step} what is ${latest.state}`, '/state');
  if (step === 'submit') {
    const complete = checkComplete(latest.content);
    if (!complete.ok) return below('/content', complete);
  }
  if (step === 'reject' && note === '') return bad('bad-input', 'the author is told why', '/note');
  if (step === 'publish' && (latest.content.validUntilMs ?? Number.POSITIVE_INFINITY) <= atMs)
    return bad('expired', 'its validity has ended', '/content/validUntilMs');
  const next: SourceVersion = {
    ...latest,
    state: to,
    steps: [...latest.steps, { step, by: account, atMs, note, ...(right.value && { delegation: right.value }) }],
  };
  const other = published && published.n !== latest.n ? published : undefined;
  const changed = { ...item, changedMs: atMs, latest: next };
  if (step === 'publish')
    return ok({ item: { ...changed, published: next }, versions: [...(other ? [{ ...other, state: 'replaced' as const }] : []), next] });
  if (step === 'withdraw')
    return ok({ item: { ...changed, published: null }, versions: [...(other ? [{ ...other, state: 'withdrawn' as const }] : []), next] });
  return ok({ item: changed, versions: [next] });
}

/** Problem: conflict: somebody else was quicker. */
export function isNewest({ latest }: SourceItem, version: number): Result<void> {
  return version === latest.n ? ok(undefined) : bad('conflict', `version ${latest.n} is the newest, not ${version}`, '/version');
}

function below(path: string, refused: Result<unknown> & { readonly ok: false }): Result<never> {
  return bad(refused.problem.code, refused.problem.detail, `${path}${refused.problem.path}`);
}
