// The one door to cryptography: Ed25519 and P-256 signatures, SHA-256, random names.
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
  type KeyObject,
  randomBytes,
  sign as signBytes,
  verify as verifyBytes,
} from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Cryptography, CryptographyBeside, KeyAlgorithm, Signer } from '../../schemas/envelope.ts';

/** SubjectPublicKeyInfo heads (RFC 8410 §4, RFC 5480 §2) before the raw key. */
const spkiHead = {
  ed25519: Buffer.from('302a300506032b6570032100', 'hex'),
  p256: Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex'),
} as const satisfies Record<KeyAlgorithm, Buffer>;
const rawLength = { ed25519: 32, p256: 65 } as const satisfies Record<KeyAlgorithm, number>;
const signatureLength = 64;

/** A verifier that keeps the `keysMax` latest parsed keys, so that a flood of unknown keys cannot fill memory. */
export function makeCryptography(keysMax = 256): Cryptography & CryptographyBeside {
  const keys = new Map<string, KeyObject>();
  const keyOf = (alg: KeyAlgorithm, raw: Uint8Array): KeyObject => {
    const name = alg + Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString('latin1');
    const known = keys.get(name);
    if (known) return known;
    const key = createPublicKey({ key: Buffer.concat([spkiHead[alg], raw]), format: 'der', type: 'spki' });
    if (keys.size >= keysMax) keys.delete(keys.keys().next().value as string);
    keys.set(name, key);
    return key;
  };
  const fits = (alg: KeyAlgorithm, publicKey: Uint8Array, signature: Uint8Array) =>
    publicKey.length === rawLength[alg] && signature.length === signatureLength;
  return {
    verify(alg, publicKey, bytes, signature) {
      if (!fits(alg, publicKey, signature)) return false;
      try {
        const key = keyOf(alg, publicKey);
        if (alg === 'ed25519') return verifyBytes(null, bytes, key, signature);
        return verifyBytes('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' }, signature);
      } catch {
        return false; // a point off the curve: OpenSSL throws, the port promises `false`
      }
    },
    verifyBeside(alg, publicKey, bytes, signature) {
      if (!fits(alg, publicKey, signature)) return Promise.resolve(false);
      return new Promise((resolve) => {
        const told = (error: Error | null, holds: boolean) => resolve(error === null && holds);
        try {
          const key = keyOf(alg, publicKey);
          if (alg === 'ed25519') verifyBytes(null, bytes, key, signature, told);
          else verifyBytes('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' }, signature, told);
        } catch {
          resolve(false);
        }
      });
    },
    sha256,
  };
}

/** The verifier of this process. */
export const cryptography: Cryptography = makeCryptography();

/** Make an Ed25519 key pair for a centre, a box or a root. */
export function generateSigningKey(): { privateKeyPem: string; publicKey: Uint8Array; keyid: string } {
  const { privateKey } = generateKeyPairSync('ed25519');
  const publicKey = rawPublicKey(privateKey);
  return { privateKeyPem: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(), publicKey, keyid: keyidOf(publicKey) };
}

/** A signer from a PKCS #8 PEM, Ed25519 or P-256, encrypted or not. Throws when it holds anything else or the passphrase is wrong. */
export function signerFrom(
  privateKeyPem: string,
  passphrase?: string,
): Signer & { readonly publicKey: Uint8Array; readonly alg: KeyAlgorithm } {
  const key = createPrivateKey({ key: privateKeyPem, ...(passphrase !== undefined && { passphrase }) });
  const publicKey = rawPublicKey(key);
  const alg: KeyAlgorithm = key.asymmetricKeyType === 'ed25519' ? 'ed25519' : 'p256';
  const sign = (bytes: Uint8Array): Uint8Array =>
    alg === 'ed25519' ? signBytes(null, bytes, key) : signBytes('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' });
  return { keyid: keyidOf(publicKey), publicKey, alg, sign };
}

/** First 16 hex digits of the SHA-256 of a raw public key. */
export function keyidOf(publicKey: Uint8Array): string {
  return sha256(publicKey).slice(0, 16);
}

export function sha256(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex');
}

/** Of a text in UTF-8, without a copy of its bytes. */
export function sha256OfText(text: string): string {
  return hash('sha256', text, 'hex');
}

/** SHA-256 of a file, read as a stream. */
export async function sha256File(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** `bytes` random bytes as lower-case hex. */
export function randomHex(bytes: number): string {
  return randomBytes(bytes).toString('hex');
}

/** `prefix-xxxxxxxxxxxx`, a fresh id in the alphabet of `schemas/ids`: 48 bits, so that a million of a kind do not meet. */
export function randomId(prefix: string): string {
  return `${prefix}-${randomHex(6)}`;
}

function rawPublicKey(key: KeyObject): Uint8Array {
  const jwk = createPublicKey(key).export({ format: 'jwk' });
  if (jwk.crv === 'Ed25519' && jwk.x !== undefined) return new Uint8Array(Buffer.from(jwk.x, 'base64url'));
  if (jwk.crv !== 'P-256' || jwk.x === undefined || jwk.y === undefined) throw new Error(`key is neither Ed25519 nor P-256: ${jwk.crv}`);
  const point = new Uint8Array(rawLength.p256);
  point[0] = 4; // uncompressed (SEC 1 §2.3.3)
  point.set(Buffer.from(jwk.x, 'base64url'), 1);
  point.set(Buffer.from(jwk.y, 'base64url'), 33);
  return point;
}
