// How a box asks for its certificate: EST (RFC 7030, RFC 8951), and what its request says besides the key of the connection.
import { type Cryptography, fromBase64 } from './envelope.ts';
import { bad, ok, type Result } from './problems.ts';

export const estPaths = {
  cacerts: '/.well-known/est/cacerts',
  simpleenroll: '/.well-known/est/simpleenroll',
  simplereenroll: '/.well-known/est/simplereenroll',
} as const;

/** The box's signed place and the keys it may believe, told to whoever shows the new certificate. */
export const keysPath = '/keys';

/** How long a claim may be used. */
export const claimLifeMs = 14 * 24 * 3600_000;
/** How long after its end a certificate still proves who asks for the next one. */
export const renewalGraceMs = 2 * 365 * 24 * 3600_000;

/**
 * The attribute `unstructuredName` (RFC 2985 §5.4.1): every tool can write it. Its text binds the Ed25519 key that will sign
 * the box's log to the key of the request, and proves that the box holds both.
 */
export const signingKeyAttribute = '1.2.840.113549.1.9.2';
const prefix = 'loa-signing-key:';
const textMax = 400;

/** What the signing key signs: SHA-256 (hex) of the request's SubjectPublicKeyInfo. */
export function boundText(spkiSha256: string): Uint8Array {
  return new TextEncoder().encode(`loa-enrol ${spkiSha256}`);
}

/** `loa-signing-key:KEY:SIGNATURE`, raw key and signature in base64. */
export function writeSigningKey(publicKey: string, signature: string): string {
  return `${prefix}${publicKey}:${signature}`;
}

/** The key (base64 of 32 bytes), if it signed for this request. Problems: bad-input, signature-wrong. */
export function readSigningKey(text: string, spkiSha256: string, crypto: Pick<Cryptography, 'verify'>): Result<string> {
  const path = '/signingKey';
  const found = text.length <= textMax ? /^loa-signing-key:([A-Za-z0-9+/]{43}=):([A-Za-z0-9+/]{86}==)$/.exec(text) : null;
  if (!found?.[1] || !found[2])
    return bad('bad-input', 'must be loa-signing-key:KEY:SIGNATURE, 32 and 64 bytes in base64 (attribute unstructuredName)', path);
  const genuine = crypto.verify('ed25519', fromBase64(found[1]), boundText(spkiSha256), fromBase64(found[2]));
  return genuine ? ok(found[1]) : bad('signature-wrong', 'the signing key did not sign for the key of this request', path);
}

/** What is hashed of a machine's serial: the same text for a label, a claim and the box. */
export function hardwareText(serial: string): Uint8Array {
  return new TextEncoder().encode(`loa-hardware ${serial.trim().toLowerCase()}`);
}
