// One-time claims: what a technician carries to a box so that the centre signs the key it makes there.
import { randomHex, sha256 } from '../../hardware/host/crypto.ts';
import type { ClaimDocument } from '../../schemas/api.ts';
import { fromBase64 } from '../../schemas/envelope.ts';
import type { TrustRoot } from '../../schemas/keys.ts';
import { bad, type Result } from '../../schemas/problems.ts';
import type { Act, Box, EstateStore } from '../store/store.ts';
import type { Authority } from './authority.ts';

export const claimLifeMs = 24 * 3600_000;

export interface ClaimPlace {
  readonly centreUrl: string;
  readonly brokerUrl: string;
  readonly ca: string;
  readonly trustRoot: TrustRoot;
}

/** Make a claim for a box; only the token's hash is stored. */
export async function makeClaim(estate: EstateStore, dev: string, place: ClaimPlace, act: Act): Promise<ClaimDocument> {
  const token = randomHex(24);
  const expMs = act.atMs + claimLifeMs;
  await estate.addClaim({ tokenHash: tokenHash(token), dev, expMs }, act);
  return { dev, ...place, token, expMs, pin: makePin() };
}

/** Six digits, each equally likely. */
function makePin(): string {
  for (;;) {
    const drawn = Number.parseInt(randomHex(4), 16);
    if (drawn < 4_294_000_000) return String(drawn % 1_000_000).padStart(6, '0');
  }
}

export interface Enrolment {
  readonly token: string;
  readonly csr: string;
  /** Base64 of the raw Ed25519 key that will sign the box's log. */
  readonly signingKey: string;
}

/** Use a claim up: certificate and signing key become the box's, in one transaction. */
export async function enrolBox(
  estate: EstateStore,
  authority: Authority,
  { token, csr, signingKey }: Enrolment,
  nowMs: number,
): Promise<Result<{ readonly box: Box; readonly certificate: string }>> {
  const hash = tokenHash(token);
  const claim = await estate.claim(hash, nowMs);
  if (!claim.ok) return claim;
  if (fromBase64(signingKey).length !== 32) return bad('bad-input', 'must be a raw Ed25519 key of 32 bytes', '/signingKey');
  const { dev } = claim.value;
  const issued = await authority.issueBox(dev, csr, nowMs);
  if (!issued.ok) return issued;
  const act = { atMs: nowMs, actor: `box:${dev}`, act: 'box.enrol', subject: dev, sha256: sha256(Buffer.from(issued.value.cert)) };
  const enrolled = await estate.enrol(hash, { signingKey, certificate: issued.value.fingerprint }, act);
  return enrolled.ok ? { ok: true, value: { box: enrolled.value, certificate: issued.value.cert } } : enrolled;
}

export function tokenHash(token: string): string {
  return sha256(Buffer.from(token));
}
