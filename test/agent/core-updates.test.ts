// An order that takes the place of others: the newest word stands, an exercise silences nothing real, a gateway nobody else's.
import { expect, test } from 'vitest';
import type { Authorised } from '../../schemas/authority.ts';
import type { Order } from '../../schemas/order.ts';
import { hourMs, opened, order, plan, policy } from '../world/build.ts';
import { Rig } from './core-rig.ts';

const noon = 12 * hourMs;

function offer(rig: Rig, id: string, ctr: number, change: Partial<Order> = {}, authorised?: Authorised): void {
  const meta = opened(id, ctr, { nbf: 0, exp: rig.wallMs + hourMs });
  rig.tell({ is: 'orderOffered', opened: meta, order: order(change), inline: [], ...(authorised ? { authorised } : {}) });
}

const standing = (rig: Rig) => rig.state.kept.orders.active.map(({ id }) => id);
const states = (rig: Rig, id: string) => rig.facts.flatMap((fact) => (fact.kind === 'order' && fact.order === id ? [fact.state] : []));
const mandate = (id: string): Authorised => ({ by: 'mandate', persons: ['a', 'b'], keyids: ['g'], mandate: { id, perHour: 10 } });

test('an update ends what it names as it is accepted, with a receipt that says so', () => {
  const rig = new Rig(noon).bootWith(plan(1));
  offer(rig, 'o-1', 1);
  rig.amplifierAnswers();
  rig.pass(500);
  rig.starts();
  rig.pass(2_000);
  offer(rig, 'o-2', 2, { updates: ['o-1'] });
  expect(standing(rig)).toEqual(['o-2']);
  expect(states(rig, 'o-1').at(-1)).toBe('cleared');
  const receipt = rig.facts.find((fact) => fact.kind === 'receipt' && fact.receipt.occurrence.startsWith('o-1@'));
  expect(receipt).toMatchObject({ receipt: { outcome: 'partial', reason: 'superseded' } });
});

test('an update that comes before its order keeps it from beginning', () => {
  const rig = new Rig(noon).bootWith(plan(1));
  offer(rig, 'o-2', 2, { updates: ['o-1'] });
  offer(rig, 'o-1', 3);
  expect(standing(rig)).toEqual(['o-2']);
  expect(states(rig, 'o-1')).toEqual(['refused']);
});

test('an update frees a place before it takes one', () => {
  const rig = new Rig(noon).bootWith(plan(1));
  for (let n = 1; n <= 16; n++) offer(rig, `o-${n}`, n);
  expect(standing(rig)).toHaveLength(16);
  offer(rig, 'o-17', 17, { updates: ['o-3'] });
  expect(standing(rig)).toContain('o-17');
  expect(standing(rig)).not.toContain('o-3');
  expect(standing(rig)).toContain('o-1');
});

test('what an upper centre gave is not taken away by a lower one', () => {
  const rig = new Rig(noon).bootWith(plan(1));
  offer(rig, 'o-1', 1, { level: 'province' });
  offer(rig, 'o-2', 2, { updates: ['o-1'] });
  expect(standing(rig).sort()).toEqual(['o-1', 'o-2']);
});

test('an exercise takes the place of exercises only', () => {
  const always = policy({ permits: [{ fromMs: 0, untilMs: 4e12, reason: 'tập' }] });
  const rig = new Rig(noon).bootWith(plan(1, { policy: always }));
  offer(rig, 'o-1', 1);
  offer(rig, 'o-2', 2, { class: 'exercise' });
  offer(rig, 'o-3', 3, { class: 'exercise', updates: ['o-1', 'o-2', 'o-9'] });
  offer(rig, 'o-9', 9);
  expect(standing(rig).sort()).toEqual(['o-1', 'o-3', 'o-9']);
});

test('a gateway takes back only what it gave under the same mandate', () => {
  const rig = new Rig(noon).bootWith(plan(1));
  offer(rig, 'o-1', 1);
  offer(rig, 'o-2', 2, {}, mandate('m-1'));
  offer(rig, 'o-3', 3, {}, mandate('m-2'));
  offer(rig, 'o-4', 4, { updates: ['o-1', 'o-2', 'o-3', 'o-5'] }, mandate('m-1'));
  offer(rig, 'o-5', 5);
  expect(standing(rig).sort()).toEqual(['o-1', 'o-3', 'o-4', 'o-5']);
});

test('an order that asks for the volume of programmes is no louder than they', () => {
  const quiet = plan(1, { policy: policy({ gainMaxDb: -12 }) });
  const gain = (volume: Order['volume']) => {
    const rig = new Rig(noon).bootWith(quiet);
    offer(rig, 'o-1', 1, volume ? { volume } : {});
    rig.amplifierAnswers();
    rig.pass(500);
    return rig.lastOf('play')?.gainDb;
  };
  expect(gain(undefined)).toBe(0);
  expect(gain('full')).toBe(0);
  expect(gain('policy')).toBe(-12);
});
