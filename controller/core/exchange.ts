// Ours to theirs and back: what is supplied of an issue, under which key it is supplied once, and how what was heard is kept.
import type { ExchangeLinkRequest, ExchangeUnitAnswer, HeardDocument, SupplyDocument } from '../../schemas/exchange.ts';
import { within } from '../../schemas/ids.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { SourceIssue } from './source-issue.ts';
import type { SourceItem } from './source-item.ts';

export interface ExchangeLink extends ExchangeLinkRequest {
  readonly id: string;
}

/** A document and the key under which it is supplied once, however often it is made. */
export interface Supply {
  readonly key: string;
  readonly document: SupplyDocument;
}

/** Undefined where nothing is in force. A correction is another version, and so another key. */
export function supplyOf(link: ExchangeLink, issue: SourceIssue, item: SourceItem | undefined): Supply | undefined {
  const { unitCode } = link;
  const of = { issue: issue.id, item: issue.item, unitCode };
  if (issue.withdrawn || item?.latest.state === 'withdrawn') return { key: `${issue.id}/withdrawn`, document: { kind: 'withdraw', ...of } };
  const version = item?.published;
  if (!version) return undefined;
  const { title, body, category, language, essential, validFromMs, validUntilMs } = version.content;
  const { play } = version;
  return {
    key: `${issue.id}/${version.n}`,
    document: {
      ...{ kind: 'item', ...of, version: version.n, tier: issue.tier, title, body, essential, validFromMs, validUntilMs },
      category: theirsOf(link.categories, category),
      language: theirsOf(link.languages, language),
      disseminateByMs: issue.disseminateByMs,
      media: play && { sha256: play.sha256, bytes: play.bytes, type: play.type, durationMs: play.durationMs },
    },
  };
}

function theirsOf(pairs: readonly { readonly ours: string; readonly theirs: string }[], ours: string): string {
  return pairs.find((one) => one.ours === ours)?.theirs ?? ours;
}

/** One code of theirs means one thing of ours; a link stays with the unit whose documents it was supplied with. Problem: conflict. */
export function checkLink(link: ExchangeLink, others: readonly ExchangeLink[]): Result<void> {
  const same = others.find(({ id, unit }) => id !== link.id && unit === link.unit);
  if (same) return bad('conflict', `${same.id} is the system of ${link.unit} already`, '/unit');
  const before = others.find(({ id }) => id === link.id);
  for (const name of ['unit', 'unitCode'] as const)
    if (before && before[name] !== link[name]) return bad('conflict', `the link is of ${before[name]}: remove it first`, `/${name}`);
  for (const name of ['categories', 'languages'] as const)
    for (const side of ['ours', 'theirs'] as const)
      if (new Set(link[name].map((one) => one[side])).size < link[name].length)
        return bad('conflict', `${side} names each once`, `/${name}`);
  return ok(undefined);
}

/** The latest word on one thing takes the place of the one before. Problems: not-found (issue), not-allowed (another's unit). */
export function judgeHeard(link: ExchangeLink, issues: ReadonlySet<string>, heard: HeardDocument): Result<string> {
  if (heard.unitCode !== link.unitCode) return bad('not-allowed', `this system speaks for ${link.unitCode}`, '/unitCode');
  const issue = 'issue' in heard ? heard.issue : null;
  if (issue !== null && !issues.has(issue)) return bad('not-found', `no issue ${issue} was supplied`, '/issue');
  const name = heard.kind === 'state' ? heard.issue : heard.kind === 'schedule' ? heard.id : heard.month;
  return ok(`${heard.kind}/${name}`);
}

/** Is a unit's system ours, theirs, or none that we know? */
export function unitState(
  unit: { readonly id: string; readonly area: string },
  boxes: readonly string[],
  link: { readonly lastHeardMs: number | null } | undefined,
): ExchangeUnitAnswer['state'] {
  if (link) return link.lastHeardMs === null ? 'silent' : 'connected';
  return boxes.some((area) => within(area, unit.area)) ? 'here' : 'not-connected';
}
