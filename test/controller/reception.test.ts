// What came from above settles, whatever stands before it: a refused item's issue is given up, and comes back with the mended item.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { downKeyOf, downSubjectOf } from '../../controller/core/federation-down.ts';
import { Reception, type ReceptionOptions } from '../../controller/federation/reception.ts';
import { SqlStore } from '../../controller/store/sql-store.ts';
import { openDatabase } from '../../hardware/host/sqlite.ts';
import type { DownIssue, DownItem, DownThing } from '../../schemas/federation.ts';
import { bad, ok } from '../../schemas/problems.ts';
import { must } from './built-centre.ts';
import { content } from './source-rig.ts';

let dir: string;
let store: SqlStore;
let seq: number;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'loa-reception-'));
  store = new SqlStore(must(await openDatabase({ file: join(dir, 'db'), exclusive: false })));
  await store.migrate();
  seq = 0;
});
afterEach(async () => {
  await store.close();
  await rm(dir, { recursive: true });
});

const item = (id: string, version: number): DownItem => ({
  ...{
    is: 'item',
    item: id,
    unit: { id: 'tinh', name: 'Tỉnh', level: 'province', area: '08' },
    version,
    publishedMs: 1,
    state: 'published',
  },
  ...{ content: content(), play: null, attachments: [] },
});
const issue = (id: string, of: string): DownIssue => ({
  ...{ is: 'issue', issue: id, item: of, tier: 'normal', atMs: 1, disseminateByMs: null, note: '', withdrawn: null, levels: ['commune'] },
  units: [{ unit: 'a', area: '08/a' }],
});

async function come(...things: DownThing[]): Promise<void> {
  const after = seq;
  const rows = things.map((thing) => ({
    ...{ seq: ++seq, key: downKeyOf(thing), kind: thing.is, subject: downSubjectOf(thing), body: JSON.stringify(thing) },
  }));
  const taken = await store.federation.take('tinh', { stream: 's', after, upto: seq, counter: 0, rows, settled: false });
  expect(taken.ok).toBe(true);
}

function reception(refuses: { now: boolean }) {
  const received: string[] = [];
  const warned: unknown[] = [];
  const parts = {
    store,
    card: { area: '08/a' },
    units: {
      tree: new Map([['xa', { id: 'xa', becomes: [], periods: [{ from: null, until: null, parent: null, step: '08/a' }] }]]),
      today: () => '2026-01-01',
    },
    issues: {
      receive: async (made: { issue: { origin: { issue: string } } }) => {
        received.push(made.issue.origin.issue);
        return ok(undefined);
      },
    },
    directives: { receive: async () => ok(undefined) },
    intake: { missing: async () => (refuses.now ? bad('wrong-content', 'not what it says') : ok([])) },
    changed: async () => undefined,
    journal: { warn: (words: unknown) => warned.push(words) },
    nowMs: () => 5,
  };
  return { received, warned, at: new Reception(parts as unknown as ReceptionOptions) };
}

test('the issue of an item that was refused waits no more, and the log says why; a mended item brings it back', async () => {
  const refuses = { now: true };
  const { at, received, warned } = reception(refuses);
  await come(item('tin', 1), issue('p', 'tin'));
  expect(await at.settle('tinh')).toMatchObject({ waiting: 0 });
  expect(await store.federation.unsettled('tinh', 0, 9)).toEqual([]);
  expect(warned).toMatchObject([
    { key: 'item:tin', code: 'wrong-content' },
    { key: 'issue:p:a', code: 'not-found' },
  ]);
  refuses.now = false;
  await come(item('tin', 2));
  expect(await at.settle('tinh')).toMatchObject({ waiting: 0 });
  expect(received).toEqual(['p']);
});

test('an issue that comes before its item goes with it, and one whose item has not come waits', async () => {
  const { at, received, warned } = reception({ now: false });
  await come(issue('p', 'tin'), issue('q', 'later'));
  expect([await at.settle('tinh'), warned]).toMatchObject([{ waiting: 2 }, []]);
  await come(item('tin', 1));
  expect(await at.settle('tinh')).toMatchObject({ waiting: 1 });
  expect(received).toEqual(['p']);
});

test('a thousand that go on waiting hide nothing behind them', async () => {
  const { at, received, warned } = reception({ now: false });
  await come(...Array.from({ length: 1_000 }, (_, n) => issue(`w-${n}`, 'never')), item('tin', 1), issue('p', 'tin'));
  expect([await at.settle('tinh'), warned]).toMatchObject([{ waiting: 1_000 }, []]);
  expect(received).toEqual(['p']);
});
