// Which authorities clients' certificates may come from, and whether one that was shown earlier still does.
import { X509Certificate } from 'node:crypto';
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';

/** SHA-256 of each certificate in PEM text, as Node writes fingerprints. Throws where one is cut off: OpenSSL would take those before it. */
export function fingerprintsOf(pem: string | Buffer): Set<string> {
  const blocks = String(pem).match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  if (String(pem).split('-----BEGIN CERTIFICATE-----').length - 1 !== blocks.length) throw new Error('a certificate in it is cut off');
  return new Set(blocks.map((block) => new X509Certificate(block).fingerprint256));
}

/** True while any certificate above the client's own is among these. */
export function comesFrom(socket: TLSSocket, authorities: ReadonlySet<string>): boolean {
  let one: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  const seen = new Set<string>();
  while (one?.fingerprint256 !== undefined && !seen.has(one.fingerprint256)) {
    if (authorities.has(one.fingerprint256)) return true;
    seen.add(one.fingerprint256);
    one = one.issuerCertificate;
  }
  return false;
}
