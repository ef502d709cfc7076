// Officers' own keys: made in their browsers, waiting here until root holders take them into the delegation.
import * as v from 'valibot';
import { keyidOf } from '../../hardware/host/crypto.ts';
import { Base64, fromBase64 } from '../../schemas/envelope.ts';
import { Id } from '../../schemas/ids.ts';
import type { DelegatedKey, Delegation } from '../../schemas/keys.ts';
import { parseJson } from '../../schemas/parse.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { InstantMs } from '../../schemas/time.ts';
import type { Act, MetaStore } from '../store/store.ts';
import type { Trust } from './signing-keys.ts';

const keysWaitingMax = 64;
const cell = 'officerKeys';

/** A key that an officer registered: P-256, uncompressed point. */
export const OfficerKey = v.strictObject({
  keyid: v.pipe(v.string(), v.length(16)),
  person: Id,
  publicKey: v.pipe(Base64, v.maxLength(120)),
  /** Which device, in the officer's words. */
  label: v.pipe(v.string(), v.maxLength(80)),
  madeMs: InstantMs,
});
export type OfficerKey = v.InferOutput<typeof OfficerKey>;

export async function registeredKeys(meta: MetaStore): Promise<readonly OfficerKey[]> {
  const kept = await meta.value(cell);
  const keys = kept === undefined ? undefined : parseJson(v.array(OfficerKey), kept);
  return keys?.ok ? keys.value : [];
}

/** Keep a key until a delegation names it. Problems: bad-input (no P-256 point), conflict (another person's), too-many-requests. */
export async function registerKey(
  meta: MetaStore,
  wish: { readonly person: string; readonly publicKey: string; readonly label: string; readonly nowMs: number },
  act: (key: OfficerKey) => Act,
): Promise<Result<OfficerKey>> {
  const raw = fromBase64(wish.publicKey);
  if (raw.length !== 65 || raw[0] !== 4) return bad('bad-input', 'an uncompressed P-256 point of 65 bytes is needed', '/publicKey');
  const { person, publicKey, label, nowMs: madeMs } = wish;
  const key: OfficerKey = { keyid: keyidOf(raw), person, publicKey, label, madeMs };
  const keys = await registeredKeys(meta);
  const known = keys.find(({ keyid }) => keyid === key.keyid);
  if (known) return known.person === person ? ok(known) : bad('conflict', 'this key is another person’s', '/publicKey');
  if (keys.length >= keysWaitingMax) return bad('too-many-requests', `${keysWaitingMax} keys are registered; remove old ones first`);
  await meta.setValue(cell, JSON.stringify([...keys, key]), act(key));
  return ok(key);
}

/** Officers whom the newest delegation of this centre names. */
export function trustedOfficers(trust: Trust): readonly DelegatedKey[] {
  return ownDelegation(trust).keys.filter(({ roles }) => roles.includes('officer'));
}

/** The centre's own link, the last of the chain. It was verified when it was installed. */
export function ownDelegation({ chain }: Pick<Trust, 'chain'>): Delegation {
  const payload = chain.at(-1)?.payload ?? '';
  return (JSON.parse(Buffer.from(payload, 'base64').toString('utf8')) as { body: Delegation }).body;
}
