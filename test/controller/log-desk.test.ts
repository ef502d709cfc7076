// Rows of many boxes in one commit: what the tables cannot hold costs only the box that said it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LogDesk } from '../../controller/log-desk.ts';
import { SqlStore } from '../../controller/store/sql-store.ts';
import type { LogCommit } from '../../controller/store/store.ts';
import { generateSigningKey, keyidOf, sha256, signerFrom } from '../../hardware/host/crypto.ts';
import { Failure } from '../../hardware/host/failure.ts';
import { openDatabase } from '../../hardware/host/sqlite.ts';
import { seal } from '../../schemas/envelope.ts';
import { chainText } from '../../schemas/outbox.ts';
import { must } from './built-centre.ts';

const key = generateSigningKey();
const signer = signerFrom(key.privateKeyPem);
const devs = Array.from({ length: 9 }, (_, i) => `b${i}`);

let dir: string;
let store: SqlStore;
let refuse: (commit: LogCommit) => void | Promise<void>;
let desk: LogDesk;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'loa-log-desk-'));
  store = new SqlStore(must(await openDatabase({ file: join(dir, 'centre.db'), exclusive: false })));
  await store.migrate();
  refuse = () => undefined;
  const { log } = store;
  desk = new LogDesk({
    // The real tables; what a server refuses of them, these do before.
    store: {
      head: (dev, epoch) => log.head(dev, epoch),
      hashes: (...of) => log.hashes(...of),
      settled: (keys) => log.settled(keys),
      commit: async (commit: LogCommit) => {
        await refuse(commit);
        await log.commit(commit);
      },
    } as typeof log,
    registry: {
      signingKey(dev, keyid) {
        if (dev === 'bug') throw new TypeError('a bug');
        return keyid === keyidOf(key.publicKey) ? { keyid, alg: 'ed25519', publicKey: key.publicKey } : undefined;
      },
    },
    centre: 'xa-1',
    nowMs: () => 1000,
  });
});
afterEach(async () => {
  await store.close();
  await rm(dir, { recursive: true, force: true });
});

/** One row of a box under its first epoch. */
function payloadOf(dev: string, entry = '{}'): Buffer {
  const rows = [{ seq: 1, hash: sha256(Buffer.from(chainText('e-1', entry))), entry }];
  const statement = { typ: 'log' as const, id: `log-${dev}`, iss: dev, epoch: 'e-1', aud: 'c/xa-1', ctr: 1, iat: 1, nbf: 0, exp: 2 ** 50 };
  return Buffer.from(JSON.stringify(seal({ ...statement, body: { rows } }, [signer])));
}

const said = (entry: (dev: string) => string | undefined = () => undefined) =>
  Promise.allSettled(devs.map((dev) => desk.take(dev, payloadOf(dev, entry(dev)))));
const kept = async () =>
  (await Promise.all(devs.map(async (dev) => ((await store.log.head(dev, 'e-1'))?.upto === 1 ? dev : '')))).filter(Boolean);
const others = devs.filter((dev) => dev !== 'b4');

test('a row that the tables cannot hold is refused to its box, and all others are committed', async () => {
  refuse = ({ rows }) => {
    if (rows.some(({ dev }) => dev === 'b4')) throw new Failure('bad-input', 'cannot be held');
  };
  const results = await said();
  expect(results.map((one) => one.status === 'fulfilled' && one.value.ok)).toEqual(devs.map((dev) => dev !== 'b4'));
  expect(results[4]).toMatchObject({ status: 'fulfilled', value: { ok: false, problem: { code: 'bad-input' } } });
  expect(await kept()).toEqual(others);
});

test('rows that come while the tables are at work are committed, though nothing comes after them', async () => {
  const due: Promise<unknown>[] = [];
  for (const at of [2, 5]) {
    refuse = async () => {
      refuse = () => undefined;
      // Behind the last of the others, in the middle of its commit.
      await new Promise((resolve) => setTimeout(resolve, 50));
      due.push(desk.take(`b${at + 1}`, payloadOf(`b${at + 1}`)));
      await new Promise((resolve) => setTimeout(resolve, 50));
    };
    await desk.take(`b${at}`, payloadOf(`b${at}`));
  }
  await Promise.all(due);
  expect(await kept()).toEqual(['b2', 'b3', 'b5', 'b6']);
});

test('what was judged upon a transaction that falls is judged again and committed', async () => {
  const second = (dev: string, entry: string) => {
    const first = { seq: 1, hash: sha256(Buffer.from(chainText('e-1', '{}'))), entry: '{}' };
    const rows = [{ seq: 2, hash: sha256(Buffer.from(chainText(first.hash, entry))), entry }];
    const statement = {
      typ: 'log' as const,
      id: `log-${dev}-2`,
      iss: dev,
      epoch: 'e-1',
      aud: 'c/xa-1',
      ctr: 2,
      iat: 1,
      nbf: 0,
      exp: 2 ** 50,
    };
    return Buffer.from(JSON.stringify(seal({ ...statement, body: { rows } }, [signer])));
  };
  const results: Promise<unknown>[] = [];
  let falls = true;
  refuse = async ({ rows }) => {
    if (!falls || rows.some(({ seq }) => seq === 2)) return;
    falls = false;
    results.push(desk.take('b0', second('b0', '{"n":2}')), desk.take('b1', payloadOf('b1')));
    await new Promise((resolve) => setTimeout(resolve, 50));
    throw new Failure('device-failed', 'away for a moment');
  };
  await expect(desk.take('b0', payloadOf('b0'))).rejects.toThrow('away for a moment');
  // Its first row is not there, so the second hangs in the air: nothing of it counts, and the box is told from where it is owed.
  expect(await results[0]).toMatchObject({ ok: true, value: { rows: 0, head: { upto: 0 } } });
  expect(await results[1]).toMatchObject({ ok: true, value: { rows: 1 } });
  expect(await kept()).toEqual(['b1']);
});

test('a row with U+0000 is refused before it comes near a table', async () => {
  const results = await said((dev) => (dev === 'b4' ? '{}\0' : undefined));
  expect(results[4]).toMatchObject({ status: 'fulfilled', value: { ok: false, problem: { code: 'bad-input', path: '/rows' } } });
  expect(await kept()).toEqual(others);
});

test('a bug over one box leaves the others theirs, and no promise unheard', async () => {
  const bug = desk.take('bug', payloadOf('bug')).catch((error: unknown) => error);
  const results = await said();
  expect(await bug).toBeInstanceOf(TypeError);
  expect(results.every((one) => one.status === 'fulfilled' && one.value.ok)).toBe(true);
  expect(await kept()).toEqual(devs);
});

test('tables that are away fail all that came, and nobody is asked apart', async () => {
  let asked = 0;
  refuse = () => {
    asked++;
    throw new Failure('device-failed', 'away');
  };
  expect((await said()).every(({ status }) => status === 'rejected')).toBe(true);
  // Halved until each stands alone would be twice as often.
  expect(asked).toBeLessThanOrEqual(devs.length);
  expect(await kept()).toEqual([]);
});
