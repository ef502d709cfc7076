// A dry contact: two officers sign for one contact of one box, the technician wires it, a revocation takes it out.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readContact } from '../../agent/local-orders.ts';
import { readLocalOrder } from '../../agent/messages.ts';
import { cryptography } from '../../hardware/host/crypto.ts';
import { centreRing } from '../../schemas/centre-ring.ts';
import type { Contact } from '../../schemas/local-orders.ts';
import type { ReadyOrderAnswer } from '../../schemas/ready-orders.ts';
import { type AlertBed, beginShifts, devices, openAlertBed, signature } from './alert-bed.ts';
import { codeOf, must } from './built-centre.ts';
import { pin } from './officer-device.ts';

const dayMs = 24 * 3600_000;
const [first, second] = devices;
let bed: AlertBed;
let order: string;

beforeEach(async () => {
  // No gateway key: a contact needs none.
  bed = await openAlertBed({}, false);
  await beginShifts(bed);
  for (const id of ['hop-1', 'hop-2'])
    await bed.admin('POST', '/boxes', {
      id,
      name: id,
      area: '08/02536',
      groups: ['thon-1'],
      outputs: [{ id: 'main', kind: 'loudspeaker' }],
    });
  const made = (await bed.duty('POST', '/ready-orders', { template: 'lu-quet', boxes: ['hop-1'], validMs: 90 * dayMs }))
    .body as ReadyOrderAnswer;
  const { payloadType = '', statements = [] } = made.waiting ?? {};
  const signatures = statements.map(({ box, statement }) => ({ box, sig: first.sign({ payloadType, statement }).sig }));
  expect((await bed.duty('POST', `/ready-orders/${made.id}/approve`, { keyid: first.keyid, signatures, pin })).status).toBe(200);
  order = made.id;
});
afterEach(() => bed.stop());

const prepare = (box = 'hop-1', more: object = {}) =>
  bed.duty('POST', `/boxes/${box}/contacts/mua/mandates`, { order, perHour: 2, untilMs: bed.built.clock.nowMs + 30 * dayMs, ...more });
const wire = (box: string, mandate: string, more: object = {}, contact = 'mua') =>
  bed.admin('PUT', `/boxes/${box}/contacts/${contact}`, { inputs: ['contact-1'], needs: '1of1', debounceMs: 2_000, mandate, ...more });

async function inForce(): Promise<string> {
  const made = (await prepare()).body;
  expect(made).toMatchObject({ state: 'waiting', feed: 'mua', box: 'hop-1', maxMs: 30 * 60_000, areas: ['08/02536'] });
  await bed.duty('POST', `/mandates/${made.id}/sign`, signature(first, made));
  expect((await bed.second('POST', `/mandates/${made.id}/sign`, signature(second, made))).body.state).toBe('in-force');
  return made.id;
}

test('two officers allow it, it stands in the settings, and the box it names takes it', async () => {
  const mandate = await inForce();
  const contact = (await wire('hop-1', mandate)).body as Contact;
  expect(bed.built.centre.registry.box('hop-1')?.settings.contacts).toEqual([contact]);
  const { trust, card } = bed.built.centre;
  const ring = must(centreRing(trust, card.id, cryptography));
  const reader = (dev: string) => ({ ring: { ...ring, place: { ...ring.place, dev } }, crypto: cryptography });
  const [lies] = (await bed.built.centre.ready.lying()).get('hop-1') ?? [];
  if (!lies) throw new Error('nothing lies there');
  const offered = must(readLocalOrder(lies.envelope, reader('hop-1')));
  const ready = [{ offered, perHour: lies.perHour, maxMs: lies.maxMs, key: false }];
  expect(must(readContact(contact, ready, reader('hop-1')))).toMatchObject({ id: 'mua', order, perHour: 2, mandate: { id: mandate } });
  expect(readContact(contact, ready, reader('hop-2'))).toMatchObject({ problem: { code: 'outside-mandate' } });
});

test('one signature is not enough, and a mandate wires no other box and no other contact', async () => {
  const made = (await prepare()).body;
  await bed.duty('POST', `/mandates/${made.id}/sign`, signature(first, made));
  expect(codeOf(await wire('hop-1', made.id))).toBe('conflict');
  await bed.second('POST', `/mandates/${made.id}/sign`, signature(second, made));
  expect(codeOf(await wire('hop-2', made.id))).toBe('conflict');
  expect(codeOf(await wire('hop-1', made.id, {}, 'phao'))).toBe('conflict');
  expect(codeOf(await wire('hop-1', made.id, { needs: '2of2' }))).toBe('bad-input');
  expect(codeOf(await wire('hop-1', made.id, { inputs: ['key'] }))).toBe('bad-input');
  expect(codeOf(await prepare('hop-2'))).toBe('not-found');
  expect(bed.built.centre.registry.box('hop-1')?.settings.contacts).toBeUndefined();
});

test('no alert from outside starts under it, and a revocation takes the contact out of the box', async () => {
  const mandate = await inForce();
  await wire('hop-1', mandate);
  expect(await bed.built.centre.alerts.mandates.standing()).toEqual([]);
  expect((await bed.duty('POST', `/mandates/${mandate}/revoke`)).body.state).toBe('revoked');
  expect(bed.built.centre.registry.box('hop-1')?.settings.contacts).toBeUndefined();
  expect(codeOf(await wire('hop-1', mandate))).toBe('conflict');
});
