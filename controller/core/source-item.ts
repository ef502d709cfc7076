// A source item and its versions: what content must hold, what may be played of it, how two versions differ.

import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Item } from '../../schemas/programme.ts';
import {
  type SourceContent,
  type SourceDifference,
  type SourceState,
  type SourceStepLine,
  sourceKinds,
  type UnitBrief,
} from '../../schemas/source.ts';

/** Its content never changes; its state does. */
export interface SourceVersion {
  readonly n: number;
  readonly content: SourceContent;
  /** What sounds or is shown, as it was uploaded. */
  readonly play: Item | null;
  readonly author: string;
  readonly madeMs: number;
  readonly state: SourceState;
  readonly steps: readonly SourceStepLine[];
}

export interface SourceItem {
  readonly id: string;
  /** Whose it is. */
  readonly unit: string;
  readonly from: { readonly item: string; readonly version: number } | null;
  /** It came from the centre above and is only read here. */
  readonly origin?: { readonly centre: string; readonly item: string; readonly unit: UnitBrief };
  readonly folder: string | null;
  readonly tags: readonly string[];
  readonly createdMs: number;
  readonly changedMs: number;
  readonly latest: SourceVersion;
  /** In force, while a later one may be on its way. */
  readonly published: SourceVersion | null;
}

/** Words that a box speaks where a recording is missing (`Item.speak`). */
const spokenMax = 5_000;

/** What content may never be, whatever becomes of it. Problem: bad-input. */
export function checkContent(content: SourceContent, play: Item | null): Result<void> {
  const { kind, tier, validFromMs, validUntilMs, media } = content;
  if (tier === 'emergency')
    return bad('bad-input', 'an emergency is ordered at the emergency desk (/api/order-requests), never an item', '/tier');
  if ((validFromMs ?? 0) >= (validUntilMs ?? Number.POSITIVE_INFINITY))
    return bad('bad-input', 'its validity ends before it begins', '/validUntilMs');
  if (media === null) return ok(undefined);
  const { plays } = sourceKinds[kind];
  if (plays === 'nothing') return bad('bad-input', `a ${kind} is not played: give the file as an attachment`, '/media');
  const is = play?.type === 'text/html' ? 'page' : 'sound';
  return plays === 'either' || plays === is ? ok(undefined) : bad('bad-input', `a ${kind} is a ${plays}, not a ${is}`, '/media');
}

/** What is still missing before somebody may be asked to approve it. Problem: bad-input. */
export function checkComplete({ kind, essential, body, media, attachments }: SourceContent): Result<void> {
  const { needs } = sourceKinds[kind];
  if (needs === 'media' && media === null) return bad('bad-input', `a ${kind} needs its file`, '/media');
  const words = body.trim() !== '';
  if (needs === 'body' && !words) return bad('bad-input', `a ${kind} needs its words`, '/body');
  if (needs === 'either' && !words && attachments.length === 0) return bad('bad-input', `a ${kind} needs words or an attachment`, '/body');
  // Who does not hear it must be able to read it (PRODUCT §1.7).
  if (kind === 'audio' && essential && !words) return bad('bad-input', 'essential sound needs its text', '/body');
  return ok(undefined);
}

/** Valid at this instant. */
export function isValid({ validFromMs, validUntilMs }: SourceContent, atMs: number): boolean {
  return (validFromMs ?? 0) <= atMs && atMs < (validUntilMs ?? Number.POSITIVE_INFINITY);
}

/** A version as programmes carry it: its title, its words beside its sound, a page's validity. */
export function itemOf({ content, play }: Pick<SourceVersion, 'content' | 'play'>): Item | undefined {
  if (!play) return undefined;
  const { title, language, body, validFromMs, validUntilMs } = content;
  const item = { ...play, title, language };
  if (play.type === 'text/html')
    return { ...item, ...(validFromMs !== null && { validFromMs }), ...(validUntilMs !== null && { validUntilMs }) };
  const words = body.trim();
  return words !== '' && words.length <= spokenMax ? { ...item, speak: words } : item;
}

/** Field by field, in the order of the shape; lists are told whole. */
export function differences(before: SourceContent, after: SourceContent): SourceDifference[] {
  const fields = Object.keys(after) as (keyof SourceContent)[];
  return fields
    .filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]))
    .map((field) => ({ field, before: before[field], after: after[field] }));
}
