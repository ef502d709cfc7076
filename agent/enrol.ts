// Becoming somebody: keys are made on the box, the centre signs the certificate against a one-time claim.
import { createPrivateKey, createPublicKey, generateKeyPairSync, webcrypto, X509Certificate } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { dirname } from 'node:path';
import * as v from 'valibot';
import { cryptography, generateSigningKey, signerFrom } from '../hardware/host/crypto.ts';
import { readIfPresent, writeFileAtomic } from '../hardware/host/files.ts';
import { toBase64 } from '../schemas/envelope.ts';
import { KeysDocument, keyRing } from '../schemas/keys.ts';
import { parseJson } from '../schemas/parse.ts';
import { bad, ok, type Result } from '../schemas/problems.ts';
import { Claim, identityFile, readCard, writeIdentity } from './identity.ts';
import { hashPin } from './pin.ts';

const answerBytesMax = 256 * 1024;
const answerWithinMs = 20_000;
const p256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

const EnrolAnswer = v.object({ certificate: v.string(), ca: v.string(), keys: KeysDocument });

/** Enrol the box of this data folder with a claim file. Safe to repeat: the keys made first are used again. */
export async function enrol(dataDir: string, claimFile: string): Promise<Result<{ readonly dev: string }>> {
  const claim = parseJson(Claim, await readFile(claimFile, 'utf8'));
  if (!claim.ok) return claim;
  const before = await readCard(dataDir);
  if (before.ok && before.value.trustRoot.demo !== claim.value.trustRoot.demo)
    return bad(
      'demo-only',
      before.value.trustRoot.demo ? 'this is a demo box; the claim is real' : 'this box is enrolled for real; the claim is of a demo',
    );
  if (claim.value.expMs < Date.now()) return bad('expired', 'the claim has expired; ask the centre for a new one');
  await mkdir(dirname(identityFile(dataDir, 'key.pem')), { recursive: true, mode: 0o700 });
  const signingKey = await makeSigningKey(identityFile(dataDir, 'signing.pem'));
  const csr = await makeRequest(identityFile(dataDir, 'key.pem'), claim.value.dev);
  const answer = await post(claim.value, { claim: claim.value.token, csr: csr.pem, signingKey });
  if (!answer.ok) return answer;
  const read = parseJson(EnrolAnswer, answer.value);
  if (!read.ok) return read;
  const { certificate, keys } = read.value;
  if (!fits(certificate, claim.value.ca, csr.publicKeyDer))
    return bad('bad-input', 'the certificate is not of our key or not by the claimed authority');
  const ring = keyRing(claim.value.trustRoot, keys, claim.value.dev, cryptography);
  if (!ring.ok) return ring;
  await writeFileAtomic(identityFile(dataDir, 'keys.json'), JSON.stringify(keys), 0o600);
  const { dev, centreUrl, brokerUrl, trustRoot, pin } = claim.value;
  if (pin !== undefined) await writeFileAtomic(identityFile(dataDir, 'pin'), `${await hashPin(pin)}\n`, 0o600);
  await writeIdentity(dataDir, { dev, centreUrl, brokerUrl, trustRoot }, { ca: claim.value.ca, cert: certificate });
  return ok({ dev });
}

/** The Ed25519 key that signs this box's logs; answers its public half. */
async function makeSigningKey(file: string): Promise<string> {
  const kept = await readIfPresent(file);
  if (kept) return toBase64(signerFrom(kept.toString('utf8')).publicKey);
  const made = generateSigningKey();
  await writeFileAtomic(file, made.privateKeyPem, 0o600);
  return toBase64(made.publicKey);
}

/** The P-256 key of the connection, and a PKCS#10 request for `CN=box:ID` (RFC 2986). */
async function makeRequest(file: string, dev: string): Promise<{ pem: string; publicKeyDer: Buffer }> {
  await import('reflect-metadata'); // @peculiar/x509 resolves its parts by decorators
  const x509 = await import('@peculiar/x509');
  const keys = await makePair(file);
  const request = await x509.Pkcs10CertificateRequestGenerator.create({ name: `CN=box:${dev}`, keys, signingAlgorithm: p256 });
  return { pem: request.toString('pem'), publicKeyDer: Buffer.from(await webcrypto.subtle.exportKey('spki', keys.publicKey)) };
}

async function makePair(file: string): Promise<webcrypto.CryptoKeyPair> {
  const kept = (await readIfPresent(file))?.toString('utf8');
  const pem = kept ?? generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  if (!kept) await writeFileAtomic(file, pem, 0o600);
  const pkcs8 = createPrivateKey(pem).export({ format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(pem).export({ format: 'der', type: 'spki' });
  return {
    privateKey: await webcrypto.subtle.importKey('pkcs8', pkcs8, p256, false, ['sign']),
    publicKey: await webcrypto.subtle.importKey('spki', spki, p256, true, ['verify']),
  };
}

function fits(certificatePem: string, caPem: string, publicKeyDer: Buffer): boolean {
  try {
    const certificate = new X509Certificate(certificatePem);
    const ours = certificate.publicKey.export({ format: 'der', type: 'spki' });
    return ours.equals(publicKeyDer) && certificate.verify(new X509Certificate(caPem).publicKey);
  } catch {
    return false;
  }
}

/** Only the claimed authority is believed for this one request. */
function post(claim: Claim, body: unknown): Promise<Result<string>> {
  const text = JSON.stringify(body);
  return new Promise((resolve) => {
    const url = new URL('/enrol', claim.centreUrl);
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
    const call = request(url, { method: 'POST', ca: claim.ca, headers, timeout: answerWithinMs, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > answerBytesMax) response.destroy(new Error('answer too large'));
        else chunks.push(chunk);
      });
      response.on('error', (error) => resolve(bad('offline', `enrolment: ${error.message}`)));
      response.on('end', () => resolve(judge(response.statusCode ?? 0, Buffer.concat(chunks).toString('utf8'))));
    });
    call.on('timeout', () => call.destroy(new Error(`no answer within ${answerWithinMs} ms`)));
    call.on('error', (error) => resolve(bad('offline', `enrolment: ${error.message}`)));
    call.end(text);
  });
}

function judge(status: number, text: string): Result<string> {
  if (status === 200 || status === 201) return ok(text);
  if (status === 409 || status === 410) return bad('claim-used', `the centre answered ${status}: ${text.slice(0, 200)}`);
  return bad(status >= 500 ? 'offline' : 'not-allowed', `the centre answered ${status}: ${text.slice(0, 200)}`);
}
