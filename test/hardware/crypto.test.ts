import { createHash, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cryptography, generateSigningKey, keyidOf, makeCryptography, randomId, signerFrom } from '../../hardware/host/crypto.ts';

const p256Pem = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
const message = new TextEncoder().encode('Lũ quét: rời khỏi ven suối ngay');

for (const alg of ['ed25519', 'p256'] as const) {
  const signer = signerFrom(alg === 'ed25519' ? generateSigningKey().privateKeyPem : p256Pem());

  test(`an ${alg} signature holds for its own bytes, key and algorithm only`, () => {
    const signature = signer.sign(message);
    expect(signer.alg).toBe(alg);
    expect(signature.length).toBe(64);
    expect(signer.publicKey.length).toBe(alg === 'ed25519' ? 32 : 65);
    expect(cryptography.verify(alg, signer.publicKey, message, signature)).toBe(true);
    expect(cryptography.verify(alg === 'p256' ? 'ed25519' : 'p256', signer.publicKey, message, signature)).toBe(false);
    for (let i = 0; i < 64; i++) {
      const flipped = Uint8Array.from(signature, (byte, at) => (at === i ? byte ^ 1 : byte));
      expect(cryptography.verify(alg, signer.publicKey, message, flipped)).toBe(false);
    }
    expect(cryptography.verify(alg, signer.publicKey, message.subarray(1), signature)).toBe(false);
  });

  test(`${alg} verification answers false to garbage and never throws`, () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 80 }),
        fc.uint8Array({ maxLength: 40 }),
        fc.uint8Array({ maxLength: 80 }),
        (key, bytes, signature) => {
          expect(cryptography.verify(alg, key, bytes, signature)).toBe(false);
        },
      ),
    );
    const offCurve = new Uint8Array(65).fill(4);
    expect(cryptography.verify('p256', offCurve, message, new Uint8Array(64))).toBe(false);
  });
}

test('a key id is the head of the SHA-256 of the raw key', () => {
  const { publicKey, keyid } = generateSigningKey();
  expect(keyid).toBe(createHash('sha256').update(publicKey).digest('hex').slice(0, 16));
  expect(keyidOf(publicKey)).toBe(keyid);
});

test('a key other than Ed25519 or P-256 is refused', () => {
  const pem = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  expect(() => signerFrom(pem)).toThrow(/neither/);
});

test('more keys than are remembered still verify', () => {
  const few = makeCryptography(2);
  for (let i = 0; i < 5; i++) {
    const signer = signerFrom(generateSigningKey().privateKeyPem);
    expect(few.verify('ed25519', signer.publicKey, message, signer.sign(message))).toBe(true);
  }
});

test('made ids fit the alphabet of ids', () => {
  expect(randomId('box')).toMatch(/^box-[0-9a-f]{12}$/);
});
