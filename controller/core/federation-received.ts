// What came from the centre above, made into items, issues and inbox entries of one's own tables. Pure.
import { bulletinBytesMax } from '../../schemas/bulletin-markup.ts';
import type { DownIssue, DownItem } from '../../schemas/federation.ts';
import { type AreaPath, within } from '../../schemas/ids.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { filesOf, type Item } from '../../schemas/programme.ts';
import { type InboxEntry, type SourceIssue, waitingEntry } from './source-issue.ts';
import { checkContent, type SourceItem, type SourceVersion } from './source-item.ts';
import type { SourceChange } from './source-life.ts';

/** Of all files of one item, as far as a centre takes them. */
const filesBytesMax = 1024 * 1024 * 1024;

/** What can be said of its files before any of them is fetched. Problems: too-large, wrong-content. */
export function checkFiles(items: readonly Item[]): Result<void> {
  const sum = items.flatMap(filesOf).reduce((bytes, file) => bytes + file.bytes, 0);
  if (sum > filesBytesMax) return bad('too-large', `${sum} bytes of files, at most ${filesBytesMax}`);
  const page = items.find(({ type, bytes }) => type === 'text/html' && bytes > bulletinBytesMax);
  if (page) return bad('too-large', `a page of ${page.bytes} bytes, at most ${bulletinBytesMax}`);
  const odd = items.find(({ type, film }) => film !== undefined && type !== 'text/html');
  return odd ? bad('wrong-content', `a film that belongs to ${odd.type}`) : ok(undefined);
}

/** By this name it is known what came of looking at it: its bytes, and what it says of them. */
export function lookedAtAs({ sha256, bytes, type, durationMs, gainDb, film }: Item): string {
  return [sha256, bytes, type, durationMs, gainDb, film?.sha256 ?? '', film?.bytes ?? ''].join(' ');
}

/** Says no more of its bytes than what was found out of them. */
export function isAsKnown(item: Item, known: Item): boolean {
  return lookedAtAs(item) === lookedAtAs(known);
}

/** Who a thing from above is said to be of, in steps and acts. */
export function actorOf(centre: string): string {
  return `centre:${centre}`;
}

/**
 * The item as it is in force above. Content of a version that is known is not written again. Problems: bad-input (what no item may
 * hold), conflict (an item of this name is of somebody else), replayed (an older version than known).
 */
export function judgeReceived(
  known: SourceItem | undefined,
  { item: origin, unit, version: n, state, publishedMs, content, play }: DownItem,
  { centre, id, atMs }: { readonly centre: string; readonly id: string; readonly atMs: number },
): Result<SourceChange> {
  if (known && (known.origin?.centre !== centre || known.origin.item !== origin)) return bad('conflict', `${id} is of somebody else`);
  if (known && known.latest.n > n) return bad('replayed', `version ${known.latest.n} is known, not ${n}`, '/version');
  const fit = checkContent(content, play);
  if (!fit.ok) return fit;
  const by = actorOf(centre);
  const published = { step: 'publish' as const, by, atMs: publishedMs, note: '' };
  const before = known?.latest.n === n ? known.latest : undefined;
  const steps = [...(before?.steps ?? [{ ...published, step: 'approve' as const }, published])];
  if (state === 'withdrawn' && before?.state !== 'withdrawn') steps.push({ step: 'withdraw' as const, by, atMs, note: '' });
  const version: SourceVersion = { ...(before ?? { n, content, play, author: by, madeMs: publishedMs }), state, steps };
  const replaced = known && !before ? [{ ...known.latest, state: 'replaced' as const }] : [];
  const item: SourceItem = {
    ...{ id, unit: unit.id, from: null, folder: null, tags: [], origin: { centre, item: origin, unit } },
    ...{ createdMs: known?.createdMs ?? atMs, changedMs: atMs, latest: version },
    published: state === 'published' ? version : null,
  };
  return ok({ item, versions: [...replaced, version] });
}

/** Units above and what they are called here. */
export interface ReceivedIssue {
  readonly issue: SourceIssue;
  readonly entries: readonly InboxEntry[];
  /** Not in this centre's area, or no unit here: named, and left out. */
  readonly refused: readonly { readonly unit: string; readonly area: AreaPath }[];
}

/** `unitAt`: the unit that stands exactly at an area today. */
export function receivedIssue(
  thing: DownIssue,
  known: SourceIssue | undefined,
  here: {
    readonly centre: string;
    readonly own: AreaPath;
    readonly names: { readonly issue: string; readonly item: string };
    readonly unitAt: (area: AreaPath) => string | undefined;
  },
): ReceivedIssue {
  const { centre, own, names, unitAt } = here;
  const met = thing.units.flatMap(({ unit, area }) => {
    const found = within(area, own) ? unitAt(area) : undefined;
    return found === undefined ? [] : [{ above: unit, unit: found }];
  });
  const refused = thing.units.filter(({ unit }) => !met.some(({ above }) => above === unit));
  const by = actorOf(centre);
  const earlier = known?.origin?.units ?? [];
  const units = [...earlier, ...met.filter(({ above }) => !earlier.some((one) => one.above === above))];
  const { tier, atMs, disseminateByMs, note, levels } = thing;
  const issue: SourceIssue = {
    ...{ id: names.issue, item: names.item, by, atMs, tier, levels, disseminateByMs, note },
    to: [...new Set(units.map(({ unit }) => unit))],
    withdrawn: thing.withdrawn && { by, ...thing.withdrawn },
    origin: { centre, issue: thing.issue, units },
  };
  const fresh = [...new Set(met.filter(({ above }) => !earlier.some((one) => one.above === above)).map(({ unit }) => unit))];
  return { issue, entries: fresh.map((unit) => waitingEntry(issue, unit)), refused };
}
