// Who may stand above and below: what an introduction must prove, and what is refused.
import { beforeAll, describe, expect, test } from 'vitest';
import { admitBelow, type CaFacts, joinAbove, type Own } from '../../controller/core/neighbours.ts';
import { cryptography } from '../../hardware/host/crypto.ts';
import { type Envelope, seal } from '../../schemas/envelope.ts';
import type { Introduction } from '../../schemas/introduction.ts';
import type { Delegation } from '../../schemas/keys.ts';
import { listed, makeKey, rootOf, statement } from '../schemas/signing.ts';

const nowMs = Date.UTC(2026, 10, 23);
const roots = [makeKey(), makeKey()];
const [delegating, plain, stranger] = [makeKey(), makeKey(), makeKey()];
const pem = (name: string) => `-----BEGIN CERTIFICATE-----${name}`;
const root = rootOf(roots, 2, false);

function link(
  centre: string,
  level: Delegation['level'],
  area: string,
  keys: Delegation['keys'],
  by: typeof roots,
  iss: string,
  ctr: number,
): Envelope {
  const body: Delegation = { centre, level, area, demo: false, epoch: 'e1', keys };
  return seal(
    statement('delegation', body, { iss, aud: `c/${centre}`, ctr, exp: 9_000_000_000_000 }),
    by.map(({ signer }) => signer),
  );
}
const province = (ctr = 10) => link('tinh', 'province', '08', [listed(delegating, ['root'])], roots, 'root', ctr);
const commune = (by = [delegating], area = '08/02536') => link('xa', 'commune', area, [listed(plain, ['want'])], by, 'tinh', 20);

function introduction(centre: string, chain: Envelope[], changes: Partial<Introduction> = {}): Introduction {
  const [level, area] = centre === 'tinh' ? (['province', '08'] as const) : (['commune', '08/02536'] as const);
  const shared = {
    is: 'loa-centre' as const,
    centre,
    name: centre,
    level,
    area,
    demo: false,
    url: 'mqtts://127.0.0.1:8883',
    ca: pem(centre),
  };
  return { ...shared, root, chain, ...changes };
}

let below: Own;
let above: Own;
beforeAll(() => {
  below = { id: 'xa', trust: { root, chain: [province(), commune()] }, paths: [], below: [] };
  above = { id: 'tinh', trust: { root, chain: [province()] }, paths: [], below: [] };
});

describe('a centre above', () => {
  const join = (file: Introduction, own = below) => {
    const joined = joinAbove(own, file, cryptography);
    return joined.ok ? 'joined' : joined.problem.code;
  };

  test('is joined by its introduction, and newer links of its keys come with it', () => {
    const joined = joinAbove(below, introduction('tinh', [province(11)]), cryptography);
    expect(joined).toMatchObject({ ok: true, value: { paths: [{ centre: 'tinh', ca: pem('tinh') }] } });
    expect(joined.ok && joined.value.trust.chain).toEqual([province(11), commune()]);
    // Said again it changes its way and stands once.
    const again = joinAbove({ ...below, paths: joined.ok ? joined.value.paths : [] }, introduction('tinh', [province()]), cryptography);
    expect(again.ok && again.value.paths).toHaveLength(1);
  });

  test.each<[string, string, () => string]>([
    ['under another root', 'conflict', () => join(introduction('tinh', [province()], { root: rootOf(roots, 1, false) }))],
    ['with older links', 'replayed', () => join(introduction('tinh', [province(9)]))],
    [
      'whose links one root holder signed',
      'role-missing',
      () => join(introduction('tinh', [link('tinh', 'province', '08', [listed(delegating, ['root'])], roots.slice(0, 1), 'root', 11)])),
    ],
    ['that calls itself more than its keys do', 'wrong-content', () => join(introduction('tinh', [province()], { area: '09' }))],
    ['that is this centre itself', 'role-missing', () => join(introduction('xa', [province(), commune()]))],
    [
      'that stands beside',
      'role-missing',
      () => join(introduction('xa', [province(), commune()]), { ...below, id: 'tinh', trust: above.trust }),
    ],
    [
      'whose new keys would not bear this centre',
      'key-unknown',
      () => join(introduction('tinh', [link('tinh', 'province', '08', [listed(stranger, ['root'])], roots, 'root', 11)])),
    ],
    [
      'that would be the fourth',
      'conflict',
      () =>
        join(introduction('tinh', [province()]), {
          ...below,
          paths: ['a', 'b', 'c'].map((centre) => ({ centre, url: 'mqtts://h:1', ca: pem('x') })),
        }),
    ],
  ])('%s is refused: %s', (_what, code, judged) => expect(judged()).toBe(code));
});

describe('a centre below', () => {
  const facts: CaFacts = { subject: 'CN=Loa xa', publicKey: 'k', isAuthority: true, toMs: nowMs + 1 };
  const admit = (file: Introduction, theirs = facts, known: (CaFacts & { centre: string })[] = []) => {
    const admitted = admitBelow(above, file, { theirs, known }, nowMs, cryptography);
    return admitted.ok ? admitted.value.map(({ centre }) => centre).join() : admitted.problem.code;
  };
  const file = () => introduction('xa', [province(), commune()]);

  test('is admitted by its introduction', () => expect(admit(file())).toBe('xa'));

  test.each<[string, string, () => string]>([
    ['under another root', 'conflict', () => admit({ ...file(), root: rootOf(roots, 1, false) })],
    [
      'that hangs below nobody here',
      'role-missing',
      () => admit(introduction('xa', [link('xa', 'commune', '08/02536', [listed(plain, ['want'])], roots, 'root', 20)])),
    ],
    ['whose keys a stranger signed', 'key-unknown', () => admit(introduction('xa', [province(), commune([stranger])]))],
    [
      'outside the area of its own links',
      'role-missing',
      () => admit(introduction('xa', [province(), commune([delegating], '09/1')], { area: '09/1' })),
    ],
    ['whose certificate is no authority’s', 'bad-input', () => admit(file(), { ...facts, isAuthority: false })],
    ['whose authority has ended', 'expired', () => admit(file(), { ...facts, toMs: nowMs })],
    ['whose authority bears a known name', 'conflict', () => admit(file(), facts, [{ ...facts, publicKey: 'other', centre: 'xa-2' }])],
    ['whose authority has a known key', 'conflict', () => admit(file(), facts, [{ ...facts, subject: 'CN=other', centre: 'xa-2' }])],
    ['that is this centre itself', 'role-missing', () => admit(introduction('tinh', [province()]))],
  ])('%s is refused: %s', (_what, code, judged) => expect(judged()).toBe(code));
});
