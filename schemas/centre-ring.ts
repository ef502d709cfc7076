// The keys as a centre itself sees them: those that every box of its own believes, without a box's place.
import type { Cryptography, Envelope } from './envelope.ts';
import { type KeyRing, newestRoot, type TrustRoot, versionOf, walkChain } from './keys.ts';
import { bad, ok, type Result } from './problems.ts';

export interface CentreTrust {
  readonly root: TrustRoot;
  readonly roots?: readonly Envelope[] | undefined;
  readonly chain: readonly Envelope[];
}

/**
 * The ring of the centre at the end of the chain, standing in the middle of its own area: what this ring does not allow, no
 * box of the centre allows. Problems: wrong-audience (a chain of another centre) and those of the walk.
 */
export function centreRing({ root, roots = [], chain }: CentreTrust, centre: string, crypto: Cryptography): Result<KeyRing> {
  const newest = newestRoot(root, roots, crypto);
  if (!newest.ok) return newest;
  const walked = walkChain(newest.value, chain, crypto);
  if (!walked.ok) return walked;
  const { keys, links } = walked.value;
  const own = links.get(centre);
  if (!own || [...links.keys()].at(-1) !== centre) return bad('wrong-audience', `the chain does not end at ${centre}`, '/chain');
  const commune = [...links.values()].find(({ level }) => level === 'commune');
  return ok({
    demo: root.demo,
    place: { dev: 'centre', centre, area: own.area, groups: [] },
    keys,
    ctr: own.ctr,
    epoch: own.epoch,
    links,
    rootVersion: versionOf(newest.value),
    commune: commune?.area ?? null,
  });
}
