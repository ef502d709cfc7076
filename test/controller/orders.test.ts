// Orders at the centre: who may, what stands in the retained frame, how they end, how far each box is.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { initialise } from '../../controller/init.ts';
import { cryptography } from '../../hardware/host/crypto.ts';
import { authorityOf } from '../../schemas/authority.ts';
import { open } from '../../schemas/envelope.ts';
import { keyRing } from '../../schemas/keys.ts';
import { Order } from '../../schemas/order.ts';
import { until } from '../wire/waiting.ts';
import { type Asker, type BuiltCentre, codeOf, frameIn, makeCentre, must, password, seedOf, startMs, statementIn } from './built-centre.ts';
import { installOfficers, OfficerDevice } from './officer-device.ts';

let built: BuiltCentre;
let duty: Asker;
const device = new OfficerDevice('truc-ban');

const topic = 'loa/1/g/thon-1/order';
const wish = { template: 'lu-quet', groups: ['thon-1'], class: 'exercise', confirm: true, password };
/** The real thing: prepared, signed by the officer, given. */
const give = (change: object = {}) => device.give(duty, { ...wish, ...change });

async function start(changes: object = {}): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'loa-orders-'));
  must(
    await initialise(
      dir,
      seedOf({
        groups: [
          { id: 'thon-1', name: 'Thôn 1' },
          { id: 'thon-2', name: 'Thôn 2' },
        ],
        ...changes,
      }),
      startMs,
    ),
  );
  must(await installOfficers(dir, [device], startMs));
  built = await makeCentre({}, dir);
  duty = await built.as('truc-ban');
  const technician = await built.as('ky-thuat');
  for (const [id, group] of [
    ['hop-1', 'thon-1'],
    ['hop-2', 'thon-2'],
  ])
    await technician('POST', '/boxes', {
      id,
      name: `Hộp ${id}`,
      area: '08/02536',
      groups: [group],
      outputs: [{ id: 'main', kind: 'loudspeaker' }],
    });
}

beforeEach(() => start());
afterEach(async () => {
  await built.stop();
  await rm(built.dir, { recursive: true, force: true });
});

function frame(of = topic) {
  const payload = built.lastRetained(of)?.payload ?? Buffer.alloc(0);
  return payload.length === 0 ? [] : frameIn(payload).envelopes.map((envelope) => ({ envelope, statement: statementIn(envelope) }));
}

describe('giving an order', () => {
  test('needs the role, the confirmation and the password again', async () => {
    const administrator = await built.as('quan-tri');
    expect(codeOf(await administrator('POST', '/orders', wish))).toBe('not-allowed');
    expect(codeOf(await duty('POST', '/orders', { ...wish, password: 'sai' }))).toBe('wrong-credentials');
    expect(codeOf(await duty('POST', '/orders', { ...wish, confirm: false }))).toBe('bad-input');
    expect(codeOf(await duty('POST', '/orders', { ...wish, template: 'khong-co' }))).toBe('not-found');
    expect(codeOf(await duty('POST', '/orders', { ...wish, groups: ['khong-co'] }))).toBe('not-found');
    expect(frame()).toEqual([]);
  });

  test('puts a signed order that boxes accept into the group’s retained frame', async () => {
    const given = await give();
    expect(given.body).toMatchObject({
      title: 'Lũ quét',
      class: 'actual',
      state: 'active',
      issuedBy: 'truc-ban',
      exp: built.clock.nowMs + 900_000,
    });
    expect(given.body.progress).toMatchObject([{ box: 'hop-1', state: 'offline' }]);
    const [one, ...others] = frame();
    expect(others).toEqual([]);
    const keys = JSON.parse(String(built.lastRetained('loa/1/d/hop-1/dn/keys')?.payload));
    const ring = must(keyRing(built.centre.trust.root, keys, 'hop-1', cryptography));
    const opened = must(open(one?.envelope, 'order', Order, (id) => ring.keys.get(id), cryptography));
    expect(opened.statement).toMatchObject({
      id: given.body.id,
      aud: 'g/thon-1',
      iss: 'xa-02536',
      body: { hazard: 'flash-flood', level: 'commune', area: '08/02536' },
    });
    expect(ring.keys.get(opened.signedBy[0] ?? '')?.roles).toEqual(['order']);
    expect(must(authorityOf(opened, ring, cryptography))).toMatchObject({ by: 'officers', persons: ['truc-ban'] });
  });

  test('the real thing is not given without an officer’s signature', async () => {
    expect(codeOf(await duty('POST', '/orders', { ...wish, class: 'actual' }))).toBe('one-officer');
    expect(frame()).toEqual([]);
  });

  test('an exercise says so first and last, and on the screen', async () => {
    await duty('POST', '/orders', { ...wish, class: 'exercise' });
    const { body } = frame('loa/1/g/thon-1/drill')[0]?.statement ?? {};
    expect(body.speech[0].speak).toMatch(/^Đây là diễn tập\..*không phải tình huống thật\.$/);
    expect(body.screen.title).toMatch(/^DIỄN TẬP/);
  });

  test('in a demo the real thing cannot be given', async () => {
    await built.stop();
    await start({ demo: true });
    expect(codeOf(await give())).toBe('demo-only');
    expect(codeOf(await duty('POST', '/orders', { ...wish, class: 'actual' }))).toBe('demo-only');
    expect((await duty('POST', '/orders', { ...wish, class: 'test' })).body.class).toBe('exercise');
  });

  test('is named in the next heartbeat by its topic, so that a box that was kept from it knows', async () => {
    await give();
    await duty('POST', '/orders', { ...wish, groups: ['thon-2'], class: 'exercise' });
    const [order, drill] = [frame()[0]?.statement.ctr, frame('loa/1/g/thon-2/drill')[0]?.statement.ctr];
    const beat = await until('a heartbeat with both', async () => {
      const { body } = statementIn(JSON.parse(String(built.lastRetained('loa/1/c/xa-02536/on')?.payload)));
      return Object.keys(body.topics ?? {}).length === 2 ? body : undefined;
    });
    expect(beat.topics).toEqual({ 'g/thon-1/order': order, 'g/thon-2/drill': drill });
  });

  test('to several groups keeps one id and one counter space each', async () => {
    const given = await give({ groups: ['thon-2', 'thon-1'] });
    const both = [frame(), frame('loa/1/g/thon-2/order')].map(([one]) => one?.statement);
    expect(both.map((one) => one.id)).toEqual([given.body.id, given.body.id]);
    expect(both.map((one) => one.aud)).toEqual(['g/thon-1', 'g/thon-2']);
  });

  test('stops at fifteen living orders in a group, so that a clear always fits', async () => {
    for (let i = 0; i < 15; i++) must(await built.centre.orders.give({ ...wish, class: 'exercise', validMs: 60_000, by: 'x' }));
    const more = await built.centre.orders.give({ ...wish, class: 'exercise', validMs: 60_000, by: 'x' });
    expect(more).toMatchObject({ ok: false, problem: { code: 'conflict', path: '/groups' } });
    expect(await built.centre.orders.stopAll('x')).toHaveLength(15);
    expect(frame()).toHaveLength(1);
    expect(frame()[0]?.statement.body.ids).toHaveLength(15);
  });
});

describe('ending an order', () => {
  test('replaces it by a clear with a higher counter of the same space', async () => {
    const given = await give();
    const before = frame()[0]?.statement;
    const cleared = await duty('POST', `/orders/${given.body.id}/clear`, { reason: 'báo nhầm' });
    expect(cleared.body.state).toBe('cleared');
    const [one, ...others] = frame();
    expect(others).toEqual([]);
    expect(one?.statement).toMatchObject({ typ: 'clear', body: { ids: [given.body.id], reason: 'báo nhầm', level: 'commune' } });
    expect(one?.statement.ctr).toBeGreaterThan(before.ctr);
    expect(one?.statement.epoch).toBe(before.epoch);
    expect(codeOf(await duty('POST', `/orders/${given.body.id}/clear`, {}))).toBe('not-found');
  });

  test('stop-all ends what lives and leaves later orders alone', async () => {
    const first = await give();
    const second = await give({ template: 'sat-lo', groups: ['thon-2'] });
    const stopped = await duty('POST', '/orders/stop-all', {});
    expect(new Set(stopped.body.cleared)).toEqual(new Set([first.body.id, second.body.id]));
    const third = await give();
    expect(frame().map(({ statement }) => statement.typ)).toEqual(['clear', 'order']);
    expect(frame()[0]?.statement.body.ids).not.toContain(third.body.id);
    expect((await duty('POST', '/orders/stop-all', {})).body.cleared).toEqual([third.body.id]);
    expect(frame()[0]?.statement.body.ids).toEqual([third.body.id, first.body.id]);
    expect((await duty('POST', '/orders/stop-all')).body.cleared).toEqual([]);
  });

  test('stop-all ends a start at a box, too, of which it hears only afterwards', async () => {
    built.connect('hop-1', true);
    const word = (order: string, atMs: number) => ({ order, dev: 'hop-1', state: 'accepted', atMs, voice: null, problem: null });
    const clears = () =>
      built.published
        .filter(({ to, payload }) => to === 'hop-1' && payload.length > 0)
        .flatMap(({ payload }) => frameIn(payload).envelopes.map((envelope) => statementIn(envelope)))
        .flatMap(({ typ, body }) => (typ === 'clear' ? body.ids : []));
    const { nowMs } = built.clock;
    await built.centre.orders.told([word('ready-1#1', nowMs - 1)]);
    expect(clears(), 'nothing was stopped').toEqual([]);
    await duty('POST', '/orders/stop-all', {});
    built.clock.nowMs += 2_000;
    await built.centre.orders.told([word('ready-1#1', nowMs - 1_000), word('ready-1#2', nowMs + 500)]);
    await built.centre.orders.told([{ ...word('ready-1#1', nowMs - 900), state: 'sounding' }, word('order-1', nowMs - 1)]);
    expect(clears()).toEqual(['ready-1#1']);
    built.clock.nowMs += 60_000;
    await built.centre.orders.told([word('ready-1#3', nowMs - 1)]);
    expect(clears(), 'it came back after long').toEqual(['ready-1#1']);
  });

  test('an exercise never stands in the way of the real thing, nor of its own end, within one millisecond', async () => {
    const exercise = await duty('POST', '/orders', wish);
    const real = await give();
    expect([exercise.status, real.status]).toEqual([201, 200]);
    await duty('POST', '/orders', wish);
    expect((await duty('POST', '/orders/stop-all', {})).body.cleared).toHaveLength(3);
    expect((await duty('POST', '/orders', wish)).status).toBe(201);
    expect((await duty('POST', '/orders/stop-all', {})).body.cleared).toHaveLength(1);
  });

  test('stop-all names every order of a group that is full, exercises too', async () => {
    const given: string[] = [];
    for (let i = 0; i < 15; i += 1) given.push((await give()).body.id);
    for (let i = 0; i < 3; i += 1) given.push((await duty('POST', '/orders', wish)).body.id);
    expect(new Set((await duty('POST', '/orders/stop-all', {})).body.cleared)).toEqual(new Set(given));
    const [clear, ...others] = frame();
    expect(others).toEqual([]);
    expect(new Set(clear?.statement.body.ids)).toEqual(new Set(given));
  });

  test('a restart rebuilds the frame byte for byte, without what has expired', async () => {
    await give();
    await give({ template: 'sat-lo', validMs: 60_000 });
    const before = built.lastRetained(topic)?.payload;
    const second = await makeCentre({}, built.dir);
    const rebuilt = frameIn(second.lastRetained(topic)?.payload ?? Buffer.alloc(0));
    expect(JSON.stringify(rebuilt.envelopes)).toBe(JSON.stringify(frameIn(before ?? Buffer.alloc(0)).envelopes));
    await second.stop();
  });
});
