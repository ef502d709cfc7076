// received = produced − tombstoned: the rows that boxes hold and those that the centre has, and what they say happened how often. Pure.
import { Entry, type Fact } from '../../../schemas/outbox.ts';
import { parseJson } from '../../../schemas/parse.ts';
import type { Violation } from './heard.ts';

export interface StoredRow {
  readonly dev: string;
  readonly epoch: string;
  readonly seq: number;
  readonly hash: string;
  readonly entry: string;
}

export interface RowsSeen {
  /** What the boxes' journals hold under their newest epoch. */
  readonly produced: readonly StoredRow[];
  /** To which row of it each box had the centre's receipt; what is newer is owed still. */
  readonly ackedTo: Readonly<Record<string, number>>;
  readonly received: readonly StoredRow[];
  /** Contradictions that the centre noted. */
  readonly conflicts: number;
  readonly boxes: readonly string[];
  /** Every start that was planned and is over. */
  readonly planned: readonly { readonly schedule: string; readonly startMs: number }[];
}

const ends = new Set(['ended', 'cleared', 'expired']);

export function judgeRows({ produced, ackedTo, received, conflicts, boxes, planned }: RowsSeen): Violation[] {
  const found: Violation[] = [];
  const say = (invariant: string, detail: string) => void found.push({ invariant, detail });
  const there = new Map(received.map((row) => [keyOf(row), row.hash]));
  const owned = new Map(produced.map((row) => [keyOf(row), row.hash]));
  const owed = new Set(produced.filter(({ dev, seq }) => seq > (ackedTo[dev] ?? 0)).map(keyOf));
  for (const [key, hash] of owned)
    if (there.get(key) !== hash && !(owed.has(key) && !there.has(key)))
      say('3 rows', `${key}: ${there.has(key) ? 'another one' : 'none'} at the centre`);
  const newest = new Set(produced.map(({ dev, epoch }) => `${dev} ${epoch}`));
  for (const { dev, epoch, ...row } of received)
    if (newest.has(`${dev} ${epoch}`) && !owned.has(keyOf({ dev, epoch, ...row })))
      say('3 rows', `${dev} ${epoch} ${row.seq}: at the centre, not at the box`);
  for (const gap of gaps(received)) say('3 rows', gap);
  if (conflicts > 0) say('3 rows', `${conflicts} contradictions`);
  const facts = received.flatMap(factOf);
  if (facts.length < received.length) say('3 rows', `${received.length - facts.length} rows that cannot be read`);
  for (const box of boxes)
    found.push(
      ...effects(
        box,
        facts.flatMap(({ dev, fact }) => (dev === box ? [fact] : [])),
        planned,
      ),
    );
  return found;
}

/** Nothing counts twice, and nothing planned is forgotten. */
function effects(box: string, facts: readonly Fact[], planned: RowsSeen['planned']): Violation[] {
  const found: Violation[] = [];
  const receipts = new Map<string, number>();
  const orderEnds = new Map<string, number>();
  const soundings = new Map<string, number>();
  const count = (map: Map<string, number>, key: string) => map.set(key, (map.get(key) ?? 0) + 1);
  for (const fact of facts) {
    if (fact.kind === 'receipt' && fact.receipt.schedule !== undefined)
      count(receipts, `${fact.receipt.schedule} ${fact.receipt.plannedStartMs}`);
    if (fact.kind === 'order' && ends.has(fact.state)) count(orderEnds, fact.order);
    if (fact.kind === 'order' && fact.state === 'sounding' && !fact.unpersisted) count(soundings, fact.order);
  }
  for (const { schedule, startMs } of planned) {
    const times = receipts.get(`${schedule} ${startMs}`) ?? 0;
    if (times !== 1) found.push({ invariant: '3 one receipt', detail: `${box}: ${schedule} at ${startMs} has ${times}` });
  }
  for (const [order, times] of orderEnds)
    if (times > 1) found.push({ invariant: '5 one end', detail: `${box}: ${order} ended ${times} times` });
  for (const [order, times] of soundings)
    if (times > 1) found.push({ invariant: '5 one sounding', detail: `${box}: ${order} sounded ${times} times` });
  return found;
}

export function factOf(row: StoredRow): { readonly dev: string; readonly atMs: number; readonly fact: Fact }[] {
  const read = parseJson(Entry, row.entry);
  return read.ok ? [{ dev: row.dev, atMs: read.value.atMs, fact: read.value.fact }] : [];
}

export function tombstoned(rows: readonly StoredRow[]): number {
  return rows.flatMap(factOf).reduce((sum, { fact }) => (fact.kind === 'dropped' ? sum + fact.count : sum), 0);
}

function keyOf({ dev, epoch, seq }: Pick<StoredRow, 'dev' | 'epoch' | 'seq'>): string {
  return `${dev} ${epoch} ${seq}`;
}

/** Within an epoch rows have no holes. */
function gaps(rows: readonly StoredRow[]): string[] {
  const epochs = new Map<string, number[]>();
  for (const { dev, epoch, seq } of rows) epochs.set(`${dev} ${epoch}`, [...(epochs.get(`${dev} ${epoch}`) ?? []), seq]);
  return [...epochs].flatMap(([name, list]) =>
    list.length === Math.max(...list) ? [] : [`${name}: ${list.length} rows of ${Math.max(...list)}`],
  );
}
