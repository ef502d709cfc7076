// The certificate authority of a data folder: made at first start, signs the centre's servers and the boxes (P-256).
import { type KeyObject, X509Certificate as NodeCertificate, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import { join } from 'node:path';
import 'reflect-metadata'; // @peculiar/x509 resolves its parts by decorators
import * as x509 from '@peculiar/x509';
import { randomHex, sha256 } from '../../hardware/host/crypto.ts';
import { Failure } from '../../hardware/host/failure.ts';
import { readIfPresent, writeFileAtomic } from '../../hardware/host/files.ts';
import { readKeyFile, writeKeyFile } from '../../hardware/host/key-files.ts';
import { isSealed, unsealKey } from '../../hardware/host/key-pem.ts';
import { ok, type Result } from '../../schemas/problems.ts';
import { type BoxRequest, readBoxRequest } from './box-request.ts';

const p256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const dayMs = 24 * 3600_000;
const authorityDays = 20 * 365;
const leafDays = 825;
/** A box renews at half of it (agent/core/renewal.ts). */
const boxDays = 365;
/** Boxes without a battery clock must not refuse a certificate for being minutes young. */
const backdateMs = dayMs;

export interface Issued {
  readonly cert: string;
  readonly key: string;
}

export interface IssuedBox {
  readonly cert: string;
  /** SHA-256 of the certificate. */
  readonly fingerprint: string;
}

x509.cryptoProvider.set(webcrypto);

export class Authority {
  readonly pem: string;
  readonly publicKey: KeyObject;
  /** SHA-256 of the certificate. */
  readonly fingerprint: string;
  readonly #certificate: x509.X509Certificate;
  readonly #key: webcrypto.CryptoKey;

  constructor(certificate: x509.X509Certificate, key: webcrypto.CryptoKey) {
    this.#certificate = certificate;
    this.#key = key;
    this.pem = certificate.toString('pem');
    this.fingerprint = sha256(new Uint8Array(certificate.rawData));
    this.publicKey = new NodeCertificate(this.pem).publicKey;
  }

  /** Sign a server's new key for these names and addresses. */
  async issueServer(hosts: readonly string[], nowMs: number): Promise<Issued> {
    const keys = await makeKeys();
    const names = hosts.map((host) => ({ type: isIP(host) ? ('ip' as const) : ('dns' as const), value: host }));
    const certificate = await this.#issue(`CN=${hosts[0] ?? 'localhost'}`, keys.publicKey, nowMs, [
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(names),
    ]);
    return { cert: certificate.toString('pem'), key: await pemOfKey(keys.privateKey) };
  }

  /** A fresh key by which this centre shows itself to centres above: `CN=centre:ID`. */
  async issueCentre(id: string, nowMs: number): Promise<Issued> {
    const keys = await makeKeys();
    const client = new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]);
    const certificate = await this.#issue(`CN=centre:${id}`, keys.publicKey, nowMs, [client]);
    return { cert: certificate.toString('pem'), key: await pemOfKey(keys.privateKey) };
  }

  /** Sign a box's request as `CN=box:DEV`, whatever else it asks for. Problems: those of `readBoxRequest`. */
  async issueBox(dev: string, csr: string, nowMs: number): Promise<Result<IssuedBox>> {
    const request = await readBoxRequest(csr);
    return request.ok ? ok(await this.signBox(dev, request.value, nowMs)) : request;
  }

  /** Sign the key of a request that was read and judged. */
  async signBox(dev: string, { publicKey }: Pick<BoxRequest, 'publicKey'>, nowMs: number): Promise<IssuedBox> {
    const client = new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]);
    const certificate = await this.#issue(`CN=box:${dev}`, publicKey, nowMs, [client], boxDays);
    return { cert: certificate.toString('pem'), fingerprint: sha256(new Uint8Array(certificate.rawData)) };
  }

  #issue(subject: string, publicKey: webcrypto.CryptoKey, nowMs: number, extensions: x509.Extension[], days = leafDays) {
    return x509.X509CertificateGenerator.create({
      serialNumber: serial(),
      subject,
      issuer: this.#certificate.subject,
      notBefore: new Date(nowMs - backdateMs),
      notAfter: new Date(nowMs + days * dayMs),
      signingAlgorithm: p256,
      publicKey: publicKey,
      signingKey: this.#key,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        ...extensions,
      ],
    });
  }
}

/** Two communes may share a name; authorities that share one cannot be told apart by TLS. */
export function authorityName({ id, name }: { readonly id: string; readonly name: string }): string {
  return `${name} ${id}`;
}

/**
 * Read the folder's authority, or make it. The certificate is written last: a half-made one is made again. With a secret its
 * key is encrypted. Rejects with a `Failure`: keys-locked.
 */
export async function openAuthority(dir: string, name: string, nowMs: number, secret?: string): Promise<Authority> {
  const [certPath, keyPath] = [join(dir, 'ca.pem'), join(dir, 'ca.key.pem')];
  const [cert, key] = [await readIfPresent(certPath), await readKeyFile(keyPath, secret)];
  if (cert && key) return new Authority(new x509.X509Certificate(cert.toString('utf8')), await keyOfPem(key, secret));
  const keys = await makeKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: `CN=Loa ${name}`,
    notBefore: new Date(nowMs - backdateMs),
    notAfter: new Date(nowMs + authorityDays * dayMs),
    signingAlgorithm: p256,
    keys: keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });
  await writeKeyFile(keyPath, await pemOfKey(keys.privateKey), secret);
  await writeFileAtomic(certPath, certificate.toString('pem'));
  return new Authority(certificate, keys.privateKey);
}

/** The server certificate kept in the folder, renewed when it misses a host, an issuer or half its life. */
export async function openServerCertificate(
  authority: Authority,
  dir: string,
  hosts: readonly string[],
  nowMs: number,
  secret?: string,
): Promise<Issued> {
  const path = join(dir, 'server.json');
  const kept = await readKeyFile(path, secret);
  if (kept) {
    const { cert, key } = JSON.parse(kept) as Issued;
    if (stillGood(new NodeCertificate(cert), authority.pem, hosts, nowMs)) return { cert, key: openPem(key, secret) };
  }
  const issued = await authority.issueServer(hosts, nowMs);
  await writeKeyFile(path, JSON.stringify(issued), secret);
  return issued;
}

function stillGood(certificate: NodeCertificate, caPem: string, hosts: readonly string[], nowMs: number): boolean {
  const covered = hosts.every((host) => (isIP(host) ? certificate.checkIP(host) : certificate.checkHost(host)) !== undefined);
  const young = Date.parse(certificate.validTo) - nowMs > (leafDays / 2) * dayMs;
  return covered && young && certificate.verify(new NodeCertificate(caPem).publicKey);
}

/** 16 random octets, positive (RFC 5280 §4.1.2.2). */
function serial(): string {
  return `4${randomHex(16).slice(1)}`;
}

function makeKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(p256, true, ['sign', 'verify']);
}

async function pemOfKey(key: webcrypto.CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}

function keyOfPem(pem: string, secret: string | undefined): Promise<webcrypto.CryptoKey> {
  return webcrypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(openPem(pem, secret)), p256, false, ['sign']);
}

function openPem(pem: string, secret: string | undefined): string {
  if (!isSealed(pem)) return pem;
  const key = unsealKey(pem, secret);
  if (!key.ok) throw new Failure(key.problem.code, key.problem.detail);
  return key.value.export({ format: 'pem', type: 'pkcs8' }).toString();
}
