// Who is at the other end: the subject of the verified client certificate, and nothing the client says of itself.
import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { Id } from '../schemas/ids.ts';
import { bad, ok, type Result } from '../schemas/problems.ts';

export interface Identity {
  /** `guest`: a box of a centre below, known by that centre's authority; it only reads orders. */
  readonly kind: 'box' | 'centre' | 'guest';
  readonly id: Id;
  /** Whose box a guest is. */
  readonly centre?: Id;
}

/** A centre below whose boxes may read orders here: its authority speaks for them, and for nobody else. */
export interface CentreBelow {
  readonly centre: Id;
  /** PEM of the authority that issues its boxes' certificates. */
  readonly ca: string;
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

/** Who a socket is where authorities of centres below are trusted too: each only for its centre and boxes of its own. Problem: key-unknown. */
export function identityAmong(
  socket: TLSSocket,
  own: X509Certificate,
  below: readonly KnownBelow[],
  owner: Id | undefined,
): Result<Identity> {
  const identity = identityOf(socket);
  const leaf = identity.ok ? socket.getPeerX509Certificate() : undefined;
  if (!identity.ok || !leaf || leaf.verify(own.publicKey)) return identity;
  const issuer = below.find(({ certificate }) => leaf.verify(certificate.publicKey));
  const itself = issuer && identity.value.kind === 'centre' && identity.value.id === issuer.centre && issuer.centre !== owner;
  if (itself) return identity;
  if (!issuer || identity.value.kind !== 'box') return bad('key-unknown', 'a centre below speaks for itself and its boxes only');
  return ok({ kind: 'guest', id: identity.value.id, centre: issuer.centre });
}

export interface KnownBelow {
  readonly centre: Id;
  readonly certificate: X509Certificate;
}

/** The one MQTT client id of an identity: a second connection of it takes over from the first. */
export function clientIdOf(identity: Identity): string {
  return identity.kind === 'guest' ? `guest:${identity.centre}/${identity.id}` : `${identity.kind}:${identity.id}`;
}
