// What became of an issued item in each unit: from the answers people gave and the receipts boxes gave. Stored nowhere.
import type { Freshness, UpHandling } from '../../schemas/federation.ts';
import { type AreaPath, within } from '../../schemas/ids.ts';
import { type HandlingFigures, type HandlingLine, type HandlingState, handlingStates } from '../../schemas/source-issue.ts';
import { type Placed, placed, upward } from './placed.ts';
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
  readonly boxes: Placed<{ readonly id: string; readonly area: AreaPath; readonly groups: readonly string[] }>;
  readonly plays: Placed<FullPlay>;
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
  readonly clusters: number;
  readonly clustersPlayed: number;
  readonly told?: NonNullable<HandlingLine['told']>;
}

/** What a centre below has told of one unit, if it has. */
export interface FarWord {
  readonly centre: string;
  readonly fresh: Freshness;
  readonly asOfMs: number | null;
  readonly handling: UpHandling | undefined;
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
  const here = area === undefined ? [] : facts.plays.in(area).filter(({ startMs }) => startMs >= issue.atMs);
  const starts = here.map(({ startMs }) => startMs);
  const hands = facts.byHand.filter(({ unit, atMs }) => unit === entry.unit && atMs >= issue.atMs).map(({ atMs }) => atMs);
  const clusters = area === undefined ? [] : facts.boxes.in(area).map(({ id }) => id);
  const played = new Set(here.map(({ dev }) => dev));
  const told = {
    ...{ entry, plays: here.length, firstMs: lowest(starts), lastMs: highest(starts) },
    ...{ byHand: hands.length, byHandLastMs: highest(hands) },
    ...{ clusters: clusters.length, clustersPlayed: clusters.filter((id) => played.has(id)).length },
  };
  return { ...told, state: stateOf(entry, issue, { played: here.length > 0, byHand: hands.length > 0 }, area, facts) };
}

/** Of a unit whose inbox lies at a centre below: what that has told. What was heard stays heard; what was not yet, a silent centre leaves unknown. */
export function handlingFar(
  entry: InboxEntry,
  { withdrawn }: Pick<SourceIssue, 'withdrawn'>,
  { centre, fresh, asOfMs, handling }: FarWord,
  facts: Pick<HandlingFacts, 'withdrawn'>,
): Handled {
  if (!handling) {
    const nothing = { plays: 0, firstMs: null, lastMs: null, byHand: 0, byHandLastMs: null, clusters: 0, clustersPlayed: 0 };
    return {
      entry,
      state: withdrawn || facts.withdrawn ? 'withdrawn' : 'unknown',
      ...nothing,
      told: { centre, beyond: false, fresh: 'unknown', asOfMs },
    };
  }
  const { state, plays, firstMs, lastMs, clusters, clustersPlayed, answer, answeredMs, note, form } = handling;
  const settled = state === 'played' || state === 'delivered' || state === 'declined' || (state === 'taken' && form !== null);
  const known = fresh === 'current' || settled ? state : 'unknown';
  const told = { centre, beyond: handling.beyond !== null, fresh, asOfMs };
  return {
    entry: { ...entry, answer, answeredMs, note, form, by: answeredMs === null ? null : `centre:${centre}` },
    state: withdrawn || facts.withdrawn ? 'withdrawn' : known,
    ...{ plays, firstMs, lastMs, byHand: 0, byHandLastMs: null, clusters, clustersPlayed, told },
  };
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
  const planned = area !== undefined && facts.boxes.in(area).some(({ groups }) => groups.some((group) => facts.scheduled.has(group)));
  if (planned) return 'scheduled';
  return answer === 'waiting' ? 'waiting' : 'taken';
}

/** Heard to its end, or taken by another form; what was only told by hand is no proof. */
export function isDone({ plays, entry }: Pick<Handled, 'plays' | 'entry'>): boolean {
  return plays > 0 || (entry.answer === 'taken' && entry.form !== null);
}

/** Figures of an item over all its units; what was taken back does not count. Of a unit issued to twice the best state counts. */
export function figuresOf(handled: readonly Handled[], facts: HandlingFacts): HandlingFigures {
  const states = Object.fromEntries(handlingStates.map((state) => [state, 0])) as Record<HandlingState, number>;
  for (const { state } of handled) states[state] += 1;
  const counted = handled.filter(({ state }) => state !== 'withdrawn');
  const unitsOf = (all: readonly Handled[]) => new Set(all.map(({ entry }) => entry.unit));
  const [units, heard] = [unitsOf(counted), unitsOf(counted.filter(({ plays }) => plays > 0))];
  const known = counted.filter(({ state }) => state !== 'unknown');
  const [near, far] = [known.filter(({ told }) => !told), known.filter(({ told }) => told)];
  const [here, there] = [clustersHere(near, facts), clustersFar(far, facts.areaOf)];
  const [clusters, clustersPlayed] = [here.all.length + there.all, here.played.length + there.played];
  const knownUnits = unitsOf(known);
  return {
    ...communesOf(known, here.sinceMs, facts),
    ...householdsOf(here, there, facts),
    ...{ units: units.size, unitsPlayed: heard.size, unitsShare: share(heard.size, knownUnits.size) },
    ...{ unitsUnknown: units.size - knownUnits.size, unitsByHand: unitsOf(counted.filter(({ byHand }) => byHand > 0)).size },
    ...{ clusters, clustersPlayed, clustersShare: share(clustersPlayed, clusters) },
    ...{ states, oldestMs: lowest(known.flatMap(({ told }) => told?.asOfMs ?? [])) },
  };
}

interface Counted {
  readonly all: number;
  readonly played: number;
}

interface Here {
  readonly all: readonly string[];
  readonly played: readonly string[];
  readonly sinceMs: number;
}

function clustersHere(counted: readonly Handled[], facts: HandlingFacts): Here {
  const areas = new Set(counted.flatMap(({ entry }) => facts.areaOf(entry.unit) ?? []));
  const sinceMs = lowest(counted.map(({ entry }) => entry.atMs)) ?? 0;
  const clusters = [...new Set([...areas].flatMap((area) => facts.boxes.in(area).map(({ id }) => id)))];
  const played = new Set(facts.plays.all.flatMap(({ dev, startMs }) => (startMs >= sinceMs ? [dev] : [])));
  return { all: clusters, played: clusters.filter((id) => played.has(id)), sinceMs };
}

/** Units inside one that counts are counted with it where one centre answers for both: their boxes are the same. */
function clustersFar(counted: readonly Handled[], areaOf: HandlingFacts['areaOf']): Counted {
  const best = new Map<string, Counted & { readonly beyond: boolean }>();
  for (const { entry, clusters, clustersPlayed, told } of counted) {
    const known = best.get(entry.unit);
    const [all, played] = [Math.max(known?.all ?? 0, clusters), Math.max(known?.played ?? 0, clustersPlayed)];
    best.set(entry.unit, { all, played, beyond: told?.beyond === true });
  }
  const areas = [...best.keys()].flatMap((unit) => areaOf(unit) ?? []);
  const outer = [...best].filter(([unit, { beyond }]) => {
    const area = areaOf(unit);
    return beyond || area === undefined || !areas.some((other) => other !== area && within(area, other));
  });
  return outer.reduce((sum, [, one]) => ({ all: sum.all + one.all, played: sum.played + one.played }), { all: 0, played: 0 });
}

/** Communes that it was issued to, or into, or over the head of; heard where a box in the commune played it to its end, or its centre says so. */
function communesOf(known: readonly Handled[], sinceMs: number, { communes: all, areaOf, plays }: HandlingFacts) {
  const areaIn = (of: readonly Handled[]) => of.flatMap(({ entry }) => areaOf(entry.unit) ?? []);
  const issuedTo = new Set(areaIn(known));
  const issued = placed([...issuedTo].map((area) => ({ area })));
  const heardFar = placed(areaIn(known.filter(({ told, plays: count }) => told && count > 0)).map((area) => ({ area })));
  const communes = all.filter((commune) => issued.in(commune).length > 0 || upward(commune).some((place) => issuedTo.has(place)));
  const heard = (commune: AreaPath) => plays.in(commune).some(({ startMs }) => startMs >= sinceMs) || heardFar.in(commune).length > 0;
  const communesPlayed = communes.filter(heard).length;
  return { communes: communes.length, communesPlayed, communesShare: share(communesPlayed, communes.length) };
}

/** Clusters weighed by the households that hear them. One nobody has counted weighs nothing, as those of other centres; the answer says how many. */
function householdsOf({ all, played }: Here, far: Counted, { households: known }: HandlingFacts) {
  const sum = (ids: readonly string[]) => ids.reduce((total, id) => total + (known.get(id) ?? 0), 0);
  const [households, householdsPlayed] = [sum(all), sum(played)];
  const clustersUncounted = all.filter((id) => !known.has(id)).length + far.all;
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
