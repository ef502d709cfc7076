// The journal over SQLite: the contract, and what only a real disk can do to it.
import { mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Kept } from '../../agent/core/model.ts';
import { blankKept } from '../../agent/core/start-state.ts';
import { SqliteJournal } from '../../agent/journal.ts';
import { OrderSlots } from '../../agent/order-slots.ts';
import { cryptography, randomId, sha256 } from '../../hardware/host/crypto.ts';
import { SlotFile } from '../../hardware/host/slot-file.ts';
import { type Database, openDatabase, type Statement } from '../../hardware/host/sqlite.ts';
import { chainText, type Entry, type Row } from '../../schemas/outbox.ts';
import type { Problem } from '../../schemas/problems.ts';
import { entry, orderEntry, promiseJournal } from './journal.ts';

interface Rig {
  readonly dir: string;
  readonly problems: Problem[];
  readonly writes: Statement[][];
  fail: boolean;
  open(rowsMax?: number): Promise<SqliteJournal>;
  cut(): Promise<void>;
}

async function makeRig(): Promise<Rig> {
  const dir = await mkdtemp(join(tmpdir(), 'loa-journal-'));
  const databases: Database[] = [];
  const rig: Rig = {
    dir,
    problems: [],
    writes: [],
    fail: false,
    async open(rowsMax = 50_000) {
      const journal = new SqliteJournal({
        dir,
        orders: new OrderSlots(new SlotFile(dir, 'orders')),
        copy: new SlotFile(dir, 'copy'),
        async open(options) {
          const opened = await openDatabase(options);
          if (!opened.ok) return opened;
          const real = opened.value;
          databases.push(real);
          const write = (statements: readonly Statement[]) => {
            rig.writes.push([...statements]);
            return rig.fail ? Promise.reject(new Error('no space')) : real.write(statements);
          };
          return {
            ok: true,
            value: { write, read: (sql, params) => real.read(sql, params), exec: (sql) => real.exec(sql), close: () => real.close() },
          };
        },
        blankKept,
        crypto: cryptography,
        freshEpoch: () => randomId('e'),
        rowsMax,
        warn: (_event, problem) => rig.problems.push(problem),
      });
      await journal.start();
      return journal;
    },
    async cut() {
      for (const database of databases.splice(0)) await database.close();
    },
  };
  return rig;
}

function chained(epoch: string, rows: readonly Row[]): boolean {
  let hash = epoch;
  return rows.every((row) => {
    hash = sha256(new TextEncoder().encode(chainText(hash, row.entry)));
    return row.hash === hash;
  });
}

const all = { rowsMax: 100_000, bytesMax: 1e9 };

describe('the journal over SQLite', () => {
  promiseJournal(makeRig);

  test('rows are chained from the name of the epoch, over every commit', async () => {
    const rig = await makeRig();
    const journal = await rig.open();
    const { kept, epoch } = await journal.load();
    await journal.commit(kept, [entry(1), entry(2)]);
    await journal.commit(kept, [entry(3)]);
    const rows = await journal.rowsAfter(0, all);
    expect(rows.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(chained(epoch, rows)).toBe(true);
    expect(await journal.rowsAfter(1, { rowsMax: 1, bytesMax: 1e6 })).toEqual([rows[1]]);
    expect(await journal.rowsAfter(0, { rowsMax: 10, bytesMax: 10 })).toHaveLength(1);
    await rig.cut();
  });

  test('only cells whose reference changed are written', async () => {
    const rig = await makeRig();
    const journal = await rig.open();
    const { kept } = await journal.load();
    await journal.commit({ ...kept, muted: true, ledger: { ...kept.ledger } }, []);
    rig.writes.length = 0;
    const next = { ...kept, muted: true };
    await journal.commit(next, []);
    await journal.commit(next, []);
    expect(rig.writes.map((statements) => statements.map(({ params }) => params?.[0]))).toEqual([['ledger']]);
    await rig.cut();
  });

  test('a failed commit leaves nothing, and the same commit may be tried again', async () => {
    const rig = await makeRig();
    const journal = await rig.open();
    const { kept } = await journal.load();
    rig.fail = true;
    await expect(journal.commit({ ...kept, muted: true }, [entry(1)])).rejects.toThrow('no space');
    expect(journal.lastSeq()).toBe(0);
    rig.fail = false;
    await journal.commit({ ...kept, muted: true }, [entry(1)]);
    expect((await journal.rowsAfter(0, all)).map(({ seq }) => seq)).toEqual([1]);
    await rig.cut();
  });

  test('a power cut between the slots and the rows of one commit loses neither, and tells no row twice', async () => {
    const rig = await makeRig();
    const journal = await rig.open();
    const { kept } = await journal.load();
    await journal.commit(kept, [entry(1)]);
    rig.fail = true;
    const orders = { ...kept.orders, counters: { 'xa/1/g/xa': { ctr: 7, digest: 'd' } } };
    await expect(journal.commit({ ...kept, orders }, [entry(2), orderEntry('o-1')])).rejects.toThrow('no space');
    await rig.cut();
    rig.fail = false;
    for (let boot = 0; boot < 2; boot++) {
      const again = await rig.open();
      const loaded = await again.load();
      expect(loaded.kept.orders).toEqual(orders);
      const rows = await again.rowsAfter(0, all);
      expect(rows.map(({ entry: text }) => (JSON.parse(text) as Entry).fact.kind)).toEqual(['act', 'order']);
      expect(chained(loaded.epoch, rows)).toBe(true);
      await rig.cut();
    }
  });

  test('an acknowledgement survives a power cut and never goes back', async () => {
    const rig = await makeRig();
    const first = await rig.open();
    const { kept } = await first.load();
    await first.commit(kept, [entry(1), entry(2), entry(3)]);
    await first.acked(2);
    await first.acked(1);
    await rig.cut();
    const second = await rig.open();
    expect((await second.load()).ackedTo).toBe(2);
    await rig.cut();
  });

  test('a new epoch owes what was not acknowledged, renumbered and chained anew', async () => {
    const rig = await makeRig();
    const journal = await rig.open();
    const { kept, epoch } = await journal.load();
    await journal.commit(kept, [entry(1), entry(2), entry(3)]);
    await journal.acked(1);
    const fresh = await journal.newEpoch();
    expect(fresh).not.toBe(epoch);
    const rows = await journal.rowsAfter(0, all);
    expect(rows.map(({ seq, entry: text }) => [seq, (JSON.parse(text) as Entry).atMs])).toEqual([
      [1, 2],
      [2, 3],
    ]);
    expect(chained(fresh, rows)).toBe(true);
    await journal.commit(kept, [entry(4)]);
    expect(chained(fresh, await journal.rowsAfter(0, all))).toBe(true);
    await rig.cut();
    expect(await (await rig.open()).load()).toMatchObject({ epoch: fresh, lastSeq: 3, ackedTo: 0 });
    await rig.cut();
  });

  test('a damaged database is set aside: new epoch, but want, mute and accepted orders are kept', async () => {
    const rig = await makeRig();
    const first = await rig.open();
    const { kept, epoch } = await first.load();
    const applied = { rev: 4, parts: [] };
    const changed: Kept = {
      ...kept,
      muted: true,
      want: { applied, appliedAtMs: 5, offered: null },
      orders: { ...kept.orders, latched: [{ id: 'o1', untilMs: 9 }] },
    };
    await first.commit(changed, [entry(1)]);
    await rig.cut();
    await writeFile(join(rig.dir, 'journal.db'), 'this is no database, it was once, before the card went bad'.repeat(200));
    const second = await rig.open();
    const after = await second.load();
    expect(rig.problems.map(({ code }) => code)).toEqual(['store-damaged']);
    expect(after.epoch).not.toBe(epoch);
    expect(after.lastSeq).toBe(0);
    expect(after.kept).toMatchObject({ muted: true, want: { applied }, orders: changed.orders });
    expect(await readdir(rig.dir)).toContain('journal.db.damaged');
    await second.commit(after.kept, [entry(2)]);
    await rig.cut();
    const third = await rig.open();
    expect((await third.load()).kept).toMatchObject({ muted: true, want: { applied } });
    await rig.cut();
  });

  test('over its budget the least important rows go and leave a tombstone in a new epoch without gaps; orders stay', async () => {
    const rig = await makeRig();
    const journal = await rig.open(100);
    const { kept, epoch } = await journal.load();
    for (let n = 0; n < 30; n++) await journal.commit(kept, [entry(n), entry(n), entry(n), orderEntry(`o${n}`)]);
    const rows = await journal.rowsAfter(0, all);
    const facts = rows.map(({ entry: text }) => (JSON.parse(text) as Entry).fact);
    expect(rows.length).toBeLessThanOrEqual(100);
    expect(journal.epoch()).not.toBe(epoch);
    expect(chained(journal.epoch(), rows)).toBe(true);
    expect(facts.filter(({ kind }) => kind === 'order')).toHaveLength(30);
    const dropped = facts.flatMap((fact) => (fact.kind === 'dropped' ? [fact.count] : []));
    const acts = facts.filter(({ kind }) => kind === 'act').length;
    expect(dropped.reduce((sum, count) => sum + count, 0) + acts).toBe(90);
    await rig.cut();
  });

  test('acknowledged rows go after 30 days, the newest stays to chain from', async () => {
    const rig = await makeRig();
    const journal = await rig.open();
    const { kept, epoch } = await journal.load();
    const day = 24 * 3600_000;
    await journal.commit(kept, [entry(day), entry(2 * day)]);
    await journal.acked(2);
    await journal.forgetRows({ boot: 'b-1', atMs: 40 * day, monoMs: 0, clock: 'signed' });
    expect((await journal.rowsAfter(0, all)).map(({ seq }) => seq)).toEqual([2]);
    await rig.cut();
    expect(await (await rig.open()).load()).toMatchObject({ epoch, lastSeq: 2, ackedTo: 2 });
    await rig.cut();
  });
});
