// Keys and signed documents for tests of the box's edge, without any connection.
import type { Reader } from '../../agent/messages.ts';
import { cryptography, generateSigningKey, signerFrom } from '../../hardware/host/crypto.ts';
import { type Envelope, type Signer, type StatementType, seal, toBase64 } from '../../schemas/envelope.ts';
import { type KeysDocument, keyRing, type Role, type TrustRoot } from '../../schemas/keys.ts';
import type { Order } from '../../schemas/order.ts';
import { approved, TestOfficer } from '../schemas/officer.ts';

export const nowMs = Date.UTC(2026, 10, 23, 1);

export interface TestAuthority {
  readonly root: TrustRoot;
  readonly document: KeysDocument;
  readonly signer: Signer;
  readonly reader: Reader;
  sign(typ: StatementType, aud: string, body: unknown, as?: { signer?: Signer; id?: string }): Envelope;
  /** A later keys document placing the box in these groups. */
  placedIn(groups: readonly string[]): KeysDocument;
}

export function makeAuthority(roles: readonly Role[] = ['want', 'command', 'order', 'drill', 'time']): TestAuthority {
  const [rootKey, centreKey] = [generateSigningKey(), generateSigningKey()];
  const [rootSigner, signer] = [signerFrom(rootKey.privateKeyPem), signerFrom(centreKey.privateKeyPem)];
  const root: TrustRoot = {
    demo: true,
    threshold: 1,
    keys: [{ keyid: rootKey.keyid, alg: 'ed25519', publicKey: toBase64(rootKey.publicKey) }],
  };
  let ctr = 0;
  const officer = new TestOfficer('truc-ban-1');
  const make = (typ: StatementType, aud: string, body: unknown, by: Signer, iss: string, id?: string): Envelope => {
    ctr++;
    const given = { id: id ?? `${typ}-${ctr}`, iss, epoch: 'c1', aud, iat: nowMs, exp: nowMs + 3600_000 };
    const said = typ === 'order' ? approved(body as Order, given, [officer]) : body;
    return seal({ ...given, typ, ctr, nbf: nowMs, body: said }, [by]);
  };
  const keys = [
    { keyid: centreKey.keyid, alg: 'ed25519' as const, publicKey: toBase64(centreKey.publicKey), roles: [...roles] },
    officer.listed(),
  ];
  const chain = [
    make('delegation', 'c/xa-1', { centre: 'xa-1', level: 'commune', epoch: 'c1', area: '08/02536', demo: true, keys }, rootSigner, 'root'),
  ];
  const placedIn = (groups: readonly string[]): KeysDocument => ({
    chain,
    place: make('place', 'd/loa-1', { dev: 'loa-1', centre: 'xa-1', area: '08/02536', groups }, signer, 'xa-1'),
  });
  const document = placedIn(['xa-1']);
  const ring = keyRing(root, document, 'loa-1', cryptography);
  if (!ring.ok) throw new Error(ring.problem.detail);
  return {
    root,
    document,
    signer,
    reader: { ring: ring.value, crypto: cryptography },
    sign: (typ, aud, body, as = {}) => make(typ, aud, body, as.signer ?? signer, 'xa-1', as.id),
    placedIn,
  };
}

export function order(change: Partial<Order> = {}): Order {
  return {
    class: 'actual',
    level: 'commune',
    area: '08/02536',
    hazard: 'flash-flood',
    severity: 'Extreme',
    urgency: 'Immediate',
    certainty: 'Observed',
    sirenMs: 5_000,
    times: 2,
    pauseMs: 1_000,
    speech: [{ language: 'vi', speak: 'Đây là diễn tập.' }],
    screen: { title: 'DIỄN TẬP', text: 'Rời khỏi ven suối' },
    ...change,
  };
}
