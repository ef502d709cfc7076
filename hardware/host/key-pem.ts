// Private keys at rest: PKCS #8 PEM encrypted under a secret (RFC 5958 §3; PBES2 of RFC 8018 with scrypt, RFC 7914 §7).
import { createCipheriv, createPrivateKey, type KeyObject, randomBytes, scryptSync } from 'node:crypto';
import { bad, ok, type Result } from '../../schemas/problems.ts';

/** 16 MiB a round: the most memory that OpenSSL's reader of such keys allows. */
const scryptN = 16_384;
const scryptR = 8;
/** Rounds: a machine's secret cannot be guessed anyway; a phrase that a person remembers is made dear to guess. */
const rounds = { secret: 1, phrase: 4 } as const;

const oid = {
  pbes2: '06092a864886f70d01050d',
  scrypt: '06092b06010401da47040b',
  aes256cbc: '060960864801650304012a',
} as const;

/** Encrypt a plain PKCS #8 key. `strength`: what the secret is. Node's own export knows PBKDF2 with 2,048 rounds only. */
export function sealKey(key: string | KeyObject, secret: string, strength: keyof typeof rounds = 'secret'): string {
  const plain = (typeof key === 'string' ? createPrivateKey(key) : key).export({ format: 'der', type: 'pkcs8' });
  const [salt, iv] = [randomBytes(16), randomBytes(16)];
  const p = rounds[strength];
  const derived = scryptSync(secret, salt, 32, { N: scryptN, r: scryptR, p, maxmem: 64 * 1024 * 1024 });
  const cipher = createCipheriv('aes-256-cbc', derived, iv);
  const content = Buffer.concat([cipher.update(plain), cipher.final()]);
  for (const bytes of [plain, derived]) bytes.fill(0);
  const kdf = sequence(Buffer.from(oid.scrypt, 'hex'), sequence(octets(salt), integer(scryptN), integer(scryptR), integer(p)));
  const scheme = sequence(Buffer.from(oid.aes256cbc, 'hex'), octets(iv));
  const der = sequence(sequence(Buffer.from(oid.pbes2, 'hex'), sequence(kdf, scheme)), octets(content));
  const lines = der.toString('base64').replace(/.{1,64}/g, '$&\n');
  return `-----BEGIN ENCRYPTED PRIVATE KEY-----\n${lines}-----END ENCRYPTED PRIVATE KEY-----\n`;
}

export function isSealed(pem: string): boolean {
  return pem.includes('-----BEGIN ENCRYPTED PRIVATE KEY-----');
}

/** Problem: keys-locked (no secret, or another one). */
export function unsealKey(pem: string, secret: string | undefined): Result<KeyObject> {
  if (isSealed(pem) && secret === undefined) return bad('keys-locked', 'the key is encrypted and no secret was given');
  try {
    return ok(createPrivateKey({ key: pem, ...(isSealed(pem) && { passphrase: secret }) }));
  } catch {
    return bad('keys-locked', 'the key cannot be opened: another secret, or no key');
  }
}

/** DER (X.690): tag, length, content; everything here is shorter than 64 KiB. */
function element(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const head = length < 0x80 ? [tag, length] : length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}

function sequence(...parts: Buffer[]): Buffer {
  return element(0x30, Buffer.concat(parts));
}

function octets(bytes: Buffer): Buffer {
  return element(0x04, bytes);
}

function integer(value: number): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex');
  return element(0x02, (bytes[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
}
