// Counters that never go back and a floor under the clock, whatever was restored, cut or turned.
import { mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SigningRoom } from '../../controller/signing/room.ts';
import { bad } from '../../schemas/problems.ts';
import { makeKey, rootOf } from '../schemas/signing.ts';
import { must } from './built-centre.ts';
import { type DeskBed, deskBed, draftOf } from './desk-bed.ts';

const startMs = Date.UTC(2026, 10, 23, 1, 0, 0);
const hourMs = 3600_000;
let dir: string;
let bed: DeskBed;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'loa-desk-counters-'));
  bed = await deskBed(join(dir, 'centre'));
});
afterAll(() => rm(dir, { recursive: true }));

const slots = () => mkdtemp(join(dir, 'slots-'));
const openAt = (slotsDir: string, clock: { nowMs: number }, more: object = {}) =>
  SigningRoom.open({ ...bed.roomWish, slotsDir, nowMs: () => clock.nowMs, tell: () => undefined, ...more });
const command = draftOf('command', 'd/hop-1', { do: 'report' });
const counterOf = async (room: SigningRoom) => must((await room.sign([command]))[0] ?? bad('signer-away', '')).ctr;
const codeOf = (result: { ok: boolean; problem?: { code: string } } | undefined) => (result?.ok ? 'ok' : result?.problem?.code);

describe('counters', () => {
  test('follow the clock, and step on by one where it stands', async () => {
    const room = must(await openAt(await slots(), { nowMs: startMs }));
    expect([await counterOf(room), await counterOf(room)]).toEqual([startMs, startMs + 1]);
    await room.stop();
  });

  test('lie above all that were used, after a start with the clock a year behind and every table lost', async () => {
    const slotsDir = await slots();
    const clock = { nowMs: startMs };
    const used: number[] = [];
    for (const behindMs of [0, hourMs, 365 * 24 * hourMs, 0]) {
      clock.nowMs = startMs - behindMs;
      const room = must(await openAt(slotsDir, clock));
      for (let i = 0; i < 5; i += 1) used.push(await counterOf(room));
      await room.stop(); // no farewell is needed: what was reserved is on the disk before it is used
    }
    expect(used).toEqual([...used].sort((a, b) => a - b));
    expect(new Set(used).size).toBe(used.length);
  });

  test('survive a write that the power cut in the middle: what was used lies below the mark of the other slot', async () => {
    const slotsDir = await slots();
    const first = must(await openAt(slotsDir, { nowMs: startMs }));
    const used = await counterOf(first);
    await first.stop();
    // The first start has written twice; the next write would have gone into the first slot again.
    await truncate(join(slotsDir, 'counters.a'), 20);
    const again = must(await openAt(slotsDir, { nowMs: startMs - hourMs }));
    expect(await counterOf(again)).toBeGreaterThan(used);
    await again.stop();
  });

  test('begin above what the tables know where the desk is new', async () => {
    const room = must(await openAt(await slots(), { nowMs: startMs }, { counterFloor: startMs + hourMs }));
    expect(await counterOf(room)).toBe(startMs + hourMs + 1);
    await room.stop();
  });

  test('reserve ahead: a hundred orders touch the disk once', async () => {
    const slotsDir = await slots();
    const room = must(await openAt(slotsDir, { nowMs: startMs }));
    const before = (await readdir(slotsDir)).length;
    for (let i = 0; i < 100; i += 1) await counterOf(room);
    expect((await readdir(slotsDir)).length).toBe(before);
    await room.stop();
  });
});

describe('the floor under the clock', () => {
  test('time is not signed while the clock stands behind it, and everything else is', async () => {
    const slotsDir = await slots();
    const clock = { nowMs: startMs };
    await must(await openAt(slotsDir, clock)).stop();
    clock.nowMs = startMs - hourMs;
    const room = must(await openAt(slotsDir, clock));
    const answer = draftOf('answer', 'd/hop-1', { id: 'a', nonce: '0'.repeat(32), timeMs: clock.nowMs });
    const beat = draftOf('heartbeat', 'c/xa-02536', { epoch: 'run-1', timeMs: clock.nowMs, orders: {} });
    expect((await room.sign([answer, beat, command])).map(codeOf)).toEqual(['no-time', 'no-time', 'ok']);
    await room.stop();
  });
});

describe('what it speaks under', () => {
  test('a made-up root is refused, though its chain is flawless', async () => {
    const slotsDir = await slots();
    await must(await openAt(slotsDir, { nowMs: startMs })).stop();
    const other = await deskBed(join(dir, 'other'));
    expect(codeOf(await openAt(slotsDir, { nowMs: startMs }, { trust: other.trust, keys: other.keys }))).toBe('conflict');
  });

  test('a chain that the root holders did not sign is refused', async () => {
    const thief = makeKey();
    const trust = { ...bed.trust, root: rootOf([thief, makeKey(), makeKey()], 2) };
    expect(codeOf(await openAt(await slots(), { nowMs: startMs }, { trust }))).toBe('key-unknown');
  });

  test('an older delegation than it has spoken under is refused: a restored database brings no revoked key back', async () => {
    const slotsDir = await slots();
    const newer = { ...bed.trust, chain: [bed.signedBy(bed.body, 2_000)] };
    await must(await openAt(slotsDir, { nowMs: startMs }, { trust: newer })).stop();
    expect(codeOf(await openAt(slotsDir, { nowMs: startMs }))).toBe('replayed');
    await must(await openAt(slotsDir, { nowMs: startMs }, { trust: newer })).stop();
  });

  test('a folder that takes no file is a named problem', async () => {
    const file = join(dir, 'a-file');
    await writeFile(file, '');
    expect(codeOf(await openAt(join(file, 'slots'), { nowMs: startMs }))).toBe('device-failed');
  });
});
