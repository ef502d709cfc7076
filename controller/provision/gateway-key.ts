// The key that speaks for absent officers under their mandates: made when it is asked for, in force once a delegation names it.
import { join } from 'node:path';
import { generateSigningKey, signerFrom } from '../../hardware/host/crypto.ts';
import { readKeyFile, writeKeyFile } from '../../hardware/host/key-files.ts';
import { unsealKey } from '../../hardware/host/key-pem.ts';
import type { Signer } from '../../schemas/envelope.ts';
import { ok, type Result } from '../../schemas/problems.ts';
import { ownDelegation } from './officer-keys.ts';
import type { Trust } from './signing-keys.ts';

export type GatewayKey = Signer & { readonly publicKey: Uint8Array };

/** The key of this data folder, if one was made; encrypted like the others. Problem: keys-locked. */
export async function openGatewayKey(dir: string, secret: string): Promise<Result<GatewayKey | undefined>> {
  const kept = await readKeyFile(gatewayKeyFile(dir), secret);
  if (kept === undefined) return ok(undefined);
  const key = unsealKey(kept, secret);
  return key.ok ? ok(signerFrom(kept, secret)) : key;
}

/** Problem: keys-locked. */
export async function makeGatewayKey(dir: string, secret: string): Promise<Result<GatewayKey>> {
  const known = await openGatewayKey(dir, secret);
  if (!known.ok) return known;
  if (known.value) return ok(known.value);
  const { privateKeyPem } = generateSigningKey();
  await writeKeyFile(gatewayKeyFile(dir), privateKeyPem, secret);
  return ok(signerFrom(privateKeyPem));
}

export function gatewayKeyFile(dir: string): string {
  return join(dir, 'gateway.pem');
}

/** Does the newest delegation let this key speak? */
export function speaksForOfficers(key: Pick<Signer, 'keyid'>, trust: Trust): boolean {
  return ownDelegation(trust).keys.some(({ keyid, roles }) => keyid === key.keyid && roles.includes('gateway'));
}
