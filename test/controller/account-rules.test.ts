// Rules about people: whom one may tend, what a token is let do, what is kept of an address.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addressKey,
  codeObliged,
  deviceOf,
  idleOver,
  keepsAdministrator,
  mayTend,
  narrow,
  placeOf,
  proofMissing,
} from '../../controller/core/accounts.ts';
import { type ActName, acts, type Grant, may } from '../../controller/core/roles.ts';
import { AccountRole } from '../../schemas/api.ts';
import { tokenActs } from '../../schemas/people.ts';

const centre = '08/02536';
const grant = (role: AccountRole, area = centre): Grant => ({ role, area });

describe('whom one may tend', () => {
  test.each([
    [
      'an administrator of the commune, a technician of a hamlet',
      [grant('administrator')],
      [grant('technician', `${centre}/thon-1`)],
      true,
    ],
    [
      'an administrator of a hamlet, a technician there',
      [grant('administrator', `${centre}/thon-1`)],
      [grant('technician', `${centre}/thon-1`)],
      true,
    ],
    [
      'an administrator of a hamlet, a technician of the commune',
      [grant('administrator', `${centre}/thon-1`)],
      [grant('technician')],
      false,
    ],
    [
      'an administrator of a hamlet, somebody with rights there and elsewhere',
      [grant('administrator', `${centre}/thon-1`)],
      [grant('author', `${centre}/thon-1`), grant('author', `${centre}/thon-2`)],
      false,
    ],
    ['an administrator of a hamlet, somebody without rights', [grant('administrator', `${centre}/thon-1`)], [], false],
    ['an administrator of the commune, somebody without rights', [grant('administrator')], [], true],
    ['a leader, a technician', [grant('leader')], [grant('technician')], false],
  ] as const)('%s', (_, own, held, allowed) => {
    expect(mayTend(own, 'account.write', held, centre).ok).toBe(allowed);
  });

  test('a last administrator is one who can sign in and tends the whole centre', () => {
    const one = (more: object = {}) => ({ account: 'a', grants: [grant('administrator')], passwordHash: 'h', disabledMs: null, ...more });
    expect(keepsAdministrator([one()], centre).ok).toBe(true);
    const lacking = [
      { disabledMs: 5 },
      { passwordHash: '' },
      { grants: [grant('administrator', `${centre}/thon-1`)] },
      { grants: [grant('leader')] },
    ];
    for (const more of lacking) expect([more, keepsAdministrator([one(more)], centre).ok]).toEqual([more, false]);
  });
});

describe('what a session still has to prove', () => {
  test('officers and administrators of a real centre need a code, a demo never, a centre that names no role never', () => {
    expect(codeObliged([grant('duty')], ['duty', 'administrator'], false)).toBe(true);
    expect(codeObliged([grant('author'), grant('administrator')], ['duty', 'administrator'], false)).toBe(true);
    expect(codeObliged([grant('author')], ['duty', 'administrator'], false)).toBe(false);
    expect(codeObliged([grant('duty')], ['duty', 'administrator'], true)).toBe(false);
    expect(codeObliged([grant('duty')], [], false)).toBe(false);
  });

  test('a password is enough only where no role obliges to more', () => {
    expect((['waiting', 'password', 'factor'] as const).map((proof) => [proofMissing(proof, false), proofMissing(proof, true)])).toEqual([
      [true, true],
      [false, true],
      [false, false],
    ]);
  });

  test('only an administrator’s page ends after two hours without use', () => {
    const twoHours = 7_200_000;
    expect(idleOver([grant('administrator')], 0, twoHours, false)).toBe(true);
    expect(idleOver([grant('administrator')], 0, twoHours - 1, false)).toBe(false);
    expect(idleOver([grant('administrator')], 0, twoHours, true)).toBe(false);
    expect(idleOver([grant('duty'), grant('leader')], 0, 10 * twoHours, false)).toBe(false);
  });
});

describe('a token', () => {
  const area = fc.array(fc.constantFrom('08', '02536', 'thon-1', 'thon-2'), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
  const grants = fc.array(fc.record({ role: fc.constantFrom(...AccountRole.options), area }), { maxLength: 5 });

  test('may never do what its owner may not, nor what it was not made for, nor elsewhere', () => {
    const names = Object.keys(acts) as ActName[];
    fc.assert(
      fc.property(
        grants,
        fc.subarray([...tokenActs], { minLength: 1 }),
        area,
        fc.constantFrom(...names),
        area,
        (own, scope, inside, act, asked) => {
          if (!may(narrow(own, scope, inside), act, asked).ok) return;
          expect(may(own, act, asked).ok).toBe(true);
          expect(scope).toContain(act);
          expect(`${asked}/`.startsWith(`${inside}/`)).toBe(true);
        },
      ),
    );
  });

  test('may do what its owner may inside its acts and its area', () => {
    fc.assert(
      fc.property(grants, fc.constantFrom(...tokenActs), area, (own, act, asked) => {
        if (may(own, act, asked).ok) expect(may(narrow(own, [act], asked), act, asked).ok).toBe(true);
      }),
    );
  });

  test('is for no act of orders, duty, mandates, live, relays, accounts and tokens', () => {
    const forbidden = /^(order|duty|mandate|live|relay|account|token|alert\.|centre|policy|template|programme\.judge)/;
    expect(tokenActs.filter((act) => forbidden.test(act))).toEqual([]);
    expect(tokenActs.every((act) => act in acts)).toBe(true);
  });
});

describe('where a session came from', () => {
  test.each([
    ['203.0.113.77', '203.0.113.*', '203.0.113.77'],
    ['::ffff:203.0.113.77', '203.0.113.*', '203.0.113.77'],
    ['127.0.0.1', 'máy này', '127.0.0.1'],
    ['::1', 'máy này', '0:0:0:0'],
    ['2001:0DB8:12:3400::5', '2001:db8:12:*', '2001:db8:12:3400'],
    ['2001:db8::1', '2001:db8:0:*', '2001:db8:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:*', 'fe80:0:0:0'],
  ])('%s is shown as %s and counted as %s', (address, place, key) => {
    expect([placeOf(address), addressKey(address)]).toEqual([place, key]);
  });

  test('a browser is named, whatever else it says is not kept', () => {
    const chrome = 'Mozilla/5.0 (Linux; Android 14; SM-A155F) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36';
    expect(deviceOf(chrome)).toBe('Chrome · Android');
    expect(deviceOf('Mozilla/5.0 (Windows NT 10.0) AppleWebKit Chrome/126 Safari/537 Edg/126')).toBe('Edge · Windows');
    expect(deviceOf('<script>')).toBe('');
  });
});
