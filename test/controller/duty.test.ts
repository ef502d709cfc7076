// Duty by REST: the roster, proof of the person, the PIN of a shift, handing over; what is refused and what is written down.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Asker, accounts, type BuiltCentre, codeOf, makeCentre, password, seedOf, startMs } from './built-centre.ts';
import { OfficerDevice, pin } from './officer-device.ts';
import { totp } from './totp.ts';

const hourMs = 3600_000;
let built: BuiltCentre;
let [officer, other, leader, administrator]: Asker[] = [];

beforeEach(async () => {
  const people = [...accounts, { account: 'lanh-dao', title: 'Lãnh đạo', roles: ['leader'] }];
  built = await makeCentre(seedOf({ accounts: people.map((account) => ({ ...account, password })) }));
  [officer, other, leader, administrator] = await Promise.all(['truc-ban', 'truc-ban-2', 'lanh-dao', 'quan-tri'].map(built.as));
});
afterEach(() => built.stop());

const ask = (who: Asker | undefined): Asker => who as Asker;
const post = (who: Asker | undefined, path: string, body: object = {}) => ask(who)('POST', `/duty${path}`, body);
const duty = async (who: Asker | undefined = officer) => (await ask(who)('GET', '/duty')).body;
const acts = async () => (await built.centre.store.audit.entries(0, 1_000)).map(({ actor, act }) => `${actor} ${act}`);
const factor = async (who: Asker | undefined = officer) => (await post(who, '/factor', { password })).body;
const code = (secret: string, laterMs = 0) => totp(secret, built.clock.nowMs + laterMs);

test('the app of these tests makes the codes of RFC 6238 appendix B', () => {
  const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
  expect([59_000, 1111111109_000, 20000000000_000].map((ms) => totp(secret, ms))).toEqual(['287082', '081804', '353130']);
});

describe('the roster', () => {
  const line = { person: 'truc-ban', place: 'first', fromMs: startMs, toMs: startMs + 12 * hourMs };

  test('is written by leaders and administrators, with people who hold the role', async () => {
    expect(codeOf(await post(officer, '/roster', line))).toBe('not-allowed');
    expect((await post(leader, '/roster', line)).status).toBe(201);
    expect(codeOf(await post(administrator, '/roster', { ...line, place: 'second' }))).toBe('conflict');
    expect(codeOf(await post(leader, '/roster', { ...line, person: 'tac-gia' }))).toBe('bad-input');
    expect(codeOf(await post(leader, '/roster', { ...line, person: 'truc-ban-2', place: 'leader' }))).toBe('bad-input');
    expect(codeOf(await post(leader, '/roster', { ...line, person: 'truc-ban-2', toMs: startMs }))).toBe('bad-input');
    expect(await duty()).toMatchObject({
      state: 'not-started',
      now: [{ person: 'truc-ban', title: 'Trực ban', place: 'first', onShift: false }],
      next: [],
      gaps: [{ place: 'first', fromMs: startMs + 12 * hourMs }],
    });
    const [{ id }] = (await ask(officer)('GET', `/duty/roster?fromMs=${startMs}&toMs=${startMs + hourMs}`)).body;
    expect(codeOf(await ask(officer)('DELETE', `/duty/roster/${id}`))).toBe('not-allowed');
    expect((await ask(leader)('DELETE', `/duty/roster/${id}`)).status).toBe(204);
    expect(codeOf(await ask(leader)('DELETE', `/duty/roster/${id}`))).toBe('not-found');
    expect((await duty()).state).toBe('nobody');
  });

  test('takes a week as lines, all or nothing, in the place of the week before', async () => {
    const week = (lines: string) => ask(administrator)('PUT', '/duty/roster/week', { week: '2026-11-23', lines });
    const good = await week(`# tuần 48
2026-11-23;07:00;19:00;truc-ban;chính
2026-11-23;19:00;07:00;truc-ban-2;chính
2026-11-24;07:00;24:00;truc-ban;first

2026-11-23;07:00;19:00;lanh-dao;lãnh đạo`);
    expect(good.body).toHaveLength(4);
    expect(good.body[1]).toMatchObject({ fromMs: Date.UTC(2026, 10, 23, 12), toMs: Date.UTC(2026, 10, 24, 0), title: 'Trực ban 2' });
    for (const [lines, words] of [
      ['2026-11-23;07:00;19:00;truc-ban;bếp', 'line 1'],
      ['\n2026-12-01;07:00;19:00;truc-ban;chính', 'line 2: begins outside'],
      ['2026-11-31;07:00;19:00;truc-ban;chính', 'date'],
      ['2026-11-23;07:00;19:00;tac-gia;chính', 'no duty officer'],
      ['2026-11-23;07:00;19:00;truc-ban;chính\n2026-11-23;18:00;20:00;truc-ban;chính', 'duty 2'],
    ] as const)
      expect((await week(lines)).body).toMatchObject({ detail: expect.stringContaining(words) });
    expect((await ask(officer)('GET', `/duty/roster?fromMs=0&toMs=9000000000000`)).body).toEqual([]);
    const span = `fromMs=${startMs - 24 * hourMs}&toMs=${startMs + 72 * hourMs}`;
    expect((await ask(officer)('GET', `/duty/roster?${span}`)).body).toHaveLength(4);
    await week('2026-11-25;07:00;19:00;truc-ban;chính');
    expect((await ask(officer)('GET', `/duty/roster?${span}`)).body).toHaveLength(1);
    expect(await acts()).toContain('quan-tri duty.roster-week');
  });
});

describe('proof of the person', () => {
  test('the code app is set up once, its secret is shown once, and a password alone cannot move it', async () => {
    expect(codeOf(await post(officer, '/factor', { password: 'sai' }))).toBe('wrong-credentials');
    const shown = await factor();
    expect(shown.uri).toMatch(/^otpauth:\/\/totp\/.*Loa.*secret=[A-Z2-7]{32}/);
    expect(shown.qr).toContain('<svg');
    expect(new Set(shown.recoveryCodes).size).toBe(10);
    expect((await duty()).factor).toBe('waiting');
    expect(codeOf(await post(officer, '/factor/confirm', { code: '000000' }))).toBe('wrong-code');
    expect((await post(officer, '/factor/confirm', { code: code(shown.secret) })).status).toBe(204);
    expect(await duty()).toMatchObject({ factor: 'active', recoveryCodesLeft: 10, pinSet: false });
    expect(JSON.stringify(await duty())).not.toContain(shown.secret);
    expect(codeOf(await post(officer, '/factor', { password }))).toBe('wrong-code');
    const kept = await built.centre.store.duty.factor('truc-ban');
    expect(JSON.stringify(kept)).not.toContain(shown.secret);
    expect(codeOf(await ask(officer)('DELETE', '/duty/factors/truc-ban'))).toBe('not-allowed');
    expect((await ask(administrator)('DELETE', '/duty/factors/truc-ban')).status).toBe(204);
    expect((await duty()).factor).toBe('none');
    expect(await acts()).toEqual(expect.arrayContaining(['truc-ban duty.factor', 'truc-ban duty.code', 'quan-tri duty.factor-remove']));
  });

  test('a shift needs password, code and PIN; a code is taken once, a recovery code too', async () => {
    expect(codeOf(await post(officer, '/shift', { password, code: '123456', pin }))).toBe('not-found');
    const { secret, recoveryCodes } = await factor();
    await post(officer, '/factor/confirm', { code: code(secret) });
    expect(codeOf(await post(officer, '/shift', { password, code: code(secret) }))).toBe('bad-input');
    expect(codeOf(await post(officer, '/shift', { password, code: code(secret), pin: '111111' }))).toBe('bad-input');
    expect(codeOf(await post(officer, '/shift', { password, code: code(secret), pin }))).toBe('wrong-code');
    built.clock.nowMs += 30_000;
    const started = await post(officer, '/shift', { password, code: code(secret), pin });
    expect(started.body).toMatchObject({ person: 'truc-ban', place: 'first', endedMs: null });
    const again = { password, code: recoveryCodes[0].toLowerCase() };
    expect(codeOf(await post(officer, '/shift', again))).toBe('too-many-requests');
    const second = await factor(other);
    await post(other, '/factor/confirm', { code: code(second.secret) });
    const [recovery] = second.recoveryCodes;
    expect((await post(other, '/shift', { password, code: recovery.toLowerCase(), pin })).body).toMatchObject({ place: 'second' });
    expect(codeOf(await post(other, '/shift', { password, code: recovery }))).toBe('wrong-code');
    expect(await duty(other)).toMatchObject({ recoveryCodesLeft: 9, state: 'staffed', shift: { place: 'second' } });
  });

  test('guesses at the code are slowed down', async () => {
    const { secret } = await factor();
    const guesses = await Promise.all(Array.from({ length: 6 }, () => post(officer, '/factor/confirm', { code: '000000' })));
    expect(guesses.filter((one) => codeOf(one) === 'too-many-requests').length).toBeGreaterThan(0);
    expect(codeOf(await post(officer, '/factor/confirm', { code: code(secret) }))).toBe('too-many-requests');
  });
});

describe('a shift', () => {
  const first = new OfficerDevice('truc-ban');
  const second = new OfficerDevice('truc-ban-2');

  test('tells every page whether anybody is on duty', async () => {
    const state = async () => (await ask(officer)('GET', '/session')).body.duty;
    const ready = async () => (await built.app.inject('/readyz')).json();
    expect(await state()).toEqual({ state: 'nobody', shiftNeeded: true, shift: null });
    expect(await ready()).toMatchObject({ ready: true, duty: 'nobody' });
    await first.beginShift(ask(officer));
    expect(await state()).toMatchObject({ state: 'staffed', shift: { place: 'first' } });
    expect(await ready()).toMatchObject({ duty: 'staffed' });
    built.clock.nowMs += 25 * hourMs;
    expect((await built.as('truc-ban').then((later) => later('GET', '/session'))).body.duty).toMatchObject({
      state: 'nobody',
      shift: null,
    });
  });

  test('is locked by five wrong PINs, many at once included, and begins again with password and code', async () => {
    await first.beginShift(ask(officer));
    const guess = () => post(officer, '/shift/hand-over', { to: 'truc-ban-2', pin: '482914' });
    expect((await guess()).body).toMatchObject({ code: 'wrong-code', detail: expect.stringContaining('4 tries') });
    const rest = (await Promise.all(Array.from({ length: 8 }, guess))).map(codeOf);
    expect(rest.filter((one) => one === 'wrong-code')).toHaveLength(3);
    expect(codeOf(await post(officer, '/shift/hand-over', { to: 'truc-ban-2', pin }))).not.toBeUndefined();
    expect(await duty(other)).toMatchObject({ state: 'nobody', shifts: [{ endedWhy: 'locked' }] });
    expect((await acts()).filter((one) => one === 'truc-ban duty.pin-wrong')).toHaveLength(4);
    expect(await acts()).toContain('truc-ban duty.shift-locked');
  });

  test('is handed over only to somebody whose own shift runs, with a note', async () => {
    await first.beginShift(ask(officer));
    const hand = (more: object = {}) => post(officer, '/shift/hand-over', { to: 'truc-ban-2', pin, note: 'Nước suối đang lên', ...more });
    expect(codeOf(await hand({ to: 'truc-ban' }))).toBe('bad-input');
    expect(codeOf(await hand())).toBe('no-shift');
    await second.beginShift(ask(other));
    expect((await hand()).body).toMatchObject({ endedWhy: 'handed-over', handedTo: 'truc-ban-2', note: 'Nước suối đang lên' });
    expect(await duty(other)).toMatchObject({ state: 'staffed', now: [{ person: 'truc-ban-2', onShift: true }] });
    expect((await post(other, '/shift/end', { note: '' })).body).toMatchObject({ endedWhy: 'ended' });
    expect(codeOf(await post(other, '/shift/end'))).toBe('no-shift');
    expect((await duty()).state).toBe('nobody');
    expect(await acts()).toEqual(expect.arrayContaining(['truc-ban duty.hand-over', 'truc-ban-2 duty.shift-end']));
    expect(await built.centre.store.audit.verify()).toBeUndefined();
  });
});

describe('bells', () => {
  test('ring a person’s own page, are seen and answered by that person only', async () => {
    await post(officer, '/rings/test');
    const rings = async (who: Asker | undefined) => (await ask(who)('GET', '/duty/rings')).body;
    const [ring] = await rings(officer);
    expect(ring).toMatchObject({ kind: 'test', mine: true, seenMs: null });
    expect(await rings(other)).toEqual([]);
    expect(codeOf(await post(other, `/rings/${ring.id}/seen`))).toBe('not-found');
    await post(officer, `/rings/${ring.id}/seen`);
    expect((await rings(officer))[0].seenMs).toBe(built.clock.nowMs);
    await post(officer, `/rings/${ring.id}/answer`);
    expect(await rings(officer)).toEqual([]);
  });

  test('outside the page are not configured until an administrator says where', async () => {
    expect((await duty()).bells).toMatchObject([
      { name: 'page', state: 'ready' },
      { name: 'gateway', state: 'not-configured' },
    ]);
    const set = (gateway: object | null, who = administrator) => ask(who)('PUT', '/duty/settings', { rungMs: 60_000, gateway });
    const secret = 'bi-mat-cua-cong-tin-nhan';
    expect(codeOf(await set(null, officer))).toBe('not-allowed');
    expect(codeOf(await set({ url: 'http://modem.xa.example/rung', secret }))).toBe('bad-input');
    expect(codeOf(await set({ url: 'https://a:b@modem.example/', secret }))).toBe('bad-input');
    expect(codeOf(await set({ url: 'https://modem.example/' }))).toBe('bad-input');
    const saved = await set({ url: 'https://modem.example/', secret });
    expect(saved.body).toMatchObject({ rungMs: 60_000, gatewayUrl: 'https://modem.example/', bells: [{}, { state: 'ready' }] });
    expect(JSON.stringify(saved.body) + (await built.centre.store.meta.value('duty'))).not.toContain(secret);
    expect((await duty()).gatewayUrl).toBeNull();
  });

  test('are not set over what another administrator set meanwhile', async () => {
    const ofAdministrator = async () => (await ask(administrator)('GET', '/duty')).body;
    const set = (rungMs: number, seen?: string) =>
      ask(administrator)('PUT', `/duty/settings${seen === undefined ? '' : `?seen=${seen}`}`, { rungMs, gateway: null });
    const { settingsSeen } = await ofAdministrator();
    expect((await set(45_000, settingsSeen)).body.rungMs).toBe(45_000);
    expect(await set(30_000, settingsSeen)).toMatchObject({ status: 409, body: { code: 'conflict', path: '/seen' } });
    expect((await ofAdministrator()).rungMs).toBe(45_000);
    expect((await set(30_000, (await ofAdministrator()).settingsSeen)).status).toBe(200);
    expect((await set(60_000)).status).toBe(200);
    expect((await duty()).settingsSeen).toBeNull();
  });
});
