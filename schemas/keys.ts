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
  Statement,
  type StatementType,
  toBase64,
} from './envelope.ts';
import { AreaPath, Id, within } from './ids.ts';
import { parse, parseJson } from './parse.ts';
import { bad, ok, type Problem, type Result } from './problems.ts';
import { Level, levelOrder } from './programme.ts';
import { DurationMs } from './time.ts';

export const Role = v.picklist(['root', 'want', 'command', 'order', 'drill', 'officer', 'gateway', 'release', 'time']);
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
  drill: 'drill',
  answer: 'time',
  heartbeat: 'time',
  down: 'want',
  widget: 'release',
  release: 'release',
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
  /** Grows by one at each rotation; a new one is signed by enough keys of the old and of itself. */
  version: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000_000))),
  /** Distinct root signatures that a first delegation needs. */
  threshold: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(4)),
  keys: v.pipe(v.array(v.strictObject(KeyFields)), v.minLength(1), v.maxLength(5)),
});
export type TrustRoot = v.InferOutput<typeof TrustRoot>;

/** One link: keys of a centre, each with its roles, valid inside an area. Links only narrow. */
export const DelegatedKey = v.strictObject({
  ...KeyFields,
  roles: v.pipe(v.array(Role), v.minLength(1)),
  /** Whose key it is, for role `officer`: two keys of one person are one person. */
  person: v.optional(Id),
  /** Where and for how long this officer may order alone beyond a commune. */
  breakGlass: v.optional(v.strictObject({ area: AreaPath, maxMs: v.pipe(DurationMs, v.maxValue(10 * 60_000)) })),
});
export type DelegatedKey = v.InferOutput<typeof DelegatedKey>;

export const Delegation = v.strictObject({
  centre: Id,
  level: Level,
  area: AreaPath,
  demo: v.boolean(),
  /** Counter space of all this centre signs. A new one, begun by a new delegation, undoes a counter run to its end by a thief. */
  epoch: Id,
  keys: v.pipe(v.array(DelegatedKey), v.minLength(1), v.maxLength(64)),
});
export type Delegation = v.InferOutput<typeof Delegation>;

/** Groups that one box may listen to. */
export const groupsMax = 16;

/** Where a box stands: its owner, its area, the groups it listens to. */
export const Place = v.strictObject({
  dev: Id,
  centre: Id,
  area: AreaPath,
  groups: v.pipe(v.array(Id), v.maxLength(groupsMax)),
});
export type Place = v.InferOutput<typeof Place>;

/** Payload of `dn/keys`. */
export const KeysDocument = v.strictObject({
  /** Roots after the pinned one, each signed by the one before and by itself. */
  roots: v.optional(v.pipe(v.array(Envelope), v.maxLength(32))),
  chain: v.pipe(v.array(Envelope), v.minLength(1), v.maxLength(4)),
  place: Envelope,
});
export type KeysDocument = v.InferOutput<typeof KeysDocument>;

export interface AuthorisedKey extends KnownKey {
  readonly roles: readonly Role[];
  readonly area: AreaPath;
  readonly centre: Id;
  readonly person?: Id;
  readonly breakGlass?: { readonly area: AreaPath; readonly maxMs: number };
}

/** What a delegation says of its centre. */
export interface Link {
  readonly ctr: number;
  readonly epoch: Id;
  readonly level: Level;
  readonly area: AreaPath;
  /** When this link or one above it ends. The ring has no clock; who has one judges it. */
  readonly untilMs: number;
}

/** All that a box knows of others' keys. Plain data, rebuilt from the keys document and the pinned root. */
export interface KeyRing {
  readonly demo: boolean;
  readonly place: Place;
  readonly keys: ReadonlyMap<string, AuthorisedKey>;
  /** Counter of the place statement: an older document never replaces a newer one. */
  readonly ctr: number;
  /** Counter space the place was said in: of a new one, counters begin again. */
  readonly epoch: Id;
  /** Each link of the chain by its centre; its counter likewise never goes back. */
  readonly links: ReadonlyMap<string, Link>;
  readonly rootVersion: number;
  /** Area of the commune the box stands in, or null: then every order is wide. */
  readonly commune: AreaPath | null;
}

/**
 * Walk the roots from the pinned one, then the chain down. Each link must be signed by keys of the link above that hold role
 * `root` for an area around it, and by at least `threshold` root keys at the top; it only narrows, in area and in level.
 */
export function keyRing(root: TrustRoot, document: KeysDocument, dev: Id, crypto: Cryptography): Result<KeyRing> {
  const newest = newestRoot(root, document.roots ?? [], crypto);
  if (!newest.ok) return newest;
  const chain = walkChain(newest.value, document.chain, crypto);
  if (!chain.ok) return chain;
  const { keys, links } = chain.value;
  const place = open(document.place, 'place', Place, (id) => keys.get(id), crypto);
  if (!place.ok) return bad(place.problem.code, place.problem.detail, `/place${place.problem.path}`);
  const { body, ctr, epoch, iss } = place.value.statement;
  if (body.dev !== dev) return bad('wrong-audience', `place of ${body.dev}, this is ${dev}`, '/place/body/dev');
  if (links.get(iss)?.epoch !== epoch) return bad('replayed', `place of epoch ${epoch}`, '/place/epoch');
  const may = place.value.signedBy.some((id) => allows(keys.get(id), 'want', body.area) && keys.get(id)?.centre === iss);
  if (!may) return bad('outside-area', `no key with role want covers ${body.area}`, '/place');
  const communes = [...links.values()].filter((link) => link.level === 'commune' && within(body.area, link.area));
  return ok({
    demo: root.demo,
    place: body,
    keys,
    ctr,
    epoch,
    links,
    rootVersion: versionOf(newest.value),
    commune: communes[0]?.area ?? null,
  });
}

/** Rotation N → N+1: enough keys of both sign the new root. Problems: role-missing, replayed, demo-only and those of `open`. */
export function newestRoot(pinned: TrustRoot, roots: readonly Envelope[], crypto: Cryptography): Result<TrustRoot> {
  let current = pinned;
  for (const [index, envelope] of roots.entries()) {
    const at = (problem: Problem) => bad(problem.code, problem.detail, `/roots/${index}${problem.path}`);
    const read = readRoot(envelope);
    if (!read.ok) return at(read.problem);
    const next = read.value;
    // A document holds the whole line of roots; those the box has behind it are passed over.
    if (versionOf(next) <= versionOf(current)) continue;
    if (versionOf(next) !== versionOf(current) + 1)
      return bad('replayed', `root ${versionOf(next)} after ${versionOf(current)}`, `/roots/${index}`);
    if (next.demo !== pinned.demo) return bad('demo-only', `root demo=${next.demo}`, `/roots/${index}`);
    for (const one of [current, next]) {
      const keys = new Map(one.keys.map((key) => [key.keyid, known(key)]));
      const opened = open(envelope, 'root', TrustRoot, (id) => keys.get(id), crypto);
      if (!opened.ok) return at(opened.problem);
      if (opened.value.signedBy.length < one.threshold)
        return bad('role-missing', `${opened.value.signedBy.length} of ${one.threshold} keys of root ${versionOf(one)}`, `/roots/${index}`);
    }
    current = next;
  }
  return ok(current);
}

/** The first root names no version. */
export function versionOf({ version = 1 }: TrustRoot): number {
  return version;
}

/** What a root document says of itself, to know whose signatures to ask for; believed only once those hold. */
function readRoot(envelope: Envelope): Result<TrustRoot> {
  const statement = parseJson(Statement, new TextDecoder().decode(fromBase64(envelope.payload)));
  return statement.ok ? parse(TrustRoot, statement.value.body) : statement;
}

export interface Chain {
  readonly keys: Map<string, AuthorisedKey>;
  readonly links: Map<string, Link>;
}

/** The links below a root and all their keys. Problems: role-missing, demo-only, conflict and those of `open`. */
export function walkChain(root: TrustRoot, chain: readonly Envelope[], crypto: Cryptography): Result<Chain> {
  const pinned = new Map<string, AuthorisedKey>(
    root.keys.map((key) => [key.keyid, { ...known(key), roles: ['root'], area: '', centre: 'root' }]),
  );
  let above: ReadonlyMap<string, AuthorisedKey> = pinned;
  let threshold = root.threshold;
  let upper: Level | undefined;
  let untilMs = Number.MAX_SAFE_INTEGER;
  const keys = new Map<string, AuthorisedKey>();
  const links = new Map<string, Link>();
  for (const [index, envelope] of chain.entries()) {
    const opened = open(envelope, 'delegation', Delegation, (id) => above.get(id), crypto);
    if (!opened.ok) return bad(opened.problem.code, opened.problem.detail, `/chain/${index}${opened.problem.path}`);
    const { body, ctr, exp } = opened.value.statement;
    const signers = opened.value.signedBy
      .map((id) => above.get(id))
      .filter((key) => key?.roles.includes('root') && covers(key.area, body.area));
    if (signers.length < threshold)
      return bad('role-missing', `${signers.length} of ${threshold} root signatures for area ${body.area}`, `/chain/${index}`);
    if (body.demo !== root.demo)
      return bad('demo-only', `delegation demo=${body.demo}, pinned root demo=${root.demo}`, `/chain/${index}/body/demo`);
    if (links.has(body.centre)) return bad('conflict', `${body.centre} stands above already`, `/chain/${index}/body/centre`);
    if (upper !== undefined && levelOrder.indexOf(body.level) <= levelOrder.indexOf(upper))
      return bad('role-missing', `level ${body.level} below ${upper}`, `/chain/${index}/body/level`);
    const link = linkKeys(body);
    for (const [id, key] of link) {
      const other = keys.get(id) ?? pinned.get(id);
      if (other && toBase64(other.publicKey) !== toBase64(key.publicKey))
        return bad('conflict', `key ${id} stands above with other bytes`, `/chain/${index}/body/keys`);
      // What an upper link said of a key stands: a lower one cannot take its roles away.
      if (!keys.has(id)) keys.set(id, key);
    }
    untilMs = Math.min(untilMs, exp);
    links.set(body.centre, { ctr, epoch: body.epoch, level: body.level, area: body.area, untilMs });
    above = link;
    threshold = 1;
    upper = body.level;
  }
  return ok({ keys, links });
}

function linkKeys(body: Delegation): Map<string, AuthorisedKey> {
  return new Map(
    body.keys.map((key) => [
      key.keyid,
      {
        ...known(key),
        roles: key.roles,
        area: body.area,
        centre: body.centre,
        ...(key.person === undefined ? {} : { person: key.person }),
        ...(key.breakGlass === undefined ? {} : { breakGlass: key.breakGlass }),
      },
    ]),
  );
}

/**
 * May what was opened be said to this place? Checks issuer, role, area and audience; counters and times are the core's.
 * A centre speaks with its own keys only: a lower one cannot use up the counters of an upper one.
 */
export function authorise(opened: Opened, ring: KeyRing): Result<AuthorisedKey> {
  const { typ, aud, iss, epoch } = opened.statement;
  const role = roleOf[typ as keyof typeof roleOf];
  if (role === undefined) return bad('wrong-type', `nobody may send ${typ} to a box`);
  const { place } = ring;
  const heard = [`d/${place.dev}`, `c/${place.centre}`, ...place.groups.map((id) => `g/${id}`)];
  // A box listens to a centre above its own, too, and hears its heartbeat; programs may be released by any of them.
  if ((typ === 'heartbeat' || typ === 'release') && ring.links.has(iss)) heard.push(`c/${iss}`);
  if (!heard.includes(aud)) return bad('wrong-audience', `addressed to ${aud}`, '/aud');
  const signers = opened.signedBy.map((id) => ring.keys.get(id)).filter((key) => key !== undefined);
  const fit = signers.find((key) => key.centre === iss && allows(key, role, place.area));
  if (fit) return ring.links.get(iss)?.epoch === epoch ? ok(fit) : bad('replayed', `epoch ${epoch} of ${iss} is over`, '/epoch');
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
