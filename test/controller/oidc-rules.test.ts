// Laws of sign-ins that wait for a provider's word, and of what its word proves.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { factorProved, isAnswer, isOpen, type Pending, pendingLifeMs, pendingLimits, withPending } from '../../controller/core/oidc.ts';

const pending = (cookieHash: string, address: string, sinceMs: number): Pending => ({
  ...{ cookieHash, address, sinceMs, back: '/', state: 's', nonce: 'n', verifier: 'v' },
});

test('what waits stays within its limits, the newest always waits, and an address pushes out nobody but itself while there is room', () => {
  const begun = fc.record({ address: fc.constantFrom('a', 'b'), afterMs: fc.integer({ min: 0, max: 20_000 }) });
  fc.assert(
    fc.property(fc.array(begun, { minLength: 1, maxLength: 300 }), (all) => {
      const at = { ms: 0 };
      const kept = all.reduce<readonly Pending[]>((before, { address, afterMs }, i) => {
        at.ms += afterMs;
        const one = pending(`c${i}`, address, at.ms);
        const after = withPending(before, one);
        expect(after.at(-1)).toBe(one);
        const others = (list: readonly Pending[]) => list.filter((each) => each.address !== address && isOpen(each, at.ms));
        expect(others(after)).toEqual(others(before));
        return after;
      }, []);
      for (const address of ['a', 'b'])
        expect(kept.filter((one) => one.address === address).length).toBeLessThanOrEqual(pendingLimits.ofAddress);
      expect(kept.every((one) => isOpen(one, at.ms))).toBe(true);
    }),
  );
});

test('addresses without number keep no more waiting than the limit of all', () => {
  let kept: readonly Pending[] = [];
  for (let i = 0; i < pendingLimits.all + 5; i++) kept = withPending(kept, pending(`c${i}`, `a${i}`, 1));
  expect(kept).toHaveLength(pendingLimits.all);
  expect(kept[0]?.cookieHash).toBe('c5');
});

test('ten minutes are the end, and a clock set back opens nothing', () => {
  const one = pending('c', 'a', 1_000);
  expect([isOpen(one, 1_000), isOpen(one, 999 + pendingLifeMs), isOpen(one, 1_000 + pendingLifeMs), isOpen(one, 999)]).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

test('a second factor is proved only by what the settings name', () => {
  const vouched = (acr: string | null, amr: string[] = []) => ({ issuer: 'i', subject: 's', acr, amr });
  expect(factorProved(undefined, vouched('x', ['mfa']))).toBe(false);
  expect(factorProved({}, vouched('x', ['mfa']))).toBe(false);
  expect(factorProved({ amr: ['mfa'] }, vouched('mfa'))).toBe(false);
  expect(factorProved({ amr: ['mfa'] }, vouched(null, ['pwd', 'mfa']))).toBe(true);
  expect(factorProved({ acr: ['x'] }, vouched('x'))).toBe(true);
});

test('an answer has the state that was asked with, each thing once, and the provider it is said to be of', () => {
  const is = (search: string, saysIssuer = true) => isAnswer([...new URLSearchParams(search)], 's', 'https://ai', saysIssuer);
  expect(is('code=c&state=s&iss=https://ai')).toBe(true);
  expect(is('error=access_denied&state=s&iss=https://ai&error_description=x')).toBe(true);
  expect(is('code=c&state=s', false)).toBe(true);
  for (const search of [
    'code=c&state=s',
    'code=c&state=t&iss=https://ai',
    'code=c&iss=https://ai',
    'state=s&iss=https://ai',
    'code=c&state=s&iss=https://khac',
    'code=c&code=d&state=s&iss=https://ai',
    'code=c&state=s&state=s&iss=https://ai',
    'code=c&state=s&iss=https://ai&id_token=x',
  ])
    expect([search, is(search)]).toEqual([search, false]);
});
