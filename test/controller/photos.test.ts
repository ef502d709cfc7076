// Photographs are shown to who gave them and to who sees a place of what names them; what nobody gave stands in no register.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Delivery } from '../../controller/core/deliveries.ts';
import { type Asker, codeOf, must } from './built-centre.ts';
import { equipmentFacts, ticket } from './register-rig.ts';
import { makeProvince, type Province } from './source-rig.ts';

const act = { atMs: 1, actor: 'x', act: 'x', subject: 'x', sha256: '' };
let province: Province;
let technician: Asker;
beforeAll(async () => {
  province = await makeProvince();
  technician = await province.ask('quan-tri');
});
afterAll(() => province.built.stop());

/** Bytes of a picture, as if it had been drawn anew. */
async function give(account: string, picture: string): Promise<string> {
  const { store, blobs } = province.built.centre;
  const sha256 = await blobs.keep(Buffer.from(picture));
  await store.steering.addPhoto({ sha256, atMs: 1, account, bytes: picture.length }, act);
  return sha256;
}
const seen = async (photo: string, ...people: readonly string[]) =>
  Promise.all(people.map(async (one) => (await (await province.ask(one))('GET', `/photos/${photo}`)).status));
const entry = (photos: readonly string[], version = 0) =>
  technician('PUT', '/register/cum-1', { version, facts: equipmentFacts({ unit: 'a', photos }) });

test('one that nothing names yet is its giver’s alone', async () => {
  expect(await seen(await give('xa-a', 'mới'), 'xa-a', 'duyet-a', 'duyet-tinh', 'xa-b')).toEqual([200, 404, 404, 404]);
});

test('a repair, an entry of the register, a delivery by hand show theirs to who sees their place, and to no neighbour', async () => {
  const { store } = province.built.centre;
  const [ofTicket, ofEntry, ofDelivery] = [await give('quan-tri', 'phiếu'), await give('quan-tri', 'sổ'), await give('quan-tri', 'giao')];
  const taken = { when: 'before', sha256: ofTicket, by: 'x', atMs: 1 } as const;
  must(await store.tickets.add(ticket({ id: 'p-1', box: null, unit: 'a', area: '08/00001', photos: [taken] }), 10, act));
  expect((await entry([ofEntry])).status).toBe(200);
  const delivery = { id: 'g-1', item: 't', unit: 'a', photo: ofDelivery, atMs: 1 } as unknown as Delivery;
  must(await store.steering.decideDelivery('g-1', 't', () => ({ ok: true, value: delivery }), act));
  for (const photo of [ofTicket, ofEntry, ofDelivery]) expect(await seen(photo, 'xa-a', 'duyet-tinh', 'xa-b')).toEqual([200, 200, 404]);
  expect((await entry([], 1)).status).toBe(200);
  expect(await seen(ofEntry, 'xa-a'), 'an older state of it stays to be read').toEqual([200]);
});

test('the register names only photographs that were given, by hand and by import; what stood there may stay', async () => {
  const [given, unknown] = [await give('quan-tri', 'có'), 'f'.repeat(64)];
  expect((await entry([given, unknown], 2)).body).toMatchObject({ code: 'not-found', path: '/facts/photos/1' });
  const csv = ['id,name,unit,kind,technology,photos', `cum-2,Cụm 2,a,cluster,ip,${given}`, `cum-3,Cụm 3,a,cluster,ip,${unknown}`].join(
    '\r\n',
  );
  const looked = (await technician('POST', '/register-imports/preview', { csv })).body;
  expect(
    looked.rows.map(({ verdict, problem }: { verdict: string; problem: { code: string } | null }) => [verdict, problem?.code]),
  ).toEqual([
    ['new', undefined],
    ['refused', 'not-found'],
  ]);
  expect(codeOf(await technician('POST', '/register-imports', { csv, looked: looked.looked }))).toBe('bad-input');
  expect((await technician('POST', '/register-imports', { csv, looked: looked.looked, leaveOut: true })).status).toBe(201);
  // From before anybody asked.
  const old = { entry: 'cum-4', n: 1, from: '2024-01-01', atMs: 1, by: 'an', imported: null, undoes: null };
  const facts = equipmentFacts({ unit: 'a', photos: [unknown] });
  must(await province.built.centre.store.register.decide(['cum-4'], () => ({ ok: true, value: { states: [{ ...old, facts }], act } })));
  expect((await technician('PUT', '/register/cum-4', { version: 1, facts: { ...facts, name: 'Tên mới' } })).status).toBe(200);
});

test('sandboxes are listed to who sees their place', async () => {
  const { store } = province.built.centre;
  await store.training.saveSandbox({ unit: 'a-1', by: 'x', sinceMs: 1 }, act);
  const units = async (who: string) =>
    (await (await province.ask(who))('GET', '/sandboxes')).body.map(({ unit }: { unit: string }) => unit);
  expect([await units('xa-a'), await units('duyet-tinh'), await units('xa-b')]).toEqual([['a-1'], ['a-1'], []]);
});
