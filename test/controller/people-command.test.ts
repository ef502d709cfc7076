// `controller.js people`: a way in at the machine itself, beside a running centre.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runPeople } from '../../controller/people/people-command.ts';
import { type Asker, type BuiltCentre, codeOf, makeCentre } from './built-centre.ts';

const good = 'trau-den-leo-cot-dien-7';
const hourMs = 3600_000;
let built: BuiltCentre;
let [admin, author]: Asker[] = [];

beforeEach(async () => {
  built = await makeCentre();
  [admin, author] = await Promise.all(['quan-tri', 'tac-gia'].map(built.as));
});
afterEach(() => built.stop());

const ask = (who: Asker | undefined): Asker => who as Asker;
const acts = async () => (await built.centre.store.audit.entries(0, 1_000)).map(({ actor, act, subject }) => `${actor} ${act} ${subject}`);
const run = (...words: string[]) => runPeople([...words, '--data', built.dir], built.clock.nowMs);

describe('at the machine itself', () => {
  test('whoever is locked out of everything gets a one-time link, and the running centre takes it; the audit knows', async () => {
    await ask(admin)('POST', '/accounts/duyet/disable');
    for (let i = 0; i < 8; i++) await built.enter('duyet', 'sai', { address: '203.0.113.9' });
    const done = await run('reset', 'duyet', '--url', 'https://loa.xa.example');
    const line = done.ok ? (done.value.find((one) => one.includes('https://')) ?? '') : '';
    expect(line.trim()).toMatch(/^https:\/\/loa\.xa\.example\/invite#token=[0-9a-f]{48}$/);
    const token = line.split('token=')[1] ?? '';
    expect((await built.stranger('POST', '/invitation', { token, password: good })).status).toBe(204);
    expect((await built.enter('duyet', good, { address: '203.0.113.9' })).status).toBe(200);
    await ask(admin)('POST', '/accounts', { account: 'moi', title: 'Mới', grants: [] });
    expect(await acts()).toEqual(
      expect.arrayContaining(['people account.reset duyet', 'people account.invite duyet', 'quan-tri account.add moi']),
    );
    expect(await built.centre.store.audit.verify()).toBeUndefined();
  });

  test('a second factor goes, sessions end, and the link ends within the hour', async () => {
    const secret = (await ask(author)('POST', '/account/factor', { password: 'mat-khau-thu-nghiem' })).body.secret as string;
    expect((await built.centre.store.duty.factor('tac-gia'))?.state).toBe('waiting');
    const done = await run('reset', 'tac-gia');
    expect(await built.centre.store.duty.factor('tac-gia')).toBeUndefined();
    expect(codeOf(await ask(author)('GET', '/boxes'))).toBe('not-signed-in');
    const lines = done.ok ? done.value.join('\n') : '';
    expect(lines).not.toContain(secret);
    const token = lines.split('token=')[1]?.split('\n')[0] ?? '';
    built.clock.nowMs += hourMs;
    expect(codeOf(await built.stranger('POST', '/invitation', { token, password: good }))).toBe('expired');
  });

  test('says what it does, who is there, and refuses what it does not know', async () => {
    expect(await run()).toMatchObject({ ok: true, value: [expect.stringContaining('people reset ACCOUNT')] });
    const shown = await run('show');
    expect(shown.ok && shown.value.join('\n')).toContain('quan-tri  Quản trị  administrator 08/02536  (đang dùng / active)');
    expect(await run('reset', 'khong-co')).toMatchObject({ ok: false, problem: { code: 'not-found' } });
    expect(await run('reset')).toMatchObject({ ok: false, problem: { code: 'bad-input' } });
    expect(await run('xoa', 'duyet')).toMatchObject({ ok: false, problem: { code: 'bad-input' } });
    expect(await runPeople(['show'], 0)).toMatchObject({ ok: false, problem: { code: 'bad-input' } });
  });
});
