// The key that speaks for absent officers under their mandates: made when it is asked for, in force once a delegation names it.
import { join } from 'node:path';
import { generateSigningKey, signerFrom } from '../../hardware/host/crypto.ts';
import { readIfPresent, writeFileAtomic } from '../../hardware/host/files.ts';
import type { Signer } from '../../schemas/envelope.ts';
import { ownDelegation } from './officer-keys.ts';
import type { Trust } from './signing-keys.ts';

export type GatewayKey = Signer & { readonly publicKey: Uint8Array };

/** The key of this data folder, if one was made. One file of mode 0600 beside the others. */
export async function openGatewayKey(dir: string): Promise<GatewayKey | undefined> {
  const kept = await readIfPresent(join(dir, 'gateway.pem'));
  return kept && signerFrom(kept.toString('utf8'));
}

export async function makeGatewayKey(dir: string): Promise<GatewayKey> {
  const known = await openGatewayKey(dir);
  if (known) return known;
  const { privateKeyPem } = generateSigningKey();
  await writeFileAtomic(join(dir, 'gateway.pem'), privateKeyPem, 0o600);
  return signerFrom(privateKeyPem);
}

/** Does the newest delegation let this key speak? */
export function speaksForOfficers(key: Pick<Signer, 'keyid'>, trust: Trust): boolean {
  return ownDelegation(trust).keys.some(({ keyid, roles }) => keyid === key.keyid && roles.includes('gateway'));
}
