// A change and its audit row are one: where the row cannot be written, nothing is, and nothing in memory pretends it was.
import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../hardware/host/sqlite.ts';
import { AccountRole } from '../../schemas/api.ts';
import { capSource } from './alert-bed.ts';
import { type Answer, type Asker, type BuiltCentre, makeCentre, must, openPolicy, password, seedOf } from './built-centre.ts';

const area = '08/02536';
/** They say who asked and when, refused or not. */
const notOfTheChange = ['sessions', 'sign_in_tries', 'counters', 'places', 'wants'];

const ids = { bulletin: '', programme: '', handedIn: '', schedule: '' };
const box = { id: 'hop-2', name: 'Hộp 2', area, groups: ['thon-1'], outputs: [{ id: 'main', kind: 'loudspeaker' }] };
const grants = [{ role: 'technician', area }];
const publicKey = () => {
  const { publicKey: key } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return key.export({ type: 'spki', format: 'der' }).subarray(-65).toString('base64');
};
const officerKey = publicKey();

type Change = readonly [method: 'POST' | 'PUT' | 'DELETE', path: () => string, body?: () => object];

const changes: readonly Change[] = [
  ['PUT', () => '/local-order', () => ({ programmes: [] })],
  ['PUT', () => '/unit-codes', () => []],
  ['PUT', () => '/sign-in-settings', () => ({ factorRoles: [] })],
  ['PUT', () => '/duty/settings', () => ({ rungMs: 60_000, gateway: null })],
  ['PUT', () => '/templates/lu-quet/speech', () => ({ language: 'vi', speak: 'Lũ quét. Rời khỏi ven suối ngay.' })],
  ['POST', () => '/officer-keys', () => ({ publicKey: officerKey, label: 'máy thử' })],
  ['PUT', () => '/holidays/2027', () => [{ date: '2027-01-01', occasion: 'tet-duong', vi: 'Tết Dương lịch', en: 'New Year' }]],
  ['DELETE', () => '/holidays/2027'],
  ['PUT', () => '/policy', () => ({ ...openPolicy, title: 'Khác' })],
  ['PUT', () => `/policy?area=${area}/thon-1`, () => ({ ...openPolicy, title: 'Thôn 1' })],
  ['POST', () => '/boxes', () => box],
  ['PUT', () => '/boxes/hop-2/settings', () => ({ outputs: box.outputs, languages: ['vi'] })],
  ['POST', () => '/boxes/hop-2/claim', () => ({})],
  ['POST', () => '/bulletins', () => ({ title: 'Lịch', text: 'Thứ ba', durationMs: 30_000 })],
  ['POST', () => '/programmes', () => ({ title: 'Tin', form: 'bulletin', tier: 'normal', items: [ids.bulletin] })],
  ['POST', () => `/programmes/${ids.programme}/submit`, () => ({})],
  ['POST', () => `/programmes/${ids.handedIn}/approve`, () => ({})],
  ['POST', () => '/schedules', () => ({ programme: ids.handedIn, groups: ['thon-1'], start: '20261124T170000', zone: 'Asia/Ho_Chi_Minh' })],
  ['DELETE', () => `/schedules/${ids.schedule}`],
  ['POST', () => '/faults/f-1/answer', () => ({ note: 'đã xem' })],
  ['POST', () => '/accounts', () => ({ account: 'moi', title: 'Mới', grants })],
  ['PUT', () => '/accounts/khac', () => ({ title: 'Đổi', grants })],
  ['POST', () => '/accounts/khac/disable', () => ({})],
  ['PUT', () => '/alert-sources/tinh', () => capSource],
  ['POST', () => '/duty/roster', () => ({ person: 'tat-ca', place: 'first', fromMs: 1_795_000_000_000, toMs: 1_795_003_600_000 })],
  ['POST', () => '/tokens', () => ({ name: 'x', acts: ['read'], area, expMs: Date.UTC(2026, 11, 1), password })],
];

describe('a change whose audit row cannot be written', () => {
  let built: BuiltCentre;
  let database: Database;
  let ask: Asker;

  const made = (answer: Answer): Answer => {
    if (answer.status >= 300) throw new Error(JSON.stringify(answer.body));
    return answer;
  };

  beforeAll(async () => {
    const everything = { account: 'tat-ca', title: 'Tất cả', roles: [...AccountRole.options], area, password };
    const other = { account: 'khac', title: 'Khác', roles: ['technician'], area, password };
    const author = { account: 'tac-gia', title: 'Tác giả', roles: ['author'], area, password };
    built = await makeCentre(seedOf({ accounts: [everything, other, author] }));
    database = must(await openDatabase({ file: join(built.dir, 'centre.sqlite'), exclusive: false }));
    ask = await built.as('tat-ca');
    const writer = await built.as('tac-gia');
    ids.bulletin = made(await writer('POST', '/bulletins', { title: 'Khác', text: 'Thứ tư', durationMs: 30_000 })).body.sha256;
    const wish = { title: 'Tin', form: 'bulletin', tier: 'normal', items: [ids.bulletin] };
    ids.programme = made(await ask('POST', '/programmes', wish)).body.id;
    ids.handedIn = made(await writer('POST', '/programmes', wish)).body.id;
    made(await writer('POST', `/programmes/${ids.handedIn}/submit`, {}));
    const slot = { programme: ids.programme, groups: ['thon-1'], start: '20261125T170000', zone: 'Asia/Ho_Chi_Minh' };
    ids.schedule = made(await ask('POST', '/schedules', slot)).body.id;
    made(await ask('POST', '/boxes', { ...box, id: 'hop-1', name: 'Hộp 1' }));
    const nobody = { answeredBy: null, answeredMs: null, assignee: null, resolvedBy: null, resolvedMs: null, note: '' };
    const fault = { id: 'f-1', box: 'hop-1', reason: 'hot', openedMs: 1, standingMs: 2, endedMs: 3, times: 1 } as const;
    await built.centre.store.faults.save([{ ...fault, ...nobody }]);
  });
  afterAll(async () => {
    await database?.close();
    await built?.stop();
  });

  /** Every table as text. */
  async function tables(): Promise<Record<string, string>> {
    const names = await database.read("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name");
    const seen: Record<string, string> = {};
    for (const { name } of names)
      if (!notOfTheChange.includes(String(name)))
        seen[String(name)] = (await database.read(`SELECT * FROM ${name}`))
          .map((row) => JSON.stringify(row))
          .sort()
          .join('\n');
    return seen;
  }

  const auditLength = async () => Number((await database.read('SELECT max(seq) AS seq FROM audit'))[0]?.['seq']);

  test.each(changes.map((change) => [`${change[0]} ${change[1]().replace('//', '/:id/').replace(/\/$/, '/:id')}`, change] as const))(
    '%s leaves every table as it was, and is done once the row can be written',
    async (_name, [method, path, body]) => {
      const before = await tables();
      await database.exec("CREATE TRIGGER no_audit BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no audit'); END");
      const refused = await ask(method, path(), body?.());
      await database.exec('DROP TRIGGER no_audit');
      expect(refused.status).toBeGreaterThanOrEqual(400);
      expect(await tables()).toEqual(before);
      const from = await auditLength();
      const done = await ask(method, path(), body?.());
      expect([done.status < 300, done.body]).toEqual([true, done.body]);
      expect(await auditLength()).toBeGreaterThan(from);
    },
  );

  test('the chain holds after all that was refused', async () => {
    expect(await built.centre.store.audit.verify()).toBeUndefined();
  });
});
