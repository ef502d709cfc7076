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
  readonly seconds: number;
  readonly seed: number;
  readonly byInvariant: Readonly<Record<string, number>>;
  readonly found: readonly string[];
}

const foundMax = 20;

export async function killAll(times: number, seed: number, tell: (line: string) => void = () => undefined): Promise<Kill9Result> {
  const beganMs = performance.now();
  const random = chance(seed);
  const bed = await makeKillBed();
  const byVictim: Record<string, number> = {};
  const violations: Violation[] = [];
  const sums = { killed: 0, rounds: 0, calm: 0, soundingMs: 0, orders: 0 };
  try {
    await pass(Math.max(0, (bed.planned[0]?.startMs ?? 0) - Date.now() - 3_000));
    while (sums.killed < times) {
      const fromMs = Date.now();
      const wanted = Math.min(roundTimes, times - sums.killed);
      const giving = giveOrder(bed, random);
      for (const name of await killRound(bed, wanted, random)) byVictim[name] = (byVictim[name] ?? 0) + 1;
      sums.killed += wanted;
      sums.rounds++;
      if (await giving) sums.orders++;
      await pass(calmMs);
      await bed.settled();
      const heard = await judgeRound(bed, fromMs, Date.now() - tailMs);
      violations.push(...heard.violations);
      sums.calm += heard.calm;
      sums.soundingMs += heard.soundingMs;
      tell(
        `${sums.killed} kills in ${Math.round((performance.now() - beganMs) / 1000)} s, ${heard.calm} starts in calm, ${violations.length} violations`,
      );
    }
    const rows = await judgeEnd(bed);
    violations.push(...rows.violations);
    const byInvariant: Record<string, number> = {};
    for (const { invariant } of violations) byInvariant[invariant] = (byInvariant[invariant] ?? 0) + 1;
    return {
      ...{ times: sums.killed, violations: violations.length, byVictim, rounds: sums.rounds },
      ...{
        produced: rows.produced,
        received: rows.received,
        tombstoned: rows.tombstoned,
        owed: rows.owed,
        planned: rows.planned,
        calm: sums.calm,
      },
      ...{ orders: sums.orders, soundingSeconds: Math.round(sums.soundingMs / 1_000) },
      ...{ seconds: Math.round((performance.now() - beganMs) / 1_000), seed, byInvariant },
      found: violations.slice(0, foundMax).map(({ invariant, detail }) => `${invariant}: ${detail}`),
    };
  } finally {
    await bed.stop();
    rmSync(bed.district.dir, { recursive: true, force: true });
  }
}

async function killRound(bed: KillBed, times: number, random: () => number): Promise<string[]> {
  const struck: string[] = [];
  while (struck.length < times) {
    await pass(betweenMs.least + random() * (betweenMs.most - betweenMs.least));
    const victim = bed.victims[Math.floor(random() * bed.victims.length)];
    if (!victim) continue;
    if (random() >= whileStarting) await victim.up();
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
    },
  });
  const result = await killAll(Number(values.times), Number(values.seed), (line) => console.error(line));
  for (const line of result.found) console.error(line);
  console.log(JSON.stringify({ name: 'kill9', ...result }));
  return result.violations > 0 ? 1 : 0;
}
