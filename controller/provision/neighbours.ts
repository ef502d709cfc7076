// Centres above and below in the tables of a data folder: read, joined, admitted, let go; the rules are `core/neighbours`.
import { X509Certificate } from 'node:crypto';
import * as v from 'valibot';
import { cryptography, sha256 } from '../../hardware/host/crypto.ts';
import { Below, Introduction } from '../../schemas/introduction.ts';
import { parse, parseJson } from '../../schemas/parse.ts';
import { Path } from '../../schemas/paths.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { CentreCard } from '../centre.ts';
import { admitBelow, type CaFacts, joinAbove, type Own } from '../core/neighbours.ts';
import type { Act, Store } from '../store/store.ts';
import type { Trust } from './signing-keys.ts';

export const belowCell = 'below';
const pathsCell = 'paths';

export interface Neighbourhood {
  readonly store: Pick<Store, 'meta' | 'audit'>;
  readonly card: CentreCard;
  /** PEM of this centre's own authority. */
  readonly ca: string;
  readonly nowMs: number;
  readonly actor: string;
}

/** The trust is read from the tables: a running centre may have been given newer links since its start. */
export async function readOwn({ store, card }: Pick<Neighbourhood, 'store' | 'card'>): Promise<Own & { readonly trust: Trust }> {
  const [trust, paths, below] = await Promise.all(['trust', pathsCell, belowCell].map((name) => store.meta.value(name)));
  return {
    id: card.id,
    trust: JSON.parse(trust ?? '{}') as Trust,
    paths: listOf(Path, paths),
    below: listOf(Below, below),
  };
}

export function readBelow(store: Pick<Store, 'meta'>): Promise<readonly Below[]> {
  return store.meta.value(belowCell).then((kept) => listOf(Below, kept));
}

/** What another centre is handed. */
export function introductionOf({ card, ca }: Pick<Neighbourhood, 'card' | 'ca'>, trust: Trust, url: string): Result<Introduction> {
  const { id: centre, name, level, area, demo } = card;
  const { root, roots, chain } = trust;
  return parse(Introduction, { is: 'loa-centre', centre, name, level, area, demo, url, ca, root, ...(roots && { roots }), chain });
}

/** Keep a way to the centre above; newer links of its keys come into use at the next start. Problems: those of `joinAbove`. */
export async function join(here: Neighbourhood, file: Introduction): Promise<Result<{ readonly newLinks: boolean }>> {
  const own = await readOwn(here);
  const joined = joinAbove(own, file, cryptography);
  if (!joined.ok) return joined;
  const newLinks = JSON.stringify(joined.value.trust) !== JSON.stringify(own.trust);
  const values = new Map([[pathsCell, JSON.stringify(joined.value.paths)]]);
  if (newLinks) values.set('trust', JSON.stringify(joined.value.trust));
  await here.store.meta.setValues(values, actOf(here, 'centre.join', file.centre, file));
  return ok({ newLinks });
}

/** Problem: not-found. */
export async function leave(here: Neighbourhood, centre: string): Promise<Result<void>> {
  const { paths } = await readOwn(here);
  if (!paths.some((one) => one.centre === centre)) return bad('not-found', `no way to ${centre}`, '/centre');
  const kept = paths.filter((one) => one.centre !== centre);
  await here.store.meta.setValue(pathsCell, JSON.stringify(kept), actOf(here, 'centre.leave', centre, null));
  return ok(undefined);
}

/** Let its boxes read orders here. Problems: those of `admitBelow`. */
export async function admit(here: Neighbourhood, file: Introduction): Promise<Result<readonly Below[]>> {
  const own = await readOwn(here);
  const theirs = caFacts(file.ca);
  if (!theirs) return bad('bad-input', 'the certificate cannot be read', '/ca');
  const known = [{ centre: own.id, ca: here.ca }, ...own.below].flatMap(({ centre, ca }) => {
    const facts = caFacts(ca);
    return facts ? [{ ...facts, centre }] : [];
  });
  const below = admitBelow(own, file, { theirs, known }, here.nowMs, cryptography);
  if (!below.ok) return below;
  await here.store.meta.setValue(belowCell, JSON.stringify(below.value), actOf(here, 'centre.admit', file.centre, file));
  return below;
}

/** Problem: not-found. */
export async function dismiss(here: Neighbourhood, centre: string): Promise<Result<readonly Below[]>> {
  const { below } = await readOwn(here);
  const kept = below.filter((one) => one.centre !== centre);
  if (kept.length === below.length) return bad('not-found', `no centre ${centre} below`, '/centre');
  await here.store.meta.setValue(belowCell, JSON.stringify(kept), actOf(here, 'centre.dismiss', centre, null));
  return ok(kept);
}

/** SHA-256 of a certificate, in groups of four, to be read aloud. */
export function fingerprintOf(pem: string): string {
  return sha256(new X509Certificate(pem).raw).replaceAll(/(.{4})(?=.)/g, '$1 ');
}

function caFacts(pem: string): CaFacts | undefined {
  try {
    const certificate = new X509Certificate(pem);
    const publicKey = certificate.publicKey.export({ format: 'pem', type: 'spki' }).toString();
    return { subject: certificate.subject, publicKey, isAuthority: certificate.ca, toMs: Date.parse(certificate.validTo) };
  } catch {
    return undefined; // OpenSSL throws on what is no certificate
  }
}

function listOf<S extends v.GenericSchema>(shape: S, text: string | undefined): v.InferOutput<S>[] {
  const list = text === undefined ? undefined : parseJson(v.array(shape), text);
  return list?.ok ? list.value : [];
}

function actOf({ actor, nowMs }: Neighbourhood, act: string, subject: string, content: unknown): Act {
  return { atMs: nowMs, actor, act, subject, sha256: sha256(Buffer.from(JSON.stringify(content))) };
}
