// Can a box start from what its card holds? A card that lost half of it must not keep the box from the claim that heals it.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { cryptography } from '../hardware/host/crypto.ts';
import { problemOf } from '../hardware/host/failure.ts';
import type { Result } from '../schemas/problems.ts';
import { HeldKeys } from './held-keys.ts';
import { identityFile, readIdentity } from './identity.ts';
import { settleRenewal } from './renewer.ts';

/** Keys, certificate and ring, read as the box will read them. A renewal that a power cut halved is made good first. */
export async function readHeld(dataDir: string): Promise<Result<unknown>> {
  try {
    await settleRenewal(dataDir);
    const identity = await readIdentity(dataDir);
    if (!identity.ok) return identity;
    const { dev, trustRoot, tls, signingKeyPem } = identity.value;
    for (const pem of [tls.ca, tls.cert]) new X509Certificate(pem);
    for (const pem of [tls.key, signingKeyPem]) createPrivateKey(pem);
    return await new HeldKeys({ file: identityFile(dataDir, 'keys.json'), root: trustRoot, dev, crypto: cryptography }).load();
  } catch (error) {
    return { ok: false, problem: problemOf(error) };
  }
}
