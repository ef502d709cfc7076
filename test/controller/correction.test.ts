// An order that proves wrong is taken back in one press: its officers signed the correction with it, and boxes believe them.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { initialise } from '../../controller/init.ts';
import { cryptography } from '../../hardware/host/crypto.ts';
import { authorityOf } from '../../schemas/authority.ts';
import { open } from '../../schemas/envelope.ts';
import { keyRing } from '../../schemas/keys.ts';
import { Order } from '../../schemas/order.ts';
import { accounts, type BuiltCentre, codeOf, frameIn, makeCentre, must, password, seedOf, startMs } from './built-centre.ts';
import { installOfficers, OfficerDevice } from './officer-device.ts';

const [first, second] = [new OfficerDevice('truc-ban'), new OfficerDevice('truc-ban-2')];
const province = {
  centre: { id: 'tinh', name: 'Tỉnh', level: 'province', area: '08', zone: 'Asia/Ho_Chi_Minh' },
  accounts: [...accounts, { account: 'lanh-dao', title: 'Lãnh đạo', roles: ['leader'] }].map((account) => ({ ...account, password })),
};

let built: BuiltCentre;

async function start(changes: object): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'loa-correction-'));
  must(await initialise(dir, seedOf(changes), startMs));
  must(await installOfficers(dir, [first, second], startMs));
  built = await makeCentre({}, dir);
  const technician = await built.as('ky-thuat');
  const outputs = [{ id: 'main', kind: 'loudspeaker' }];
  await technician('POST', '/boxes', { id: 'hop-1', name: 'Hộp 1', area: '08/02536', groups: ['thon-1'], outputs });
}

afterEach(async () => {
  await built.stop();
  await rm(built.dir, { recursive: true, force: true });
});

/** Orders that stand in the group's frame, as a box reads them: content and by whose authority. */
function standing() {
  const keys = JSON.parse(String(built.lastRetained('loa/1/d/hop-1/dn/keys')?.payload));
  const ring = must(keyRing(built.centre.trust.root, keys, 'hop-1', cryptography));
  const { envelopes } = frameIn(built.lastRetained('loa/1/g/thon-1/order')?.payload ?? Buffer.alloc(0));
  return envelopes.flatMap((envelope) => {
    const read = open(envelope, 'order', Order, (id) => ring.keys.get(id), cryptography);
    return read.ok ? [{ ...read.value.statement.body, allowed: must(authorityOf(read.value, ring, cryptography)) }] : [];
  });
}

test('a commune’s order is corrected by who may stop it, hours later, once; boxes see its officer’s word', async () => {
  await start({});
  const duty = await built.as('truc-ban');
  const given = await first.give(duty, { template: 'lu-quet', groups: ['thon-1'], validMs: 6 * 3600_000 });
  expect(given.body).toMatchObject({ state: 'active', correctable: true });
  built.clock.nowMs += 3 * 3600_000;
  const corrected = await (await built.as('truc-ban-2'))('POST', `/orders/${given.body.id}/correct`);
  expect(corrected.status).toBe(201);
  const [order, ...others] = standing();
  expect(others).toEqual([]);
  expect(order).toMatchObject({ hazard: 'correction', updates: [given.body.id], allowed: { by: 'officers', persons: ['truc-ban'] } });
  expect((await duty('GET', `/orders/${given.body.id}`)).body).toMatchObject({ state: 'cleared', correctable: false });
  expect(codeOf(await duty('POST', `/orders/${given.body.id}/correct`))).toBe('not-found');
});

test('an order that was stopped already is corrected too, also by a centre that was started anew', async () => {
  await start({});
  let duty = await built.as('truc-ban');
  const given = await first.give(duty, { template: 'lu-quet', groups: ['thon-1'] });
  await duty('POST', '/orders/stop-all', {});
  await built.stop();
  built = await makeCentre({}, built.dir);
  duty = await built.as('truc-ban');
  expect((await duty('POST', `/orders/${given.body.id}/correct`)).status).toBe(201);
  expect(standing()).toMatchObject([{ hazard: 'correction' }]);
});

test('beyond a commune both officers take it back in advance; without the second’s word nothing lies ready', async () => {
  await start(province);
  const [one, two] = [await built.as('truc-ban'), await built.as('truc-ban-2')];
  await Promise.all([first.beginShift(one), second.beginShift(two)]);
  const give = async (withWord: boolean) => {
    const made = (await one('POST', '/order-requests', { template: 'lu-quet', groups: ['thon-1'] })).body;
    await one('POST', `/order-requests/${made.id}/approve`, first.sign(made));
    const signed = second.sign(withWord ? made : { ...made, correction: null });
    await two('POST', `/order-requests/${made.id}/approve`, { ...signed, match: made.match });
    return (await one('GET', `/orders/${made.id}`)).body;
  };
  const [ready, lone] = [await give(true), await give(false)];
  expect([ready.correctable, lone.correctable]).toEqual([true, false]);
  const leader = await built.as('lanh-dao');
  expect((await leader('POST', `/orders/${ready.id}/correct`)).status).toBe(201);
  expect(standing().find(({ hazard }) => hazard === 'correction')?.allowed.persons).toEqual(['truc-ban', 'truc-ban-2']);
});

test('a wrong signature over the correction is refused with the order', async () => {
  await start({});
  const duty = await built.as('truc-ban');
  await first.beginShift(duty);
  const made = (await duty('POST', '/order-requests', { template: 'lu-quet', groups: ['thon-1'] })).body;
  const signed = first.sign(made);
  expect(codeOf(await duty('POST', `/order-requests/${made.id}/approve`, { ...signed, correctionSig: signed.sig }))).toBe(
    'signature-wrong',
  );
});
