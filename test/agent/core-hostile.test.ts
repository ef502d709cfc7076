// What a hostile or unlucky sequence of genuine documents may not do to a box.
import { describe, expect, test } from 'vitest';
import type { Order } from '../../schemas/order.ts';
import { hourMs, opened, order, plan } from '../world/build.ts';
import { Rig } from './core-rig.ts';

const noon = 12 * hourMs;

function offer(rig: Rig, id: string, ctr: number, change: Partial<Order> = {}): void {
  const exp = rig.wallMs + hourMs;
  rig.tell({ is: 'orderOffered', opened: opened(id, ctr, { nbf: 0, exp }), order: order({ ...change }), inline: [] });
}

function clear(rig: Rig, ids: string[], ctr: number): void {
  const exp = rig.wallMs + hourMs;
  rig.tell({ is: 'clearOffered', opened: opened(`c-${ctr}`, ctr, { nbf: 0, exp }), clear: { ids, level: 'commune', reason: '' } });
}

function states(rig: Rig, id: string): string[] {
  return rig.facts.flatMap((fact) => (fact.kind === 'order' && fact.order === id ? [fact.state] : []));
}

describe('orders that wait for the time', () => {
  test('a clear of another order, heard meanwhile, does not make them replays', () => {
    const rig = new Rig(noon);
    rig.quality = 'floor';
    rig.bootWith(plan(1));
    offer(rig, 'o-1', 1);
    offer(rig, 'o-2', 2);
    clear(rig, ['o-1'], 3);
    rig.quality = 'signed';
    rig.tell({ is: 'clockChanged' });
    expect(states(rig, 'o-2')).toEqual(['accepted']);
    expect(states(rig, 'o-1')).not.toContain('accepted');
  });

  test('after a power cut they are heard again from the retained frame, though a later clear was known', () => {
    const rig = new Rig(noon);
    rig.quality = 'floor';
    rig.bootWith(plan(1));
    offer(rig, 'o-1', 1);
    offer(rig, 'o-2', 2);
    clear(rig, ['o-1'], 3);
    const again = new Rig(noon);
    again.state = { ...again.state, kept: rig.state.kept };
    again.boot();
    offer(again, 'o-2', 2);
    clear(again, ['o-1'], 3);
    offer(again, 'o-1', 1);
    expect(states(again, 'o-2')).toEqual(['accepted']);
    expect(states(again, 'o-1')).not.toContain('accepted');
  });

  test('a newer order that comes with the time does not shut out the older ones', () => {
    const rig = new Rig(noon);
    rig.quality = 'floor';
    rig.bootWith(plan(1));
    offer(rig, 'o-1', 1);
    rig.quality = 'signed';
    offer(rig, 'o-2', 2);
    expect(states(rig, 'o-1')).toEqual(['accepted']);
    expect(states(rig, 'o-2')).toEqual(['accepted']);
    const [counter] = Object.values(rig.state.kept.orders.counters);
    expect(counter?.ctr).toBe(2);
  });
});

describe('a box full of orders', () => {
  test('gives the lowest up for one that matters more, and refuses one that does not', () => {
    const rig = new Rig(noon).bootWith(plan(1));
    for (let i = 1; i <= 16; i++) offer(rig, `o-${i}`, i, { class: 'exercise', severity: 'Minor' });
    offer(rig, 'o-low', 17, { class: 'exercise', severity: 'Minor' });
    expect(states(rig, 'o-low')).toEqual(['refused']);
    offer(rig, 'o-real', 18);
    expect(states(rig, 'o-real')).toEqual(['accepted']);
    expect(states(rig, 'o-1')).toEqual(['accepted', 'expired']);
    expect(rig.state.kept.orders.active).toHaveLength(16);
  });
});

describe('a signed document that is refused', () => {
  test('is told once, however often it comes, and again in another hour', () => {
    const rig = new Rig(noon).bootWith(plan(1));
    const early = {
      is: 'orderOffered',
      opened: opened('o-1', 1, { nbf: rig.wallMs + 9e7, exp: rig.wallMs + 1e8 }),
      order: order(),
      inline: [],
    } as const;
    for (let i = 0; i < 50; i++) rig.tell(early);
    expect(states(rig, 'o-1')).toEqual(['refused']);
    rig.pass(hourMs + 1);
    rig.tell(early);
    expect(states(rig, 'o-1')).toEqual(['refused', 'refused']);
  });

  test('is told at most so often: many old ones cannot fill the outbox', () => {
    const rig = new Rig(noon).bootWith(plan(1));
    const before = rig.facts.length;
    for (let i = 1; i <= 1_000; i++) {
      const expired = opened(`k-${i}`, i, { aud: 'd/loa-1', exp: rig.wallMs - 1 });
      rig.tell({ is: 'commandOffered', opened: expired, command: { do: 'report' } });
    }
    expect(rig.facts.length - before).toBeLessThanOrEqual(128);
  });
});

describe('before any plan', () => {
  test('an order is given to the outputs that the box itself knows of', () => {
    const rig = new Rig(noon);
    rig.tell({ is: 'booted', boot: 'b1', version: '1', outputs: [{ id: 'loa', kind: 'loudspeaker' }] });
    offer(rig, 'o-1', 1);
    expect(rig.lastOf('switchAmplifier')).toMatchObject({ output: 'loa', on: true });
  });
});
