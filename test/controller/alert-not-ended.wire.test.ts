// A Cancel that the centre heard and could not carry out: the siren goes on, and a person is told.
import { afterEach, expect, test } from 'vitest';
import { Failure } from '../../hardware/host/failure.ts';
import { until } from '../wire/waiting.ts';
import { type AlertBed, addSource, capSource, openAlertBed, putMandateInForce } from './alert-bed.ts';
import { capAlert, capBytes, nameOf } from './alert-messages.ts';
import { must } from './built-centre.ts';

let bed: AlertBed;
afterEach(async () => {
  await bed.stop();
});

const offer = async (bytes: Uint8Array) => must(await bed.built.centre.alerts.offer('tinh', bytes, 'cap'));
const alert = (identifier: string, changes: object = {}) => capAlert({ identifier, sentMs: bed.built.clock.nowMs, ...changes });
const shown = async (id: string) => (await bed.duty('GET', `/alerts/${id}`)).body;

test('a Cancel whose orders cannot be ended now waits for a person, who is rung', async () => {
  bed = await openAlertBed();
  await addSource(bed, capSource);
  await putMandateInForce(bed);
  const first = alert('a-1');
  const given = await shown((await offer(capBytes(first))).id);
  const { orders, store } = bed.built.centre;
  const clear = orders.clear.bind(orders);
  orders.clear = () => Promise.reject(new Failure('signer-away', 'no answer within 8000 ms'));
  bed.built.clock.nowMs += 60_000;
  const cancel = capBytes(alert('a-2', { msgType: 'Cancel', references: [nameOf(first)] }));
  const heard = await offer(cancel);
  expect(heard).toMatchObject({ is: 'accept', state: 'waiting', code: 'internal-error' });
  expect(bed.standing().map(({ id }) => id)).toEqual(given.orders);
  await until('a ring', async () => ((await store.duty.ringsAbout(heard.id)).length > 0 ? true : undefined));
  orders.clear = clear;
  expect((await bed.duty('POST', '/orders/stop-all', {})).body.cleared).toEqual(given.orders);
});
