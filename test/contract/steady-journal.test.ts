// The journal that never stops the box: the contract over a good disk, then disks that cannot be opened, refuse, and come back.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Kept } from '../../agent/core/model.ts';
import { blankKept } from '../../agent/core/start-state.ts';
import { SteadyJournal } from '../../agent/steady-journal.ts';
import { cryptography, randomId } from '../../hardware/host/crypto.ts';
import { SlotFile } from '../../hardware/host/slot-file.ts';
import { openDatabase } from '../../hardware/host/sqlite.ts';
import { Entry } from '../../schemas/outbox.ts';
import { parseJson } from '../../schemas/parse.ts';
import { bad, type Problem } from '../../schemas/problems.ts';
import { until } from '../wire/waiting.ts';
import { entry, orderEntry, promiseJournal } from './journal.ts';

async function makeRig() {
  const dir = await mkdtemp(join(tmpdir(), 'loa-steady-'));
  const rig = { dir, state: join(dir, 'state'), disk: 'works' as 'works' | 'refuses' | 'damaged', opened: [] as SteadyJournal[] };
  const told: (Problem | null)[] = [];
  const open = async () => {
    const slot = (name: string) => new SlotFile(rig.state, name);
    const journal = new SteadyJournal({
      dir: rig.state,
      slots: { orders: slot('orders'), copy: slot('copy'), connections: slot('connections') },
      async open(options) {
        if (rig.disk === 'refuses') return bad('device-failed', 'no such disk');
        const real = await openDatabase(options);
        if (!real.ok) return real;
        const write: typeof real.value.write = (statements) => {
          if (rig.disk === 'refuses') return Promise.reject(new Error('EIO'));
          return real.value.write(statements);
        };
        const { value } = real;
        return { ok: true, value: { write, read: (...a) => value.read(...a), exec: (sql) => value.exec(sql), close: () => value.close() } };
      },
      blankKept,
      crypto: cryptography,
      freshEpoch: () => randomId('e'),
      rowsMax: 50_000,
      warn: () => undefined,
    });
    await journal.start();
    rig.opened.push(journal);
    journal.onStore((problem) => told.push(problem));
    return journal;
  };
  const cut = async () => {
    for (const journal of rig.opened.splice(0)) await journal.close();
  };
  return Object.assign(rig, { told, open, cut });
}

const all = { rowsMax: 1_000, bytesMax: 1e9 };
const textsOf = async (journal: SteadyJournal) =>
  (await journal.rowsAfter(journal.ackedTo(), all)).map(({ entry: text }) => {
    const read = parseJson(Entry, text);
    return read.ok ? read.value.atMs : 0;
  });

describe('the steady journal', () => {
  promiseJournal(makeRig);

  test('boots where nothing can be opened, keeps numbers and rows in memory, and owes them', async () => {
    const rig = await makeRig();
    await writeFile(rig.state, 'in the way');
    const journal = await rig.open();
    const { kept } = await journal.load();
    await journal.commit({ ...kept, muted: true }, [entry(1), orderEntry('o-1')]);
    expect(rig.told.at(-1)?.code).toBe('device-failed');
    expect(journal.ordersKept).toBe(false);
    expect(journal.lastSeq()).toBe(2);
    await journal.acked(1);
    expect(await textsOf(journal)).toEqual([1]);
    await rig.cut();
  });

  test('goes back to the disk with what it owes, under a new name, told as a new epoch', async () => {
    const rig = await makeRig();
    rig.disk = 'refuses';
    const journal = await rig.open();
    let epochs = 0;
    journal.onEpoch(() => epochs++);
    const { kept, epoch } = await journal.load();
    const orders: Kept['orders'] = { ...kept.orders, counters: { 'xa/1/g/xa': { ctr: 7, digest: 'd' } } };
    await journal.commit({ ...kept, orders }, [entry(1), entry(2), entry(3)]);
    await journal.acked(1);
    rig.disk = 'works';
    await until('the disk', () => (rig.told.at(-1) === null ? true : undefined));
    expect(epochs).toBe(1);
    expect(journal.epoch()).not.toBe(epoch);
    expect(await textsOf(journal)).toEqual([2, 3]);
    await journal.commit({ ...kept, orders, muted: true }, [entry(4)]);
    await rig.cut();
    const again = await rig.open();
    expect((await again.load()).kept).toMatchObject({ muted: true, orders });
    expect(await textsOf(again)).toEqual([2, 3, 4]);
    await rig.cut();
  });

  test('a disk that fails under it is left for memory, and nothing committed is lost', async () => {
    const rig = await makeRig();
    const journal = await rig.open();
    const { kept } = await journal.load();
    await journal.commit(kept, [entry(1)]);
    rig.disk = 'refuses';
    for (let i = 0; i < 3; i++) await expect(journal.commit({ ...kept, muted: true }, [entry(2)])).rejects.toThrow();
    await journal.commit({ ...kept, muted: true }, [entry(2)]);
    expect(await textsOf(journal)).toEqual([2]);
    await rig.cut();
  });

  test('a file that another box holds is no reason to go on in memory', async () => {
    const rig = await makeRig();
    await rig.open();
    await expect(rig.open()).rejects.toThrow();
    await rig.cut();
    await rm(rig.dir, { recursive: true, force: true });
  });
});
