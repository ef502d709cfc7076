// chaos update: boxes lose their power at each step of an update and at any moment between; afterwards one of the two versions always runs.
import { setTimeout as pass } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Bed, type Life } from './update/bed.ts';

const kinds = ['good', 'good', 'good', 'crash', 'hang'] as const;
/** Every boundary that the updater tells, in their order; a kill at a part of the download comes before it is whole. */
const boundaries = [
  'offered',
  'download begins',
  'part of the download',
  'downloading',
  'download ends',
  'verified',
  'unpack begins',
  'unpack ends',
  'unpacked',
  'prepare begins',
  'prepare ends',
  'pending',
  'switch begins',
  'switch ends',
  'switched',
  'restart begins',
  'healthy',
  'commit begins',
  'commit ends',
  'committed',
  'rolled-back',
  'clear begins',
  'clear ends',
  'tidy begins',
  'tidy ends',
  'idle',
];
const lanes = 4;
const aliveWithinMs = 30_000;
const endsWithinMs = 60_000;

export interface UpdateKills {
  readonly kills: number;
  /** Starts after a kill at which no version ran, or another than the two. */
  readonly none: number;
  readonly committed: number;
  readonly rolledBack: number;
  /** A bad release stayed, or something else than the version before came back. */
  readonly wrongEnds: number;
  readonly byPlace: Readonly<Record<string, number>>;
  readonly seed: number;
  readonly found: readonly string[];
}

/** Several boxes beside one another: most of a kill is waiting. */
export async function killUpdates(kills: number, seed: number, tell: (line: string) => void = () => undefined): Promise<UpdateKills> {
  const each = Array.from({ length: lanes }, (_, at) => Math.floor((kills + lanes - 1 - at) / lanes));
  const all = await Promise.all(each.map((count, at) => killOne(count, seed * 1_000 + at, (line) => tell(`box ${at + 1}: ${line}`))));
  const sum = (of: (one: UpdateKills) => number) => all.reduce((total, one) => total + of(one), 0);
  const byPlace: Record<string, number> = {};
  for (const one of all) for (const [place, count] of Object.entries(one.byPlace)) byPlace[place] = (byPlace[place] ?? 0) + count;
  return {
    ...{ kills: sum((one) => one.kills), none: sum((one) => one.none), committed: sum((one) => one.committed) },
    ...{ rolledBack: sum((one) => one.rolledBack), wrongEnds: sum((one) => one.wrongEnds), byPlace, seed },
    found: all.flatMap(({ found }) => found).slice(0, 20),
  };
}

async function killOne(kills: number, seed: number, tell: (line: string) => void): Promise<UpdateKills> {
  const random = seeded(seed);
  const bed = new Bed();
  const [byPlace, found]: [Record<string, number>, string[]] = [{}, []];
  const ends = { committed: 0, rolledBack: 0, wrongEnds: 0 };
  let [killed, none] = [0, 0];
  const count = (place: string) => {
    byPlace[place] = (byPlace[place] ?? 0) + 1;
    killed++;
    if (killed % 50 === 0) tell(`${killed} kills, ${ends.committed} committed, ${ends.rolledBack} rolled back, ${none} without a version`);
  };
  try {
    for (let story = 0; killed < kills; story++) {
      const kind = kinds[story % kinds.length] ?? 'good';
      const offered = bed.offer(kind);
      let mayKill = 8 + Math.floor(random() * 14);
      for (let over = false; !over; ) {
        const place = mayKill > 0 && killed < kills && random() < 0.6 ? boundaries[Math.floor(random() * boundaries.length)] : undefined;
        const afterMs = place === undefined && mayKill > 0 && killed < kills ? random() * 400 : undefined;
        mayKill--;
        const life = bed.start(place);
        if (afterMs !== undefined) {
          await Promise.race([pass(afterMs), life.ended]);
          if (life.running) {
            life.kill();
            count('any moment');
          }
          await life.ended;
          continue;
        }
        const ran = await life.alive(aliveWithinMs);
        if (ran === undefined && !life.killedItself) none++;
        else if (ran !== undefined && ran !== offered && ran !== bed.before) none++;
        if (ran !== undefined && ran !== offered && ran !== bed.before) found.push(`${ran} ran, neither ${bed.before} nor ${offered}`);
        over = await finish(life, offered, kind, place, count);
      }
      const end = bed.current === offered ? 'committed' : 'rolledBack';
      ends[end]++;
      // A good one may go back, too: each cut in its trial costs one of its three starts.
      if ((end === 'committed' && kind !== 'good') || (end === 'rolledBack' && bed.current !== bed.before)) {
        ends.wrongEnds++;
        found.push(`${kind} ${offered}: ${bed.current} runs in the end`);
      }
      bed.settle();
    }
    return { kills: killed, none, ...ends, byPlace, seed, found: found.slice(0, 20) };
  } finally {
    bed.stop();
  }
}

/** True when the update is over: its end was told and nothing is left to do. A version that hangs is started until its starts are used up. */
async function finish(
  life: Life,
  offered: string,
  kind: string,
  place: string | undefined,
  count: (place: string) => void,
): Promise<boolean> {
  const how = await life.until(
    ({ rests, version }) => rests !== undefined && (rests === 'idle' || (version === offered && kind === 'hang')),
    endsWithinMs,
  );
  if (how === 'ended') {
    if (life.killedItself) count(place ?? 'by itself');
    return false;
  }
  const over = how === 'seen' && life.last('rests') === 'idle';
  life.kill();
  await life.ended;
  return over;
}

/** Answers the exit code. */
export async function update(words: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...words],
    options: { json: { type: 'boolean' }, kills: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' } },
  });
  const result = await killUpdates(Number(values.kills), Number(values.seed), (line) => values.json || console.log(line));
  console.log(JSON.stringify(result, null, values.json ? 0 : 2));
  return result.none === 0 && result.wrongEnds === 0 ? 0 : 1;
}

function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
