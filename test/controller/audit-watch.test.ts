// A running centre walks along its own audit: rows changed, taken away or made anew behind its back are told within a round.
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { auditRound } from '../../controller/audit-watch.ts';
import { auditText } from '../../controller/store/writer.ts';
import { sha256 } from '../../hardware/host/crypto.ts';
import { type Database, openDatabase, type Statement } from '../../hardware/host/sqlite.ts';
import { type BuiltCentre, makeCentre, must } from './built-centre.ts';

let built: BuiltCentre;
let tables: Database;

beforeEach(async () => {
  built = await makeCentre();
  tables = must(await openDatabase({ file: join(built.dir, 'centre.sqlite'), exclusive: false }));
});
afterEach(async () => {
  await tables.close();
  await built.stop();
});

const watch = () => built.centre.auditWatch;
const byHand = (...statements: readonly Statement[]) => tables.write(statements);
const readiness = async () => (await built.app.inject('/readyz')).json() as { ready: boolean; audit: string };
const told = () => built.warnings.filter((one) => 'event' in one && one.event === 'audit-broken');

/** Rows as the centre itself would write them. */
async function grow(count: number): Promise<number> {
  let { seq, hash } = await built.centre.store.audit.head();
  const statements = Array.from({ length: count }, (_, i) => {
    const entry = { atMs: i, actor: 'x', act: 'a', subject: `s${i}`, sha256: '' };
    hash = sha256(Buffer.from(auditText(hash, entry)));
    return insert(++seq, entry, hash);
  });
  await byHand(...statements);
  return seq;
}

function insert(seq: number, entry: Parameters<typeof auditText>[1], hash: string): Statement {
  const { atMs, actor, act, subject } = entry;
  const sql = 'INSERT OR REPLACE INTO audit (seq, at_ms, actor, act, subject, sha256, hash) VALUES (?, ?, ?, ?, ?, ?, ?)';
  return { sql, params: [seq, atMs, actor, act, subject, entry.sha256, hash] };
}

test('a row changed by hand is told once, by log, readiness and figures, until it is as it was', async () => {
  const seq = await grow(5);
  await watch().now();
  expect(await readiness()).toMatchObject({ ready: true, audit: 'holds' });
  await byHand({ sql: `UPDATE audit SET actor = 'y' WHERE seq = ${seq - 2}` });
  await watch().now();
  await watch().now();
  expect(watch().brokenAt).toBe(seq - 2);
  expect(told()).toEqual([{ event: 'audit-broken', centre: 'xa-02536', row: seq - 2 }]);
  expect(await readiness()).toMatchObject({ ready: true, audit: 'broken' });
  const figures = (await built.app.inject('/metrics')).body;
  expect(figures).toMatch(new RegExp(`^loa_audit_broken_row ${seq - 2}$`, 'm'));
  await byHand({ sql: `UPDATE audit SET actor = 'x' WHERE seq = ${seq - 2}` });
  await watch().now();
  expect(await readiness()).toMatchObject({ audit: 'holds' });
});

test('rows taken from the end, and a last row made anew with a hash that fits, are noticed', async () => {
  const seq = await grow(5);
  await watch().now();
  const rows = await built.centre.store.audit.entries(seq - 3, 3);
  await byHand({ sql: `DELETE FROM audit WHERE seq > ${seq - 2}` });
  await watch().now();
  expect(watch().brokenAt).toBe(seq - 1);
  const [before, last, end] = rows;
  if (!before || !last || !end) throw new Error('too few rows');
  await byHand(insert(last.seq, last, last.hash), insert(end.seq, end, end.hash));
  await watch().now();
  expect(watch().brokenAt).toBeUndefined();
  const other = { ...end, subject: 'z' };
  await byHand(insert(end.seq, other, sha256(Buffer.from(auditText(last.hash, other)))));
  expect(await built.centre.store.audit.verify()).toBeUndefined();
  await watch().now();
  expect(watch().brokenAt).toBe(seq);
});

test('a long chain is walked along in parts, three of them in a minute, and may grow meanwhile', async () => {
  const long = auditRound.rowsPerPage * auditRound.pagesPerLook;
  const seq = await grow(long + 200);
  await watch().now();
  await byHand({ sql: `UPDATE audit SET subject = 'z' WHERE seq = ${seq - 50}` });
  expect(watch().brokenAt).toBeUndefined();
  await grow(3);
  await watch().now();
  expect(watch().brokenAt).toBe(seq - 50);
  expect(auditRound.everyMs).toBeLessThanOrEqual(20_000);
});
