// What a mandate may start in an hour is counted on, whoever ends the signing desk; and one id is one order.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SigningRoom } from '../../controller/signing/room.ts';
import { cryptography } from '../../hardware/host/crypto.ts';
import { templateContent } from '../../schemas/authority.ts';
import { seal } from '../../schemas/envelope.ts';
import { bad } from '../../schemas/problems.ts';
import { TestOfficer } from '../schemas/officer.ts';
import { must } from './built-centre.ts';
import { type DeskBed, deskBed, draftOf, said } from './desk-bed.ts';

const startMs = Date.UTC(2026, 10, 23, 1, 0, 0);
const hourMs = 3600_000;
const group = 'g/thon-1';
const gateway = new TestOfficer('gateway');
let dir: string;
let bed: DeskBed;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'loa-mandate-starts-'));
  bed = await deskBed(join(dir, 'centre'), { moreKeys: [gateway.listed(undefined, ['gateway'])] });
});
afterAll(() => rm(dir, { recursive: true }));

interface Desk {
  readonly slotsDir: string;
  /** By the wall. */
  nowMs: number;
}

const newDesk = async (): Promise<Desk> => ({ slotsDir: await mkdtemp(join(dir, 'slots-')), nowMs: startMs });

/** A fresh process: its monotonic clock begins anew. Nobody says farewell to the one before. */
async function openAt(desk: Desk): Promise<(id: string, words?: string) => Promise<string>> {
  const bornMs = desk.nowMs;
  const clocks = { nowMs: () => desk.nowMs, monoMs: () => 5_000 + desk.nowMs - bornMs };
  const room = must(await SigningRoom.open({ ...bed.roomWish, slotsDir: desk.slotsDir, ...clocks, tell: () => undefined }));
  return async (id, updates) => {
    const expMs = desk.nowMs + 600_000;
    const order = updates === undefined ? said : { ...said, updates: [updates] };
    const head = { typ: 'mandate' as const, id: 'm-1', iss: 'xa-02536', epoch: 'e1', aud: 'c/xa-02536', ctr: 1 };
    const from = { gateway: gateway.signer.keyid, feed: 'kttv', hazards: ['flash-flood'] };
    const body = { ...from, areas: ['08/02536'], templates: [templateContent(said, cryptography)], perHour: 2, maxMs: hourMs };
    const times = { iat: startMs - 9 * hourMs, nbf: startMs - 9 * hourMs, exp: startMs + 90 * 24 * hourMs };
    const mandate = seal({ ...head, ...times, body }, [bed.officer.signer, bed.second.signer]);
    const given = { id, iss: 'xa-02536', epoch: 'e1', aud: group, iat: desk.nowMs, exp: expMs };
    const authority = { by: 'mandate' as const, mandate, approval: gateway.approve(order, given) };
    const [signed] = await room.sign([draftOf('order', group, { ...order, authority }, { id, expMs })]);
    const result = signed ?? bad('signer-away', '');
    return result.ok ? 'signed' : result.problem.code;
  };
}

test('a desk that was killed knows what each mandate has started, until the hour is over', async () => {
  const desk = await newDesk();
  const first = await openAt(desk);
  expect([await first('o-1'), await first('o-2'), await first('o-3')]).toEqual(['signed', 'signed', 'too-many-requests']);
  desk.nowMs += 120_000;
  const second = await openAt(desk);
  expect([await second('o-2'), await second('o-3')]).toEqual(['signed', 'too-many-requests']);
  desk.nowMs += hourMs;
  const third = await openAt(desk);
  expect(await third('o-3')).toBe('signed');
});

test('a clock put back frees no start, and holds none for longer than an hour', async () => {
  const desk = await newDesk();
  const first = await openAt(desk);
  expect([await first('o-1'), await first('o-2')]).toEqual(['signed', 'signed']);
  desk.nowMs -= 5 * hourMs;
  const second = await openAt(desk);
  expect(await second('o-3')).toBe('too-many-requests');
  desk.nowMs += hourMs + 1;
  expect(await second('o-3')).toBe('signed');
});

test('the same order may be said again, and another one under its id may not', async () => {
  const desk = await newDesk();
  const sign = await openAt(desk);
  expect([await sign('o-1'), await sign('o-1'), await sign('o-1', 'o-0')]).toEqual(['signed', 'signed', 'conflict']);
  desk.nowMs += 120_000;
  const again = await openAt(desk);
  expect(await again('o-1', 'o-0')).toBe('conflict');
});
