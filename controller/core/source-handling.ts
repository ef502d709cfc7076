// What became of an issued item in each unit: from the answers people gave and the receipts boxes gave. Stored nowhere.
import type { Freshness, UpHandling } from '../../schemas/federation.ts';
import { type AreaPath, within } from '../../schemas/ids.ts';
import { type HandlingFigures, type HandlingLine, type HandlingState, handlingStates } from '../../schemas/source-issue.ts';
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
 * The first that holds: taken back, heard, declined, done by hand, too late, scheduled, taken, waiting. What was heard late is heard;
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
  const clusters = facts.boxes.filter((box) => area !== undefined && within(box.area, area)).map(({ id }) => id);
  const played = new Set(here.map(({ dev }) => dev));
  const told = {
    ...{ entry, plays: here.length, firstMs: lowest(starts), lastMs: highest(starts) },
    ...{ clusters: clusters.length, clustersPlayed: clusters.filter((id) => played.has(id)).length },
  };
  return { ...told, state: stateOf(entry, issue, here.length > 0, area, facts) };
}

/** Of a unit whose inbox lies at a centre below: what that has told. What was heard stays heard; what was not yet, a silent centre leaves unknown. */
export function handlingFar(
  entry: InboxEntry,
  { withdrawn }: Pick<SourceIssue, 'withdrawn'>,
  { centre, fresh, asOfMs, handling }: FarWord,
  facts: Pick<HandlingFacts, 'withdrawn'>,
): Handled {
  if (!handling) {
    const nothing = { plays: 0, firstMs: null, lastMs: null, clusters: 0, clustersPlayed: 0 };
    return {
      entry,
      state: withdrawn || facts.withdrawn ? 'withdrawn' : 'unknown',
      ...nothing,
      told: { centre, beyond: false, fresh: 'unknown', asOfMs },
    };
  }
  const { state, plays, firstMs, lastMs, clusters, clustersPlayed, answer, answeredMs, note, form } = handling;
  const settled = state === 'played' || state === 'declined' || (state === 'taken' && form !== null);
  const known = fresh === 'current' || settled ? state : 'unknown';
  const told = { centre, beyond: handling.beyond !== null, fresh, asOfMs };
  return {
    entry: { ...entry, answer, answeredMs, note, form, by: answeredMs === null ? null : `centre:${centre}` },
    state: withdrawn || facts.withdrawn ? 'withdrawn' : known,
    ...{ plays, firstMs, lastMs, clusters, clustersPlayed, told },
  };
}

function stateOf(
  { answer, form }: InboxEntry,
  { withdrawn, disseminateByMs }: Pick<SourceIssue, 'disseminateByMs' | 'withdrawn'>,
  played: boolean,
  area: AreaPath | undefined,
  facts: HandlingFacts,
): HandlingState {
  if (withdrawn || facts.withdrawn) return 'withdrawn';
  if (played) return 'played';
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
  const unitsOf = (all: readonly Handled[]) => new Set(all.map(({ entry }) => entry.unit));
  const [units, heard] = [unitsOf(counted), unitsOf(counted.filter(({ plays }) => plays > 0))];
  const known = unitsOf(counted.filter(({ state }) => state !== 'unknown'));
  const near = clustersHere(
    counted.filter(({ told }) => !told),
    facts,
  );
  const far = clustersFar(
    counted.filter(({ told, state }) => told && state !== 'unknown'),
    facts.areaOf,
  );
  const [clusters, clustersPlayed] = [near.all + far.all, near.played + far.played];
  return {
    ...{ units: units.size, unitsPlayed: heard.size, unitsShare: share(heard.size, known.size), unitsUnknown: units.size - known.size },
    ...{ clusters, clustersPlayed, clustersShare: share(clustersPlayed, clusters) },
    ...{ states, oldestMs: lowest(counted.flatMap(({ told, state }) => (state !== 'unknown' && told?.asOfMs) || [])) },
  };
}

interface Clusters {
  readonly all: number;
  readonly played: number;
}

function clustersHere(counted: readonly Handled[], facts: HandlingFacts): Clusters {
  const areas = [...new Set(counted.map(({ entry }) => entry.unit))].flatMap((unit) => facts.areaOf(unit) ?? []);
  const sinceMs = lowest(counted.map(({ entry }) => entry.atMs)) ?? 0;
  const clusters = facts.boxes.filter((box) => areas.some((area) => within(box.area, area))).map(({ id }) => id);
  const played = new Set(facts.plays.filter(({ startMs }) => startMs >= sinceMs).map(({ dev }) => dev));
  return { all: clusters.length, played: clusters.filter((id) => played.has(id)).length };
}

/** Units inside one that counts are counted with it where one centre answers for both: their boxes are the same. */
function clustersFar(counted: readonly Handled[], areaOf: HandlingFacts['areaOf']): Clusters {
  const best = new Map<string, Clusters & { readonly beyond: boolean }>();
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

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

function lowest(all: readonly number[]): number | null {
  return all.reduce<number | null>((best, one) => (best === null || one < best ? one : best), null);
}

function highest(all: readonly number[]): number | null {
  return all.reduce<number | null>((best, one) => (best === null || one > best ? one : best), null);
}
