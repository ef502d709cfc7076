// Becoming somebody: keys are made on the box, the centre signs the certificate against a one-time claim (EST, RFC 7030).
import { createPrivateKey } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as v from 'valibot';
import { cryptography, generateSigningKey, sha256 } from '../hardware/host/crypto.ts';
import { makeFolder, readIfPresent, writeFileAtomic } from '../hardware/host/files.ts';
import { estPaths, keysPath } from '../schemas/enrolment.ts';
import { KeysDocument, keyRing } from '../schemas/keys.ts';
import { parseJson } from '../schemas/parse.ts';
import { bad, ok, type ProblemCode, problemKinds, type Result } from '../schemas/problems.ts';
import { type Answered, CentreDoor } from './centre-door.ts';
import { makeKey, makeRequest, readCertificate } from './certificate-request.ts';
import { Claim, identityFile, readCard, writeIdentity } from './identity.ts';
import { isCopy, machineHash } from './machine-serial.ts';
import { hashPin } from './pin.ts';

export interface EnrolOptions {
  /** Where the machine's serial is read. */
  readonly serialFiles?: readonly string[] | undefined;
  /** The last instant known to have passed: a certificate that ended before is refused, whatever the machine's clock says. */
  readonly floorMs?: number;
}

/** Enrol the box of this data folder with a claim file. Safe to repeat: the keys made first are used again. */
export async function enrol(dataDir: string, claimFile: string, options: EnrolOptions = {}): Promise<Result<{ readonly dev: string }>> {
  const claim = parseJson(Claim, await readFile(claimFile, 'utf8'));
  return claim.ok ? enrolBy(dataDir, claim.value, options) : claim;
}

/** Whether the claim still holds is for the centre to say: the clock of a new box may stand anywhere. */
export async function enrolBy(
  dataDir: string,
  claim: Claim,
  { serialFiles, floorMs = 0 }: EnrolOptions = {},
): Promise<Result<{ readonly dev: string }>> {
  const before = await readCard(dataDir);
  if (before.ok && before.value.trustRoot.demo !== claim.trustRoot.demo)
    return bad(
      'demo-only',
      before.value.trustRoot.demo ? 'this is a demo box; the claim is real' : 'this box is enrolled for real; the claim is of a demo',
    );
  const hardware = await machineHash(serialFiles);
  // The keys on a card from another machine are known there too; it goes on as a copy until it has its own.
  const copy = before.ok && isCopy(before.value, hardware);
  const [keyFile, signingFile] = copy ? (['fresh-key.pem', 'fresh-signing.pem'] as const) : (['key.pem', 'signing.pem'] as const);
  const { dev, centreUrl, brokerUrl, ca, trustRoot, pin } = claim;
  const keyPem = await keptOrMade(identityFile(dataDir, keyFile), makeKey);
  const signingKeyPem = await keptOrMade(identityFile(dataDir, signingFile), () => generateSigningKey().privateKeyPem);
  const door = { url: centreUrl, time: () => ({ fromMs: floorMs, toMs: Number.POSITIVE_INFINITY }) };
  const certificate = await askCertificate(new CentreDoor({ ...door, tls: { ca } }), claim, {
    keyPem,
    request: await makeRequest({ dev, keyPem, signingKeyPem, hardware }),
  });
  if (!certificate.ok) return certificate;
  const keys = await askKeys(new CentreDoor({ ...door, tls: { ca, cert: certificate.value, key: keyPem } }), claim);
  if (!keys.ok) return keys;
  if (copy) {
    await writeFileAtomic(identityFile(dataDir, 'key.pem'), keyPem, 0o600);
    await writeFileAtomic(identityFile(dataDir, 'signing.pem'), signingKeyPem, 0o600);
  }
  await writeFileAtomic(identityFile(dataDir, 'keys.json'), JSON.stringify(keys.value), 0o600);
  if (pin !== undefined) await writeFileAtomic(identityFile(dataDir, 'pin'), `${await hashPin(pin)}\n`, 0o600);
  if (claim.hotspot) await writeFileAtomic(identityFile(dataDir, 'hotspot.json'), JSON.stringify(claim.hotspot), 0o600);
  const card = { dev, centreUrl, brokerUrl, trustRoot, ...(hardware !== undefined && { hardware }) };
  await writeIdentity(dataDir, card, { ca, cert: certificate.value });
  // After the card: a power cut before this line uses the claim once more, one after a line before it would leave half a box.
  await writeFileAtomic(identityFile(dataDir, 'used-claim'), `${sha256(Buffer.from(claim.token))}\n`, 0o600);
  for (const name of ['fresh-key.pem', 'fresh-signing.pem'] as const) await rm(identityFile(dataDir, name), { force: true });
  return ok({ dev });
}

async function askCertificate(
  door: CentreDoor,
  { dev, token, ca }: Claim,
  { keyPem, request }: { readonly keyPem: string; readonly request: string },
): Promise<Result<string>> {
  const headers = { authorization: `Basic ${Buffer.from(`${dev}:${token}`).toString('base64')}`, 'content-type': 'application/pkcs10' };
  const answer = await door.ask({ method: 'POST', path: estPaths.simpleenroll, headers, body: request });
  door.stop();
  if (!answer.ok) return answer;
  const said = judge(answer.value);
  return said.ok ? readCertificate(said.value, keyPem, ca) : said;
}

async function askKeys(door: CentreDoor, { dev, trustRoot }: Claim): Promise<Result<KeysDocument>> {
  const answer = await door.ask({ method: 'GET', path: keysPath });
  door.stop();
  if (!answer.ok) return answer;
  const said = judge(answer.value);
  if (!said.ok) return said;
  const keys = parseJson(KeysDocument, said.value);
  if (!keys.ok) return keys;
  const ring = keyRing(trustRoot, keys.value, dev, cryptography);
  return ring.ok ? keys : ring;
}

function isKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).type === 'private';
  } catch {
    return false;
  }
}

const Refusal = v.object({ code: v.string(), detail: v.optional(v.string(), '') });

/** The answer's text, or why there is none: the centre's own word where it gives one. */
export function judge({ status, text }: Answered): Result<string> {
  if (status === 200) return ok(text);
  const said = parseJson(Refusal, text);
  if (said.ok && said.value.code in problemKinds) return bad(said.value.code as ProblemCode, said.value.detail);
  return bad(status >= 500 || status === 429 ? 'offline' : 'not-allowed', `the centre answered ${status}: ${text.slice(0, 200)}`);
}

/** A key that a card has lost half of is none: a new claim must heal it. */
async function keptOrMade(file: string, make: () => string): Promise<string> {
  const kept = (await readIfPresent(file))?.toString('utf8');
  if (kept !== undefined && isKey(kept)) return kept;
  const made = make();
  await makeFolder(dirname(file), 0o700);
  await writeFileAtomic(file, made, 0o600);
  return made;
}
