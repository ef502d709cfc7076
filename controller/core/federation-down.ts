// What of issued source information goes down to which centre: things by key, each as it is now. Pure.
import { type DownIssue, type DownItem, type DownThing, federationLimits } from '../../schemas/federation.ts';
import type { AreaPath } from '../../schemas/ids.ts';
import type { Item } from '../../schemas/programme.ts';
import type { UnitBrief } from '../../schemas/source.ts';
import type { Offered } from '../store/federation-store.ts';
import { answererOf, type CentreArea } from './federation.ts';
import type { InboxEntry, SourceIssue } from './source-issue.ts';
import type { SourceItem, SourceVersion } from './source-item.ts';

/** An item with the version that is, or last was, in force. */
export interface InForce {
  readonly item: SourceItem;
  readonly version: SourceVersion;
  readonly unit: UnitBrief;
  readonly attachments: readonly Item[];
}

export interface DownFacts {
  /** Newest first. */
  readonly issues: readonly SourceIssue[];
  readonly entries: readonly InboxEntry[];
  readonly items: ReadonlyMap<string, InForce>;
  readonly areaOf: (unit: string) => AreaPath | undefined;
  readonly below: readonly CentreArea[];
}

/** By centre. An item goes where an issue of it goes, and nowhere else. */
export function downOf(facts: DownFacts): ReadonlyMap<string, readonly DownThing[]> {
  const reached = new Map<string, Map<string, { unit: string; area: AreaPath }[]>>(facts.below.map(({ centre }) => [centre, new Map()]));
  for (const { issue, unit } of facts.entries) {
    const area = facts.areaOf(unit);
    const to = area === undefined ? undefined : answererOf(area, facts.below);
    if (!to || area === undefined) continue;
    const issues = reached.get(to.centre);
    issues?.set(issue, [...(issues.get(issue) ?? []), { unit, area }]);
  }
  return new Map([...reached].map(([centre, units]) => [centre, thingsFor(facts, units)]));
}

function thingsFor(facts: DownFacts, units: ReadonlyMap<string, readonly { unit: string; area: AreaPath }[]>): DownThing[] {
  const issues = facts.issues.filter((issue) => units.has(issue.id) && facts.items.has(issue.item));
  const items = [...new Set(issues.map(({ item }) => item))].flatMap((id) => facts.items.get(id) ?? []);
  return [...items.map(itemOf), ...issues.toReversed().flatMap((issue) => partsOf(issue, units.get(issue.id) ?? []))];
}

function itemOf({ item, version, unit, attachments }: InForce): DownItem {
  const publishedMs = version.steps.findLast(({ step }) => step === 'publish')?.atMs ?? item.changedMs;
  return {
    ...{ is: 'item', item: item.id, unit, version: version.n, publishedMs },
    state: item.published ? 'published' : 'withdrawn',
    ...{ content: version.content, play: version.play, attachments: [...attachments] },
  };
}

function partsOf(issue: SourceIssue, units: readonly { unit: string; area: AreaPath }[]): DownIssue[] {
  const { id, item, tier, atMs, disseminateByMs, note, withdrawn, levels } = issue;
  const sorted = [...units].sort((a, b) => (a.area < b.area ? -1 : 1));
  const parts = Math.ceil(sorted.length / federationLimits.units);
  return Array.from({ length: parts }, (_, part) => ({
    ...{ is: 'issue' as const, issue: id, item, tier, atMs, disseminateByMs, note },
    withdrawn: withdrawn && { atMs: withdrawn.atMs, note: withdrawn.note },
    levels: [...levels],
    units: sorted.slice(part * federationLimits.units, (part + 1) * federationLimits.units),
  }));
}

/** Things as they are numbered; those too large to travel apart. */
export function offeredOf<T extends DownThing | { readonly is: string }>(
  things: readonly T[],
  keyOf: (thing: T) => string,
): { readonly fit: readonly Offered[]; readonly tooLarge: readonly string[] } {
  const all = things.map((thing) => ({ key: keyOf(thing), body: JSON.stringify(thing) }));
  // A character may take three bytes.
  const fits = ({ body }: Offered) => new TextEncoder().encode(body).length <= federationLimits.thingBytes;
  return { fit: all.filter(fits), tooLarge: all.filter((one) => !fits(one)).map(({ key }) => key) };
}

/** By what it is found again here. */
export function downSubjectOf(thing: DownThing): string {
  return thing.is === 'directive' ? thing.directive : thing.item;
}

export function downKeyOf(thing: DownThing): string {
  // The first unit of a part stays the first of it: units of an issue do not change once it was issued.
  if (thing.is === 'item') return itemKeyOf(thing.item);
  const name = thing.is === 'issue' ? thing.issue : thing.directive;
  return `${thing.is}:${name}:${thing.units[0]?.unit ?? ''}`;
}

export function itemKeyOf(item: string): string {
  return `item:${item}`;
}

/** Files that a thing from above is made of: each must lie here before the thing counts. */
export function filesBelow({ play, attachments }: Pick<DownItem, 'play' | 'attachments'>): { sha256: string; bytes: number }[] {
  const items = [...(play ? [play] : []), ...attachments];
  const files = items.flatMap(({ sha256, bytes, film }) => [
    { sha256, bytes },
    ...(film ? [{ sha256: film.sha256, bytes: film.bytes }] : []),
  ]);
  return [...new Map(files.map((file) => [file.sha256, file])).values()];
}
