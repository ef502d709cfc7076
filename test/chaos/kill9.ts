// chaos kill9: a district plays its schedule and sounds orders while its boxes, its centre and its broker are killed at random instants.
// Afterwards every row is where it belongs, nothing counts twice, and what was heard is what may be heard.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { folderOf } from '../../controller/folder.ts';
import { openDatabase } from '../../hardware/host/sqlite.ts';
import { must } from '../controller/built-centre.ts';
import { password } from '../wire/district.ts';
import { monoOf } from '../wire/ear.ts';
import { until } from '../wire/waiting.ts';
import { chance } from '../world/random.ts';
import { type BoxId, boxes, exercise, holdMs, type KillBed, makeKillBed, silentBox, toneMs } from './kill9/bed.ts';
import { type DueTone, judge, type Span, type Violation } from './kill9/heard.ts';
import { factOf, judgeRows, type StoredRow, tombstoned } from './kill9/rows.ts';

const roundTimes = 25;
const betweenMs = { least: 50, most: 1_400 };
/** Of all kills so many come while the victim still starts. */
const whileStarting = 0.15;
const calmMs = 14_000;
/** Sound on its way and the last words of a journal. */
const tailMs = 3_000;
/** The first round begins so long before the first start. */
const leadMs = 3_000;
/** A play is over and its receipt told. */
const endedMs = 10_000;
const giveWithinMs = 20_000;

export interface Kill9Result {
  readonly times: number;
  readonly violations: number;
  readonly byVictim: Readonly<Record<string, number>>;
  readonly rounds: number;
  readonly produced: number;
  readonly received: number;
  readonly tombstoned: number;
  /** Said in the last instant, without the centre's receipt. */
  readonly owed: number;
  /** Starts that were planned and are over, at all boxes; those of them that a living box must have sounded at once. */
  readonly planned: number;
  readonly calm: number;
  readonly orders: number;
  readonly soundingSeconds: number;
  readonly slowestStartMs: Readonly<Record<string, number>>;
  readonly seconds: number;
  readonly seed: number;
  readonly byInvariant: Readonly<Record<string, number>>;
  readonly found: readonly string[];
}

const foundMax = 20;

/** `minutesMax`: no round begins after so long; `times` of the result says how many kills there were. */
export async function killAll(
  times: number,
  seed: number,
  tell: (line: string) => void = () => undefined,
  minutesMax = Number.POSITIVE_INFINITY,
): Promise<Kill9Result> {
  const beganMs = performance.now();
  const seconds = () => Math.round((performance.now() - beganMs) / 1_000);
  const random = chance(seed);
  const bed = await makeKillBed();
  const sums: Sums = { times: 0, rounds: 0, calm: 0, soundingMs: 0, orders: 0, byVictim: {}, violations: [] };
  try {
    await pass(Math.max(0, (bed.planned[0]?.startMs ?? 0) - Date.now() - leadMs));
    while (sums.times < times && seconds() < minutesMax * 60) {
      const before = sums.violations.length;
      await playRound(bed, Math.min(roundTimes, times - sums.times), random, sums);
      for (const { invariant, detail } of sums.violations.slice(before)) tell(`${invariant}: ${detail}`);
      tell(`${sums.times} kills in ${seconds()} s, ${sums.calm} starts in calm, ${sums.violations.length} violations`);
    }
    const { violations: ofRows, ...rows } = await judgeEnd(bed);
    const violations = [...sums.violations, ...ofRows];
    const byInvariant: Record<string, number> = {};
    for (const { invariant } of violations) byInvariant[invariant] = (byInvariant[invariant] ?? 0) + 1;
    const { byVictim, rounds, calm, orders } = sums;
    return {
      ...{ times: sums.times, violations: violations.length, byVictim, rounds, ...rows, calm, orders },
      soundingSeconds: Math.round(sums.soundingMs / 1_000),
      slowestStartMs: Object.fromEntries(bed.victims.map(({ name, slowestStartMs }) => [name, Math.round(slowestStartMs)])),
      ...{ seconds: seconds(), seed, byInvariant },
      found: violations.slice(0, foundMax).map(({ invariant, detail }) => `${invariant}: ${detail}`),
    };
  } finally {
    await bed.stop();
    rmSync(bed.district.dir, { recursive: true, force: true });
  }
}

interface Sums {
  times: number;
  rounds: number;
  calm: number;
  soundingMs: number;
  orders: number;
  readonly byVictim: Record<string, number>;
  readonly violations: Violation[];
}

/** Deaths with an order among them, rest, judgement. Rejects when something does not come up again. */
async function playRound(bed: KillBed, times: number, random: () => number, sums: Sums): Promise<void> {
  const fromMs = Date.now();
  const giving = giveOrder(bed, random);
  for (const name of await killRound(bed, times, random)) sums.byVictim[name] = (sums.byVictim[name] ?? 0) + 1;
  sums.times += times;
  sums.rounds++;
  if (await giving) sums.orders++;
  await pass(calmMs);
  await bed.settled();
  const heard = await judgeRound(bed, fromMs, Date.now() - tailMs);
  sums.violations.push(...heard.violations);
  sums.calm += heard.calm;
  sums.soundingMs += heard.soundingMs;
}

async function killRound(bed: KillBed, times: number, random: () => number): Promise<string[]> {
  const struck: string[] = [];
  while (struck.length < times) {
    await pass(betweenMs.least + random() * (betweenMs.most - betweenMs.least));
    const early = random() < whileStarting;
    const those = bed.victims.filter(({ isUp }) => early || isUp);
    const victim = those[Math.floor(random() * those.length)];
    if (!victim) continue;
    await victim.strike();
    struck.push(victim.name);
  }
  return struck;
}

/** An exercise in mid-round, and in half of the rounds its end by the desk; nobody may be there to hear either. */
async function giveOrder(bed: KillBed, random: () => number): Promise<boolean> {
  await pass(4_000 + random() * 8_000);
  const { duty } = bed.district;
  // Asked again while nobody answers, as a person does.
  const given = await until('an order', () => duty.post<{ id: string }>('/orders', { ...exercise, password }), giveWithinMs).catch(
    () => undefined,
  );
  if (!given || random() < 0.5) return given !== undefined;
  await pass(1_500 + random() * 2_000);
  await duty.post(`/orders/${given.id}/clear`).catch(() => undefined);
  return true;
}

async function judgeRound(bed: KillBed, fromWallMs: number, toWallMs: number) {
  const [fromMs, toMs] = [monoOf(fromWallMs), monoOf(toWallMs)];
  const rows = await receivedRows(bed);
  const given = await givenOrders(bed);
  const due: DueTone[] = bed.planned
    .filter(({ startMs }) => startMs > fromWallMs - 10_000 && startMs < toWallMs + 10_000)
    .map(({ startMs, hz }) => ({ startMs: monoOf(startMs), endMs: monoOf(startMs + toneMs), hz }));
  const found = { violations: [] as Violation[], calm: 0, soundingMs: 0 };
  for (const box of boxes) {
    const recording = bed.recordings.get(box);
    if (!recording) continue;
    const { lives, relays } = recording;
    const orders = ordersAt(box, given, rows);
    const one = judge({
      box,
      fromMs,
      frames: recording.heard(fromMs, toMs),
      due,
      orders,
      lives,
      relays,
      maySound: box !== silentBox,
      holdMs,
    });
    found.violations.push(...one.violations);
    found.calm += one.calm;
    found.soundingMs += one.soundingMs;
    recording.forgetBefore(toMs - 20_000);
  }
  return found;
}

interface Given {
  readonly id: string;
  readonly givenMs: number;
  readonly expMs: number;
}

/** From its being given until this box told its end, or until it ended by itself. */
function ordersAt(box: BoxId, given: readonly Given[], rows: readonly StoredRow[]): Span[] {
  const facts = rows.flatMap(factOf).filter(({ dev, fact }) => dev === box && fact.kind === 'order');
  return given.map(({ id, givenMs, expMs }) => {
    const end = facts.find(
      ({ fact }) => fact.kind === 'order' && fact.order === id && ['ended', 'cleared', 'expired'].includes(fact.state),
    );
    return { fromMs: monoOf(givenMs) - 500, toMs: monoOf(end?.atMs ?? expMs) + 1_000 };
  });
}

async function receivedRows({ district }: KillBed): Promise<StoredRow[]> {
  return (await read(
    folderOf(district.centreDir).database,
    false,
    'SELECT dev, epoch, seq, hash, entry FROM log_rows',
  )) as unknown as StoredRow[];
}

async function givenOrders({ district }: KillBed): Promise<Given[]> {
  const rows = await read(folderOf(district.centreDir).database, false, 'SELECT id, given_ms, exp_ms FROM orders');
  return rows.map((row) => ({ id: String(row['id']), givenMs: Number(row['given_ms']), expMs: Number(row['exp_ms']) }));
}

/** Nobody lives any more: what was not told by then is owed, and lies in the boxes. */
async function judgeEnd(bed: KillBed) {
  await bed.settled();
  const endMs = Date.now() - endedMs;
  const { district } = bed;
  for (const box of boxes) {
    bed.recordings.get(box)?.stop();
    await district.boxes.get(box)?.program.kill();
  }
  await district.centre.kill();
  const produced: StoredRow[] = [];
  const ackedTo: Record<string, number> = {};
  for (const box of boxes) {
    const file = join(district.boxes.get(box)?.dir ?? '', 'state/journal.db');
    const meta = new Map((await read(file, true, 'SELECT key, value FROM meta')).map(({ key, value }) => [String(key), String(value)]));
    ackedTo[box] = Number(meta.get('acked'));
    for (const { seq, hash, entry } of await read(file, true, 'SELECT seq, hash, entry FROM outbox'))
      produced.push({ dev: box, epoch: String(meta.get('epoch')), seq: Number(seq), hash: String(hash), entry: String(entry) });
  }
  const received = await receivedRows(bed);
  const [noted] = await read(folderOf(district.centreDir).database, false, 'SELECT COUNT(*) AS n FROM log_conflicts');
  const planned = bed.planned.filter(({ startMs }) => startMs + toneMs < endMs);
  return {
    violations: judgeRows({ produced, ackedTo, received, conflicts: Number(noted?.['n']), boxes, planned }),
    ...{ produced: produced.length, received: received.length, tombstoned: tombstoned(received), planned: planned.length * boxes.length },
    owed: produced.filter(({ dev, seq }) => seq > (ackedTo[dev] ?? 0)).length,
  };
}

async function read(file: string, exclusive: boolean, sql: string) {
  const database = must(await openDatabase({ file, exclusive }));
  try {
    return await database.read(sql);
  } finally {
    await database.close();
  }
}

export async function kill9(words: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...words],
    options: {
      json: { type: 'boolean', default: false },
      times: { type: 'string', default: '2000' },
      seed: { type: 'string', default: '1' },
      minutes: { type: 'string', default: 'Infinity' },
    },
  });
  const result = await killAll(Number(values.times), Number(values.seed), (line) => console.error(line), Number(values.minutes));
  for (const line of result.found) console.error(line);
  console.log(JSON.stringify({ name: 'kill9', ...result }));
  return result.violations > 0 ? 1 : 0;
}
