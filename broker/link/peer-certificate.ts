// May the other side be who its certificate says? The dates are judged by the clock of whoever asks, which may know little.
import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Problem } from '../../schemas/problems.ts';

/** What is known of the time: it lies between these. */
export interface KnownTime {
  readonly fromMs: number;
  readonly toMs: number;
}

const serverAuth = '1.3.6.1.5.5.7.3.1';
const dateErrors: readonly string[] = ['CERT_NOT_YET_VALID', 'CERT_HAS_EXPIRED'];

/**
 * After a handshake that refused nothing. A machine without a battery clock boots in the past or the future: by its clock
 * no certificate holds, and nobody could tell it the time. Issuer, key and name are proved all the same.
 */
export function peerProblem(socket: TLSSocket, host: string, ca: string | Buffer, time: KnownTime): Problem | undefined {
  const peer = socket.getPeerX509Certificate();
  if (!peer) return refused('the broker showed no certificate');
  const error = socket.authorizationError as unknown;
  const code = typeof error === 'string' ? error : ((error as { code?: string } | null)?.code ?? String(error));
  if (!socket.authorized && !dateErrors.includes(code)) return refused(code);
  if (!socket.authorized && !issuedBy(peer, ca)) return refused('not issued by the authority of this line');
  if (!socket.authorized && !isFor(peer, host)) return refused(`not for ${host}`);
  if (Date.parse(peer.validTo) < time.fromMs) return refused(`CERT_HAS_EXPIRED, ${peer.validTo}`);
  if (Date.parse(peer.validFrom) > time.toMs) return refused(`CERT_NOT_YET_VALID, ${peer.validFrom}`);
  return undefined;
}

/** Directly, by the one authority of the line; OpenSSL told of the dates only and may have had more to say. */
function issuedBy(peer: X509Certificate, pem: string | Buffer): boolean {
  const authority = new X509Certificate(pem);
  const usage = peer.keyUsage as readonly string[] | undefined;
  return (
    authority.ca && !peer.ca && peer.checkIssued(authority) && peer.verify(authority.publicKey) && (usage?.includes(serverAuth) ?? false)
  );
}

function isFor(peer: X509Certificate, host: string): boolean {
  return (isIP(host) === 0 ? peer.checkHost(host, { subject: 'never' }) : peer.checkIP(host)) !== undefined;
}

function refused(detail: string): Problem {
  return { code: 'offline', path: '', detail: `certificate: ${detail}` };
}
