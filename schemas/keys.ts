// Who may say what, where: the pinned trust root and the chain of delegations below it (DESIGN §4).
import * as v from 'valibot';
import {
  Base64,
  type Cryptography,
  Envelope,
  fromBase64,
  type KnownKey,
  type Opened,
  open,
  type StatementType,
  toBase64,
} from './envelope.ts';
import { AreaPath, Id, within } from './ids.ts';
import { bad, ok, type Result } from './problems.ts';

export const Role = v.picklist(['root', 'want', 'command', 'order', 'release', 'time']);
export type Role = v.InferOutput<typeof Role>;

/** The role a key needs to sign each type. `log` is the box's own key; `claim` is checked by its one-time code. */
export const roleOf = {
  delegation: 'root',
  place: 'want',
  want: 'want',
  ack: 'want',
  command: 'command',
  live: 'command',
  order: 'order',
  clear: 'order',
  answer: 'time',
  heartbeat: 'time',
} as const satisfies Partial<Record<StatementType, Role>>;

const KeyFields = {
  keyid: v.pipe(v.string(), v.minLength(8), v.maxLength(64)),
  alg: v.picklist(['ed25519', 'p256']),
  /** Base64 of the raw public key: 32 bytes for Ed25519 (RFC 8032), 65-byte uncompressed point for P-256. */
  publicKey: v.pipe(Base64, v.maxLength(120)),
};

/** Pinned in the box at enrolment; never changed by anything that arrives over the network. */
export const TrustRoot = v.strictObject({
  /** True for keys made by the demo. A box enrolled for real refuses them, and the reverse (PRODUCT §1.21). */
  demo: v.boolean(),
  /** Distinct root signatures that a first delegation needs. */
  threshold: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(4)),
  keys: v.pipe(v.array(v.strictObject(KeyFields)), v.minLength(1), v.maxLength(5)),
});
export type TrustRoot = v.InferOutput<typeof TrustRoot>;

/** One link: keys of a centre, each with its roles, valid inside an area. Links only narrow. */
export const Delegation = v.strictObject({
  centre: Id,
  area: AreaPath,
  demo: v.boolean(),
  keys: v.pipe(v.array(v.strictObject({ ...KeyFields, roles: v.pipe(v.array(Role), v.minLength(1)) })), v.minLength(1), v.maxLength(16)),
});
export type Delegation = v.InferOutput<typeof Delegation>;

/** Where a box stands: its owner, its area, the groups it listens to. */
export const Place = v.strictObject({
  dev: Id,
  centre: Id,
  area: AreaPath,
  groups: v.pipe(v.array(Id), v.maxLength(16)),
});
export type Place = v.InferOutput<typeof Place>;

/** Payload of `dn/keys`. */
export const KeysDocument = v.strictObject({ chain: v.pipe(v.array(Envelope), v.minLength(1), v.maxLength(4)), place: Envelope });
export type KeysDocument = v.InferOutput<typeof KeysDocument>;

export interface AuthorisedKey extends KnownKey {
  readonly roles: readonly Role[];
  readonly area: AreaPath;
  readonly centre: Id;
}

/** All that a box knows of others' keys. Plain data, rebuilt from the keys document and the pinned root. */
export interface KeyRing {
  readonly demo: boolean;
  readonly place: Place;
  readonly keys: ReadonlyMap<string, AuthorisedKey>;
  /** Counter of the place statement: an older document never replaces a newer one. */
  readonly ctr: number;
  /** Counter of each link's delegation by its centre, likewise. */
  readonly links: ReadonlyMap<string, number>;
}

/**
 * Walk the chain from the pinned root down. Each link must be signed by keys of the link above that hold role
 * `root` for an area around it, and by at least `threshold` root keys at the top.
 */
export function keyRing(root: TrustRoot, document: KeysDocument, dev: Id, crypto: Cryptography): Result<KeyRing> {
  const pinned = new Map<string, AuthorisedKey>(
    root.keys.map((key) => [key.keyid, { ...known(key), roles: ['root'], area: '', centre: 'root' }]),
  );
  let above: ReadonlyMap<string, AuthorisedKey> = pinned;
  let threshold = root.threshold;
  const keys = new Map<string, AuthorisedKey>();
  const links = new Map<string, number>();
  for (const [index, envelope] of document.chain.entries()) {
    const opened = open(envelope, 'delegation', Delegation, (id) => above.get(id), crypto);
    if (!opened.ok) return bad(opened.problem.code, opened.problem.detail, `/chain/${index}${opened.problem.path}`);
    const { body, ctr: linkCtr } = opened.value.statement;
    const signers = opened.value.signedBy
      .map((id) => above.get(id))
      .filter((key) => key?.roles.includes('root') && covers(key.area, body.area));
    if (signers.length < threshold)
      return bad('role-missing', `${signers.length} of ${threshold} root signatures for area ${body.area}`, `/chain/${index}`);
    if (body.demo !== root.demo)
      return bad('demo-only', `delegation demo=${body.demo}, pinned root demo=${root.demo}`, `/chain/${index}/body/demo`);
    const link = new Map<string, AuthorisedKey>();
    for (const key of body.keys) link.set(key.keyid, { ...known(key), roles: key.roles, area: body.area, centre: body.centre });
    for (const [id, key] of link) {
      const upper = keys.get(id) ?? pinned.get(id);
      if (upper && toBase64(upper.publicKey) !== toBase64(key.publicKey))
        return bad('conflict', `key ${id} stands above with other bytes`, `/chain/${index}/body/keys`);
      // What an upper link said of a key stands: a lower one cannot take its roles away.
      if (!keys.has(id)) keys.set(id, key);
    }
    links.set(body.centre, linkCtr);
    above = link;
    threshold = 1;
  }
  const place = open(document.place, 'place', Place, (id) => keys.get(id), crypto);
  if (!place.ok) return bad(place.problem.code, place.problem.detail, `/place${place.problem.path}`);
  const { body, ctr } = place.value.statement;
  if (body.dev !== dev) return bad('wrong-audience', `place of ${body.dev}, this is ${dev}`, '/place/body/dev');
  const may = place.value.signedBy.some((id) => allows(keys.get(id), 'want', body.area));
  if (!may) return bad('outside-area', `no key with role want covers ${body.area}`, '/place');
  return ok({ demo: root.demo, place: body, keys, ctr, links });
}

/**
 * May what was opened be said to this place? Checks issuer, role, area and audience; counters and times are the core's.
 * A centre speaks with its own keys only: a lower one cannot use up the counters of an upper one.
 */
export function authorise(opened: Opened, ring: KeyRing): Result<AuthorisedKey> {
  const { typ, aud, iss } = opened.statement;
  const role = roleOf[typ as keyof typeof roleOf];
  if (role === undefined) return bad('wrong-type', `nobody may send ${typ} to a box`);
  const { place } = ring;
  const heard = [`d/${place.dev}`, `c/${place.centre}`, ...place.groups.map((id) => `g/${id}`)];
  if (!heard.includes(aud)) return bad('wrong-audience', `addressed to ${aud}`, '/aud');
  const signers = opened.signedBy.map((id) => ring.keys.get(id)).filter((key) => key !== undefined);
  const fit = signers.find((key) => key.centre === iss && allows(key, role, place.area));
  if (fit) return ok(fit);
  if (signers.every((key) => key.centre !== iss)) return bad('role-missing', `no signer is a key of ${iss}`, '/iss');
  return signers.some((key) => key.roles.includes(role))
    ? bad('outside-area', `no ${role} key of the signers covers ${place.area}`, '/signatures')
    : bad('role-missing', `no signer holds role ${role}`, '/signatures');
}

function allows(key: AuthorisedKey | undefined, role: Role, area: AreaPath): boolean {
  return key?.roles.includes(role) === true && covers(key.area, area);
}

/** The pinned root's own area is `''`: everywhere. */
function covers(outer: string, inner: AreaPath): boolean {
  return outer === '' || within(inner, outer);
}

function known(key: { keyid: string; alg: 'ed25519' | 'p256'; publicKey: string }): KnownKey {
  return { keyid: key.keyid, alg: key.alg, publicKey: fromBase64(key.publicKey) };
}
