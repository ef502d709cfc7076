// All that a starting centre holds keys for: who signs, the authority of certificates, the servers' certificate.
import { Failure } from '../../hardware/host/failure.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { CentreCard } from '../centre.ts';
import type { Folder } from '../folder.ts';
import { type Authority, authorityName, type Issued, openAuthority, openServerCertificate } from '../provision/authority.ts';
import { type GatewayKey, openGatewayKey } from '../provision/gateway-key.ts';
import { ownDelegationEnd, type Trust } from '../provision/signing-keys.ts';
import type { RunSettings } from '../settings.ts';
import type { StartOptions } from '../start-centre.ts';
import type { Store } from '../store/store.ts';
import type { Hello } from './frames.ts';
import { helloOf, openLocks, openRoomHere } from './open-desk.ts';
import type { Signatory } from './room.ts';

/** The root holders need some weeks to come together. */
const warnAheadMs = 90 * 24 * 3600_000;

async function openCertificates(
  dir: string,
  settings: RunSettings,
  card: CentreCard,
  nowMs: number,
  secret: string,
): Promise<{ authority: Authority; server: Issued }> {
  const authority = await openAuthority(dir, authorityName(card), nowMs, secret);
  const hosts = [...new Set(['localhost', '127.0.0.1', settings.publicHost, ...settings.names])];
  return { authority, server: await openServerCertificate(authority, dir, hosts, nowMs, secret) };
}

export interface CentreKeys {
  readonly authority: Authority;
  readonly server: Issued;
  readonly signatory: Signatory;
  /** Speaks for absent officers under their mandates, once a delegation names it. */
  readonly gateway: GatewayKey | undefined;
}

/** The secret first; then who signs, who verifies the trust from its root; the certificates last. Problem: keys-locked and those of the desk. */
export async function openKeys(
  options: StartOptions,
  store: Store,
  folder: Folder,
  card: CentreCard,
  trust: Trust,
): Promise<Result<CentreKeys>> {
  const { settings, journal, nowMs = Date.now } = options;
  const secret = await openLocks(folder, { secretFile: settings.keySecretFile });
  if (!secret.ok) return secret;
  const { text, file, made } = secret.value;
  if (made) journal.warn({ event: 'key-secret-made', file }, 'the keys are encrypted under this file: keep a copy in a safe place');
  const untilMs = ownDelegationEnd(trust);
  if (untilMs < nowMs() + warnAheadMs)
    journal.warn({ event: 'delegation-ends', untilMs }, 'ask the root holders for a new delegation: keys request');
  const hello = await helloOf(card.id, trust, folder, secret.value, store.counters);
  const refused = (fields: object) => journal.warn({ event: 'signer-refused', ...fields });
  const opening = (options.openSigner ?? ((asked: Hello) => openRoomHere(asked, text, refused, nowMs)))(hello);
  // Both stretch the secret; on two cores side by side.
  const [signatory, certificates, gateway] = await Promise.all([
    opening,
    openCertificates(folder.authority, settings, card, nowMs(), text).then(ok, failed),
    openGatewayKey(folder.keys, text),
  ]);
  if (!signatory.ok) return signatory;
  if (certificates.ok && gateway.ok) return ok({ ...certificates.value, signatory: signatory.value, gateway: gateway.value });
  await signatory.value.stop();
  return certificates.ok ? bad('keys-locked', 'the gateway’s key is under another secret', '/keys/gateway.pem') : certificates;
}

function failed(error: unknown): Result<never> {
  if (error instanceof Failure) return { ok: false, problem: error.problem };
  throw error;
}
