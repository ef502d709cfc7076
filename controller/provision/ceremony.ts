// The ceremony of keys: a centre asks, root holders sign on a machine without a network, the centre installs. Files carried by hand.
import * as v from 'valibot';
import { cryptography, generateSigningKey, keyidOf } from '../../hardware/host/crypto.ts';
import { centreRing } from '../../schemas/centre-ring.ts';
import {
  Base64,
  type Envelope,
  fromBase64,
  nextCounter,
  open,
  payloadTypeOf,
  preAuthEncoding,
  type Signer,
  type StatementType,
  toBase64,
} from '../../schemas/envelope.ts';
import { within } from '../../schemas/ids.ts';
import { Introduction } from '../../schemas/introduction.ts';
import { type DelegatedKey, Delegation, newestRoot, TrustRoot, versionOf } from '../../schemas/keys.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { type OfficerKey, ownDelegation } from './officer-keys.ts';
import type { CentreRole, Trust } from './signing-keys.ts';

const yearMs = 365 * 24 * 3600_000;
const signaturesMax = 4;

/** Whose key signs, as its introduction says. */
const Above = v.strictObject({ root: TrustRoot, roots: Introduction.entries.roots, chain: Introduction.entries.chain });

/** What travels on the stick: exact bytes to sign, and the signatures so far. */
export const CeremonyFile = v.strictObject({
  is: v.literal('loa-keys'),
  centre: v.string(),
  /** Asked of a centre above instead of root holders of one's own: its root and the links down to it. */
  above: v.optional(Above),
  documents: v.pipe(
    v.array(
      v.strictObject({
        payloadType: v.picklist([payloadTypeOf('delegation'), payloadTypeOf('root')]),
        payload: v.pipe(Base64, v.maxLength(400_000)),
        signatures: v.pipe(
          v.array(v.strictObject({ keyid: v.pipe(v.string(), v.maxLength(64)), sig: v.pipe(Base64, v.maxLength(200)) })),
          v.maxLength(signaturesMax),
        ),
      }),
    ),
    v.minLength(1),
    v.maxLength(2),
  ),
});
export type CeremonyFile = v.InferOutput<typeof CeremonyFile>;

export interface CeremonyWish {
  readonly nowMs: number;
  /** Keys that officers registered; those of the present delegation stay beside them. */
  readonly officers: readonly OfficerKey[];
  /** Key ids to be left out from now on. */
  readonly revoke?: readonly string[];
  /** New keys of this centre's own, each in the place of the one that held its role. */
  readonly renew?: readonly { readonly role: CentreRole; readonly publicKey: Uint8Array }[];
  /** Begin all counters anew: undoes a counter that a thief ran to its end. */
  readonly newEpoch?: boolean;
  /** Public keys of the next root; then both the old and the new holders sign. */
  readonly newRoots?: readonly Uint8Array[];
  /** The key that speaks under mandates; one of an earlier request gives way. */
  readonly gateway?: Uint8Array;
  /** The key that gives centres below their keys; never in the data folder. One of an earlier request gives way. */
  readonly delegating?: Uint8Array;
  /** The key that signs releases of the boxes' programs; never in the data folder. One of an earlier request gives way. */
  readonly release?: Uint8Array;
  /** The centre above whose delegating key is asked, from now on. */
  readonly above?: Introduction | undefined;
  /** Who may break the glass, where, how long: by person. */
  readonly breakGlass?: Readonly<Record<string, NonNullable<DelegatedKey['breakGlass']>>>;
}

/** The next delegation of this centre, to be signed by those above it; before it the next root, if there is one. */
export function askForKeys(trust: Trust, wish: CeremonyWish): CeremonyFile {
  const own = ownDelegation(trust);
  const revoked = wish.revoke ?? [];
  const registered = wish.officers.map(
    ({ keyid, publicKey, person }): DelegatedKey => ({
      keyid,
      alg: 'p256',
      publicKey,
      roles: ['officer'],
      person,
    }),
  );
  const renewed = (wish.renew ?? []).map(
    ({ role, publicKey }): DelegatedKey => ({ keyid: keyidOf(publicKey), alg: 'ed25519', publicKey: toBase64(publicKey), roles: [role] }),
  );
  const others = [...plainKey('gateway', wish.gateway), ...plainKey('root', wish.delegating), ...plainKey('release', wish.release)];
  const fresh = [...renewed, ...registered, ...others];
  // One key a role, but for officers: the new one takes the place of the old.
  const replaced = [...renewed, ...others].map(({ roles: [role] }) => role);
  const givesWay = ({ roles: [role, ...more] }: DelegatedKey) => more.length === 0 && replaced.includes(role);
  const known = own.keys.filter((key) => !fresh.some((one) => one.keyid === key.keyid) && !givesWay(key));
  const keys = [...known, ...fresh]
    .filter(({ keyid }) => !revoked.includes(keyid))
    .map((key): DelegatedKey => {
      const glass = wish.breakGlass?.[key.person ?? ''];
      return glass && key.roles.includes('officer') ? { ...key, breakGlass: glass } : key;
    });
  const { above } = wish;
  // Under another root nothing said before counts.
  const body: Delegation = { ...own, epoch: wish.newEpoch || above ? nextEpoch(own.epoch) : own.epoch, keys };
  const { iss, ctr } = statementOf(trust.chain.at(-1));
  const delegation = draft('delegation', above?.centre ?? iss, own.centre, nextCounter(ctr, wish.nowMs), wish.nowMs, body);
  return {
    is: 'loa-keys',
    centre: own.centre,
    ...(above && { above: { root: above.root, ...(above.roots && { roots: above.roots }), chain: above.chain } }),
    documents: wish.newRoots ? [nextRoot(trust, wish.newRoots, wish.nowMs), delegation] : [delegation],
  };
}

function plainKey(role: 'gateway' | 'root' | 'release', publicKey: Uint8Array | undefined): DelegatedKey[] {
  if (!publicKey) return [];
  return [{ keyid: keyidOf(publicKey), alg: 'ed25519', publicKey: toBase64(publicKey), roles: [role] }];
}

/** One more holder's signature on every document. Problems: conflict (signed already, or full), role-missing (not the key above). */
export function addSignature(file: CeremonyFile, signer: Signer): Result<CeremonyFile> {
  const may = mayGive(file, signer.keyid);
  if (!may.ok) return may;
  const documents: CeremonyFile['documents'] = [];
  for (const document of file.documents) {
    if (document.signatures.some(({ keyid }) => keyid === signer.keyid)) return bad('conflict', `${signer.keyid} has signed already`);
    if (document.signatures.length >= signaturesMax) return bad('conflict', `${signaturesMax} signatures are enough`);
    const sig = toBase64(signer.sign(preAuthEncoding(document.payloadType, fromBase64(document.payload))));
    documents.push({ ...document, signatures: [...document.signatures, { keyid: signer.keyid, sig }] });
  }
  return ok({ ...file, documents });
}

/** Below another centre only a key that its own link gives role `root` signs, and only what its link holds. */
function mayGive({ above, documents }: CeremonyFile, keyid: string): Result<void> {
  if (!above) return ok(undefined);
  const { body } = statementOf(above.chain.at(-1));
  const upper = body as Delegation;
  const ring = centreRing(above, upper.centre, cryptography);
  if (!ring.ok) return ring;
  const asked = documents.map((one) => statementOf(one).body as Delegation);
  if (documents.length !== 1 || asked.some(({ area }) => !within(area, upper.area)))
    return bad('outside-area', `${upper.centre} gives keys inside ${upper.area}`);
  const key = ring.value.keys.get(keyid);
  return key?.centre === upper.centre && key.roles.includes('root')
    ? ok(undefined)
    : bad('role-missing', `${keyid} is no delegating key of ${upper.centre}`);
}

/**
 * A centre goes under the root of the one above, in its own place, and every counter begins anew. Its own root holders have no say from then
 * on, and boxes that pinned their root are enrolled again. Problems: as `installKeys`, wrong-content (another area or level).
 */
function installBelow(trust: Trust, above: NonNullable<CeremonyFile['above']>, delegation: Envelope): Result<Trust> {
  const own = ownDelegation(trust);
  const chain = [...above.chain, delegation];
  const moved: Trust = { root: above.root, ...(above.roots && { roots: above.roots }), chain };
  const ring = centreRing(moved, own.centre, cryptography);
  if (!ring.ok) return ring;
  const body = ownDelegation(moved);
  if (body.demo !== own.demo) return bad('demo-only', `delegation demo=${body.demo}`);
  if (body.area !== own.area || body.level !== own.level) return bad('wrong-content', `keys for ${body.level} ${body.area}`);
  if (statementOf(delegation).ctr <= statementOf(trust.chain.at(-1)).ctr) return bad('replayed', 'not newer than the keys in force');
  return body.epoch === own.epoch ? bad('replayed', `epoch ${own.epoch} was spoken in already`) : ok(moved);
}

/** The trust of the centre with what was signed. Problems: role-missing, replayed, wrong-audience, demo-only and those of `open`. */
export function installKeys(trust: Trust, file: CeremonyFile): Result<Trust> {
  const envelopes = file.documents.filter((document): document is Envelope => document.signatures.length > 0);
  const root = envelopes.find(({ payloadType }) => payloadType === payloadTypeOf('root'));
  const roots = [...(trust.roots ?? []), ...(root ? [root] : [])];
  const newest = newestRoot(trust.root, roots, cryptography);
  if (!newest.ok) return newest;
  const delegation = envelopes.find(({ payloadType }) => payloadType === payloadTypeOf('delegation'));
  if (!delegation) return bad('unsigned', 'the delegation has no signature');
  if (file.above) return installBelow(trust, file.above, delegation);
  const above = trust.chain.length > 1 ? upperKeys(trust) : new Map(newest.value.keys.map((key) => [key.keyid, key]));
  const threshold = trust.chain.length > 1 ? 1 : newest.value.threshold;
  const keyOf = (keyid: string) => {
    const key = above.get(keyid);
    return key && { keyid, alg: key.alg, publicKey: fromBase64(key.publicKey) };
  };
  const opened = open(delegation, 'delegation', Delegation, keyOf, cryptography);
  if (!opened.ok) return opened;
  const { statement, signedBy } = opened.value;
  const own = ownDelegation(trust);
  if (signedBy.length < threshold) return bad('role-missing', `${signedBy.length} of ${threshold} signatures`);
  if (statement.body.centre !== own.centre) return bad('wrong-audience', `a delegation of ${statement.body.centre}`);
  if (statement.body.demo !== own.demo) return bad('demo-only', `delegation demo=${statement.body.demo}`);
  if (statement.ctr <= statementOf(trust.chain.at(-1)).ctr) return bad('replayed', `counter ${statement.ctr} is not newer`);
  return ok({ root: trust.root, ...(roots.length > 0 && { roots }), chain: [...trust.chain.slice(0, -1), delegation] });
}

/** Fresh root keys for a rotation: PEMs to be carried away, public keys for the file. */
export function makeRoots(count = 3): readonly { readonly privateKeyPem: string; readonly publicKey: Uint8Array }[] {
  return Array.from({ length: count }, () => generateSigningKey());
}

/** What a holder reads before signing, in both languages; fingerprints are to be compared aloud. */
export function describeKeys(file: CeremonyFile): string[] {
  return [...describeAbove(file), ...file.documents.flatMap(describeDocument)];
}

function describeAbove({ above }: CeremonyFile): string[] {
  if (!above) return [];
  const { centre, level, area } = statementOf(above.chain.at(-1)).body as Delegation;
  const { threshold, keys } = above.root;
  return [
    `Dưới / below: ${centre} (${level}, ${area})`,
    `  gốc / root ${threshold}/${keys.length}: ${keys.map(({ keyid }) => keyid).join(' ')}`,
  ];
}

function describeDocument(document: CeremonyFile['documents'][number]): string[] {
  const { body } = statementOf(document);
  if (document.payloadType === payloadTypeOf('root')) {
    const root = body as TrustRoot;
    return [
      `Khóa gốc mới / new root ${versionOf(root)}: ${root.threshold}/${root.keys.length}`,
      ...root.keys.map(({ keyid }) => `  ${keyid}`),
    ];
  }
  const { centre, level, area, epoch, keys, demo } = body as Delegation;
  const { exp } = statementOf(document);
  return [
    `Ủy quyền / delegation: ${centre} (${level}, ${area}), ${epoch}, đến / until ${dayOf(exp)}${demo ? ', TRÌNH DIỄN / demo' : ''}`,
    ...keys.map(({ keyid, roles, person, breakGlass }) => {
      const glass = breakGlass ? `, phá kính / break-glass ${breakGlass.area} ${breakGlass.maxMs / 60_000} min` : '';
      return `  ${keyid}  ${roles.join(' ')}${person ? `  ${person}` : ''}${glass}`;
    }),
    `Đã ký / signed: ${document.signatures.map(({ keyid }) => keyid).join(' ') || '–'}`,
  ];
}

function nextRoot(trust: Trust, publicKeys: readonly Uint8Array[], nowMs: number): CeremonyFile['documents'][number] {
  const newest = newestRoot(trust.root, trust.roots ?? [], cryptography);
  const current = newest.ok ? newest.value : trust.root;
  const body: TrustRoot = {
    demo: current.demo,
    version: versionOf(current) + 1,
    threshold: Math.min(current.threshold, publicKeys.length),
    keys: publicKeys.map((publicKey) => ({ keyid: keyidOf(publicKey), alg: 'ed25519', publicKey: toBase64(publicKey) })),
  };
  return draft('root', 'root', ownDelegation(trust).centre, nowMs, nowMs, body);
}

function draft(
  typ: StatementType,
  iss: string,
  centre: string,
  ctr: number,
  nowMs: number,
  body: unknown,
): CeremonyFile['documents'][number] {
  const statement = {
    typ,
    id: `${typ}-${centre}-${ctr}`,
    iss,
    epoch: 'e1',
    aud: `c/${centre}`,
    ctr,
    iat: nowMs,
    nbf: 0,
    exp: nowMs + 20 * yearMs,
    body,
  };
  return { payloadType: payloadTypeOf(typ), payload: toBase64(new TextEncoder().encode(JSON.stringify(statement))), signatures: [] };
}

function upperKeys({ chain }: Trust): Map<string, DelegatedKey> {
  const { body } = statementOf(chain.at(-2));
  return new Map((body as Delegation).keys.filter(({ roles }) => roles.includes('root')).map((key) => [key.keyid, key]));
}

function nextEpoch(epoch: string): string {
  const number = /^e(\d{1,9})$/.exec(epoch)?.[1];
  return number === undefined ? `${epoch.slice(0, 29)}-2` : `e${Number(number) + 1}`;
}

/** The calendar day on which a statement ends, in UTC. */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

export function statementOf(document: { readonly payload: string } | undefined): { iss: string; ctr: number; exp: number; body: unknown } {
  return JSON.parse(Buffer.from(document?.payload ?? '', 'base64').toString('utf8')) as ReturnType<typeof statementOf>;
}
