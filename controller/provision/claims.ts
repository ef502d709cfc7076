// One-time claims: what a technician carries to a box so that the centre signs the key it makes there.
import { randomHex, sha256 } from '../../hardware/host/crypto.ts';
import { claimLifeMs, hardwareText } from '../../schemas/enrolment.ts';
import type { ClaimDocument } from '../../schemas/enrolment-api.ts';
import type { TrustRoot } from '../../schemas/keys.ts';
import type { Act, EstateStore } from '../store/store.ts';

/** IEEE 802.11: at most 32 octets. */
const ssidMax = 32;
/** 32 signs, so that each is equally likely; 60 bits of key. */
const hotspotSigns = 'abcdefghjkmnpqrstuvwxyz123456789';
const hotspotKeyLength = 12;

export interface ClaimPlace {
  readonly centreUrl: string;
  readonly brokerUrl: string;
  readonly ca: string;
  readonly caSha256: string;
  readonly trustRoot: TrustRoot;
}

/** Make a claim for a box; only the token's hash is stored. `serial`: of the only machine that may use it. */
export async function makeClaim(
  estate: EstateStore,
  { dev, serial }: { readonly dev: string; readonly serial?: string | undefined },
  place: ClaimPlace,
  act: Act,
): Promise<ClaimDocument> {
  const token = randomHex(24);
  const expMs = act.atMs + claimLifeMs;
  const bound = serial === undefined ? {} : { hardware: sha256(hardwareText(serial)) };
  await estate.addClaim({ tokenHash: tokenHash(token), dev, expMs, ...bound }, act);
  return { dev, ...place, token, expMs, pin: makePin(), hotspot: { name: `Loa-${dev}`.slice(0, ssidMax), key: makeHotspotKey() } };
}

/** Six digits, each equally likely. */
function makePin(): string {
  for (;;) {
    const drawn = Number.parseInt(randomHex(4), 16);
    if (drawn < 4_294_000_000) return String(drawn % 1_000_000).padStart(6, '0');
  }
}

/** Without signs that look alike on a label; a WPA key has at least eight. */
function makeHotspotKey(): string {
  return Array.from({ length: hotspotKeyLength }, () => hotspotSigns[Number.parseInt(randomHex(1), 16) % hotspotSigns.length]).join('');
}

export function tokenHash(token: string): string {
  return sha256(Buffer.from(token));
}
