// Which centres stand above and below: what an introduction must prove before boxes are sent there, or let in. Pure.
import { canonicalJson } from '../../schemas/canonical.ts';
import { type CentreTrust, centreRing } from '../../schemas/centre-ring.ts';
import type { Cryptography } from '../../schemas/envelope.ts';
import { within } from '../../schemas/ids.ts';
import type { Below, Introduction } from '../../schemas/introduction.ts';
import type { KeyRing } from '../../schemas/keys.ts';
import type { Path } from '../../schemas/paths.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { levelOrder } from '../../schemas/programme.ts';

/** A box knows three (schemas/paths.ts). */
export const aboveMax = 3;
export const belowMax = 512;

export interface Own {
  readonly id: string;
  readonly trust: CentreTrust;
  readonly paths: readonly Path[];
  readonly below: readonly Below[];
}

/** Facts of a certificate that rules need and cannot read themselves. */
export interface CaFacts {
  readonly subject: string;
  readonly publicKey: string;
  readonly isAuthority: boolean;
  readonly toMs: number;
}

/** The ring that an introduction proves by itself: its chain ends at it, and it says of itself what its link says. */
export function introduced(file: Introduction, crypto: Cryptography): Result<KeyRing> {
  const ring = centreRing(file, file.centre, crypto);
  if (!ring.ok) return ring;
  const link = ring.value.links.get(file.centre);
  if (link?.level !== file.level || link.area !== file.area || ring.value.demo !== file.demo)
    return bad('wrong-content', `${file.centre} says of itself what its keys do not`, '/centre');
  return ring;
}

/**
 * This centre's boxes find orders there too. Answers its own trust with the newest links above, and its paths. Problems: conflict
 * (another root; four paths), role-missing (it does not stand above), replayed (older links than known) and those of the walk.
 */
export function joinAbove(own: Own, file: Introduction, crypto: Cryptography): Result<Pick<Own, 'trust' | 'paths'>> {
  const upper = introduced(file, crypto);
  if (!upper.ok) return upper;
  if (canonicalJson(file.root) !== canonicalJson(own.trust.root))
    return bad('conflict', 'it stands under another root; ask for keys below it first: keys request --above', '/root');
  const before = centreRing(own.trust, own.id, crypto);
  if (!before.ok) return before;
  const centres = [...before.value.links.keys()];
  const at = centres.indexOf(file.centre);
  if (at < 0 || file.centre === own.id) return bad('role-missing', `${file.centre} does not stand above ${own.id}`, '/centre');
  const roots = longer(file.roots ?? [], own.trust.roots ?? []);
  const trust: CentreTrust = {
    root: own.trust.root,
    ...(roots.length > 0 && { roots }),
    chain: [...file.chain, ...own.trust.chain.slice(at + 1)],
  };
  const after = centreRing(trust, own.id, crypto);
  if (!after.ok) return after;
  const older = centres.find((id) => (after.value.links.get(id)?.ctr ?? -1) < (before.value.links.get(id)?.ctr ?? 0));
  if (older !== undefined) return bad('replayed', `the links of ${older} are older than those known`, '/chain');
  const { centre, url, ca } = file;
  const paths = [...own.paths.filter((one) => one.centre !== centre), { centre, url, ca }];
  if (paths.length > aboveMax) return bad('conflict', `a box keeps ${aboveMax} ways; leave one first`, '/centre');
  return ok({ trust, paths });
}

/**
 * Boxes of that centre may read orders here, as guests. Problems: conflict (another root, an authority that TLS cannot tell from one
 * known), role-missing (not below), outside-area, bad-input (no authority), expired and those of the walk.
 */
export function admitBelow(
  own: Own,
  file: Introduction,
  ca: { readonly theirs: CaFacts; readonly known: readonly (CaFacts & { readonly centre: string })[] },
  nowMs: number,
  crypto: Cryptography,
): Result<readonly Below[]> {
  if (canonicalJson(file.root) !== canonicalJson(own.trust.root)) return bad('conflict', 'it stands under another root', '/root');
  // Judged with our own roots and links: what was revoked here is worth nothing there.
  const ours = centreRing(own.trust, own.id, crypto);
  if (!ours.ok) return ours;
  const theirs = introduced(file, crypto);
  if (!theirs.ok) return theirs;
  const [me, it] = [ours.value.links.get(own.id), theirs.value.links.get(file.centre)];
  const above = theirs.value.links.get(own.id);
  if (!me || !it || !above || file.centre === own.id) return bad('role-missing', `${file.centre} does not stand below ${own.id}`, '/chain');
  if (levelOrder.indexOf(it.level) <= levelOrder.indexOf(me.level) || !within(it.area, me.area))
    return bad('outside-area', `${file.centre} (${it.level}, ${it.area}) is not inside ${me.area}`, '/area');
  if (!ca.theirs.isAuthority) return bad('bad-input', 'the certificate is not one of an authority', '/ca');
  if (ca.theirs.toMs <= nowMs) return bad('expired', 'the authority’s certificate has ended', '/ca');
  const same = ca.known.find(
    (one) => one.centre !== file.centre && (one.subject === ca.theirs.subject || one.publicKey === ca.theirs.publicKey),
  );
  if (same) return bad('conflict', `TLS cannot tell its authority from that of ${same.centre} (${same.subject})`, '/ca');
  const below = [
    ...own.below.filter(({ centre }) => centre !== file.centre),
    { centre: file.centre, name: file.name, ca: file.ca, area: file.area },
  ];
  if (below.length > belowMax) return bad('too-large', `more than ${belowMax} centres below`, '/centre');
  return ok(below);
}

function longer<T>(a: readonly T[], b: readonly T[]): readonly T[] {
  return a.length > b.length ? a : b;
}
