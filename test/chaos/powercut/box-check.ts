// A box's folder after a power cut, opened by the product's own stores as a boot opens it, and held against what was seen before.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Cache } from '../../../agent/cache.ts';
import { ClockRecord } from '../../../agent/clock-record.ts';
import { blankKept } from '../../../agent/core/start-state.ts';
import { readHeld } from '../../../agent/held-identity.ts';
import { readCard } from '../../../agent/identity.ts';
import { SteadyJournal } from '../../../agent/steady-journal.ts';
import { cryptography, randomId, sha256, sha256File } from '../../../hardware/host/crypto.ts';
import { SlotFile } from '../../../hardware/host/slot-file.ts';
import { openDatabase } from '../../../hardware/host/sqlite.ts';
import { Entry, type Row } from '../../../schemas/outbox.ts';
import { parseJson } from '../../../schemas/parse.ts';
import type { BoxMark } from './box-story.ts';
import type { Found } from './found.ts';

const rowsAtOnce = { rowsMax: 500, bytesMax: 1_000_000 };

export async function checkBox(dir: string, marks: readonly BoxMark[]): Promise<Found> {
  const found = { lost: [] as string[], twice: [] as string[], broken: [] as string[] };
  const enrolled = marks.some(({ saw }) => saw === 'enrolled');
  const card = await readCard(dir);
  const held = card.ok ? await readHeld(dir) : card;
  if (enrolled && !held.ok) found.lost.push(`identity: ${held.problem.code} ${held.problem.detail}`);
  await new ClockRecord(join(dir, 'clock.json')).load();
  const voices = await checkJournal(join(dir, 'state'), marks, found);
  await checkCache(join(dir, 'cache'), marks, voices, found);
  return found;
}

/** Answers the sounds that came inside of orders which go on. */
async function checkJournal(state: string, marks: readonly BoxMark[], found: Found): Promise<readonly string[]> {
  const slot = (name: string) => new SlotFile(state, name);
  const journal = new SteadyJournal({
    ...{ dir: state, slots: { orders: slot('orders'), copy: slot('copy'), connections: slot('connections') }, open: openDatabase },
    ...{ blankKept, crypto: cryptography, freshEpoch: () => randomId('e'), rowsMax: 50_000 },
    warn: (event, { code, detail }) => found.broken.push(`journal: ${event} ${code} ${detail}`),
  });
  const connections = Number(new TextDecoder().decode((await journal.connections.read()) ?? new Uint8Array())) || 0;
  await journal.start();
  let voices: readonly string[] = [];
  try {
    const { kept, epoch } = await journal.load();
    const rows = await allRows(journal);
    checkChain(epoch, rows, found);
    const receipts = receiptsOf(rows, found);
    voices = kept.orders.active.flatMap(({ inline }) => inline);
    const active = new Set(kept.orders.active.map(({ id }) => id));
    const over = new Set(kept.orders.latched.map(({ id }) => id));
    const ends = endedIn(marks);
    const early = new Set(marks.flatMap((mark) => (mark.saw === 'row' && mark.order?.unpersisted ? [mark.order.id] : [])));
    const accepted = (id: string) => {
      if (!active.has(id) && !over.has(id) && !early.has(id)) found.lost.push(`order ${id} was accepted`);
    };
    for (const mark of marks) {
      if (mark.saw === 'row') {
        const { seq, hash, order } = mark;
        if (mark.epoch !== epoch) found.lost.push(`row ${seq} of ${mark.epoch}: the epoch is ${epoch}`);
        else if (rows.get(seq)?.hash !== hash)
          found.lost.push(`row ${seq} of ${epoch}: ${rows.has(seq) ? 'another one' : 'none'} is there`);
        if (order) accepted(order.id);
      }
      if (mark.saw === 'sounding') accepted(mark.order);
      if (mark.saw === 'receipt' && !receipts.has(mark.occurrence)) found.lost.push(`receipt ${mark.occurrence} was shown`);
      if (mark.saw === 'connection' && connections < mark.number)
        found.lost.push(`connection ${mark.number}: the counter is at ${connections}`);
      if (mark.saw === 'plan' && (kept.want.applied?.rev ?? 0) < mark.rev)
        found.lost.push(`plan ${mark.rev}: ${kept.want.applied?.rev ?? 'none'} is applied`);
    }
    for (const id of ends) if (active.has(id)) found.twice.push(`order ${id} was over and is active`);
    await journal.commit(kept, [
      { boot: 'b1', atMs: Date.now(), monoMs: 0, clock: 'none', fact: { kind: 'act', act: 'tone', detail: 'after the cut' } },
    ]);
  } catch (error) {
    found.broken.push(`journal: ${error instanceof Error ? error.message : error}`);
  } finally {
    await journal.close();
  }
  await checkDatabase(join(state, 'journal.db'), found);
  return voices;
}

async function checkDatabase(file: string, found: Found): Promise<void> {
  const opened = await openDatabase({ file, exclusive: true });
  if (!opened.ok) return void found.broken.push(`database: ${opened.problem.detail}`);
  const [checked] = await opened.value.read('PRAGMA integrity_check(1)');
  const verdict = String(Object.values(checked ?? {})[0]);
  if (verdict !== 'ok') found.broken.push(`database: ${verdict}`);
  await opened.value.close();
}

/** Files of plans in force, and of what else is there: a name is a promise. */
async function checkCache(dir: string, marks: readonly BoxMark[], voices: readonly string[], found: Found): Promise<void> {
  const newest = marks.findLast((mark) => mark.saw === 'plan');
  const cache = new Cache({ dir, bytesMax: 2 ** 33, reserveBytes: 0, sha256File });
  const started = await cache.start();
  if (!started.ok) return void found.broken.push(`cache: ${started.problem.code} ${started.problem.detail}`);
  for (let next = await cache.verifyNext(); next; next = await cache.verifyNext())
    if (!next.whole) found.lost.push(`file ${next.sha256.slice(0, 8)} is not what its name says`);
  for (const name of newest?.saw === 'plan' ? newest.files : [])
    if (!cache.pathOf(name)) found.lost.push(`file ${name.slice(0, 8)} of plan ${newest?.saw === 'plan' ? newest.rev : 0} was here`);
  for (const name of voices) if (!cache.pathOf(name)) found.lost.push(`sound ${name.slice(0, 8)} came with an order that goes on`);
  if (!existsSync(dir)) found.broken.push('cache: no folder');
}

/** Orders of which somebody saw the end. */
export function endedIn(marks: readonly BoxMark[]): ReadonlySet<string> {
  const isEnd = (state: string) => state === 'ended' || state === 'cleared' || state === 'expired';
  return new Set(marks.flatMap((mark) => (mark.saw === 'row' && mark.order && isEnd(mark.order.state) ? [mark.order.id] : [])));
}

async function allRows(journal: SteadyJournal): Promise<ReadonlyMap<number, Row>> {
  const rows = new Map<number, Row>();
  for (let page = await journal.rowsAfter(0, rowsAtOnce); page.length > 0; ) {
    for (const row of page) rows.set(row.seq, row);
    page = await journal.rowsAfter(page.at(-1)?.seq ?? 0, rowsAtOnce);
  }
  return rows;
}

function checkChain(epoch: string, rows: ReadonlyMap<number, Row>, found: Found): void {
  let [before, expected] = [epoch, 1];
  for (const { seq, hash, entry } of rows.values()) {
    if (seq !== expected++ || hash !== sha256(Buffer.from(`${before}\n${entry}`)))
      return void found.broken.push(`journal: the chain breaks at row ${seq}`);
    before = hash;
  }
}

function receiptsOf(rows: ReadonlyMap<number, Row>, found: Found): ReadonlySet<string> {
  const told = new Set<string>();
  for (const { entry } of rows.values()) {
    const read = parseJson(Entry, entry);
    if (!read.ok || read.value.fact.kind !== 'receipt') continue;
    const { occurrence } = read.value.fact.receipt;
    if (told.has(occurrence)) found.twice.push(`receipt ${occurrence}`);
    told.add(occurrence);
  }
  return told;
}
