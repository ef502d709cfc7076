// The authority of a data folder: what it signs, for whom, and when it signs anew.
import 'reflect-metadata';
import { createPublicKey, generateKeyPairSync, webcrypto, X509Certificate } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Authority, openAuthority, openServerCertificate } from '../../controller/provision/authority.ts';
import { makeTrust, openSigningKeys } from '../../controller/provision/signing-keys.ts';
import { cryptography } from '../../hardware/host/crypto.ts';
import { keyRing } from '../../schemas/keys.ts';
import { must, startMs } from './built-centre.ts';

const dayMs = 24 * 3600_000;
const p256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
let dir: string;
let authority: Authority;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'loa-authority-'));
  authority = await openAuthority(dir, 'Xã Thử', startMs);
});
afterEach(() => rm(dir, { recursive: true }));

async function request(name: string): Promise<{ pem: string; spki: Buffer }> {
  const keys = await webcrypto.subtle.generateKey(p256, true, ['sign', 'verify']);
  const made = await x509.Pkcs10CertificateRequestGenerator.create({ name, keys, signingAlgorithm: p256 });
  return { pem: made.toString('pem'), spki: Buffer.from(await webcrypto.subtle.exportKey('spki', keys.publicKey)) };
}

describe('certificates of boxes', () => {
  test('hold the requested key under the box’s own name, whatever name was asked for', async () => {
    const asked = await request('CN=centre:xa-02536,O=Kẻ Trộm');
    const issued = must(await authority.issueBox('hop-1', asked.pem, startMs));
    const certificate = new X509Certificate(issued.cert);
    expect(certificate.subject).toBe('CN=box:hop-1');
    expect(certificate.publicKey.export({ format: 'der', type: 'spki' }).equals(asked.spki)).toBe(true);
    expect(certificate.verify(createPublicKey(authority.pem))).toBe(true);
    expect(certificate.ca).toBe(false);
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
  });

  test('are not made of requests that are damaged, of another curve, or no requests', async () => {
    const { pem } = await request('CN=box:x');
    const der = x509.PemConverter.decodeFirst(pem);
    const bytes = new Uint8Array(der);
    bytes[bytes.length - 5] = (bytes[bytes.length - 5] ?? 0) ^ 1;
    const damaged = x509.PemConverter.encode(bytes, 'CERTIFICATE REQUEST');
    expect(await authority.issueBox('x', damaged, startMs)).toMatchObject({ ok: false });
    const p384 = { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' };
    const keys = await webcrypto.subtle.generateKey(p384, true, ['sign', 'verify']);
    const other = await x509.Pkcs10CertificateRequestGenerator.create({ name: 'CN=x', keys, signingAlgorithm: p384 });
    expect(await authority.issueBox('x', other.toString('pem'), startMs)).toMatchObject({
      ok: false,
      problem: { code: 'bad-input', path: '/csr' },
    });
    const text = generateKeyPairSync('ed25519').publicKey.export({ format: 'pem', type: 'spki' }).toString();
    expect(await authority.issueBox('x', text, startMs)).toMatchObject({ ok: false, problem: { code: 'bad-input' } });
    expect(await authority.issueBox('x', 'x'.repeat(10_000), startMs)).toMatchObject({ ok: false, problem: { code: 'too-large' } });
  });
});

describe('the server’s certificate', () => {
  test('is kept while it fits and made anew for a new name or past half its life', async () => {
    const hosts = ['localhost', '127.0.0.1'];
    const first = await openServerCertificate(authority, dir, hosts, startMs);
    const same = await openServerCertificate(await openAuthority(dir, 'Xã Thử', startMs), dir, hosts, startMs + 100 * dayMs);
    expect(same).toEqual(first);
    const wider = await openServerCertificate(authority, dir, [...hosts, 'loa.example.vn'], startMs);
    expect(new X509Certificate(wider.cert).checkHost('loa.example.vn')).toBe('loa.example.vn');
    const later = await openServerCertificate(authority, dir, hosts, startMs + 500 * dayMs);
    expect(later.cert).not.toBe(wider.cert);
    expect(new X509Certificate(later.cert).checkIP('127.0.0.1')).toBe('127.0.0.1');
  });
});

describe('the trust root', () => {
  const wish = async (demo: boolean) => {
    const keys = must(await openSigningKeys(join(dir, 'keys')));
    return {
      centre: 'xa-1',
      level: 'commune' as const,
      area: '08/1',
      demo,
      nowMs: startMs,
      rootKeysDir: join(dir, 'root'),
      public: keys.public,
    };
  };

  test('of a demo is one flagged key, of a real centre three of which two sign', async () => {
    const demo = await makeTrust(await wish(true));
    expect([demo.root.demo, demo.root.threshold, demo.root.keys.length]).toEqual([true, 1, 1]);
    const real = await makeTrust(await wish(false));
    expect([real.root.demo, real.root.threshold, real.root.keys.length]).toEqual([false, 2, 3]);
    expect(real.chain[0]?.signatures).toHaveLength(2);
  });

  test('gives each key one role, and keys stay the same when opened again', async () => {
    const keys = must(await openSigningKeys(join(dir, 'keys')));
    const again = must(await openSigningKeys(join(dir, 'keys')));
    expect(again.order.keyid).toBe(keys.order.keyid);
    expect(new Set([keys.want, keys.command, keys.order, keys.time].map(({ keyid }) => keyid)).size).toBe(4);
    const trust = await makeTrust(await wish(false));
    // Without a place the ring is refused, but only after every link above it was believed.
    const ring = keyRing(trust.root, { chain: [...trust.chain], place: trust.chain[0] as never }, 'hop-1', cryptography);
    expect(ring).toMatchObject({ ok: false, problem: { code: 'wrong-type', path: '/place/payloadType' } });
    const forged = { ...trust.root, keys: trust.root.keys.slice(0, 1) };
    expect(keyRing(forged, { chain: [...trust.chain], place: trust.chain[0] as never }, 'hop-1', cryptography)).toMatchObject({
      problem: { code: 'role-missing' },
    });
  });
});
