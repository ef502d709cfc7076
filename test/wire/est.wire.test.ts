// EST as strangers speak it: openssl makes the keys and requests, plain HTTPS carries them, openssl reads what comes back.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeKey, makeRequest, readCertificate } from '../../agent/certificate-request.ts';
import { buildBoxDoor } from '../../controller/box-door.ts';
import { generateSigningKey, sha256 } from '../../hardware/host/crypto.ts';
import { claimLifeMs, estPaths, hardwareText, keysPath } from '../../schemas/enrolment.ts';
import { type Asker, type BuiltCentre, makeCentre, must } from '../controller/built-centre.ts';
import { fetchTls } from './centre-process.ts';

const dayMs = 24 * 3600_000;
const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

let on: BuiltCentre;
let door: FastifyInstance;
let base: string;
let dir: string;
let technician: Asker;

beforeAll(async () => {
  on = await makeCentre(undefined, undefined, {}, Date.now());
  const server = await on.centre.authority.issueServer(['127.0.0.1'], Date.now());
  door = await buildBoxDoor(on.centre, { ca: on.centre.authority.pem, ...server });
  await door.listen({ host: '127.0.0.1', port: 0 });
  base = `https://127.0.0.1:${(door.server.address() as AddressInfo).port}`;
  dir = await mkdtemp(join(tmpdir(), 'loa-est-'));
  technician = await on.as('ky-thuat');
});
afterAll(async () => {
  await door?.close();
  await on?.stop();
  await rm(dir, { recursive: true, force: true });
});

const openssl = (...words: string[]) => execFileSync('openssl', words, { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] });
const basic = (dev: string, token: string) => `Basic ${Buffer.from(`${dev}:${token}`).toString('base64')}`;
const problemOf = ({ bytes }: { bytes: Buffer }) => (JSON.parse(String(bytes)) as { code: string; detail: string }).code;

async function newBox(id: string, claim: object = {}): Promise<{ token: string }> {
  const outputs = [{ id: 'main', kind: 'loudspeaker' }];
  await technician('POST', '/boxes', { id, name: id, area: '08/02536/thon-1', groups: ['thon-1'], outputs });
  return (await technician('POST', `/boxes/${id}/claim`, claim)).body;
}

function post(path: string, body: string, more: object = {}) {
  const { headers = {}, ...tls } = more as { headers?: object };
  const type = { 'content-type': 'application/pkcs10', 'content-length': String(body.length), ...headers };
  return fetchTls(`${base}${path}`, { method: 'POST', ca: on.centre.authority.pem, agent: false, ...tls, headers: type, body });
}

/** As the box makes it. */
async function asBox(dev: string, more: { key?: string; signing?: string; hardware?: string } = {}) {
  const { key = makeKey(), signing = generateSigningKey().privateKeyPem, hardware } = more;
  return { key, signing, csr: await makeRequest({ dev, keyPem: key, signingKeyPem: signing, hardware }) };
}

async function enrolled(dev: string, more: Parameters<typeof asBox>[1] = {}) {
  const { token } = await newBox(dev);
  const made = await asBox(dev, more);
  const answer = await post(estPaths.simpleenroll, made.csr, { headers: { authorization: basic(dev, token) } });
  expect(answer.status).toBe(200);
  return { ...made, token, cert: must(await readCertificate(String(answer.bytes), made.key, on.centre.authority.pem)) };
}

/** Only the key of the connection: what a renewal asks with. */
const renewal = (dev: string, key = makeKey()) => makeRequest({ dev, keyPem: key });

describe('EST at the centre', () => {
  test.skipIf(!hasOpenssl)('openssl asks, is enrolled, and reads its certificate from the answer [needs openssl]', async () => {
    const { token } = await newBox('ssl-1');
    openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', 'key.pem');
    openssl('genpkey', '-algorithm', 'ed25519', '-out', 'sign.pem');
    const spki = sha256(openssl('pkey', '-in', 'key.pem', '-pubout', '-outform', 'DER'));
    await writeFile(join(dir, 'bound.txt'), `loa-enrol ${spki}`);
    openssl('pkeyutl', '-sign', '-inkey', 'sign.pem', '-rawin', '-in', 'bound.txt', '-out', 'bound.sig');
    const signature = (await readFile(join(dir, 'bound.sig'))).toString('base64');
    const signKey = openssl('pkey', '-in', 'sign.pem', '-pubout', '-outform', 'DER').subarray(-32).toString('base64');
    const lines = ['[req]', 'prompt=no', 'distinguished_name=dn', 'attributes=more', '[dn]', 'CN=box:ssl-1', '[more]'];
    await writeFile(join(dir, 'req.cnf'), [...lines, `unstructuredName=loa-signing-key:${signKey}:${signature}`, ''].join('\n'));
    const csr = openssl('req', '-new', '-key', 'key.pem', '-config', 'req.cnf', '-outform', 'DER').toString('base64');
    const folded = csr.replaceAll(/(.{64})/g, '$1\r\n');
    const answer = await post(estPaths.simpleenroll, folded, { headers: { authorization: basic('ssl-1', token) } });
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/pkcs7-mime; smime-type=certs-only']);
    await writeFile(join(dir, 'answer.p7'), Buffer.from(String(answer.bytes), 'base64'));
    const read = openssl('pkcs7', '-inform', 'DER', '-in', 'answer.p7', '-print_certs').toString();
    expect(read).toMatch(/subject=\s*CN ?= ?box:ssl-1/);
    await writeFile(join(dir, 'cert.pem'), read);
    const cacerts = await fetchTls(`${base}${estPaths.cacerts}`, { ca: on.centre.authority.pem });
    await writeFile(join(dir, 'ca.p7'), Buffer.from(String(cacerts.bytes), 'base64'));
    await writeFile(join(dir, 'ca.pem'), openssl('pkcs7', '-inform', 'DER', '-in', 'ca.p7', '-print_certs'));
    expect(openssl('verify', '-CAfile', 'ca.pem', '-purpose', 'sslclient', 'cert.pem').toString()).toContain('cert.pem: OK');
    expect(on.centre.registry.box('ssl-1')?.signingKey).toBe(signKey);
    const pair = { cert: await readFile(join(dir, 'cert.pem'), 'utf8'), key: await readFile(join(dir, 'key.pem'), 'utf8') };
    const keys = await fetchTls(`${base}${keysPath}`, { ca: on.centre.authority.pem, ...pair });
    expect(JSON.parse(String(keys.bytes))).toMatchObject({ chain: expect.any(Array), place: expect.any(Object) });
    await writeFile(join(dir, 'plain.cnf'), ['[req]', 'prompt=no', 'distinguished_name=dn', '[dn]', 'CN=box:ssl-1', ''].join('\n'));
    const csr2 = openssl('req', '-new', '-key', 'key.pem', '-config', 'plain.cnf', '-outform', 'DER');
    const again = await post(estPaths.simplereenroll, csr2.toString('base64'), pair);
    expect(again.status).toBe(200);
  });

  test('without HTTP Basic, with another box’s claim, with no key for the log: refused, each with its reason', async () => {
    const { token } = await newBox('wrong-1');
    await newBox('wrong-2');
    const { csr, key } = await asBox('wrong-1');
    const bare = await post(estPaths.simpleenroll, csr);
    expect([bare.status, bare.headers['www-authenticate'], problemOf(bare)]).toEqual([401, 'Basic realm="Loa"', 'wrong-credentials']);
    const other = await post(estPaths.simpleenroll, csr, { headers: { authorization: basic('wrong-2', token) } });
    expect([other.status, problemOf(other)]).toEqual([404, 'not-found']);
    const mute = await post(estPaths.simpleenroll, await renewal('wrong-1', key), { headers: { authorization: basic('wrong-1', token) } });
    expect([mute.status, problemOf(mute)]).toEqual([400, 'bad-input']);
    const moved = (await asBox('wrong-1')).signing;
    const stolen = await makeRequest({ dev: 'wrong-1', keyPem: makeKey(), signingKeyPem: moved });
    const forged = Buffer.from(stolen, 'base64');
    forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
    const broken = await post(estPaths.simpleenroll, forged.toString('base64'), { headers: { authorization: basic('wrong-1', token) } });
    expect(broken.status).toBe(400);
    expect(on.centre.registry.enrolled('wrong-1')).toBe(false);
  });

  test('guessing a box’s claim is slowed down, and keeps nobody out who brings the true one', async () => {
    const { token } = await newBox('guess-1');
    const { csr } = await asBox('guess-1');
    const guesses = await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        post(estPaths.simpleenroll, csr, { headers: { authorization: basic('guess-1', `guess-${i}-0123`) } }),
      ),
    );
    // Four are looked at however many come at once; the fifth locks what is no claim, and beyond ten a minute none is looked at.
    expect(guesses.map(({ status }) => status).sort()).toEqual([...Array(4).fill(404), ...Array(8).fill(429)]);
    expect((await post(estPaths.simpleenroll, csr, { headers: { authorization: basic('guess-1', token) } })).status).toBe(200);
  });

  test('an answer that was lost is given again to the same keys, and to no others; after a replacement to nobody', async () => {
    const first = await enrolled('lost-1');
    const headers = { authorization: basic('lost-1', first.token) };
    const again = await post(estPaths.simpleenroll, first.csr, { headers });
    expect(again.status).toBe(200);
    const thief = await post(estPaths.simpleenroll, (await asBox('lost-1')).csr, { headers });
    expect([thief.status, problemOf(thief)]).toEqual([409, 'claim-used']);
    const { token } = (await technician('POST', '/boxes/lost-1/claim', {})).body;
    expect(
      (await post(estPaths.simpleenroll, (await asBox('lost-1')).csr, { headers: { authorization: basic('lost-1', token) } })).status,
    ).toBe(200);
    const old = await post(estPaths.simpleenroll, first.csr, { headers });
    expect([old.status, problemOf(old)]).toEqual([409, 'claim-used']);
  });

  test('a claim bound to a serial is for that machine alone, ends after 14 days, and can be withdrawn', async () => {
    const hardware = sha256(hardwareText('10000000ABCDEF01 '));
    const { token } = await newBox('bound-1', { serial: '10000000abcdef01' });
    const headers = { authorization: basic('bound-1', token) };
    const other = await post(estPaths.simpleenroll, (await asBox('bound-1', { hardware: 'a'.repeat(64) })).csr, { headers });
    expect([other.status, problemOf(other)]).toEqual([403, 'not-allowed']);
    expect((await post(estPaths.simpleenroll, (await asBox('bound-1', { hardware })).csr, { headers })).status).toBe(200);
    expect(on.centre.registry.box('bound-1')?.hardware).toBe(hardware);
    const late = await newBox('late-1');
    expect((late as { expMs?: number }).expMs).toBe(on.clock.nowMs + claimLifeMs);
    const listed = (await technician('GET', '/claims?box=late-1')).body as { id: string; state: string }[];
    expect(listed).toMatchObject([{ box: 'late-1', state: 'open' }]);
    expect((await technician('DELETE', `/claims/${listed[0]?.id}`)).status).toBe(204);
    expect((await technician('GET', '/claims?box=late-1')).body).toMatchObject([{ state: 'withdrawn' }]);
    const gone = await post(estPaths.simpleenroll, (await asBox('late-1')).csr, {
      headers: { authorization: basic('late-1', late.token) },
    });
    expect([gone.status, problemOf(gone)]).toEqual([410, 'expired']);
  });
});

describe('renewal at the centre', () => {
  const pairOf = ({ key, cert }: { key: string; cert: string }) => ({ key, cert });

  test('the next certificate counts beside the present one until it is shown; then the old one is worth nothing', async () => {
    const before = await enrolled('renew-1');
    const key = makeKey();
    const answer = await post(estPaths.simplereenroll, await renewal('renew-1', key), pairOf(before));
    expect(answer.status).toBe(200);
    const cert = must(await readCertificate(String(answer.bytes), key, on.centre.authority.pem));
    const ask = (pair: object) => fetchTls(`${base}${keysPath}`, { ca: on.centre.authority.pem, agent: false, ...pair });
    // The answer may have been lost: the old one still asks.
    expect((await ask(pairOf(before))).status).toBe(200);
    expect((await ask({ key, cert })).status).toBe(200);
    expect((await ask(pairOf(before))).status).toBe(403);
    const late = await post(estPaths.simplereenroll, await renewal('renew-1'), pairOf(before));
    expect([late.status, JSON.parse(String(late.bytes)).detail]).toEqual([403, 'the certificate is on the deny list: renewed']);
    expect(on.centre.registry.box('renew-1')?.signingKey).toBe(Buffer.from(must(await keyOf(before.signing))).toString('base64'));
  });

  test('after its end a certificate still renews for two years, and no longer', async () => {
    const box = await enrolled('old-1');
    const aged = async (endedDaysAgo: number) => {
      const key = makeKey();
      const request = { publicKey: await publicKeyOf(key) };
      const made = await on.centre.authority.signBox('old-1', request, Date.now() - (365 + endedDaysAgo) * dayMs);
      const act = { atMs: Date.now(), actor: 'test', act: 'box.renew', subject: 'old-1', sha256: '' };
      on.centre.registry.put(must(await on.centre.store.enrolment.renew('old-1', made.fingerprint, act)));
      return { key, cert: made.cert };
    };
    const long = await post(estPaths.simplereenroll, await renewal('old-1'), await aged(2 * 365 + 2));
    expect([long.status, problemOf(long)]).toEqual([410, 'expired']);
    const ended = await aged(400);
    const keys = await fetchTls(`${base}${keysPath}`, { ca: on.centre.authority.pem, agent: false, ...ended });
    expect(keys.status).toBe(403);
    expect((await post(estPaths.simplereenroll, await renewal('old-1'), ended)).status).toBe(200);
    expect(box.cert).toContain('BEGIN CERTIFICATE');
  });

  test('a claim tried wrongly five times is locked for guesses a growing while, told once in the audit; the claim itself enrols at once', async () => {
    const { token } = await newBox('lock-1');
    const { csr } = await asBox('lock-1');
    const ask = (word: string) => post(estPaths.simpleenroll, csr, { headers: { authorization: basic('lock-1', word) } });
    const rows = async () =>
      (await on.centre.store.audit.entries(0, 10_000)).filter(({ act, subject }) => act === 'claim.locked' && subject === 'lock-1');
    const answers: string[] = [];
    for (let i = 0; i < 6; i++) answers.push(problemOf(await ask(`wrong-token-${i}`)));
    expect(answers).toEqual(['not-found', 'not-found', 'not-found', 'not-found', 'too-many-requests', 'too-many-requests']);
    expect(await rows()).toMatchObject([{ subject: 'lock-1', actor: 'enrolment' }]);
    const told = JSON.parse(String((await ask('wrong-token-9')).bytes)).detail;
    expect(told).toMatch(/^the claim of lock-1 was tried wrongly too often: locked for (?:[12]?\d|30) s/);
    // Others are not kept out by it, nor is who brings the claim.
    await enrolled('lock-2');
    on.clock.nowMs += 30_000;
    expect(problemOf(await ask('wrong-token-6'))).toBe('too-many-requests');
    expect(await rows()).toHaveLength(2);
    on.clock.nowMs += 30_000;
    const [kept] = await on.centre.store.enrolment.claims({ dev: 'lock-1', limit: 1 });
    expect(kept?.usedMs).toBeNull();
    expect(problemOf(await ask('wrong-token-7'))).toBe('too-many-requests');
    expect((await ask(token)).status).toBe(200);
  });

  test('replaced and decommissioned machines are refused with the reason; strangers’ certificates too', async () => {
    const first = await enrolled('gone-1');
    const { token } = (await technician('POST', '/boxes/gone-1/claim', {})).body;
    const next = await asBox('gone-1');
    const taken = await post(estPaths.simpleenroll, next.csr, { headers: { authorization: basic('gone-1', token) } });
    const now = { key: next.key, cert: must(await readCertificate(String(taken.bytes), next.key, on.centre.authority.pem)) };
    const replaced = await post(estPaths.simplereenroll, await renewal('gone-1'), pairOf(first));
    expect([replaced.status, JSON.parse(String(replaced.bytes)).detail]).toEqual([403, 'the certificate is on the deny list: replaced']);
    expect((await technician('POST', '/boxes/gone-1/decommission', { now: true })).status).toBe(200);
    const out = await post(estPaths.simplereenroll, await renewal('gone-1'), now);
    expect([out.status, JSON.parse(String(out.bytes)).detail]).toEqual([403, 'the certificate is on the deny list: decommissioned']);
    const other = await enrolled('gone-2');
    const borrowed = await post(estPaths.simplereenroll, await renewal('gone-1'), pairOf(other));
    expect([borrowed.status, problemOf(borrowed)]).toEqual([403, 'not-allowed']);
    const nobody = await post(estPaths.simplereenroll, await renewal('gone-2'));
    expect([nobody.status, problemOf(nobody)]).toEqual([403, 'not-allowed']);
  });
});

async function keyOf(signingPem: string) {
  const { signerFrom } = await import('../../hardware/host/crypto.ts');
  return { ok: true as const, value: signerFrom(signingPem).publicKey };
}

async function publicKeyOf(keyPem: string) {
  const { createPublicKey, webcrypto } = await import('node:crypto');
  const spki = createPublicKey(keyPem).export({ format: 'der', type: 'spki' });
  return webcrypto.subtle.importKey('spki', spki, { name: 'ECDSA', namedCurve: 'P-256' }, true, ['verify']);
}
