// Who this box is: its keys, its certificate, the root it trusts, where its centre lives. Files of DATA/identity, mode 0600.
import { join } from 'node:path';
import * as v from 'valibot';
import { sha256 } from '../hardware/host/crypto.ts';
import { readIfPresent, writeFileAtomic } from '../hardware/host/files.ts';
import { Id, Sha256 } from '../schemas/ids.ts';
import { TrustRoot } from '../schemas/keys.ts';
import { parseJson } from '../schemas/parse.ts';
import { bad, ok, type Result } from '../schemas/problems.ts';

const Url = (scheme: string) => v.pipe(v.string(), v.maxLength(300), v.startsWith(`${scheme}://`));
const Pem = v.pipe(v.string(), v.maxLength(20_000), v.includes('-----BEGIN'));

/** What a technician carries to the box: from the centre's page, the boot partition or the label. */
export const Claim = v.object({
  dev: Id,
  centreUrl: Url('https'),
  brokerUrl: Url('mqtts'),
  ca: Pem,
  trustRoot: TrustRoot,
  token: v.pipe(v.string(), v.minLength(8), v.maxLength(200)),
  expMs: v.number(),
  /** What a person at the box must know to act there; only its hash is kept. */
  pin: v.optional(v.pipe(v.string(), v.regex(/^\d{6}$/))),
  /** The Wi-Fi that the box opens at its pole (WPA): as on its label. */
  hotspot: v.optional(
    v.object({ name: v.pipe(v.string(), v.minLength(1), v.maxLength(32)), key: v.pipe(v.string(), v.minLength(8), v.maxLength(63)) }),
  ),
});
export type Claim = v.InferOutput<typeof Claim>;

export const IdentityCard = v.strictObject({
  dev: Id,
  centreUrl: Url('https'),
  brokerUrl: Url('mqtts'),
  trustRoot: TrustRoot,
  /** Hash of the serial of the machine that enrolled: on another one this folder is a copy. */
  hardware: v.optional(Sha256),
});
export type IdentityCard = v.InferOutput<typeof IdentityCard>;

export interface Identity extends IdentityCard {
  readonly tls: { readonly ca: string; readonly cert: string; readonly key: string };
  readonly signingKeyPem: string;
  /** Hash of the PIN; a box enrolled without one lets nobody act. */
  readonly pinHash?: string;
}

/**
 * `fresh-`: keys of a copied card that asks for its own; `next.pem`: a renewed pair on its way, `before.pem`: the one it replaced;
 * `used-claim`: hash of the token that made it this box; `retiring`: the centre's word was heard, not all is removed
 * yet; `retired`: whose keys were removed here.
 */
export const identityNames = [
  'card.json',
  'ca.pem',
  'cert.pem',
  'key.pem',
  'signing.pem',
  'keys.json',
  'pin',
  'hotspot.json',
  'fresh-key.pem',
  'fresh-signing.pem',
  'next.pem',
  'before.pem',
  'used-claim',
  'retiring',
  'retired',
  'retiring',
] as const;

export function identityFile(dataDir: string, name: (typeof identityNames)[number]): string {
  return join(dataDir, 'identity', name);
}

/** The card alone: what an enrolment must not contradict. */
export async function readCard(dataDir: string): Promise<Result<IdentityCard>> {
  const bytes = await readIfPresent(identityFile(dataDir, 'card.json'));
  if (!bytes) return bad('not-found', `no identity in ${dataDir}; run: node dist/agent.js enrol --data DIR --claim FILE`);
  return parseJson(IdentityCard, bytes.toString('utf8'));
}

/** Everything needed to be this box, or why it is nobody yet. */
export async function readIdentity(dataDir: string): Promise<Result<Identity>> {
  const card = await readCard(dataDir);
  if (!card.ok) return card;
  const names = ['ca.pem', 'cert.pem', 'key.pem', 'signing.pem'] as const;
  const [ca, cert, key, signingKeyPem] = await Promise.all(
    names.map(async (name) => (await readIfPresent(identityFile(dataDir, name)))?.toString('utf8')),
  );
  if (!ca || !cert || !key || !signingKeyPem) return bad('not-found', 'the identity folder is incomplete; enrol again');
  const pinHash = (await readIfPresent(identityFile(dataDir, 'pin')))?.toString('utf8').trim();
  return ok({ ...card.value, tls: { ca, cert, key }, signingKeyPem, ...(pinHash ? { pinHash } : {}) });
}

/** Is this the claim by which this box became one? A boot partition that cannot be written keeps it for ever. */
export async function isUsed(dataDir: string, { token }: Pick<Claim, 'token'>): Promise<boolean> {
  return (await readIfPresent(identityFile(dataDir, 'used-claim')))?.toString('utf8').trim() === sha256(Buffer.from(token));
}

/** The card is written last: a half-done enrolment is none. */
export async function writeIdentity(
  dataDir: string,
  card: IdentityCard,
  pem: { readonly ca: string; readonly cert: string },
): Promise<void> {
  await writeFileAtomic(identityFile(dataDir, 'ca.pem'), pem.ca, 0o600);
  await writeFileAtomic(identityFile(dataDir, 'cert.pem'), pem.cert, 0o600);
  await writeFileAtomic(identityFile(dataDir, 'card.json'), `${JSON.stringify(card, null, 1)}\n`, 0o600);
}
