// Boxes on addresses of their own, in namespaces of their own, under one real centre, over wires that lose, mix up, delay and go deaf.
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PageState } from '../../agent/page/view.ts';
import type { BoxAnswer } from '../../schemas/api.ts';
import type { LogRowAnswer } from '../../schemas/log.ts';
import type { OrderAnswer } from '../../schemas/order-api.ts';
import { type District, freePorts, group, openDistrict, password, run, seedOf } from './district.ts';
import { centreAddress, missing, Namespace, openCentreAddress } from './namespaces/namespace.ts';
import { until } from './waiting.ts';

const lacks = missing();
const ids = ['loa-1', 'loa-2', 'loa-3'] as const;
type BoxId = (typeof ids)[number];

/** Half as long again as the keep-alive of 60 s, and a little for a busy machine. */
const noticedWithinMs = 120_000;
const shortestMs = 60_000;

describe.skipIf(lacks !== undefined)(`a centre and three boxes on addresses of their own${lacks ? ` [needs ${lacks}]` : ''}`, () => {
  const places = new Map<BoxId, Namespace>();
  let district: District;
  let closeAddress: () => void;

  beforeAll(async () => {
    closeAddress = openCentreAddress();
    const dir = await mkdtemp(join(tmpdir(), 'loa-namespaces-'));
    run('controller', ['init', '--data', join(dir, 'centre')], JSON.stringify(seedOf({ sessionGapMs: 0 })));
    district = await openDistrict(dir, await freePorts(3), ['--box-host', centreAddress, '--public-host', centreAddress]);
    for (const [at, id] of ids.entries()) {
      const place = new Namespace(at + 1);
      places.set(id, place);
      await district.addBox({ id, kind: 'loudspeaker', within: place.within });
      // Without time an exercise is refused, as it should be.
      await until(`${id} knows the time`, async () => (await look(id)).now.quality === 'signed' || undefined);
      await until(`${id} is there`, async () => (await isOnline(id)) || undefined);
    }
  }, 180_000);
  afterAll(async () => {
    await district?.stop();
    for (const place of places.values()) place.stop();
    closeAddress?.();
  });

  const wireOf = (id: BoxId) => {
    const place = places.get(id);
    if (!place) throw new Error(`no place for ${id}`);
    return place.wire;
  };
  const look = async (id: BoxId) => (await places.get(id)?.ask(`${district.boxes.get(id)?.page}/state.json`)) as PageState;
  const isOnline = async (id: BoxId) => (await district.approver.get<BoxAnswer>(`/boxes/${id}`)).online;
  const give = (validMs = 900_000) =>
    district.duty.post<OrderAnswer>('/orders', {
      ...{ template: 'lu-quet', groups: [group], class: 'exercise', confirm: true, password, validMs },
    });
  const stateOf = async (order: string, id: BoxId) =>
    (await district.duty.get<OrderAnswer>(`/orders/${order}`)).progress.find(({ box }) => box === id)?.state;
  const isOver = async (order: string, id: BoxId) =>
    ['cleared', 'ended', 'expired'].includes((await stateOf(order, id)) ?? '') || undefined;
  /** It has been heard, whatever came of it since. */
  const wasHeard = async (order: string, id: BoxId) => (await begun(order, id)) > 0 || undefined;
  const rowsOf = (id: BoxId) => district.approver.get<LogRowAnswer[]>(`/log?box=${id}&limit=500`);
  const begun = async (order: string, id: BoxId) =>
    (await rowsOf(id)).filter(({ kind, entry }) => {
      const text = JSON.stringify(entry);
      return kind === 'order' && text.includes(`"${order}"`) && text.includes('"sounding"');
    }).length;

  it('over wires that lose, mix up, delay and crawl an order sounds on each, once', async () => {
    Object.assign(wireOf('loa-1').toBox, { delayMs: 300, bitsPerSecond: 64_000 });
    Object.assign(wireOf('loa-1').toCentre, { delayMs: 300, bitsPerSecond: 64_000 });
    for (const way of [wireOf('loa-2').toBox, wireOf('loa-2').toCentre])
      Object.assign(way, { lossShare: 0.1, delayMs: 40, lateShare: 0.3, lateMs: 120 });
    const { id } = await give();
    const fromMs = Date.now();
    const afterMs: Partial<Record<BoxId, number>> = {};
    await Promise.all(
      ids.map(async (box) => {
        await until(`it sounds on ${box}`, () => wasHeard(id, box), 60_000).catch(async (error: Error) => {
          throw new Error(`${error.message}; ${await stateOf(id, box)}`);
        });
        afterMs[box] = Date.now() - fromMs;
      }),
    );
    await district.duty.post(`/orders/${id}/clear`);
    for (const box of ids) await until(`it is over on ${box}`, () => isOver(id, box));
    for (const box of ids) expect(await begun(id, box), box).toBe(1);
    const { toBox, toCentre } = wireOf('loa-2').passed;
    console.log(`told as sounding after ${JSON.stringify(afterMs)} ms; lossy wire ${JSON.stringify({ toBox, toCentre })}`);
    expect(toBox.lost).toBeGreaterThan(0);
    expect(toBox.behind + toCentre.behind).toBeGreaterThan(0);
  }, 240_000);

  it('a silent wire that is deaf in one direction is noticed at both ends', async () => {
    wireOf('loa-1').toCentre.cut = true;
    wireOf('loa-2').toBox.cut = true;
    const deafMs = Date.now();
    const noticedMs: Record<string, number> = {};
    await Promise.all(
      (['loa-1', 'loa-2'] as const).flatMap((box) => [
        until(`${box} is not called there`, async () => (await isOnline(box)) === false || undefined, noticedWithinMs).then(() => {
          noticedMs[`centre of ${box}`] = Date.now() - deafMs;
        }),
        until(`${box} knows that it is alone`, async () => !(await look(box)).link.up || undefined, noticedWithinMs).then(() => {
          noticedMs[box] = Date.now() - deafMs;
        }),
      ]),
    );
    wireOf('loa-1').toCentre.cut = false;
    wireOf('loa-2').toBox.cut = false;
    for (const box of ['loa-1', 'loa-2'] as const) await until(`${box} is back`, async () => (await isOnline(box)) || undefined, 120_000);
    console.log(`silent deafness noticed after ${JSON.stringify(noticedMs)} ms`);
  }, 360_000);

  it('a wire that is deaf in one direction is noticed; nothing is claimed; an order of meanwhile sounds once, one that ran out never', async () => {
    wireOf('loa-1').toCentre.cut = true;
    wireOf('loa-2').toBox.cut = true;
    const deafMs = Date.now();
    const short = await give(shortestMs);
    const long = await give();
    await until('it sounds where the line is whole', () => wasHeard(long.id, 'loa-3'));
    const noticedMs: Partial<Record<BoxId, number>> = {};
    await Promise.all(
      (['loa-1', 'loa-2'] as const).map(async (box) => {
        await until(`${box} is not called there`, async () => (await isOnline(box)) === false || undefined, noticedWithinMs);
        noticedMs[box] = Date.now() - deafMs;
        for (const order of [short.id, long.id]) expect(['sent', 'offline', 'unanswered']).toContain(await stateOf(order, box));
      }),
    );
    // The one that hears may sound all the same; nobody at the centre can know.
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, deafMs + shortestMs + 5_000 - Date.now())));
    for (const place of places.values()) Object.assign(place.wire.toBox, { cut: false });
    Object.assign(wireOf('loa-1').toCentre, { cut: false });
    const mendedMs = Date.now();
    for (const box of ['loa-1', 'loa-2'] as const) {
      await until(`${box} is back`, async () => (await isOnline(box)) || undefined, 90_000);
      await until(`it sounds on ${box}`, () => wasHeard(long.id, box), 60_000);
    }
    const backMs = Date.now() - mendedMs;
    await district.duty.post(`/orders/${long.id}/clear`);
    for (const box of ids)
      await until(`it is over on ${box}`, async () => ((await stateOf(long.id, box)) === 'cleared' ? true : undefined));
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    for (const box of ids) expect(await begun(long.id, box), box).toBe(1);
    expect(await begun(short.id, 'loa-2'), 'it never reached it in time').toBe(0);
    console.log(`deafness noticed after ${JSON.stringify(noticedMs)} ms; both back and told ${backMs} ms after the wires were mended`);
  }, 360_000);

  it('no row was lost, none came twice, and no box began a new book', async () => {
    for (const id of ids) {
      const rows = await until(`all rows of ${id}`, async () => {
        const now = await rowsOf(id);
        return now.length > 0 ? now : undefined;
      });
      expect(new Set(rows.map(({ epoch }) => epoch)).size, id).toBe(1);
      const told = rows.map(({ seq }) => seq).sort((a, b) => a - b);
      expect(told, id).toEqual(told.map((_, at) => at + 1));
    }
    expect(await district.approver.get<unknown[]>('/log/conflicts')).toEqual([]);
  });
});
