// What the signing desk refuses, whoever asks: a table over real keys, real approvals and a real delegation.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nothingSpent, quotas, type Spent, spend } from '../../controller/core/signing-quota.ts';
import { judgeDraft } from '../../controller/core/signing-rules.ts';
import { type AskedDraft, statementText } from '../../controller/core/signing-statement.ts';
import { factsOf } from '../../controller/signing/room.ts';
import { cryptography } from '../../hardware/host/crypto.ts';
import { templateContent } from '../../schemas/authority.ts';
import { seal } from '../../schemas/envelope.ts';
import type { Order } from '../../schemas/order.ts';
import { TestOfficer } from '../schemas/officer.ts';
import { must } from './built-centre.ts';
import { type DeskBed, deskBed, draftOf, said } from './desk-bed.ts';

const nowMs = Date.UTC(2026, 10, 23, 1, 0, 0);
const hourMs = 3600_000;
const expMs = nowMs + hourMs;
const gateway = new TestOfficer('cap');
let dir: string;
let commune: DeskBed;
let province: DeskBed;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'loa-desk-rules-'));
  commune = await deskBed(join(dir, 'commune'), { moreKeys: [gateway.listed(undefined, ['gateway'])] });
  province = await deskBed(join(dir, 'province'), { level: 'province', area: '08' });
});
afterAll(() => rm(dir, { recursive: true }));

const verdict = (bed: DeskBed, draft: AskedDraft, atMs = nowMs) => {
  const judged = judgeDraft(draft, must(factsOf(bed.roomWish)), atMs, cryptography);
  return judged.ok ? 'signed' : judged.problem.code;
};
const group = 'g/xa-02536';
const orderDraft = (order: Order, more: Partial<AskedDraft> = {}) => draftOf('order', group, order, { id: 'o-1', expMs, ...more });
const approvedBy = (bed: DeskBed, officers: readonly TestOfficer[], order: Order = said, iat = nowMs) =>
  bed.approve(order, 'o-1', group, expMs, officers, iat);

describe('an order that is meant', () => {
  test('is signed with what its officers signed', () => {
    expect(verdict(commune, orderDraft(approvedBy(commune, [commune.officer])))).toBe('signed');
    const wide = { ...said, level: 'province' as const, area: '08' };
    expect(verdict(province, orderDraft(approvedBy(province, [province.officer, province.second], wide)))).toBe('signed');
  });

  test.each<[string, string, () => string]>([
    ['without any authority', 'role-missing', () => verdict(commune, orderDraft(said))],
    [
      'with an approval of another text',
      'wrong-content',
      () => {
        const { authority } = approvedBy(commune, [commune.officer]);
        return verdict(commune, orderDraft({ ...said, times: 20, authority }));
      },
    ],
    [
      'with an approval of another order',
      'wrong-content',
      () => verdict(commune, orderDraft(approvedBy(commune, [commune.officer]), { id: 'o-2' })),
    ],
    [
      'for a group that was not approved',
      'wrong-audience',
      () => verdict(commune, draftOf('order', 'g/thon-9', approvedBy(commune, [commune.officer]), { id: 'o-1', expMs })),
    ],
    [
      'for longer than was approved',
      'expired',
      () => verdict(commune, orderDraft(approvedBy(commune, [commune.officer]), { expMs: expMs + 1 })),
    ],
    [
      'long after its approval',
      'expired',
      () => verdict(commune, orderDraft(approvedBy(commune, [commune.officer], said, nowMs - hourMs))),
    ],
    ['approved by a stranger', 'key-unknown', () => verdict(commune, orderDraft(approvedBy(commune, [new TestOfficer('la')])))],
    ['approved by another commune’s officer', 'key-unknown', () => verdict(commune, orderDraft(approvedBy(commune, [province.officer])))],
    [
      'beyond a commune with one officer',
      'one-officer',
      () => verdict(province, orderDraft(approvedBy(province, [province.officer], { ...said, level: 'province', area: '08' }))),
    ],
    [
      'beyond a commune with one officer twice',
      'one-officer',
      () =>
        verdict(
          province,
          orderDraft(approvedBy(province, [province.officer, province.officer], { ...said, level: 'province', area: '08' })),
        ),
    ],
    [
      'in the name of a level above',
      'role-missing',
      () => verdict(commune, orderDraft(approvedBy(commune, [commune.officer], { ...said, level: 'province' }))),
    ],
    [
      'outside the centre’s area',
      'outside-area',
      () => verdict(commune, orderDraft(approvedBy(commune, [commune.officer], { ...said, area: '08/02545' }))),
    ],
    [
      'for more than a day',
      'expired',
      () => verdict(commune, orderDraft(approvedBy(commune, [commune.officer]), { expMs: nowMs + 25 * hourMs })),
    ],
    ['of yesterday', 'expired', () => verdict(commune, orderDraft(approvedBy(commune, [commune.officer]), { expMs: nowMs - 1 }))],
    ['without a name', 'bad-input', () => verdict(commune, draftOf('order', group, approvedBy(commune, [commune.officer]), { expMs }))],
    ['to a centre', 'wrong-audience', () => verdict(commune, orderDraft(approvedBy(commune, [commune.officer]), { aud: 'c/xa-02536' }))],
    [
      'under the exercise’s type',
      'wrong-type',
      () => verdict(commune, { ...orderDraft(approvedBy(commune, [commune.officer])), typ: 'drill' }),
    ],
  ])('%s is refused: %s', (_what, code, judged) => expect(judged()).toBe(code));

  test('lies ready in one box for up to a year on its officers’ words for that box, and on nobody else’s', () => {
    const yearMs = nowMs + 365 * 24 * hourMs;
    const forBox = (bed: DeskBed, officers: readonly TestOfficer[], order: Order, aud = 'd/hop-1', until = yearMs) =>
      draftOf('order', aud, bed.approve(order, 'o-1', 'd/hop-1', until, officers, nowMs), { id: 'o-1', expMs: until });
    expect(verdict(commune, forBox(commune, [commune.officer], said))).toBe('signed');
    expect(verdict(commune, forBox(commune, [commune.officer], said, 'd/hop-2'))).toBe('wrong-audience');
    expect(verdict(commune, forBox(commune, [commune.officer], said, group, expMs))).toBe('wrong-audience');
    expect(verdict(commune, forBox(commune, [commune.officer], said, 'd/hop-1', nowMs + 367 * 24 * hourMs))).toBe('expired');
    const wide = { ...said, level: 'province' as const, area: '08/02536' };
    expect(verdict(province, forBox(province, [province.officer], wide))).toBe('one-officer');
    expect(verdict(province, forBox(province, [province.officer, province.second], wide))).toBe('signed');
    const given = { id: 'o-1', iss: 'xa-02536', epoch: 'e1', aud: 'd/hop-1', iat: nowMs, exp: nowMs + 60_000 };
    const glass: Order = { ...said, authority: { by: 'breakGlass', approval: commune.officer.approve(said, given, true) } };
    expect(verdict(commune, draftOf('order', 'd/hop-1', glass, { id: 'o-1', expMs: nowMs + 60_000 }))).toBe('role-missing');
  });

  test('breaks the glass only where that officer may, short, and for what cannot wait', () => {
    const glass = (order: Order, until = nowMs + 5 * 60_000, officer = commune.officer) => {
      const given = { id: 'o-1', iss: 'xa-02536', epoch: 'e1', aud: group, iat: nowMs, exp: until };
      return orderDraft({ ...order, authority: { by: 'breakGlass', approval: officer.approve(order, given, true) } }, { expMs: until });
    };
    expect(verdict(commune, glass(said))).toBe('signed');
    expect(verdict(commune, glass(said, nowMs + 11 * 60_000))).toBe('expired');
    expect(verdict(commune, glass({ ...said, urgency: 'Future' }))).toBe('role-missing');
    expect(verdict(commune, glass(said, nowMs + 5 * 60_000, commune.second))).toBe('role-missing');
  });

  test('stands on a mandate only with the words, the area and the gateway that two officers named', () => {
    const mandateBy = (signers: readonly TestOfficer[], changes: object = {}) => {
      const templates = [templateContent(said, cryptography)];
      const from = { gateway: gateway.signer.keyid, feed: 'kttv', hazards: ['flash-flood'] };
      const body = { ...from, areas: ['08/02536'], templates, perHour: 2, maxMs: hourMs, ...changes };
      const head = { typ: 'mandate' as const, id: 'm-1', iss: 'xa-02536', epoch: 'e1', aud: 'c/xa-02536', ctr: 1 };
      return seal(
        { ...head, iat: nowMs, nbf: nowMs - 1, exp: nowMs + 90 * 24 * hourMs, body },
        signers.map(({ signer }) => signer),
      );
    };
    const given = { id: 'o-1', iss: 'xa-02536', epoch: 'e1', aud: group, iat: nowMs, exp: expMs };
    const withMandate = (mandate: ReturnType<typeof mandateBy>, by = gateway) =>
      orderDraft({ ...said, authority: { by: 'mandate', mandate, approval: by.approve(said, given) } });
    const two = [commune.officer, commune.second];
    expect(verdict(commune, withMandate(mandateBy(two)))).toBe('signed');
    expect(verdict(commune, withMandate(mandateBy([commune.officer])))).toBe('one-officer');
    expect(verdict(commune, withMandate(mandateBy(two, { templates: ['0'.repeat(64)] })))).toBe('outside-mandate');
    expect(verdict(commune, withMandate(mandateBy(two, { hazards: ['cold'] })))).toBe('outside-mandate');
    expect(verdict(commune, withMandate(mandateBy(two), commune.officer))).toBe('role-missing');
  });

  test('is not signed for a demo, nor under a delegation that has ended or names no such key', async () => {
    const demo = await deskBed(join(dir, 'demo'), { demo: true });
    expect(verdict(demo, orderDraft(approvedBy(demo, [demo.officer])))).toBe('demo-only');
    expect(verdict(demo, draftOf('drill', group, { ...said, class: 'exercise' }, { id: 'd-1', expMs }))).toBe('signed');
    const ended = await deskBed(join(dir, 'ended'), { untilMs: nowMs - 1 });
    expect(verdict(ended, orderDraft(approvedBy(ended, [ended.officer])))).toBe('expired');
    expect(verdict(ended, draftOf('clear', group, { ids: ['o-1'], level: 'commune', reason: '' }))).toBe('signed');
    const revoked = await deskBed(join(dir, 'revoked'), { leaveOut: 'order' });
    expect(verdict(revoked, orderDraft(approvedBy(revoked, [revoked.officer])))).toBe('role-missing');
    expect(verdict(revoked, draftOf('drill', group, { ...said, class: 'test' }, { id: 'd-1', expMs }))).toBe('signed');
  });

  test('an approval with one bit turned is no approval', () => {
    const order = approvedBy(commune, [commune.officer]);
    const text = JSON.stringify(order);
    const { authority } = order;
    const [approval] = authority.by === 'officers' ? authority.approvals : [];
    const sig = approval?.signatures[0]?.sig ?? '';
    const bent = text.replace(sig, `${sig[0] === 'A' ? 'B' : 'A'}${sig.slice(1)}`);
    expect(verdict(commune, { ...orderDraft(order), body: bent })).toBe('signature-wrong');
  });
});

describe('everything else', () => {
  const live = {
    ...{ session: 'live-1', state: 'open', source: 'microphone', level: 'commune', title: 'Nói trực tiếp' },
    ...{ publicKey: `${'A'.repeat(43)}=`, delayMs: 2_000, openMs: nowMs, untilMs: nowMs + hourMs, gainDb: 0 },
  };
  const place = { dev: 'hop-1', centre: 'xa-02536', area: '08/02536/thon-1', groups: ['thon-1'] };
  const beat = { epoch: 'run-1', timeMs: nowMs, orders: {} };
  const down = { stream: 'dong-1', after: 0, upto: 1, rows: [{ seq: 1, key: 'item:tin-1', thing: { is: 'item' } }] };
  test.each<[string, string, AskedDraft]>([
    ['an exercise with its own key', 'signed', draftOf('drill', group, { ...said, class: 'exercise' }, { id: 'd-1', expMs })],
    ['an exercise that is none', 'wrong-type', draftOf('drill', group, said, { id: 'd-1', expMs })],
    ['a clear of one’s own level', 'signed', draftOf('clear', group, { ids: ['o-1'], level: 'commune', reason: '' })],
    ['a clear of a hamlet’s', 'signed', draftOf('clear', group, { ids: ['o-1'], level: 'hamlet', reason: '' })],
    ['a clear of the province’s orders', 'role-missing', draftOf('clear', group, { ids: ['o-1'], level: 'province', reason: '' })],
    [
      'a clear for a week',
      'expired',
      draftOf('clear', group, { ids: ['o-1'], level: 'commune', reason: '' }, { expMs: nowMs + 168 * hourMs }),
    ],
    ['a live session', 'signed', draftOf('live', group, live)],
    ['a live session of the province', 'role-missing', draftOf('live', group, { ...live, level: 'province' })],
    ['a live session of a day', 'expired', draftOf('live', group, { ...live, untilMs: nowMs + 24 * hourMs })],
    ['a place in the area', 'signed', draftOf('place', 'd/hop-1', place)],
    ['a place of another box', 'wrong-audience', draftOf('place', 'd/hop-2', place)],
    ['a place under another centre', 'wrong-audience', draftOf('place', 'd/hop-1', { ...place, centre: 'xa-2' })],
    ['a place outside the area', 'outside-area', draftOf('place', 'd/hop-1', { ...place, area: '08/02545' })],
    ['a command to a box', 'signed', draftOf('command', 'd/hop-1', { do: 'report' })],
    ['a command that is none', 'bad-input', draftOf('command', 'd/hop-1', { do: 'reboot' })],
    ['a command for an hour', 'expired', draftOf('command', 'd/hop-1', { do: 'report' }, { expMs: nowMs + hourMs })],
    ['a want for a group', 'wrong-audience', draftOf('want', group, { rev: 1, parts: [] })],
    ['time as it is', 'signed', draftOf('answer', 'd/hop-1', { id: 'a', nonce: '0'.repeat(32), timeMs: nowMs })],
    ['time as it was', 'no-time', draftOf('answer', 'd/hop-1', { id: 'a', nonce: '0'.repeat(32), timeMs: nowMs - hourMs })],
    ['a sign of life', 'signed', draftOf('heartbeat', 'c/xa-02536', beat)],
    ['a sign of another centre’s life', 'wrong-audience', draftOf('heartbeat', 'c/tinh-08', beat)],
    ['what goes down to a centre below', 'signed', draftOf('down', 'c/thon-1', down)],
    ['what goes down to oneself', 'wrong-audience', draftOf('down', 'c/xa-02536', down)],
    ['a sign of life ten years on', 'no-time', draftOf('heartbeat', 'c/xa-02536', { ...beat, timeMs: nowMs + 87_600 * hourMs })],
    ['an acknowledgement of another box', 'wrong-audience', draftOf('ack', 'd/hop-1', { dev: 'hop-2', epoch: 'e', upto: 0, head: '' })],
    ['two meanings in one body', 'bad-input', { ...draftOf('command', 'd/hop-1', {}), body: '{"do":"report","do":"new-epoch"}' }],
    ['a body that is no JSON', 'not-json', { ...draftOf('command', 'd/hop-1', {}), body: '{' }],
  ])('%s: %s', (_what, code, draft) => expect(verdict(commune, draft)).toBe(code));

  test('a key signs its own role’s types only', async () => {
    const swapped = await deskBed(join(dir, 'swapped'));
    const keys = { ...swapped.keys, order: swapped.keys.want };
    const facts = must(factsOf({ ...swapped.roomWish, keys }));
    const judged = judgeDraft(orderDraft(approvedBy(swapped, [swapped.officer])), facts, nowMs, cryptography);
    expect(judged).toMatchObject({ ok: false, problem: { code: 'role-missing' } });
  });

  test('the text that is signed is the statement as everything else writes it', () => {
    const draft = draftOf('command', 'd/hop-1', { do: 'report', chữ: '"\\' });
    const text = statementText(draft, { centre: 'xa', epoch: 'e1' }, { id: 'i', ctr: 5, iat: 90_000_000, exp: 91_000_000 });
    expect(JSON.stringify(JSON.parse(text))).toBe(text);
    expect(JSON.parse(text)).toMatchObject({ typ: 'command', iss: 'xa', aud: 'd/hop-1', ctr: 5, nbf: 3_600_000, body: { do: 'report' } });
  });
});

describe('quotas', () => {
  const many = (typ: 'order' | 'drill' | 'want', count: number, from: Spent = nothingSpent, atMs = 0) => {
    let spent = from;
    let given = 0;
    for (let i = 0; i < count; i += 1) {
      const next = spend(spent, { typ, id: `${typ}-${i}-${atMs}` }, atMs);
      if (!next.ok) continue;
      spent = next.value;
      given += 1;
    }
    return { spent, given };
  };

  test('52 orders in one second are signed, a flood of them is not, and a minute later there is room again', () => {
    expect(many('order', 52).given).toBe(52);
    const { spent, given } = many('order', 1_000);
    expect(given).toBe(quotas.order);
    expect(many('order', 1_000, spent, 60_000).given).toBe(quotas.order);
  });

  test('exercises and ordinary work cannot use up what is kept for the real thing', () => {
    const drills = many('drill', 500).spent;
    const wants = many('want', 250_000, drills).spent;
    expect(many('order', 52, wants).given).toBe(52);
  });

  test('one order to many groups counts once', () => {
    let spent = nothingSpent;
    for (let group = 0; group < 64; group += 1) spent = must(spend(spent, { typ: 'order', id: 'one' }, group));
    expect(spent.purses.order?.left).toBe(quotas.order - 1);
  });

  test('another order under the same id is refused while the first one counts', () => {
    const one = must(spend(nothingSpent, { typ: 'order', id: 'one', content: 'a' }, 0));
    expect(spend(one, { typ: 'order', id: 'one', content: 'a' }, 59_000).ok).toBe(true);
    expect(spend(one, { typ: 'order', id: 'one', content: 'b' }, 59_000)).toMatchObject({ problem: { code: 'conflict' } });
    const mandate = { id: 'm-1', perHour: 2 };
    const under = must(spend(nothingSpent, { typ: 'order', id: 'one', content: 'a', mandate }, 0));
    expect(spend(under, { typ: 'order', id: 'one', content: 'b', mandate }, 3_500_000)).toMatchObject({ problem: { code: 'conflict' } });
    expect(spend(under, { typ: 'order', id: 'one', content: 'a', mandate }, 3_500_000).ok).toBe(true);
  });

  test('a mandate starts no more in an hour than its officers allowed', () => {
    const mandate = { id: 'm-1', perHour: 2 };
    const first = must(spend(nothingSpent, { typ: 'order', id: 'a', mandate }, 0));
    const second = must(spend(first, { typ: 'order', id: 'b', mandate }, 1_000));
    expect(spend(second, { typ: 'order', id: 'c', mandate }, 2_000)).toMatchObject({ problem: { code: 'too-many-requests' } });
    expect(spend(second, { typ: 'order', id: 'a', mandate }, 2_000).ok).toBe(true);
    expect(spend(second, { typ: 'order', id: 'c', mandate }, 3_700_000).ok).toBe(true);
  });
});
