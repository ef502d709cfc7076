// A centre that follows its orders: silent boxes are sent them again, to one box only, and the desk sees who does not answer.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { initialise } from '../../controller/init.ts';
import { type Asker, type BuiltCentre, makeCentre, must, password, seedOf, startMs } from './built-centre.ts';

let built: BuiltCentre;
let duty: Asker;
let dir = '';

const wish = { template: 'lu-quet', groups: ['thon-1'], class: 'exercise', confirm: true, password };
const devs = ['hop-1', 'hop-2', 'hop-3'];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'loa-watch-'));
  must(await initialise(dir, seedOf(), startMs));
  await begin();
  const technician = await built.as('ky-thuat');
  for (const id of devs)
    await technician('POST', '/boxes', {
      id,
      name: id,
      area: '08/02536',
      groups: ['thon-1'],
      outputs: [{ id: 'main', kind: 'loudspeaker' }],
    });
});
afterEach(async () => {
  await built.stop();
  await rm(dir, { recursive: true, force: true });
});

async function begin(): Promise<void> {
  built = await makeCentre({}, dir);
  duty = await built.as('truc-ban');
}

async function give(): Promise<string> {
  return (await duty('POST', '/orders', wish)).body.id;
}

/** As the log desk does after its commit. */
async function says(order: string, dev: string, state: string): Promise<void> {
  const fact = { order, dev, state, atMs: built.clock.nowMs, voice: null, problem: null };
  await built.centre.store.log.commit({ rows: [], receipts: [], conflicts: [], heads: [], progress: [fact] });
  built.centre.watch.told([fact]);
}

async function later(ms: number): Promise<string[]> {
  built.published.length = 0;
  built.clock.nowMs += ms;
  await built.centre.watch.look();
  return built.published.flatMap(({ topic, to }) => (topic.endsWith('/drill') && to !== undefined ? [to] : []));
}

const counts = async (id: string) => (await duty('GET', `/orders/${id}`)).body.counts;

describe('an order that was given', () => {
  test('goes again to the one that is connected and silent, ever more seldom, and it is shown as unanswered', async () => {
    for (const dev of ['hop-1', 'hop-2']) built.connect(dev, true);
    const id = await give();
    expect(await counts(id)).toMatchObject({ sent: 2, offline: 1, unanswered: 0 });
    await says(id, 'hop-1', 'accepted');
    expect(await later(4_000)).toEqual([]);
    expect(await later(1_000)).toEqual(['hop-2']);
    expect(await counts(id)).toMatchObject({ received: 1, offline: 1, unanswered: 1, sent: 0 });
    expect(await later(9_000)).toEqual([]);
    expect(await later(1_000)).toEqual(['hop-2']);
    await says(id, 'hop-2', 'sounding');
    expect(await later(600_000)).toEqual([]);
    expect(await counts(id)).toMatchObject({ received: 1, sounding: 1, offline: 1, unanswered: 0 });
  });

  test('is followed on after a restart of the centre, as boxes come back', async () => {
    built.connect('hop-1', true);
    const id = await give();
    await says(id, 'hop-1', 'sounding');
    await built.stop();
    await begin();
    expect(await counts(id)).toMatchObject({ sounding: 1, offline: 2 });
    built.connect('hop-2', true);
    expect(await later(5_000)).toEqual(['hop-2']);
  });

  test('is followed on after a restart, however many newer ones are over', async () => {
    built.connect('hop-1', true);
    const id = await give();
    const stored = await built.centre.store.orders.order(id);
    if (!stored) throw new Error('not stored');
    const act = { atMs: startMs, actor: 'x', act: 'x', subject: 'x', sha256: '' };
    for (let at = 0; at < 520; at += 1) {
      const givenMs = built.clock.nowMs + at + 1;
      await built.centre.store.orders.addOrder({ ...stored, id: `over-${at}`, givenMs, expMs: givenMs + 1 }, [], act);
    }
    built.clock.nowMs += 120_000;
    await built.stop();
    await begin();
    built.clock.nowMs = startMs + 120_000;
    built.connect('hop-2', true);
    expect(await later(5_000)).toEqual(['hop-2']);
  });

  test('is sent no more once it is over; what never answered stays red', async () => {
    built.connect('hop-1', true);
    const id = await give();
    expect(await later(1_000_000)).toEqual([]);
    expect(await counts(id)).toMatchObject({ unanswered: 1, offline: 2 });
  });

  test('when it is cleared, the clear goes again to those that sound on', async () => {
    for (const dev of devs) built.connect(dev, true);
    const id = await give();
    for (const dev of devs) await says(id, dev, 'sounding');
    await duty('POST', `/orders/${id}/clear`, {});
    for (const dev of ['hop-1', 'hop-3']) await says(id, dev, 'cleared');
    built.published.length = 0;
    built.clock.nowMs += 5_000;
    await built.centre.watch.look();
    expect(built.published.filter(({ topic }) => topic.endsWith('/order')).map(({ to }) => to)).toEqual(['hop-2']);
  });

  test('a list of orders names at most fifty boxes, and counts all', async () => {
    const boxes = Array.from({ length: 60 }, (_, i) => `b-${i}`);
    const stored = { ...must(await built.centre.orders.give({ ...wish, class: 'exercise', validMs: 60_000, by: 'x' })), boxes };
    const { counts: all, lines } = await built.centre.watch.summary(stored);
    expect([all.offline, lines.length]).toEqual([60, 50]);
  });
});
