// What became of an issued item in each unit: from the answers people gave and the receipts boxes gave. Stored nowhere.
import { type AreaPath, within } from '../../schemas/ids.ts';
import { type HandlingFigures, type HandlingState, handlingStates } from '../../schemas/source-issue.ts';
import type { InboxEntry, SourceIssue } from './source-issue.ts';

/** A play to its end, where the box stood then. */
export interface FullPlay {
  readonly dev: string;
  readonly area: AreaPath;
  readonly startMs: number;
}

export interface HandlingFacts {
  /** Where each unit's things belong today. */
  readonly areaOf: (unit: string) => AreaPath | undefined;
  /** Boxes that could play it: loudspeakers for sound, boards for a page. */
  readonly boxes: readonly { readonly id: string; readonly area: AreaPath; readonly groups: readonly string[] }[];
  readonly plays: readonly FullPlay[];
  /** Groups that approved programmes with the item are scheduled on. */
  readonly scheduled: ReadonlySet<string>;
  /** Told by hand, in forms that no box proves; what was struck out is not among them. */
  readonly byHand: readonly { readonly unit: string; readonly atMs: number }[];
  /** Communes of today. */
  readonly communes: readonly AreaPath[];
  /** Households that hear a box, where somebody has said it. */
  readonly households: ReadonlyMap<string, number>;
  /** Taken back as a whole. */
  readonly withdrawn: boolean;
  readonly atMs: number;
}

export interface Handled {
  readonly entry: InboxEntry;
  readonly state: HandlingState;
  readonly plays: number;
  readonly firstMs: number | null;
  readonly lastMs: number | null;
  /** Beside plays and never among them. */
  readonly byHand: number;
  readonly byHandLastMs: number | null;
}

/**
 * The first that holds: taken back, heard, told by hand, declined, taken by a form, too late, scheduled, taken, waiting. What was heard late is heard;
 * who declined with a reason is not late; who told it by another form has done it.
 */
export function handlingOf(
  entry: InboxEntry,
  issue: Pick<SourceIssue, 'atMs' | 'disseminateByMs' | 'withdrawn'>,
  facts: HandlingFacts,
): Handled {
  const area = facts.areaOf(entry.unit);
  const here = area === undefined ? [] : facts.plays.filter((play) => within(play.area, area) && play.startMs >= issue.atMs);
  const starts = here.map(({ startMs }) => startMs);
  const hands = facts.byHand.filter(({ unit, atMs }) => unit === entry.unit && atMs >= issue.atMs).map(({ atMs }) => atMs);
  const told = { entry, plays: here.length, firstMs: lowest(starts), lastMs: highest(starts) };
  const byHand = { byHand: hands.length, byHandLastMs: highest(hands) };
  return { ...told, ...byHand, state: stateOf(entry, issue, { played: here.length > 0, byHand: hands.length > 0 }, area, facts) };
}

function stateOf(
  { answer, form }: InboxEntry,
  { withdrawn, disseminateByMs }: Pick<SourceIssue, 'disseminateByMs' | 'withdrawn'>,
  { played, byHand }: { readonly played: boolean; readonly byHand: boolean },
  area: AreaPath | undefined,
  facts: HandlingFacts,
): HandlingState {
  if (withdrawn || facts.withdrawn) return 'withdrawn';
  if (played) return 'played';
  if (byHand) return 'delivered';
  if (answer === 'declined') return 'declined';
  if (answer === 'taken' && form !== null) return 'taken';
  if (disseminateByMs !== null && disseminateByMs <= facts.atMs) return 'overdue';
  const planned =
    area !== undefined && facts.boxes.some((box) => within(box.area, area) && box.groups.some((group) => facts.scheduled.has(group)));
  if (planned) return 'scheduled';
  return answer === 'waiting' ? 'waiting' : 'taken';
}

/** Figures of an item over all its units; what was taken back does not count. Of a unit issued to twice the best state counts. */
export function figuresOf(handled: readonly Handled[], facts: HandlingFacts): HandlingFigures {
  const states = Object.fromEntries(handlingStates.map((state) => [state, 0])) as Record<HandlingState, number>;
  for (const { state } of handled) states[state] += 1;
  const counted = handled.filter(({ state }) => state !== 'withdrawn');
  const units = new Set(counted.map(({ entry }) => entry.unit));
  const heard = new Set(counted.filter(({ plays }) => plays > 0).map(({ entry }) => entry.unit));
  const areas = [...units].flatMap((unit) => facts.areaOf(unit) ?? []);
  const sinceMs = lowest(counted.map(({ entry }) => entry.atMs)) ?? 0;
  const clusters = facts.boxes.filter((box) => areas.some((area) => within(box.area, area))).map(({ id }) => id);
  const since = facts.plays.filter(({ startMs }) => startMs >= sinceMs);
  const played = new Set(since.map(({ dev }) => dev));
  const clustersPlayed = clusters.filter((id) => played.has(id));
  const told = new Set(counted.filter(({ byHand }) => byHand > 0).map(({ entry }) => entry.unit));
  return {
    ...communesOf(areas, since, facts),
    ...householdsOf(clusters, clustersPlayed, facts),
    ...{ units: units.size, unitsPlayed: heard.size, unitsShare: share(heard.size, units.size), unitsByHand: told.size },
    ...{ clusters: clusters.length, clustersPlayed: clustersPlayed.length, clustersShare: share(clustersPlayed.length, clusters.length) },
    states,
  };
}

/** Communes that it was issued to, or into, or over the head of; heard where a box in the commune played it to its end. */
function communesOf(areas: readonly AreaPath[], plays: readonly FullPlay[], { communes: all }: HandlingFacts) {
  const communes = all.filter((commune) => areas.some((area) => within(area, commune) || within(commune, area)));
  const communesPlayed = communes.filter((commune) => plays.some((play) => within(play.area, commune))).length;
  return { communes: communes.length, communesPlayed, communesShare: share(communesPlayed, communes.length) };
}

/** Clusters weighed by the households that hear them. One nobody has counted weighs nothing, and the answer says how many those are. */
function householdsOf(clusters: readonly string[], played: readonly string[], { households: known }: HandlingFacts) {
  const sum = (ids: readonly string[]) => ids.reduce((total, id) => total + (known.get(id) ?? 0), 0);
  const [households, householdsPlayed] = [sum(clusters), sum(played)];
  const clustersUncounted = clusters.filter((id) => !known.has(id)).length;
  return { households, householdsPlayed, householdsShare: share(householdsPlayed, households), clustersUncounted };
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

function lowest(all: readonly number[]): number | null {
  return all.reduce<number | null>((best, one) => (best === null || one < best ? one : best), null);
}

function highest(all: readonly number[]): number | null {
  return all.reduce<number | null>((best, one) => (best === null || one > best ? one : best), null);
}
