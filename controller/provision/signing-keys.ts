// The centre's signing keys, one for each role, and the root that vouches for them.
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { generateSigningKey, keyidOf, signerFrom } from '../../hardware/host/crypto.ts';
import { syncDirectory, writeFileAtomic } from '../../hardware/host/files.ts';
import { readKeyFile, writeKeyFile } from '../../hardware/host/key-files.ts';
import { sealKey } from '../../hardware/host/key-pem.ts';
import { type Envelope, type Signer, seal, toBase64 } from '../../schemas/envelope.ts';
import type { Delegation, Role, TrustRoot } from '../../schemas/keys.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
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

/** Counter of the newest delegation: an older one never replaces it. */
export function ownDelegationCounter({ chain }: Trust): number {
  return statementIn(chain.at(-1)).ctr;
}

/** When boxes take no more orders under the present chain. */
export function ownDelegationEnd({ chain }: Trust): number {
  return Math.min(...chain.map((link) => statementIn(link).exp));
}

function statementIn(link: Envelope | undefined): { readonly ctr: number; readonly exp: number } {
  return JSON.parse(Buffer.from(link?.payload ?? '', 'base64').toString('utf8')) as { ctr: number; exp: number };
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

export type OpenedKeys = SigningKeys & { readonly public: Readonly<Record<CentreRole, Uint8Array>> };

export interface KeysWish {
  /** Absent: keys lie open, for tests. */
  readonly secret?: string | undefined;
  /** Keys that were renewed come into use when the delegation names them. */
  readonly trust?: Trust;
}

/** Open the role keys, make those that are missing; each is one encrypted file of mode 0600. Problem: keys-locked. */
export async function openSigningKeys(dir: string, { secret, trust }: KeysWish = {}): Promise<Result<OpenedKeys>> {
  const named = trust ? new Set(ownKeyids(trust)) : new Set<string>();
  const opened = await Promise.all(
    centreRoles.map(async (role) => {
      const [path, next] = [join(dir, `${role}.pem`), join(dir, `${role}.next.pem`)];
      const renewed = named.size > 0 ? await openSigner(next, secret) : undefined;
      if (renewed && !renewed.ok) return renewed;
      if (renewed && named.has(renewed.value.keyid)) {
        await rename(next, path);
        await syncDirectory(dir);
      }
      const kept = await openSigner(path, secret);
      if (kept) return kept;
      const made = generateSigningKey();
      await writeKeyFile(path, made.privateKeyPem, secret);
      return ok(signerFrom(made.privateKeyPem));
    }),
  );
  const locked = opened.find((one) => !one.ok);
  if (locked && !locked.ok) return locked;
  const signers = opened.flatMap((one) => (one.ok ? [one.value] : []));
  const keys = Object.fromEntries(centreRoles.map((role, i) => [role, signers[i]])) as Record<CentreRole, (typeof signers)[number]>;
  const publicKeys = Object.fromEntries(centreRoles.map((role) => [role, keys[role].publicKey])) as Record<CentreRole, Uint8Array>;
  return ok({ ...keys, public: publicKeys });
}

/** The next key of a role, made once and kept until a delegation names it. Answers its public half. Problem: keys-locked. */
export async function renewKey(dir: string, role: CentreRole, secret: string | undefined): Promise<Result<Uint8Array>> {
  const path = join(dir, `${role}.next.pem`);
  const kept = await openSigner(path, secret);
  if (kept) return kept.ok ? ok(kept.value.publicKey) : kept;
  const made = generateSigningKey();
  await writeKeyFile(path, made.privateKeyPem, secret);
  return ok(made.publicKey);
}

async function openSigner(path: string, secret: string | undefined): Promise<Result<ReturnType<typeof signerFrom>> | undefined> {
  const text = await readKeyFile(path, secret);
  if (text === undefined) return undefined;
  try {
    return ok(signerFrom(text, secret));
  } catch {
    return bad('keys-locked', `${path} cannot be opened: another secret, or no key`);
  }
}

function ownKeyids({ chain }: Trust): readonly string[] {
  const own = JSON.parse(Buffer.from(chain.at(-1)?.payload ?? '', 'base64').toString('utf8')) as { body: Delegation };
  return own.body.keys.map(({ keyid }) => keyid);
}

export interface TrustWish {
  readonly centre: string;
  readonly level: Level;
  readonly area: string;
  readonly demo: boolean;
  readonly nowMs: number;
  readonly rootKeysDir: string;
  /** Under which the root keys are encrypted; without one they lie open until they are carried away. */
  readonly rootPassphrase?: string | undefined;
  readonly public: Readonly<Record<CentreRole, Uint8Array>>;
}

/**
 * Make root keys and let them delegate the centre's keys. A demo has one root key and is flagged everywhere; a real root
 * has three, of which two must sign, written to a folder of their own to be carried away.
 */
export async function makeTrust(wish: TrustWish): Promise<Trust> {
  const [count, threshold] = wish.demo ? [1, 1] : [3, 2];
  const roots = Array.from({ length: count }, () => generateSigningKey());
  for (const [index, root] of roots.entries()) await writeRootKey(wish.rootKeysDir, index + 1, root.privateKeyPem, wish.rootPassphrase);
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

export function writeRootKey(dir: string, number: number, privateKeyPem: string, passphrase: string | undefined): Promise<void> {
  return writeKeyAway(join(dir, `root-${number}.pem`), privateKeyPem, passphrase);
}

/** A private key that is carried away and never read by anything that runs. */
export function writeKeyAway(path: string, privateKeyPem: string, passphrase: string | undefined): Promise<void> {
  const pem = passphrase === undefined ? privateKeyPem : sealKey(privateKeyPem, passphrase, 'phrase');
  return writeFileAtomic(path, pem, 0o600);
}
