// Reading a box's certificate request (PKCS #10, RFC 2986): everything a stranger sends is judged before anything is signed.
import 'reflect-metadata'; // @peculiar/x509 resolves its parts by decorators
import type { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { cryptography, sha256 } from '../../hardware/host/crypto.ts';
import { readSigningKey, signingKeyAttribute } from '../../schemas/enrolment.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';

const p256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const charactersMax = 8_192;
/** IA5String, PrintableString, UTF8String: what tools choose for short text (ITU-T X.680 §8.6). */
const stringTags: readonly number[] = [0x16, 0x13, 0x0c];
const serialNumber = '2.5.4.5';

export interface BoxRequest {
  readonly publicKey: webcrypto.CryptoKey;
  /** SHA-256 of the SubjectPublicKeyInfo. */
  readonly spkiSha256: string;
  /** Whatever the request calls itself; nothing is believed of it. */
  readonly name: string | undefined;
  /** Hash of the machine's serial (`serialNumber` of the subject), where it has one. */
  readonly hardware: string | undefined;
  /** Text of the attribute that carries the signing key. */
  readonly signingKeyText: string | undefined;
}

/** PEM, or base64 of DER as EST sends it. Problems: too-large, bad-input, signature-wrong. */
export async function readBoxRequest(text: string): Promise<Result<BoxRequest>> {
  if (text.length > charactersMax) return bad('too-large', `CSR of ${text.length} characters`, '/csr');
  try {
    const request = new x509.Pkcs10CertificateRequest(text.includes('-----') ? text : text.replaceAll(/\s/g, ''));
    const publicKey = (await request.publicKey.export(p256, ['verify'])) as webcrypto.CryptoKey;
    if (!(await request.verify())) return bad('signature-wrong', 'the CSR is not signed by its own key', '/csr');
    const value = request.attributes.find(({ type }) => type === signingKeyAttribute)?.values[0];
    return ok({
      publicKey,
      spkiSha256: sha256(new Uint8Array(request.publicKey.rawData)),
      name: request.subjectName.getField('CN')[0],
      hardware: hashIn(request.subjectName.getField(serialNumber)[0]),
      signingKeyText: value && textIn(new Uint8Array(value)),
    });
  } catch {
    return bad('bad-input', 'the CSR must be a PKCS #10 request of a P-256 key, in PEM or base64', '/csr');
  }
}

/** The key that will sign the box's log. Problems: bad-input, signature-wrong. */
export function signingKeyOf({ signingKeyText, spkiSha256 }: BoxRequest): Result<string> {
  return readSigningKey(signingKeyText ?? '', spkiSha256, cryptography);
}

function hashIn(text: string | undefined): string | undefined {
  return text !== undefined && /^[0-9a-f]{64}$/.test(text) ? text : undefined;
}

/** The text of one DER string (ITU-T X.690 §8.1), or nothing. */
function textIn(der: Uint8Array): string | undefined {
  const [tag = 0, first = 0, second = 0] = der;
  const [start, length] = first < 0x80 ? [2, first] : first === 0x81 ? [3, second] : [4, der[3] === undefined ? -1 : second * 256 + der[3]];
  if (!stringTags.includes(tag) || first > 0x82 || start + length !== der.length) return undefined;
  return Buffer.from(der.subarray(start)).toString('latin1');
}
