// Who is at the other end: the subject of the verified client certificate, and nothing the client says of itself.
import type { TLSSocket } from 'node:tls';
import type { Id } from '../schemas/ids.ts';
import { bad, ok, type Result } from '../schemas/problems.ts';

export interface Identity {
  readonly kind: 'box' | 'centre';
  readonly id: Id;
}

const commonName = /^(box|centre):([a-z0-9-]{1,32})$/;

/** Read `box:ID` or `centre:ID`. Problem: key-unknown. */
export function parseCommonName(text: unknown): Result<Identity> {
  const match = typeof text === 'string' ? commonName.exec(text) : null;
  if (!match?.[2]) return bad('key-unknown', 'the common name must be box:ID or centre:ID', '/subject/CN');
  return ok({ kind: match[1] === 'box' ? 'box' : 'centre', id: match[2] });
}

/** The identity of a socket whose client certificate was verified against our CA. Problem: key-unknown. */
export function identityOf(socket: TLSSocket): Result<Identity> {
  if (!socket.authorized) return bad('key-unknown', 'the client certificate is not verified');
  // Without a certificate Node answers an empty object, and an array where a subject repeats CN: both are refused.
  const subject: { CN?: unknown } | undefined = socket.getPeerCertificate(false)?.subject;
  return parseCommonName(subject?.CN);
}

/** The one MQTT client id of an identity: a second connection of it takes over from the first. */
export function clientIdOf(identity: Identity): string {
  return `${identity.kind}:${identity.id}`;
}
