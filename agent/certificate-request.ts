// What a box asks its centre to sign (PKCS #10, RFC 2986), and reading the certificate that comes back (RFC 7030 §4.2.3).
import { createPrivateKey, createPublicKey, generateKeyPairSync, webcrypto, X509Certificate } from 'node:crypto';
import { sha256, signerFrom } from '../hardware/host/crypto.ts';
import { boundText, signingKeyAttribute, writeSigningKey } from '../schemas/enrolment.ts';
import { toBase64 } from '../schemas/envelope.ts';
import { bad, ok, type Result } from '../schemas/problems.ts';

const p256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const ia5String = 0x16;
const certificatesMax = 4;

export interface RequestWish {
  readonly dev: string;
  /** P-256, PEM. */
  readonly keyPem: string;
  /** Hash of the machine's serial. */
  readonly hardware?: string | undefined;
  /** At the first enrolment: the Ed25519 key that will sign the log. */
  readonly signingKeyPem?: string;
}

/** A fresh key of a connection. */
export function makeKey(): string {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
}

/** Base64 of the request, as EST takes it. */
export async function makeRequest({ dev, keyPem, hardware, signingKeyPem }: RequestWish): Promise<string> {
  await import('reflect-metadata'); // @peculiar/x509 resolves its parts by decorators
  const x509 = await import('@peculiar/x509');
  const keys = await pairOf(keyPem);
  const spkiSha256 = sha256(createPublicKey(keyPem).export({ format: 'der', type: 'spki' }));
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: [{ CN: [`box:${dev}`] }, ...(hardware === undefined ? [] : [{ '2.5.4.5': [hardware] }])],
    keys,
    signingAlgorithm: p256,
    attributes: signingKeyPem === undefined ? [] : [new x509.Attribute(signingKeyAttribute, [boundKey(signingKeyPem, spkiSha256)])],
  });
  return request.toString('base64');
}

/** The certificate for our key among those of a certs-only answer, signed by the pinned authority. Problem: bad-input. */
export async function readCertificate(answer: string, keyPem: string, caPem: string): Promise<Result<string>> {
  const wrong = () => bad<string>('bad-input', 'the answer holds no certificate of our key by the claimed authority');
  try {
    await import('reflect-metadata');
    const { X509Certificates } = await import('@peculiar/x509');
    const ours = createPublicKey(keyPem).export({ format: 'der', type: 'spki' });
    const authority = new X509Certificate(caPem).publicKey;
    for (const one of new X509Certificates(answer.replaceAll(/\s/g, '')).slice(0, certificatesMax)) {
      const pem = one.toString('pem');
      const certificate = new X509Certificate(pem);
      if (certificate.publicKey.export({ format: 'der', type: 'spki' }).equals(ours) && certificate.verify(authority))
        return ok(`${pem}\n`);
    }
    return wrong();
  } catch {
    return wrong();
  }
}

/** The text of the attribute as a DER string; it is between 128 and 255 octets long (ITU-T X.690 §8.1.3.5). */
function boundKey(signingKeyPem: string, spkiSha256: string): Uint8Array {
  const signer = signerFrom(signingKeyPem);
  const text = Buffer.from(writeSigningKey(toBase64(signer.publicKey), toBase64(signer.sign(boundText(spkiSha256)))), 'latin1');
  return Buffer.concat([Uint8Array.of(ia5String, 0x81, text.length), text]);
}

async function pairOf(pem: string): Promise<webcrypto.CryptoKeyPair> {
  const pkcs8 = createPrivateKey(pem).export({ format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(pem).export({ format: 'der', type: 'spki' });
  return {
    privateKey: await webcrypto.subtle.importKey('pkcs8', pkcs8, p256, false, ['sign']),
    publicKey: await webcrypto.subtle.importKey('spki', spki, p256, true, ['verify']),
  };
}
