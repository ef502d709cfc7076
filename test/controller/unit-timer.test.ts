// The one timer of units: asked when the next change is due, however far away; boxes hear of it until they have heard.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type UnitState, worldOf } from '../../controller/core/unit-book.ts';
import { applyPlan } from '../../controller/core/unit-plan.ts';
import type { UnitStore, UnitWrite } from '../../controller/store/unit-store.ts';
import { UnitDesk } from '../../controller/units/unit-desk.ts';
import { zoneClock } from '../../schemas/zones.ts';
import { must } from './built-centre.ts';
import { world } from './unit-rig.ts';

const minuteMs = 60_000;
const dayMs = 1_440 * minuteMs;
/** Noon in Viet Nam on 1 June 2025; the change is for 15 July, further away than one timer reaches. */
const nowMs = Date.UTC(2025, 5, 1, 5);
const dueMs = Date.UTC(2025, 6, 14, 17);

/** The port in memory: one decision at a time needs no turn. */
class MemoryUnits implements Pick<UnitStore, 'units' | 'changes' | 'areas' | 'state' | 'decide'> {
  now: UnitState = { units: [...world.tree.values()], boxes: world.boxes, holders: world.holders, changes: [], foreseen: new Map() };
  failing = 0;
  units = async () => [...this.now.units];
  changes = async () => [...this.now.changes];
  areas = async () => new Map(this.now.boxes.map(({ id, history }) => [id, history]));
  state = async () => this.now;
  decide: UnitStore['decide'] = async (judge) => {
    if (this.failing-- > 0) throw new Error('the disk is away');
    const judged = judge(this.now, undefined);
    if (judged.ok && judged.value) this.#write(judged.value);
    return judged;
  };

  #write({ entry, apply, keep }: UnitWrite): void {
    const after = apply ? applyPlan(worldOf(this.now), apply) : worldOf(this.now);
    const changes = [...this.now.changes.filter(({ id }) => id !== entry.id), entry];
    this.now = {
      units: [...after.tree.values()],
      boxes: after.boxes,
      holders: after.holders,
      changes,
      foreseen: new Map(keep ? [[entry.id, keep]] : []),
    };
  }
}

let units: MemoryUnits;
let desk: UnitDesk;
let moved: string[];
let told: number[];
let away: number;

beforeEach(async () => {
  vi.useFakeTimers({ now: nowMs });
  [units, moved, told, away] = [new MemoryUnits(), [], [], 0];
  const empty = {
    ready: async () => new Map(),
    ordersUntil: async () => [],
    mandates: async () => [],
    sources: async () => [],
    areaPolicies: async () => [],
    value: async () => undefined,
  };
  desk = new UnitDesk({
    store: { units, meta: empty, orders: empty, alerts: empty, calendar: empty, audit: empty } as never,
    card: { id: 'tinh', name: 'Tỉnh', level: 'province', area: '08', zone: 'Asia/Ho_Chi_Minh', demo: false },
    trust: { chain: [{ payload: Buffer.from('{"body":{"keys":[]}}').toString('base64') }] } as never,
    clock: must(zoneClock('Asia/Ho_Chi_Minh')),
    registry: { move: (id, { area }) => void moved.push(`${id} ${area}`), box: () => undefined },
    feed: { tell: () => undefined } as never,
    journal: { info: () => undefined, warn: () => undefined },
    changed: async () => {
      told.push(Date.now());
      if (away-- > 0) throw new Error('the signing desk is away');
    },
    nowMs: Date.now,
  });
  await desk.start();
  const asking = { by: 'x', grants: [{ role: 'administrator', area: '08' } as const] };
  must(await desk.make({ date: '2025-07-15', note: '', change: { do: 'move', unit: 'd', parent: 'huyen' } }, asking));
});
afterEach(() => {
  desk.stop();
  vi.useRealTimers();
});

test('a change weeks away is done at its midnight, not before', async () => {
  await vi.advanceTimersByTimeAsync(dueMs - nowMs - 1);
  expect([moved, desk.changes()[0]?.state]).toEqual([[], 'waiting']);
  await vi.advanceTimersByTimeAsync(1);
  expect([moved, desk.changes()[0]?.state]).toEqual([['box-d 08/075/00004'], 'in-force']);
  expect(told).toEqual([dueMs]);
});

test('boxes are told again each half minute while nobody can sign', async () => {
  away = 2;
  await vi.advanceTimersByTimeAsync(dueMs - nowMs + 10 * minuteMs);
  expect(told).toEqual([dueMs, dueMs + 30_000, dueMs + 60_000]);
  expect(desk.changes()[0]?.state).toBe('in-force');
});

test('a store that is away on the day is asked again', async () => {
  await vi.advanceTimersByTimeAsync(dueMs - nowMs - 1);
  units.failing = 3;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(desk.changes()[0]?.state).toBe('waiting');
  await vi.advanceTimersByTimeAsync(60_000);
  expect([moved.length, desk.changes()[0]?.state]).toEqual([1, 'in-force']);
});

test('a stopped desk does nothing more', async () => {
  desk.stop();
  await vi.advanceTimersByTimeAsync(60 * dayMs);
  expect(moved).toEqual([]);
});
