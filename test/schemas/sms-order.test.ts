// One text message carries one order: exactly 140 octets, and no bit of them may change.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cryptography, generateSigningKey, signerFrom } from '../../hardware/host/crypto.ts';
import type { KeyRing, Role } from '../../schemas/keys.ts';
import { decodeSmsOrder, encodeSmsOrder, type SmsOrder, smsDigest, verifySmsOrder } from '../../schemas/sms-order.ts';

const made = generateSigningKey();
const signer = signerFrom(made.privateKeyPem);

function ringWith(roles: readonly Role[] = ['order'], epoch = 'c1'): KeyRing {
  const key = { keyid: made.keyid, alg: 'ed25519' as const, publicKey: made.publicKey, roles, area: '08/02536', centre: 'xa-1' };
  return {
    demo: false,
    place: { dev: 'loa-1', centre: 'xa-1', area: '08/02536/thon-1', groups: ['xa-1'] },
    keys: new Map([[made.keyid, key]]),
    ctr: 1,
    epoch,
    links: new Map([['xa-1', { ctr: 1, epoch, level: 'commune', area: '08/02536', untilMs: 9e15 }]]),
    rootVersion: 1,
    commune: '08/02536',
  };
}

function smsOf(changes: Partial<SmsOrder> = {}): SmsOrder {
  return {
    class: 'actual',
    keyid: made.keyid,
    ctr: 1_795_366_800_000,
    area: smsDigest('area', '08/02536', cryptography),
    template: smsDigest('template', 'lu-quet', cryptography),
    issuedSeconds: 1_795_366_800,
    expirySeconds: 1_795_368_600,
    group: smsDigest('group', 'xa-1', cryptography),
    space: smsDigest('space', 'xa-1/c1', cryptography),
    ...changes,
  };
}

const codeOf = (bytes: Uint8Array, ring = ringWith(), ready = ['bao', 'lu-quet']) => {
  const verified = verifySmsOrder(bytes, ring, ready, cryptography);
  return verified.ok ? 'fine' : verified.problem.code;
};

test('a message is 140 octets and means the order lying ready, with the counter of its group', () => {
  const bytes = encodeSmsOrder(smsOf(), signer);
  expect(bytes).toHaveLength(140);
  const verified = verifySmsOrder(bytes, ringWith(), ['bao', 'lu-quet'], cryptography);
  expect(verified).toMatchObject({
    ok: true,
    value: { template: 'lu-quet', area: '08/02536', statement: { iss: 'xa-1', epoch: 'c1', aud: 'g/xa-1', ctr: 1_795_366_800_000 } },
  });
});

test('the 76 octets stand where they always stood', () => {
  const quiet = { sign: () => new Uint8Array(64).fill(0xee) };
  const bytes = encodeSmsOrder(smsOf({ keyid: '00112233445566ff', class: 'test' }), quiet);
  expect(Buffer.from(bytes).toString('hex')).toBe(
    `${'ee'.repeat(64)}010200112233445566ff000001a204334a80${smsOf().area}${smsOf().template}6b031f906b032698${smsOf().group}${smsOf().space}`,
  );
  expect([smsOf().area, smsOf().template, smsOf().group, smsOf().space]).toEqual([
    'cadc8852e8e7df2fb5f09398',
    'bd4e97fa176adb5af6dfcdb67fbfb159',
    'e453c649fa9a4f0bc1b6b2dc',
    '4754894a415d1d6a1ddb',
  ]);
});

test('whatever a message can hold comes back the same', () => {
  const hex = (octets: number) =>
    fc.uint8Array({ minLength: octets, maxLength: octets }).map((bytes) => Buffer.from(bytes).toString('hex'));
  const any = fc.record({
    class: fc.constantFrom('actual' as const, 'exercise' as const, 'test' as const),
    keyid: hex(8),
    ctr: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    area: hex(12),
    template: hex(16),
    issuedSeconds: fc.integer({ min: 0, max: 0xffffffff }),
    expirySeconds: fc.integer({ min: 0, max: 0xffffffff }),
    group: hex(12),
    space: hex(10),
  });
  fc.assert(
    fc.property(any, (order) => {
      expect(decodeSmsOrder(encodeSmsOrder(order, signer))).toEqual({ ok: true, value: order });
    }),
    { numRuns: 200 },
  );
});

test('every flipped bit is refused, every other length too', () => {
  const bytes = encodeSmsOrder(smsOf(), signer);
  const passed: number[] = [];
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const flipped = bytes.slice();
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    if (codeOf(flipped) === 'fine') passed.push(bit);
  }
  expect(passed).toEqual([]);
  expect(codeOf(bytes.subarray(0, 139))).toBe('bad-input');
  expect(codeOf(new Uint8Array([...bytes, 0]))).toBe('bad-input');
});

test.each<[string, Partial<SmsOrder>, string]>([
  ['another group', { group: smsDigest('group', 'xa-2', cryptography) }, 'wrong-audience'],
  ['another area', { area: smsDigest('area', '08/02537', cryptography) }, 'outside-area'],
  ['an area wider than the key', { area: smsDigest('area', '08', cryptography) }, 'outside-area'],
  ['an order that does not lie ready', { template: smsDigest('template', 'khac', cryptography) }, 'not-found'],
  ['an epoch that is over', { space: smsDigest('space', 'xa-1/c0', cryptography) }, 'replayed'],
  ['an exercise by a key for the real thing', { class: 'exercise' }, 'role-missing'],
  ['an unknown key', { keyid: '00112233445566ff' }, 'key-unknown'],
  ['an end before its beginning', { expirySeconds: 1_795_366_800 }, 'expired'],
  ['a life of two days', { expirySeconds: 1_795_366_800 + 2 * 86_400 }, 'expired'],
])('%s is refused', (_, changes, code) => {
  expect(codeOf(encodeSmsOrder(smsOf(changes), signer))).toBe(code);
});
