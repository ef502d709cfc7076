// Keys, statements and chains for tests, with real cryptography.
import * as v from 'valibot';
import { generateSigningKey, signerFrom } from '../../hardware/host/crypto.ts';
import { type Envelope, type Signer, type Statement, type StatementType, seal, toBase64 } from '../../schemas/envelope.ts';
import type { Role, TrustRoot } from '../../schemas/keys.ts';

export interface TestKey {
  readonly keyid: string;
  readonly publicKey: Uint8Array;
  readonly signer: Signer;
}

export function makeKey(): TestKey {
  const { privateKeyPem, publicKey, keyid } = generateSigningKey();
  return { keyid, publicKey, signer: signerFrom(privateKeyPem) };
}

export function statement(typ: StatementType, body: unknown, change: Partial<Statement> = {}): Statement {
  return { typ, id: 'm1', iss: 'xa', epoch: 'e1', aud: 'd/b1', ctr: 1000, iat: 1000, nbf: 0, exp: 9_000_000_000_000, body, ...change };
}

export function listed(key: TestKey): { keyid: string; alg: 'ed25519'; publicKey: string };
export function listed(key: TestKey, roles: readonly Role[]): { keyid: string; alg: 'ed25519'; publicKey: string; roles: Role[] };
export function listed(key: TestKey, roles?: readonly Role[]) {
  return { keyid: key.keyid, alg: 'ed25519' as const, publicKey: toBase64(key.publicKey), ...(roles && { roles: [...roles] }) };
}

export function rootOf(keys: readonly TestKey[], threshold: number, demo = false): TrustRoot {
  return { demo, threshold, keys: keys.map((key) => listed(key)) };
}

export function delegate(
  body: { centre: string; area: string; level?: string; epoch?: string; demo?: boolean; keys: readonly unknown[] },
  by: readonly TestKey[],
): Envelope {
  const statementOf = statement(
    'delegation',
    { demo: false, level: 'commune', epoch: 'e1', ...body },
    { iss: 'root', aud: `c/${body.centre}` },
  );
  return seal(
    statementOf,
    by.map((key) => key.signer),
  );
}

export const anyBody = v.unknown();
