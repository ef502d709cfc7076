// An approver who is away: one link, one version, one use, the sign-in again.

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { stepProgramme } from '../../controller/approval/programme-step.ts';
import { type Asker, codeOf, password } from './built-centre.ts';
import { content, makeProvince, type Province, sound } from './source-rig.ts';

const hourMs = 3600_000;
let province: Province;
let author: Asker;
let id: string;

beforeAll(async () => {
  province = await makeProvince();
  author = await province.ask('bien-tap');
  const { sha256 } = sound('a');
  await province.upload(sound('a'));
  await province.upload(sound('b'));
  await province.built.centre.store.audit.entries(0, 1);
  expect(sha256).toHaveLength(64);
});
afterAll(() => province.built.stop());

beforeEach(async () => {
  const made = { ...content(), kind: 'audio', media: sound('a').sha256, title: 'Phòng dại', body: 'Tiêm ngày 5.' };
  id = (await author('POST', '/source-items', { unit: 'tinh', content: made })).body.id;
  await author('POST', `/source-items/${id}/submit`, { version: 1 });
});

const ask = (change: object = {}) =>
  author('POST', '/approval-links', { account: 'duyet-tinh', of: { source: id, version: 1 }, ...change });
const tokenOf = async (change: object = {}) => String((await ask(change)).body.path).replace('/approve#token=', '');
const look = (token: string) => province.built.stranger('POST', '/approval-links/look', { token });
const decide = (token: string, change: object = {}) =>
  province.built.stranger('POST', '/approval-links/decide', { token, password, verdict: 'approve', ...change });
const stateOf = async () => (await author('GET', `/source-items/${id}`)).body.state;

test('shows what it is about without a session; approving needs that person’s sign-in, and works once', async () => {
  const token = await tokenOf();
  expect((await look(token)).body).toMatchObject({
    ...{ account: 'duyet-tinh', of: 'source', title: 'Phòng dại', body: 'Tiêm ngày 5.', author: 'bien-tap', needs: 'password' },
    items: [{ sha256: sound('a').sha256 }],
  });
  const wrong = await decide(token, { password: 'sai-mat-khau' });
  expect([codeOf(wrong), await stateOf()]).toEqual(['wrong-credentials', 'submitted']);
  expect((await decide(token)).body).toEqual({ state: 'approved', delegation: null });
  const item = (await author('GET', `/source-items/${id}`)).body;
  expect(item).toMatchObject({ state: 'approved', steps: [{}, { step: 'approve', by: 'duyet-tinh' }] });
  expect([codeOf(await decide(token)), codeOf(await look(token))]).toEqual(['not-found', 'not-found']);
  const audit = await province.built.centre.store.audit.entries(0, 9_999);
  const told = audit.filter(({ subject }) => subject === id).map(({ actor, act }) => `${actor} ${act}`);
  expect(told.slice(-3)).toEqual(['bien-tap approval.ask', 'duyet-tinh source.approve', 'duyet-tinh approval.use']);
  expect(JSON.stringify(audit)).not.toContain(token);
});

test('gives back with a reason, never without', async () => {
  const token = await tokenOf();
  expect((await decide(token, { verdict: 'reject' })).body).toMatchObject({ code: 'bad-input', path: '/note' });
  expect((await decide(token, { verdict: 'reject', note: 'Thiếu giờ' })).body.state).toBe('rejected');
  expect((await author('GET', `/source-items/${id}`)).body.steps.at(-1)).toMatchObject({ step: 'reject', note: 'Thiếu giờ' });
});

test('is for one version: what was corrected meanwhile is not approved by it', async () => {
  const token = await tokenOf();
  const before = (await author('GET', `/source-items/${id}`)).body;
  await author('PUT', `/source-items/${id}`, { version: 1, content: { ...before.content, title: 'Khác' } });
  await author('POST', `/source-items/${id}/submit`, { version: 2 });
  expect([codeOf(await look(token)), codeOf(await decide(token)), await stateOf()]).toEqual(['conflict', 'conflict', 'submitted']);
});

test('ends after its hours, plays nothing else, and what is no link is none', async () => {
  const token = await tokenOf({ hours: 1 });
  const file = (name: string, word = token) =>
    province.built.stranger('GET', `/approval-links/content/${name}`, undefined, { 'x-loa-approval': word });
  expect(codeOf(await file(sound('b').sha256))).toBe('not-found');
  expect(codeOf(await file(sound('a').sha256, 'x'))).toBe('not-found');
  await province.built.centre.store.approvals.link(token);
  province.built.clock.nowMs += hourMs;
  expect([codeOf(await look(token)), codeOf(await decide(token))]).toEqual(['expired', 'expired']);
  expect(codeOf(await look('khong-co'))).toBe('not-found');
});

test('is made only for who may judge this, and not for its author', async () => {
  expect((await ask({ account: 'xa-a' })).body).toMatchObject({ code: 'not-allowed', path: '/account' });
  expect((await ask({ account: 'bien-tap' })).body).toMatchObject({ code: 'own-work', path: '/account' });
  expect((await ask({ account: 'khong-co' })).body).toMatchObject({ code: 'not-found', path: '/account' });
  expect(codeOf(await ask({ of: { source: id, version: 2 } }))).toBe('conflict');
  expect(
    codeOf(await (await province.ask('xa-b'))('POST', '/approval-links', { account: 'duyet-tinh', of: { source: id, version: 1 } })),
  ).toBe('not-found');
});

test('a right that was lost since decides nothing, and the link stays what it was', async () => {
  const token = await tokenOf();
  const act = { atMs: 1, actor: 'x', act: 'account.change', subject: 'duyet-tinh', sha256: '' };
  const { people } = province.built.centre.store;
  const before = await people.account('duyet-tinh');
  await people.changeAccount('duyet-tinh', (one) => ({ ok: true, value: { ...one, grants: [] } }), act);
  expect(codeOf(await decide(token))).toBe('not-found');
  // The audit says what happened, not what was tried.
  const told = async () =>
    (await province.built.centre.store.audit.entries(0, 9_999))
      .filter((one) => one.subject === id)
      .map((one) => one.act)
      .at(-1);
  expect(await told()).toBe('approval.refused');
  await people.changeAccount('duyet-tinh', (one) => ({ ok: true, value: { ...one, grants: before?.grants ?? [] } }), act);
  expect((await decide(token)).body.state).toBe('approved');
  expect(await told()).toBe('approval.use');
});

test('what was changed between the reading and the sign-in is not approved', async () => {
  const { body } = await author('POST', '/programmes', { title: 'Tuần 49', form: 'audio', tier: 'normal', items: [sound('a').sha256] });
  const { content: kept } = province.built.centre.store;
  const stored = await kept.programme(body.id);
  if (!stored) throw new Error('no programme');
  const act = { atMs: 1, actor: 'x', act: 'programme.submit', subject: body.id, sha256: 'a'.repeat(64) };
  await kept.saveProgramme({ ...stored, state: 'submitted', changedMs: 7 }, act);
  const asking = { account: 'duyet-tinh', grants: [{ role: 'approver' as const, area: '08' }], act: () => act };
  const step = (seenMs: number) => stepProgramme(province.built.centre, body.id, { step: 'approve', note: '', seenMs }, asking);
  expect(await step(6)).toMatchObject({ ok: false, problem: { code: 'conflict' } });
  expect((await step(7)).ok).toBe(true);
});

test('a programme is approved by it, too, and who guesses waits as at the door', async () => {
  const items = [sound('a').sha256];
  const { body } = await author('POST', '/programmes', { title: 'Tuần 48', form: 'audio', tier: 'normal', items });
  await author('POST', `/programmes/${body.id}/submit`, {});
  const token = await tokenOf({ of: { programme: body.id } });
  const tries: string[] = [];
  for (let n = 0; n < 8; n++) tries.push(codeOf(await decide(token, { password: 'sai' })));
  expect(tries).toContain('too-many-requests');
  province.built.clock.nowMs += hourMs;
  expect((await look(token)).body).toMatchObject({ of: 'programme', title: 'Tuần 48' });
  expect((await decide(token)).body).toEqual({ state: 'approved', delegation: null });
  expect((await author('GET', `/programmes/${body.id}`)).body).toMatchObject({ state: 'approved', approver: 'duyet-tinh' });
});
