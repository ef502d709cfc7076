// Orders that lie ready in boxes: who signs, what a want then holds, what the box says of it, how it is taken back.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { readLocalOrder } from '../../agent/messages.ts';
import { initialise } from '../../controller/init.ts';
import { cryptography } from '../../hardware/host/crypto.ts';
import { centreRing } from '../../schemas/centre-ring.ts';
import type { LocalOrders } from '../../schemas/local-orders.ts';
import type { ReadyOrderAnswer } from '../../schemas/ready-orders.ts';
import type { Part } from '../../schemas/want.ts';
import {
  type Asker,
  accounts,
  type BuiltCentre,
  codeOf,
  makeCentre,
  must,
  password,
  seedOf,
  startMs,
  statementIn,
} from './built-centre.ts';
import { installOfficers, OfficerDevice, pin } from './officer-device.ts';

const [first, second] = [new OfficerDevice('truc-ban'), new OfficerDevice('truc-ban-2')];
const dayMs = 24 * 3600_000;
const wish = { template: 'lu-quet', boxes: ['hop-1'], validMs: 180 * dayMs, perHour: 2 };

let built: BuiltCentre;
let one: Asker;
let two: Asker;

async function start(changes: object = {}): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'loa-ready-'));
  must(await initialise(dir, seedOf(changes), startMs));
  must(await installOfficers(dir, [first, second], startMs));
  built = await makeCentre({}, dir);
  [one, two] = [await built.as('truc-ban'), await built.as('truc-ban-2')];
  await Promise.all([first.beginShift(one), second.beginShift(two)]);
  const technician = await built.as('quan-tri');
  for (const id of ['hop-1', 'hop-2'])
    await technician('POST', '/boxes', {
      id,
      name: `Hộp ${id}`,
      area: '08/02536/thon-1',
      groups: ['thon-1'],
      outputs: [{ id: 'main', kind: 'loudspeaker' }],
    });
}

afterEach(async () => {
  await built.stop();
  await rm(built.dir, { recursive: true, force: true });
});

const prepare = (more: object = {}, who = one) => who('POST', '/ready-orders', { ...wish, ...more });
const list = async (): Promise<ReadyOrderAnswer[]> => (await one('GET', '/ready-orders')).body;
const states = async () => (await list()).flatMap(({ boxes }) => boxes.map(({ box, state, code }) => [box, state, code]));

function signed(device: OfficerDevice, { waiting }: ReadyOrderAnswer, more: object = {}) {
  const { payloadType = '', statements = [] } = waiting ?? {};
  const signatures = statements.map(({ box, statement }) => ({ box, sig: device.sign({ payloadType, statement }).sig }));
  return { keyid: device.keyid, signatures, pin, ...more };
}
const approve = (who: Asker, { id }: ReadyOrderAnswer, body: object) => who('POST', `/ready-orders/${id}/approve`, body);

async function lay(more: object = {}): Promise<ReadyOrderAnswer> {
  const made = (await prepare(more)).body;
  expect((await approve(one, made, signed(first, made))).body).toEqual({ state: 'laid' });
  return made;
}

/** What the box's want holds for it, as the box would fetch it. */
async function inWant(dev: string): Promise<LocalOrders['orders']> {
  const want = statementIn(JSON.parse(String(built.lastRetained(`loa/1/d/${dev}/dn/want`)?.payload)));
  const part = (want.body.parts as Part[]).find(({ kind }) => kind === 'localOrders');
  return part ? JSON.parse(Buffer.from((await built.centre.blobs.read(part.sha256)) ?? '').toString('utf8')).orders : [];
}

/** The ring that the box at the end of this centre's chain has. */
function boxRing(dev: string) {
  const { trust, card } = built.centre;
  const ring = must(centreRing(trust, card.id, cryptography));
  return { ...ring, place: { ...ring.place, dev, area: '08/02536/thon-1' } };
}

const report = (dev: string, local?: object[]) =>
  built.fromBox(dev, 'report', {
    rev: 1,
    boot: 'b1',
    version: 'thu',
    hardware: { audioOut: 'a', board: 'b', display: 'c' },
    wantRev: 1,
    offeredRev: 1,
    clock: 'signed',
    outputs: [],
    cache: { bytes: 0, missing: 0 },
    ...(local && { local }),
    outbox: { epoch: 'e1', low: 0, high: 0 },
    health: { state: 'ok', reasons: [] },
  });

describe('in a commune', () => {
  test('one officer’s signature lays it into the want of each box, and only the box it names takes it', async () => {
    await start();
    const made = (await prepare({ boxes: ['hop-1', 'hop-2'], key: true })).body as ReadyOrderAnswer;
    expect(made).toMatchObject({ title: 'Lũ quét', waiting: { needed: 1, statements: [{ box: 'hop-1' }, { box: 'hop-2' }] } });
    expect(await inWant('hop-1')).toEqual([]);
    expect((await approve(one, made, signed(first, made))).body).toEqual({ state: 'laid' });
    const [lies] = await inWant('hop-2');
    expect(lies).toMatchObject({ id: made.id, perHour: 2, key: 'key' });
    if (!lies) return;
    const read = (dev: string) => readLocalOrder(lies.envelope, { ring: boxRing(dev), crypto: cryptography });
    expect(must(read('hop-2'))).toMatchObject({
      order: { class: 'actual', area: '08/02536/thon-1' },
      authorised: { persons: ['truc-ban'] },
    });
    expect(read('hop-1')).toMatchObject({ ok: false, problem: { code: 'wrong-audience' } });
    expect(await list()).toMatchObject([{ id: made.id, signedBy: ['truc-ban'], waiting: null }]);
    const acts = (await built.centre.store.audit.entries(0, 1_000)).map(({ act }) => act).filter((act) => act.endsWith('-ready'));
    expect(acts).toEqual(['order.prepare-ready', 'order.approve-ready', 'order.lay-ready', 'order.lay-ready']);
  });

  test('nothing lies there after a wrong signature, another’s key, a missing box or a wrong PIN', async () => {
    await start();
    const made = (await prepare({ boxes: ['hop-1', 'hop-2'] })).body as ReadyOrderAnswer;
    const good = signed(first, made);
    const [a, b] = good.signatures;
    const swapped = [
      { box: 'hop-1', sig: b?.sig },
      { box: 'hop-2', sig: a?.sig },
    ];
    expect(codeOf(await approve(one, made, { ...good, signatures: swapped }))).toBe('signature-wrong');
    expect(codeOf(await approve(one, made, { ...good, signatures: [a] }))).toBe('bad-input');
    expect(codeOf(await approve(one, made, signed(second, made)))).toBe('not-allowed');
    expect(codeOf(await approve(one, made, { ...good, pin: '482914' }))).toBe('wrong-code');
    expect(await inWant('hop-1')).toEqual([]);
    expect((await one('DELETE', `/ready-orders/${made.id}`)).status).toBe(204);
    expect(codeOf(await approve(one, made, good))).toBe('not-found');
  });

  test('it waits ten minutes for its officers', async () => {
    await start();
    const made = (await prepare()).body as ReadyOrderAnswer;
    built.clock.nowMs += 600_000;
    expect(codeOf(await approve(one, made, signed(first, made)))).toBe('not-found');
  });

  test('the list says what the box says: sent, ready, refused with its reason, leaving, expired', async () => {
    await start();
    const { id } = await lay();
    expect(await states()).toEqual([['hop-1', 'sent', null]]);
    await report('hop-1', [{ id }]);
    expect(await states()).toEqual([['hop-1', 'ready', null]]);
    await report('hop-1', [{ id, code: 'key-unknown' }]);
    expect(await states()).toEqual([['hop-1', 'refused', 'key-unknown']]);
    await report('hop-1', [{ id }]);
    expect((await one('DELETE', `/boxes/hop-1/ready-orders/${id}`)).status).toBe(204);
    expect(await inWant('hop-1')).toEqual([]);
    expect(await states()).toEqual([['hop-1', 'leaving', null]]);
    await report('hop-1');
    expect(await states()).toEqual([]);
    expect(codeOf(await one('DELETE', `/boxes/hop-1/ready-orders/${id}`))).toBe('not-found');
    await lay({ validMs: 3600_000 });
    built.clock.nowMs += 3600_000;
    expect((await states()).map(([, state]) => state)).toEqual(['expired']);
  });

  test('a box holds eight and its key starts one; what has ended gives way', async () => {
    await start();
    await lay({ key: true, validMs: 3600_000 });
    expect(codeOf(await prepare({ key: true }))).toBe('conflict');
    for (let i = 0; i < 7; i++) await lay();
    expect(codeOf(await prepare())).toBe('conflict');
    built.clock.nowMs += 3600_000;
    await Promise.all([first.beginShift(one)]);
    await lay({ key: true });
    expect(await inWant('hop-1')).toHaveLength(8);
  });

  test.each([
    ['for a box that is not there', { boxes: ['la'] }, 'not-found'],
    ['of no template', { template: 'khong-co' }, 'not-found'],
    ['of more than a year', { validMs: 367 * dayMs }, 'bad-input'],
    ['of more than twenty starts an hour', { perHour: 21 }, 'bad-input'],
    ['as an exercise without the password', { class: 'exercise' }, 'wrong-credentials'],
  ])('%s it is refused', async (_what, changes, code) => {
    await start();
    expect(codeOf(await prepare(changes))).toBe(code);
  });

  test('who does not order cannot lay one; an exercise is laid by password and says what it is', async () => {
    await start();
    expect(codeOf(await prepare({}, await built.as('ky-thuat')))).toBe('not-allowed');
    expect((await prepare({ class: 'exercise', password })).body).toEqual({ state: 'laid' });
    const [lies] = await inWant('hop-1');
    const read = must(readLocalOrder(lies?.envelope as never, { ring: boxRing('hop-1'), crypto: cryptography }));
    expect(read).toMatchObject({ order: { class: 'exercise' }, authorised: { by: 'drill' } });
  });
});

test('beyond a commune a second person signs, who knows the two digits', async () => {
  const centre = { id: 'tinh', name: 'Tỉnh', level: 'province', area: '08', zone: 'Asia/Ho_Chi_Minh' };
  await start({ centre, accounts: accounts.map((account) => ({ ...account, password })) });
  const made = (await prepare()).body as ReadyOrderAnswer;
  expect(made.waiting?.needed).toBe(2);
  expect((await approve(one, made, signed(first, made))).body).toMatchObject({ signedBy: ['truc-ban'] });
  expect(codeOf(await approve(one, made, signed(first, made)))).toBe('own-work');
  expect(codeOf(await approve(two, made, signed(second, made)))).toBe('not-allowed');
  expect(await inWant('hop-1')).toEqual([]);
  expect((await approve(two, made, signed(second, made, { match: made.waiting?.match }))).body).toEqual({ state: 'laid' });
  expect(await inWant('hop-1')).toHaveLength(1);
});
