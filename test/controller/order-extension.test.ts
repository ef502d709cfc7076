// An order that goes on: the new one names the old one to the boxes, and the old one is over; another class is never ended by it.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Asker, type BuiltCentre, codeOf, makeCentre, password } from './built-centre.ts';

const wish = { template: 'lu-quet', groups: ['thon-1'], class: 'exercise', confirm: true, password };
let built: BuiltCentre;
let duty: Asker;

beforeEach(async () => {
  built = await makeCentre();
  duty = await built.as('truc-ban');
});
afterEach(async () => built.stop());

test('takes the place of the one that stands, and stands longer', async () => {
  const first = (await duty('POST', '/orders', wish)).body;
  const given = await duty('POST', '/orders', { ...wish, validMs: 3600_000, extends: first.id });
  expect([given.status, given.body.state]).toEqual([201, 'active']);
  expect(given.body.exp).toBeGreaterThan(first.exp);
  expect((await built.centre.store.orders.order(given.body.id))?.order.updates).toEqual([first.id]);
  expect((await duty('GET', `/orders/${first.id}`)).body.state).toBe('cleared');
  const active = (await duty('GET', '/orders?state=active')).body;
  expect(active.map(({ id }: { id: string }) => id)).toEqual([given.body.id]);
});

test('what is over cannot go on, nor can what never was', async () => {
  const first = (await duty('POST', '/orders', wish)).body;
  await duty('POST', `/orders/${first.id}/clear`, {});
  expect(codeOf(await duty('POST', '/orders', { ...wish, extends: first.id }))).toBe('not-found');
  expect(codeOf(await duty('POST', '/orders', { ...wish, extends: 'order-0123456789abcdef' }))).toBe('not-found');
});

test('an exercise never ends an order of another class', async () => {
  const trial = (await duty('POST', '/orders', { ...wish, class: 'test' })).body;
  const refused = await duty('POST', '/orders', { ...wish, extends: trial.id });
  expect(codeOf(refused)).toBe('conflict');
  expect((await duty('GET', `/orders/${trial.id}`)).body.state).toBe('active');
});

test('lists of orders are asked by class and by template', async () => {
  const flood = (await duty('POST', '/orders', wish)).body;
  await duty('POST', '/orders', { ...wish, template: 'sat-lo' });
  const found = async (query: string) => (await duty('GET', `/orders?${query}`)).body.map(({ id }: { id: string }) => id);
  expect(await found('template=lu-quet')).toEqual([flood.id]);
  expect(await found('class=actual')).toEqual([]);
  expect(await found('class=exercise&state=active')).toHaveLength(2);
});
