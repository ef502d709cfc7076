// The chain from the pinned root down: it only narrows, and nobody speaks for another.
import { describe, expect, test } from 'vitest';
import { cryptography } from '../../hardware/host/crypto.ts';
import { type Envelope, open, type Statement, type StatementType, seal } from '../../schemas/envelope.ts';
import { authorise, type KeyRing, keyRing, type Role, type TrustRoot } from '../../schemas/keys.ts';
import { anyBody, delegate, listed, makeKey, rootOf, statement, type TestKey } from './signing.ts';

const [root1, root2, root3, provinceRoot, provinceOrder, provinceWant, communeWant, communeOrder, stranger] = Array.from(
  { length: 9 },
  makeKey,
) as [TestKey, TestKey, TestKey, TestKey, TestKey, TestKey, TestKey, TestKey, TestKey];
const root = rootOf([root1, root2, root3], 2);

const provinceKeys = [listed(provinceRoot, ['root']), listed(provinceOrder, ['order']), listed(provinceWant, ['want', 'time'])];
const communeKeys = [listed(communeWant, ['want', 'command', 'time']), listed(communeOrder, ['order'])];
const province = delegate({ centre: 'tinh', level: 'province', area: '08', keys: provinceKeys }, [root1, root2]);
const commune = delegate({ centre: 'xa', area: '08/02536', keys: communeKeys }, [provinceRoot]);

function place(change: object = {}, by: TestKey = communeWant, ctr = 1000): Envelope {
  return seal(
    statement(
      'place',
      { dev: 'b1', centre: 'xa', area: '08/02536/thon-1', groups: ['g1'], ...change },
      { iss: by === provinceWant ? 'tinh' : 'xa', ctr },
    ),
    [by.signer],
  );
}

function ringOf(chain: readonly Envelope[], at: Envelope = place(), pinned: TrustRoot = root, dev = 'b1'): string | KeyRing {
  const ring = keyRing(pinned, { chain: [...chain], place: at }, dev, cryptography);
  return ring.ok ? ring.value : `${ring.problem.code} ${ring.problem.path}`;
}

describe('the chain of keys', () => {
  test('from root over province to commune makes a ring of all their keys', () => {
    const ring = ringOf([province, commune]) as KeyRing;
    expect([...ring.keys.keys()].sort()).toEqual([...provinceKeys, ...communeKeys].map((key) => key.keyid).sort());
    expect(ring.keys.get(communeOrder.keyid)).toMatchObject({ centre: 'xa', area: '08/02536', roles: ['order'] });
    expect(ring).toMatchObject({ demo: false, ctr: 1000, place: { dev: 'b1', groups: ['g1'] } });
  });

  test.each<[string, () => string | KeyRing, string]>([
    [
      'one root signature of two',
      () => ringOf([delegate({ centre: 'tinh', level: 'province', area: '08', keys: provinceKeys }, [root1]), commune]),
      'role-missing /chain/0',
    ],
    [
      'the same root twice',
      () => ringOf([delegate({ centre: 'tinh', level: 'province', area: '08', keys: provinceKeys }, [root1, root1]), commune]),
      'role-missing /chain/0',
    ],
    [
      'a stranger beside one root',
      () => ringOf([delegate({ centre: 'tinh', level: 'province', area: '08', keys: provinceKeys }, [root1, stranger]), commune]),
      'role-missing /chain/0',
    ],
    [
      'no root at all',
      () => ringOf([delegate({ centre: 'tinh', level: 'province', area: '08', keys: provinceKeys }, [stranger]), commune]),
      'key-unknown /chain/0/signatures',
    ],
    ['a link that skips its upper one', () => ringOf([commune]), 'key-unknown /chain/0/signatures'],
    [
      'a link by an upper key without role root',
      () => ringOf([province, delegate({ centre: 'xa', area: '08/02536', keys: communeKeys }, [provinceOrder])]),
      'role-missing /chain/1',
    ],
    [
      'a link beyond the upper area',
      () => ringOf([province, delegate({ centre: 'xa', area: '09/1', keys: communeKeys }, [provinceRoot])]),
      'role-missing /chain/1',
    ],
    [
      'a link whose area only looks like a prefix',
      () => ringOf([province, delegate({ centre: 'xa', area: '080', keys: communeKeys }, [provinceRoot])]),
      'role-missing /chain/1',
    ],
    [
      'a demo link under a real root',
      () => ringOf([delegate({ centre: 'tinh', level: 'province', area: '08', demo: true, keys: provinceKeys }, [root1, root2]), commune]),
      'demo-only /chain/0/body/demo',
    ],
    [
      'a real link under a demo root',
      () => ringOf([province, commune], place(), rootOf([root1, root2, root3], 2, true)),
      'demo-only /chain/0/body/demo',
    ],
    ['the place of another box', () => ringOf([province, commune], place({ dev: 'b2' })), 'wrong-audience /place/body/dev'],
    ['a place outside the area of its signer', () => ringOf([province, commune], place({ area: '08/02545' })), 'outside-area /place'],
    ['a place by a key that may only order', () => ringOf([province, commune], place({}, communeOrder)), 'outside-area /place'],
    ['a place by nobody known', () => ringOf([province, commune], place({}, stranger)), 'key-unknown /place/signatures'],
    ['a delegation offered as a place', () => ringOf([province, commune], province), 'wrong-type /place/payloadType'],
    [
      'a lower link that gives an upper key’s name to other bytes',
      () =>
        ringOf([
          province,
          delegate(
            { centre: 'xa', area: '08/02536', keys: [...communeKeys, { ...listed(stranger, ['order']), keyid: provinceOrder.keyid }] },
            [provinceRoot],
          ),
        ]),
      'conflict /chain/1/body/keys',
    ],
  ])('%s is refused', (_title, ring, expected) => {
    expect(ring()).toBe(expected);
  });

  test('a lower link cannot take an upper key’s roles away', () => {
    const grabbing = delegate({ centre: 'xa', area: '08/02536', keys: [...communeKeys, listed(provinceOrder, ['time'])] }, [provinceRoot]);
    const ring = ringOf([province, grabbing]) as KeyRing;
    expect(ring.keys.get(provinceOrder.keyid)).toMatchObject({ centre: 'tinh', roles: ['order'], area: '08' });
  });

  test('an area below keeps a key from acting above it', () => {
    const hamlet = delegate({ centre: 'thon', area: '08/02536/thon-2', keys: [listed(stranger, ['order'])] }, [provinceRoot]);
    const ring = ringOf([province, hamlet], place({}, provinceWant)) as KeyRing;
    expect(verdict(ring, 'order', stranger, { iss: 'thon' })).toBe('outside-area /signatures');
  });
});

function verdict(ring: KeyRing, typ: StatementType, by: TestKey, change: Partial<Statement> = {}): string {
  const envelope = seal(statement(typ, {}, { iss: 'xa', aud: 'd/b1', ...change }), [by.signer]);
  const opened = open(envelope, typ, anyBody, (id) => ring.keys.get(id), cryptography);
  if (!opened.ok) return `${opened.problem.code} ${opened.problem.path}`;
  const allowed = authorise(opened.value, ring);
  return allowed.ok ? 'ok' : `${allowed.problem.code} ${allowed.problem.path}`;
}

describe('who may say what to this box', () => {
  const ring = ringOf([province, commune]) as KeyRing;

  test.each<[string, StatementType, TestKey, Partial<Statement>, string]>([
    ['the commune orders its group', 'order', communeOrder, { aud: 'g/g1' }, 'ok'],
    ['the province orders the box', 'order', provinceOrder, { iss: 'tinh' }, 'ok'],
    ['the commune clears', 'clear', communeOrder, { aud: 'c/xa' }, 'ok'],
    ['the commune wants', 'want', communeWant, {}, 'ok'],
    ['the commune tells the time', 'answer', communeWant, {}, 'ok'],
    ['an order by a want key', 'order', communeWant, {}, 'role-missing /signatures'],
    ['a want by an order key', 'want', communeOrder, {}, 'role-missing /signatures'],
    ['a command by a province that was given none', 'command', provinceWant, { iss: 'tinh' }, 'role-missing /signatures'],
    ['an order to another box', 'order', communeOrder, { aud: 'd/b2' }, 'wrong-audience /aud'],
    ['an order to another group', 'order', communeOrder, { aud: 'g/g2' }, 'wrong-audience /aud'],
    ['an order to another centre', 'order', communeOrder, { aud: 'c/tinh' }, 'wrong-audience /aud'],
    ['a commune that speaks as the province', 'order', communeOrder, { iss: 'tinh' }, 'role-missing /iss'],
    ['a box’s log sent down', 'log', communeWant, {}, 'wrong-type '],
    ['a stranger', 'order', stranger, {}, 'key-unknown /signatures'],
  ])('%s', (_title, typ, by, change, expected) => {
    expect(verdict(ring, typ, by, change)).toBe(expected);
  });

  test('every role a key may hold opens exactly its own types', () => {
    const types = ['delegation', 'place', 'want', 'ack', 'command', 'order', 'clear', 'answer', 'heartbeat'] as const;
    const opens = (role: Role) => {
      const one = delegate(
        { centre: 'xa', level: 'province', area: '08', keys: [listed(stranger, [role]), listed(communeWant, ['want'])] },
        [root1, root3],
      );
      const single = ringOf([one]) as KeyRing;
      return types.filter((typ) => verdict(single, typ, stranger) === 'ok');
    };
    expect(opens('root')).toEqual(['delegation']);
    expect(opens('want')).toEqual(['place', 'want', 'ack']);
    expect(opens('command')).toEqual(['command']);
    expect(opens('order')).toEqual(['order', 'clear']);
    expect(opens('time')).toEqual(['answer', 'heartbeat']);
    expect(opens('release')).toEqual([]);
  });
});
