// Orders that wait for officers: who signs, what the second must know, what is refused before anything sounds.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { initialise } from '../../controller/init.ts';
import type { CeremonyWish } from '../../controller/provision/ceremony.ts';
import { type Asker, accounts, type BuiltCentre, codeOf, makeCentre, must, password, seedOf, startMs } from './built-centre.ts';
import { installOfficers, OfficerDevice } from './officer-device.ts';

const [first, second] = [new OfficerDevice('truc-ban'), new OfficerDevice('truc-ban-2')];
const wish = { template: 'lu-quet', groups: ['thon-1'] };
const province = {
  centre: { id: 'tinh', name: 'Tỉnh', level: 'province', area: '08', zone: 'Asia/Ho_Chi_Minh' },
  accounts: accounts.map((account) => ({ ...account, password })),
};

let built: BuiltCentre;
let [one, two]: Asker[] = [];

async function start(changes: object, devices: readonly OfficerDevice[], wished: Partial<CeremonyWish> = {}): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'loa-requests-'));
  must(await initialise(dir, seedOf(changes), startMs));
  must(await installOfficers(dir, devices, startMs, wished));
  built = await makeCentre({}, dir);
  [one, two] = [await built.as('truc-ban'), await built.as('truc-ban-2')];
  await Promise.all([first.beginShift(one), second.beginShift(two)]);
}

afterEach(async () => {
  await built.stop();
  await rm(built.dir, { recursive: true, force: true });
});

const ask = (who: Asker | undefined): Asker => who as Asker;
const prepare = async (more: object = {}) => (await ask(one)('POST', '/order-requests', { ...wish, ...more })).body;
const approve = (who: Asker | undefined, id: string, body: object) => ask(who)('POST', `/order-requests/${id}/approve`, body);
const frameSent = () => (built.lastRetained('loa/1/g/thon-1/order')?.payload.length ?? 0) > 0;

describe('in a commune', () => {
  test('an officer without a signed key is told what is missing', async () => {
    await start({}, []);
    expect(codeOf(await ask(one)('POST', '/order-requests', wish))).toBe('one-officer');
    const registered = await ask(one)('POST', '/officer-keys', { publicKey: first.publicKey, label: 'điện thoại' });
    expect(registered.body).toMatchObject({ keyid: first.keyid, state: 'waiting' });
    expect(codeOf(await ask(two)('POST', '/officer-keys', { publicKey: first.publicKey }))).toBe('conflict');
    expect(codeOf(await ask(one)('POST', '/officer-keys', { publicKey: 'AAAA' }))).toBe('bad-input');
    expect((await ask(one)('GET', '/officer-keys')).body).toMatchObject([{ person: 'truc-ban', state: 'waiting' }]);
  });

  test('one signature gives the order; a signature over anything else does not', async () => {
    await start({}, [first, second]);
    const made = await prepare();
    expect(made).toMatchObject({ state: 'waiting', needed: 1, by: 'truc-ban', match: expect.stringMatching(/^\d\d$/) });
    const other = { ...made, statement: made.statement.replace('truc', 'trục').replace('"nbf":', '"nbf": ') };
    expect(codeOf(await approve(one, made.id, first.sign(other)))).toBe('signature-wrong');
    expect(codeOf(await approve(one, made.id, second.sign(made)))).toBe('not-allowed');
    expect(codeOf(await approve(one, made.id, new OfficerDevice('ai-do').sign(made)))).toBe('key-unknown');
    expect(codeOf(await approve(one, made.id, { ...first.sign(made), pin: '482914' }))).toBe('wrong-code');
    expect(frameSent()).toBe(false);
    expect((await approve(one, made.id, first.sign(made))).body).toEqual({ id: made.id, state: 'given' });
    expect(frameSent()).toBe(true);
    expect(codeOf(await approve(one, made.id, first.sign(made)))).toBe('not-found');
  });

  test('what nobody signs in ten minutes is forgotten, and can be withdrawn before', async () => {
    await start({}, [first]);
    const made = await prepare();
    expect((await ask(two)('GET', '/order-requests')).body).toMatchObject([{ id: made.id, match: null }]);
    expect((await ask(one)('DELETE', `/order-requests/${made.id}`)).status).toBe(204);
    const again = await prepare();
    built.clock.nowMs += 600_000;
    expect(codeOf(await approve(one, again.id, first.sign(again)))).toBe('not-found');
    expect((await ask(one)('GET', '/order-requests')).body).toEqual([]);
  });
});

describe('beyond a commune', () => {
  test('a second person signs, who knows the two digits on the first one’s screen', async () => {
    await start(province, [first, second]);
    const made = await prepare();
    expect(made.needed).toBe(2);
    expect((await approve(one, made.id, first.sign(made))).body).toMatchObject({ state: 'waiting', approvedBy: ['truc-ban'] });
    expect(codeOf(await approve(one, made.id, first.sign(made)))).toBe('own-work');
    expect(codeOf(await approve(two, made.id, second.sign(made)))).toBe('not-allowed');
    const wrong = made.match === '10' ? '11' : '10';
    expect(codeOf(await approve(two, made.id, { ...second.sign(made), match: wrong }))).toBe('not-allowed');
    expect(frameSent()).toBe(false);
    expect((await approve(two, made.id, { ...second.sign(made), match: made.match })).body.state).toBe('given');
    expect(frameSent()).toBe(true);
  });

  test('one officer alone breaks the glass where the root holders allowed it, for what cannot wait', async () => {
    await start(province, [first], { breakGlass: { 'truc-ban': { area: '08', maxMs: 300_000 } } });
    expect(codeOf(await ask(one)('POST', '/order-requests', wish))).toBe('one-officer');
    const reason = 'Người thứ hai không có';
    const calm = { ...wish, template: 'ret-hai', breakGlass: true, reason };
    expect(codeOf(await ask(one)('POST', '/order-requests', calm))).toBe('role-missing');
    expect(codeOf(await ask(one)('POST', '/order-requests', { ...wish, breakGlass: true }))).toBe('bad-input');
    const made = await prepare({ breakGlass: true, reason });
    expect(made).toMatchObject({ needed: 1, breakGlass: true, untilMs: built.clock.nowMs + 300_000 });
    expect((await approve(one, made.id, first.sign(made))).body.state).toBe('given');
    const acts = await built.centre.store.audit.entries(0, 1_000);
    expect(acts.map(({ act }) => act)).toContain('order.break-glass');
  });
});
