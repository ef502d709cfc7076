// The centre's signing keys, one for each role, and the root that vouches for them.
import { join } from 'node:path';
import { generateSigningKey, keyidOf, signerFrom } from '../../hardware/host/crypto.ts';
import { readIfPresent, writeFileAtomic } from '../../hardware/host/files.ts';
import { type Envelope, type Signer, seal, toBase64 } from '../../schemas/envelope.ts';
import type { Delegation, Role, TrustRoot } from '../../schemas/keys.ts';
import type { Level } from '../../schemas/programme.ts';

/** Roles a centre signs with, each with a key of its own: a stolen want key gives no orders. */
export const centreRoles = ['want', 'command', 'order', 'drill', 'time'] as const satisfies readonly Role[];
export type CentreRole = (typeof centreRoles)[number];

export type SigningKeys = Readonly<Record<CentreRole, Signer>>;

export interface Trust {
  readonly root: TrustRoot;
  /** Later roots, each signed by the one before. */
  readonly roots?: readonly Envelope[];
  readonly chain: readonly Envelope[];
}

/** Counter space that the newest delegation gives this centre. */
export function epochOf({ chain }: Trust): string {
  const own = chain.at(-1);
  const statement = JSON.parse(Buffer.from(own?.payload ?? '', 'base64').toString('utf8')) as { body: Delegation };
  return statement.body.epoch;
}

/** A statement never ends before this; the real end of a delegation is a newer one. */
const delegationYears = 20;
const yearMs = 365 * 24 * 3600_000;

/** Make the role keys that are missing; each is one file of mode 0600. */
export async function openSigningKeys(dir: string): Promise<SigningKeys & { readonly public: Readonly<Record<CentreRole, Uint8Array>> }> {
  const opened = await Promise.all(
    centreRoles.map(async (role) => {
      const path = join(dir, `${role}.pem`);
      const kept = await readIfPresent(path);
      const pem = kept?.toString('utf8') ?? generateSigningKey().privateKeyPem;
      if (!kept) await writeFileAtomic(path, pem, 0o600);
      return [role, signerFrom(pem)] as const;
    }),
  );
  const keys = Object.fromEntries(opened) as Record<CentreRole, ReturnType<typeof signerFrom>>;
  const publicKeys = Object.fromEntries(opened.map(([role, signer]) => [role, signer.publicKey])) as Record<CentreRole, Uint8Array>;
  return { ...keys, public: publicKeys };
}

export interface TrustWish {
  readonly centre: string;
  readonly level: Level;
  readonly area: string;
  readonly demo: boolean;
  readonly nowMs: number;
  readonly rootKeysDir: string;
  readonly public: Readonly<Record<CentreRole, Uint8Array>>;
}

/**
 * Make root keys and let them delegate the centre's keys. A demo has one root key and is flagged everywhere; a real root
 * has three, of which two must sign, written to a folder of their own to be carried away.
 */
export async function makeTrust(wish: TrustWish): Promise<Trust> {
  const [count, threshold] = wish.demo ? [1, 1] : [3, 2];
  const roots = Array.from({ length: count }, () => generateSigningKey());
  for (const [index, root] of roots.entries())
    await writeFileAtomic(join(wish.rootKeysDir, `root-${index + 1}.pem`), root.privateKeyPem, 0o600);
  const root: TrustRoot = {
    demo: wish.demo,
    threshold,
    keys: roots.map(({ keyid, publicKey }) => ({ keyid, alg: 'ed25519', publicKey: toBase64(publicKey) })),
  };
  const body: Delegation = {
    centre: wish.centre,
    level: wish.level,
    epoch: 'e1',
    area: wish.area,
    demo: wish.demo,
    keys: centreRoles.map((role) => {
      const publicKey = wish.public[role];
      return { keyid: keyidOf(publicKey), alg: 'ed25519' as const, publicKey: toBase64(publicKey), roles: [role] };
    }),
  };
  const delegation = seal(
    {
      typ: 'delegation',
      id: `delegation-${wish.centre}-${wish.nowMs}`,
      iss: 'root',
      epoch: 'e1',
      aud: `c/${wish.centre}`,
      ctr: wish.nowMs,
      iat: wish.nowMs,
      nbf: 0,
      exp: wish.nowMs + delegationYears * yearMs,
      body,
    },
    roots.slice(0, threshold).map(({ privateKeyPem }) => signerFrom(privateKeyPem)),
  );
  return { root, chain: [delegation] };
}
