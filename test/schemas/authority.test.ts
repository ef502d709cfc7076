// By whose authority an order sounds at a box: officers by place, the glass that may be broken, mandates given in advance.
import { describe, expect, test } from 'vitest';
import { cryptography } from '../../hardware/host/crypto.ts';
import { authorityOf, type Mandate, orderContent, templateContent } from '../../schemas/authority.ts';
import { open, type Signer, seal } from '../../schemas/envelope.ts';
import { type KeyRing, keyRing } from '../../schemas/keys.ts';
import { type Authority, Order } from '../../schemas/order.ts';
import { approved, type Given, TestOfficer } from './officer.ts';
import { delegate, listed, makeKey, rootOf, statement } from './signing.ts';

const nowMs = Date.UTC(2026, 10, 24, 2);
const [root, provinceRoot, provinceOrder, communeKey, gateway] = [makeKey(), makeKey(), makeKey(), makeKey(), makeKey()];
const [anne, binh, chi] = [new TestOfficer('truc-ban-1'), new TestOfficer('truc-ban-2'), new TestOfficer('truc-tinh')];
const secondKeyOfAnne = new TestOfficer('truc-ban-1');
const provinceKeys = [listed(provinceRoot, ['root']), listed(provinceOrder, ['order']), chi.listed()];
const communeKeys = [
  listed(communeKey, ['want', 'order', 'drill']),
  anne.listed(),
  binh.listed({ area: '08', maxMs: 300_000 }),
  secondKeyOfAnne.listed(),
  listed(gateway, ['gateway']),
];
const province = delegate({ centre: 'tinh', level: 'province', area: '08', keys: provinceKeys }, [root]);
const commune = delegate({ centre: 'xa', area: '08/02536', keys: communeKeys }, [provinceRoot]);
const place = seal(statement('place', { dev: 'b1', centre: 'xa', area: '08/02536/thon-1', groups: ['g1'] }, { iss: 'xa' }), [
  communeKey.signer,
]);
const ring = ((): KeyRing => {
  const made = keyRing(rootOf([root], 1), { chain: [province, commune], place }, 'b1', cryptography);
  if (!made.ok) throw new Error(`${made.problem.code} ${made.problem.path} ${made.problem.detail}`);
  return made.value;
})();

const base: Order = {
  class: 'actual',
  level: 'commune',
  area: '08/02536',
  hazard: 'flash-flood',
  severity: 'Extreme',
  urgency: 'Immediate',
  certainty: 'Observed',
  sirenMs: 5_000,
  times: 3,
  pauseMs: 2_000,
  speech: [{ language: 'vi', speak: 'Lũ quét.' }],
  screen: { title: 'LŨ QUÉT', text: 'LÊN CAO NGAY' },
};
const given: Given = { id: 'o-1', iss: 'xa', epoch: 'e1', aud: 'g/g1', iat: nowMs, exp: nowMs + 240_000 };

/** What the box says to this order: by whose word it sounds, or the problem's code. */
function judged(order: Order, change: Partial<Given> = {}, signer: Signer = communeKey.signer): string {
  const said = { ...given, ...change };
  const typ = order.class === 'actual' ? 'order' : 'drill';
  const envelope = seal(statement(typ, order, { ...said, ctr: nowMs, nbf: 0 }), [signer]);
  const opened = open(envelope, typ, Order, (id) => ring.keys.get(id), cryptography);
  if (!opened.ok) return opened.problem.code;
  const result = authorityOf(opened.value, ring, cryptography);
  return result.ok ? result.value.by : result.problem.code;
}

const by = (authority: Authority, order: Order = base): Order => ({ ...order, authority });
const officers = (...approvals: ReturnType<TestOfficer['approve']>[]) => by({ by: 'officers', approvals });

describe('officers', () => {
  test('within the commune one is enough, and an exercise needs none', () => {
    expect(judged(approved(base, given, [anne]))).toBe('officers');
    expect(judged({ ...base, class: 'exercise' })).toBe('drill');
  });

  test('an actual order without authority never sounds', () => expect(judged(base)).toBe('role-missing'));

  describe('beyond the commune', () => {
    const wide: Order = { ...base, level: 'province', area: '08' };
    const from: Partial<Given> = { iss: 'tinh' };
    const asProvince = { ...given, ...from };
    const say = (order: Order) => judged(order, from, provinceOrder.signer);

    test('two of a wide area are needed; those of a commune do not cover it', () => {
      expect(say(approved(wide, asProvince, [chi]))).toBe('one-officer');
      expect(say(approved(wide, asProvince, [chi, anne]))).toBe('role-missing');
    });

    test('one person with two keys is one person', () => {
      const two = approved(base, given, [anne, secondKeyOfAnne]);
      expect(judged(two)).toBe('officers');
      const lone: KeyRing = { ...ring, commune: null };
      const envelope = seal(statement('order', two, { ...given, ctr: nowMs, nbf: 0 }), [communeKey.signer]);
      const opened = open(envelope, 'order', Order, (id) => lone.keys.get(id), cryptography);
      expect(opened.ok && authorityOf(opened.value, lone, cryptography)).toMatchObject({ ok: false, problem: { code: 'one-officer' } });
    });

    test('one key enrolled under two names is one person', () => {
      const key = ring.keys.get(anne.signer.keyid);
      if (!key) throw new Error('no key of hers');
      const again = { ...key, keyid: 'anne-again', person: 'binh' };
      const lone: KeyRing = { ...ring, commune: null, keys: new Map([...ring.keys, [again.keyid, again]]) };
      const own = anne.approve(base, given);
      const other = { ...own, signatures: own.signatures.map((signature) => ({ ...signature, keyid: again.keyid })) };
      const two = seal(statement('order', officers(own, other), { ...given, ctr: nowMs, nbf: 0 }), [communeKey.signer]);
      const opened = open(two, 'order', Order, (id) => lone.keys.get(id), cryptography);
      expect(opened.ok && authorityOf(opened.value, lone, cryptography)).toMatchObject({ ok: false, problem: { code: 'one-officer' } });
    });
  });

  test.each<[string, () => Order, Partial<Given>, string]>([
    ['words changed after the approval', () => ({ ...approved(base, given, [anne]), times: 4 }), {}, 'wrong-content'],
    ['the approval of another order', () => officers(anne.approve(base, { ...given, id: 'o-2' })), {}, 'wrong-content'],
    ['another group than approved', () => officers(anne.approve(base, { ...given, aud: 'g/g2' })), {}, 'wrong-audience'],
    ['an approval given later', () => officers(anne.approve(base, { ...given, iat: nowMs + 1 })), {}, 'expired'],
    ['an approval of yesterday', () => officers(anne.approve(base, { ...given, iat: nowMs - 86_400_000 })), {}, 'expired'],
    ['a longer life than approved', () => officers(anne.approve(base, given)), { exp: given.exp + 1 }, 'expired'],
    ['an approval of an old epoch', () => officers(anne.approve(base, { ...given, epoch: 'e0' })), {}, 'replayed'],
    ['a gateway in an officer’s place', () => officers(asGateway(base)), {}, 'role-missing'],
    ['a stranger’s approval', () => officers(new TestOfficer('ai-do').approve(base, given)), {}, 'key-unknown'],
    ['a level that is not its own', () => approved({ ...base, level: 'province' }, given, [anne]), {}, 'role-missing'],
  ])('%s is refused', (_title, order, change, code) => expect(judged(order(), change)).toBe(code));
});

describe('breaking the glass', () => {
  const glassOf = (officer: TestOfficer, order: Order = base, open = true) =>
    by({ by: 'breakGlass', approval: officer.approve(order, given, open) }, order);

  test('one officer who may orders alone for a short while', () => expect(judged(glassOf(binh))).toBe('breakGlass'));

  test.each<[string, Order, Partial<Given>, string]>([
    ['an officer who may not', glassOf(anne), {}, 'role-missing'],
    ['an approval that did not say so', glassOf(binh, base, false), {}, 'role-missing'],
    ['what can wait', glassOf(binh, { ...base, urgency: 'Expected' }), {}, 'role-missing'],
    [
      'a long order',
      by({ by: 'breakGlass', approval: binh.approve(base, { ...given, exp: nowMs + 600_000 }, true) }),
      { exp: nowMs + 600_000 },
      'expired',
    ],
  ])('%s is refused', (_title, order, change, code) => expect(judged(order, change)).toBe(code));
});

describe('a mandate', () => {
  const allowed: Mandate = {
    gateway: gateway.keyid,
    feed: 'mua-1',
    hazards: ['flash-flood'],
    areas: ['08/02536'],
    templates: [templateContent(base, cryptography)],
    perHour: 2,
    maxMs: 300_000,
  };
  const mandate = (change: Partial<Mandate> = {}, signers: readonly TestOfficer[] = [anne, binh], exp = nowMs + 86_400_000) =>
    seal(
      statement('mandate', { ...allowed, ...change }, { iss: 'xa', aud: 'c/xa', iat: nowMs - 1000, nbf: nowMs - 1000, exp }),
      signers.map(({ signer }) => signer),
    );
  const under = (order: Order, change?: Partial<Mandate>, signers?: readonly TestOfficer[], exp?: number) =>
    by({ by: 'mandate', mandate: mandate(change, signers, exp), approval: asGateway(order) }, order);

  test('lets a gateway give exactly what two officers allowed', () => expect(judged(under(base))).toBe('mandate'));

  test.each<[string, () => Order, string]>([
    ['one officer behind it', () => under(base, {}, [anne]), 'one-officer'],
    ['one person twice behind it', () => under(base, {}, [anne, secondKeyOfAnne]), 'one-officer'],
    ['another hazard', () => under({ ...base, hazard: 'storm' }), 'outside-mandate'],
    ['other words', () => under({ ...base, speech: [{ language: 'vi', speak: 'Khác.' }] }), 'outside-mandate'],
    ['a wider area', () => under({ ...base, area: '08' }), 'outside-mandate'],
    ['a longer life', () => under(base, { maxMs: 1_000 }), 'outside-mandate'],
    ['its end behind us', () => under(base, {}, [anne, binh], nowMs - 1), 'expired'],
    ['another gateway', () => under(base, { gateway: 'somebody-else' }), 'role-missing'],
  ])('with %s is refused', (_title, order, code) => expect(judged(order())).toBe(code));
});

test('the content of an order does not depend on who allowed it or on the order of its fields', () => {
  const turned = Object.fromEntries(Object.entries(base).reverse()) as Order;
  expect(orderContent(approved(turned, given, [anne]), cryptography)).toBe(orderContent(base, cryptography));
});

function asGateway(order: Order) {
  const body = { order: 'o-1', content: orderContent(order, cryptography), groups: ['g1'], untilMs: given.exp, breakGlass: false };
  return seal(statement('approval', body, { iss: 'xa', iat: nowMs, exp: nowMs + 600_000 }), [gateway.signer]);
}

describe('a correction signed together with its order', () => {
  const hourMs = 3600_000;
  const wrong: Order = { ...base, hazard: 'correction', severity: 'Moderate', updates: ['o-0'] };
  const signedEarlier = (order: Order, beforeMs: number) => {
    const at = { iat: nowMs - beforeMs, exp: nowMs - beforeMs + 25 * hourMs };
    return { ...order, authority: { by: 'officers' as const, approvals: [anne.approve(order, given, false, at)] } };
  };
  test.each<[string, Order, number, string]>([
    ['holds hours later', wrong, 5 * hourMs, 'officers'],
    ['does not hold for ever', wrong, 26 * hourMs, 'expired'],
    ['takes nothing back: held as briefly as any order', { ...wrong, updates: undefined }, 5 * hourMs, 'expired'],
    ['is another order in its clothes', { ...wrong, hazard: 'flash-flood' }, 5 * hourMs, 'expired'],
  ])('%s', (_what, order, beforeMs, expected) => expect(judged(signedEarlier(order, beforeMs))).toBe(expected));
});
