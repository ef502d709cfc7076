// The REST of a centre through inject: who may, what is refused and how, what reaches the boxes.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Asker, type BuiltCentre, codeOf, makeCentre, openPolicy, password, statementIn } from './built-centre.ts';

describe('the people’s door', () => {
  let built: BuiltCentre;
  let author: Asker;
  let approver: Asker;
  let both: Asker;
  let admin: Asker;
  let technician: Asker;
  let bulletin: string;

  beforeAll(async () => {
    built = await makeCentre();
    [author, approver, both, admin, technician] = (await Promise.all(
      ['tac-gia', 'duyet', 'ca-hai', 'quan-tri', 'ky-thuat'].map((name) => built.as(name)),
    )) as [Asker, Asker, Asker, Asker, Asker];
    const made = await author('POST', '/bulletins', { title: 'Lịch cắt điện', text: 'Thứ ba\n8 giờ', durationMs: 30_000 });
    bulletin = made.body.sha256;
  });
  afterAll(() => built.stop());

  const programme = async (who: Asker, title = 'Bảng tin') =>
    (await who('POST', '/programmes', { title, form: 'bulletin', tier: 'normal', items: [bulletin] })).body.id as string;

  test('a stranger is told to sign in, by RFC 9457, with the safety headers on', async () => {
    const answer = await built.stranger('GET', '/boxes');
    expect(answer.status).toBe(401);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.body).toMatchObject({ code: 'not-signed-in', status: 401, type: 'urn:loa:problem:not-signed-in', path: '' });
    expect(answer.headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  test('the cookie of a session is HttpOnly and SameSite=Strict, and the answer never holds a password', async () => {
    const answer = await built.app.inject({ method: 'POST', url: '/api/session', payload: { account: 'duyet', password } });
    const [session, hint, ...more] = [answer.headers['set-cookie'] ?? []].flat();
    expect(session).toMatch(/^loa_session=[0-9a-f]+;.*HttpOnly.*SameSite=Strict/);
    // For the page's first script, that need not wait to be told that somebody is signed in; says nothing else.
    expect(hint).toMatch(/^loa_here=1;.*SameSite=Strict/);
    expect(hint).not.toContain('HttpOnly');
    expect(more).toEqual([]);
    expect(answer.body).not.toContain(password);
    expect(answer.body).not.toContain('argon2');
  });

  test('an unknown account and a wrong password get the same answer', async () => {
    const wrong = await built.stranger('POST', '/session', { account: 'duyet', password: 'sai' });
    const unknown = await built.stranger('POST', '/session', { account: 'khong-co', password: 'sai' });
    expect(wrong.status).toBe(401);
    expect(unknown.body).toEqual(wrong.body);
  });

  test('a mutation without the CSRF word is refused although the cookie is right', async () => {
    const answer = await author('POST', '/bulletins', { title: 'x', text: 'y', durationMs: 1000 }, { 'x-loa-csrf': '0'.repeat(48) });
    expect([answer.status, codeOf(answer)]).toEqual([403, 'not-allowed']);
  });

  test('after signing out the cookie is worth nothing', async () => {
    const someone = await built.as('tac-gia');
    expect((await someone('DELETE', '/session')).status).toBe(204);
    expect((await someone('GET', '/session')).status).toBe(204);
    expect((await someone('GET', '/boxes')).status).toBe(401);
  });

  test('each act needs its role', async () => {
    const cases: [Asker, 'POST' | 'PUT', string, object][] = [
      [approver, 'POST', '/programmes', { title: 'x', form: 'bulletin', tier: 'normal', items: [bulletin] }],
      [author, 'POST', '/boxes', { id: 'x', name: 'x', area: '08/02536', groups: ['g'], outputs: [{ id: 'main', kind: 'loudspeaker' }] }],
      [author, 'PUT', '/policy', openPolicy],
      [admin, 'POST', '/orders/stop-all', {}],
      [approver, 'POST', '/schedules', {}],
    ];
    for (const [who, method, path, body] of cases) expect([path, (await who(method, path, body)).status]).toEqual([path, 403]);
  });

  test('a right ends at its area', async () => {
    const hamlet = await built.as('thon-2');
    const box = { id: 'ngoai', name: 'x', area: '08/02536/thon-1', groups: ['thon-1'], outputs: [{ id: 'main', kind: 'loudspeaker' }] };
    expect(codeOf(await hamlet('POST', '/boxes', box))).toBe('not-allowed');
    expect((await hamlet('POST', '/boxes', { ...box, id: 'trong', area: '08/02536/thon-2' })).status).toBe(201);
  });

  test('bad input names the place', async () => {
    const answer = await technician('POST', '/boxes', { id: 'HOA', name: 'x', area: '08/02536', groups: ['g'], outputs: [] });
    expect(answer.body).toMatchObject({ code: 'bad-input', path: '/id' });
    const notJson = await built.app.inject({
      method: 'POST',
      url: '/api/session',
      payload: '{',
      headers: { 'content-type': 'application/json' },
    });
    expect(notJson.json()).toMatchObject({ code: 'not-json', status: 400 });
    const large = await built.stranger('POST', '/session', { account: 'x', password: 'x'.repeat(5000) });
    expect(codeOf(large)).toBe('too-large');
    expect(codeOf(await author('GET', '/nowhere'))).toBe('not-found');
  });

  test('an author may not approve own work, whatever else they are', async () => {
    const id = await programme(both);
    await both('POST', `/programmes/${id}/submit`, {});
    expect(codeOf(await both('POST', `/programmes/${id}/approve`, {}))).toBe('own-work');
    const approved = await approver('POST', `/programmes/${id}/approve`, {});
    expect(approved.body).toMatchObject({ state: 'approved', author: 'ca-hai', approver: 'duyet' });
  });

  test('only what was handed in can be judged', async () => {
    const id = await programme(author);
    expect(codeOf(await approver('POST', `/programmes/${id}/approve`, {}))).toBe('conflict');
    expect(codeOf(await approver('POST', '/programmes/ct-none/approve', {}))).toBe('not-found');
  });

  test('sound at 03:15 is refused with the rule, at 17:00 it is kept', async () => {
    const item = {
      sha256: 'a'.repeat(64),
      bytes: 10,
      type: 'audio/ogg' as const,
      title: 'x',
      language: 'vi',
      durationMs: 60_000,
      gainDb: 0,
    };
    const act = { atMs: 1, actor: 'x', act: 'media.add', subject: 'x', sha256: '' };
    await built.centre.store.content.addMedia({ item, source: '', author: 'tac-gia', createdMs: 1, peaks: [] }, act);
    const made = await author('POST', '/programmes', { title: 'Đêm', form: 'audio', tier: 'normal', items: [item.sha256] });
    const wish = { programme: made.body.id, groups: ['thon-1'], start: '20261124T031500', zone: 'Asia/Ho_Chi_Minh' };
    const refused = await author('POST', '/schedules', wish);
    expect(refused.body).toMatchObject({ code: 'policy-breach', path: '/start', status: 422 });
    expect(refused.body.detail).toContain('outside-window');
    const preview = await author('POST', '/schedules/preview', wish);
    expect(preview.body.occurrences).toMatchObject([{ refused: 'outside-window' }]);
    const kept = await author('POST', '/schedules', { ...wish, start: '20261124T170000' });
    expect(kept.status).toBe(201);
    await author('DELETE', `/schedules/${kept.body.id}`);
    const mixed = await author('POST', '/programmes', { title: 'x', form: 'bulletin', tier: 'normal', items: [item.sha256] });
    expect(mixed.body).toMatchObject({ code: 'bad-input', path: '/items/0' });
  });

  test('a schedule is previewed by the boxes’ own timeline, kept and removed', async () => {
    const id = await programme(author, 'Tin');
    await author('POST', `/programmes/${id}/submit`, {});
    await approver('POST', `/programmes/${id}/approve`, {});
    const wish = { programme: id, groups: ['thon-1'], start: '20261124T170000', zone: 'Asia/Ho_Chi_Minh' };
    const preview = await author('POST', '/schedules/preview', wish);
    expect(preview.body.occurrences).toMatchObject([{ startMs: Date.UTC(2026, 10, 24, 10), refused: null }]);
    const kept = await author('POST', '/schedules', wish);
    expect(kept.body).toMatchObject({ programme: id, title: 'Tin', by: 'tac-gia', class: 'normal', repeat: { times: 1, gapMs: 0 } });
    expect((await author('DELETE', `/schedules/${kept.body.id}`)).status).toBe(204);
    expect(codeOf(await author('DELETE', `/schedules/${kept.body.id}`))).toBe('not-found');
    expect(codeOf(await author('POST', '/schedules', { ...wish, groups: ['khong-co'] }))).toBe('not-found');
    expect(codeOf(await author('POST', '/schedules', { ...wish, zone: 'Asia/Saigon-Moi' }))).toBe('zone-unknown');
  });

  test('a document comes in without what it may not hold, and its author is told; it is shown in a sandbox', async () => {
    const html = '<script>alert(1)</script><p onclick="1">Họp thôn 19 giờ</p>';
    const made = await author('POST', '/bulletins', { title: 'x', html, durationMs: 1000 });
    expect(made.body.removed).toMatchObject([
      { what: 'script', reason: 'script', times: 1, vi: expect.stringContaining('mã'), en: expect.stringContaining('code') },
      { what: 'onclick', on: 'p', reason: 'script', times: 1 },
    ]);
    expect(made.body.warnings).toMatchObject([{ code: 'letters-small' }]);
    const clean = (await approver('GET', `/blobs/${made.body.sha256}`)).body.toString();
    expect(clean).toContain('<body><p>Họp thôn 19 giờ</p></body>');
    const deep = await author('POST', '/bulletins', { title: 'x', html: '<div>'.repeat(100_000), durationMs: 1000 });
    expect(codeOf(deep)).toBe('too-large');
    const shown = await approver('GET', `/blobs/${bulletin}`);
    expect(shown.headers['content-security-policy']).toContain('sandbox');
    expect(shown.body.toString()).toContain('Lịch cắt điện');
    const part = await approver('GET', `/blobs/${bulletin}`, undefined, { range: 'bytes=2-5' });
    expect([part.status, part.headers['content-range'], part.body.length]).toEqual([206, `bytes 2-5/${shown.body.length}`, 4]);
    expect((await approver('GET', `/blobs/${bulletin}`, undefined, { range: 'bytes=999999-' })).status).toBe(416);
    expect(codeOf(await approver('GET', `/blobs/${'0'.repeat(64)}`))).toBe('not-found');
  });

  test('the audit chain holds what was done, and a changed entry is found', async () => {
    const entries = (await admin('GET', '/audit?limit=1000')).body as { act: string; actor: string }[];
    expect(entries).toContainEqual(expect.objectContaining({ act: 'programme.approve', actor: 'duyet' }));
    expect((await admin('GET', '/audit/verify')).body).toMatchObject({ holds: true, brokenAt: null });
    expect((await author('GET', '/audit')).status).toBe(403);
  });

  test('a changed policy reaches every box as a new revision', async () => {
    await technician('POST', '/boxes', {
      id: 'hop-1',
      name: 'Hộp 1',
      area: '08/02536',
      groups: ['thon-1'],
      outputs: [{ id: 'main', kind: 'loudspeaker' }],
    });
    const topic = 'loa/1/d/hop-1/dn/want';
    const before = statementIn(JSON.parse(String(built.lastRetained(topic)?.payload)));
    expect((await admin('PUT', '/policy', { ...openPolicy, gainMaxDb: -3 })).status).toBe(200);
    const after = statementIn(JSON.parse(String(built.lastRetained(topic)?.payload)));
    expect(after.body.rev).toBe(before.body.rev + 1);
    expect(after.ctr).toBeGreaterThan(before.ctr);
    const count = built.published.length;
    await admin('PUT', '/policy', { ...openPolicy, gainMaxDb: -3 });
    expect(built.published.length).toBe(count);
  });

  test('a box’s settings are replaced by whoever tends it, checked, and reach the box; weighty ones need an administrator', async () => {
    const outputs = [{ id: 'main', kind: 'loudspeaker' }];
    await technician('POST', '/boxes', { id: 'hop-2', name: 'Hộp 2', area: '08/02536', groups: ['thon-1'], outputs });
    const settings = (await technician('GET', '/boxes/hop-2/settings')).body;
    const staggered = { ...settings, staggerMs: 2_000, delayMs: 120 };
    expect((await technician('PUT', '/boxes/hop-2/settings', staggered)).status).toBe(200);
    expect((await technician('GET', '/boxes/hop-2/settings')).body).toEqual(staggered);
    expect(codeOf(await technician('PUT', '/boxes/hop-2/settings', { ...staggered, staggerMs: 60_000 }))).toBe('bad-input');
    const speaker = { output: 'main', line: 'mic', windows: [{ days: ['MO'], from: '07:00', to: '18:00' }] };
    expect(codeOf(await technician('PUT', '/boxes/hop-2/settings', { ...staggered, localLive: [speaker] }))).toBe('not-allowed');
    expect((await admin('PUT', '/boxes/hop-2/settings', { ...staggered, localLive: [speaker] })).status).toBe(200);
    const nowhere = await admin('PUT', '/boxes/hop-2/settings', { ...staggered, localLive: [{ ...speaker, output: 'phu' }] });
    expect(nowhere.body).toMatchObject({ code: 'not-found', path: '/localLive/0/output' });
    expect(codeOf(await author('PUT', '/boxes/hop-2/settings', settings))).toBe('not-allowed');
    expect(codeOf(await technician('PUT', '/boxes/khong-co/settings', settings))).toBe('not-found');
  });

  test('a box’s settings that somebody else changed meanwhile are not written over, nor by two at once', async () => {
    const settings = (await technician('GET', '/boxes/hop-2/settings')).body;
    const put = (change: object, seen?: object) => admin('PUT', '/boxes/hop-2/settings', { ...settings, ...change, ...(seen && { seen }) });
    expect((await put({ gainDb: -3 }, settings)).body).toEqual({ ...settings, gainDb: -3 });
    expect(await put({ gainDb: -9 }, settings)).toMatchObject({ status: 409, body: { code: 'conflict', path: '/seen' } });
    const both = await Promise.all([-5, -6].map((gainDb) => put({ gainDb }, { ...settings, gainDb: -3 })));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    const won = [-5, -6][both.findIndex(({ status }) => status === 200)];
    expect((await technician('GET', '/boxes/hop-2/settings')).body).toEqual({ ...settings, gainDb: won });
    expect((await put({})).status).toBe(200);
  });
});

describe('a centre without accounts', () => {
  test('its setup link makes one administrator, once', async () => {
    const { seedOf } = await import('./built-centre.ts');
    const { initialise } = await import('../../controller/init.ts');
    const built = await makeCentre(seedOf({ accounts: [] }));
    try {
      const again = await initialise(built.dir, {}, built.clock.nowMs);
      const token = again.ok ? (again.value.setupToken ?? '') : '';
      expect(token).toMatch(/^[0-9a-f]{48}$/);
      const wish = { token, account: 'chu-tich', password: 'trau-den-leo-cot-dien-7' };
      expect(codeOf(await built.stranger('POST', '/setup', { ...wish, token: '0'.repeat(48) }))).toBe('not-found');
      expect(codeOf(await built.stranger('POST', '/setup', { ...wish, password: 'ngan' }))).toBe('bad-input');
      expect(codeOf(await built.stranger('POST', '/setup', { ...wish, password: 'chu-tich-son-duong' }))).toBe('weak-password');
      expect((await built.stranger('POST', '/setup', wish)).status).toBe(201);
      expect(codeOf(await built.stranger('POST', '/setup', { ...wish, account: 'ke-khac' }))).toBe('not-found');
      const signedIn = await built.stranger('POST', '/session', { account: 'chu-tich', password: wish.password });
      expect(signedIn.body.roles).toEqual(['administrator']);
    } finally {
      await built.stop();
    }
  });
});
