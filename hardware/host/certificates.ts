// X.509 certificates that an operator has pinned: how long they hold and whether their key is strong. No chain is built, no authority asked.
import { X509Certificate } from 'node:crypto';

export interface PinnedCertificate {
  readonly subject: string;
  readonly fromMs: number;
  /** Valid up to and including this instant. */
  readonly toMs: number;
  /** RSA of 2048 bits or more, or an elliptic curve of 256 bits or more. */
  readonly strong: boolean;
  /** SHA-256 of its bytes, lower-case hex. */
  readonly fingerprint: string;
}

/** The facts of a certificate in PEM; `undefined` when it is none. */
export function readCertificate(pem: string): PinnedCertificate | undefined {
  try {
    const certificate = new X509Certificate(pem);
    const { asymmetricKeyType: type, asymmetricKeyDetails: details } = certificate.publicKey;
    const bits = details?.modulusLength ?? 0;
    const curves = ['prime256v1', 'secp384r1', 'secp521r1'];
    const strong = type === 'rsa' || type === 'rsa-pss' ? bits >= 2048 : type === 'ec' && curves.includes(details?.namedCurve ?? '');
    return {
      subject: certificate.subject.replaceAll('\n', ', '),
      fromMs: Date.parse(certificate.validFrom),
      toMs: Date.parse(certificate.validTo),
      strong,
      fingerprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
    };
  } catch {
    return undefined; // OpenSSL throws on what is no certificate
  }
}
