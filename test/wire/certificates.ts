// Real certificates for wire tests, made on the spot: P-256, one CA, its server and its clients.
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0]);

export interface TlsFiles {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

export interface TestAuthority {
  readonly ca: string;
  /** A client certificate with this common name, e.g. `box:b1`. */
  client(commonName: string): Promise<TlsFiles>;
  /** A server certificate for localhost and 127.0.0.1. */
  server(): Promise<TlsFiles>;
}

/** A certificate authority of its own; two calls make two that do not know each other. */
export async function makeAuthority(name = 'Loa test CA'): Promise<TestAuthority> {
  const keys = await makeKeys();
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity(),
    serialNumber: serial(),
    name: `CN=${name}`,
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });
  const ca = root.toString('pem');
  const issue = async (subject: string, extensions: x509.Extension[]): Promise<TlsFiles> => {
    const own = await makeKeys();
    const certificate = await x509.X509CertificateGenerator.create({
      ...validity(),
      serialNumber: serial(),
      subject: [{ CN: [subject] }],
      issuer: root.subject,
      publicKey: own.publicKey,
      signingKey: keys.privateKey,
      signingAlgorithm: algorithm,
      extensions: [new x509.BasicConstraintsExtension(false), ...extensions],
    });
    return { ca, cert: certificate.toString('pem'), key: await privateKeyPem(own.privateKey) };
  };
  return {
    ca,
    client: (commonName) => issue(commonName, [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth])]),
    server: () =>
      issue('localhost', [
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension([
          { type: 'dns', value: 'localhost' },
          { type: 'ip', value: '127.0.0.1' },
        ]),
      ]),
  };
}

async function makeKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

async function privateKeyPem(key: webcrypto.CryptoKey): Promise<string> {
  const bytes = await webcrypto.subtle.exportKey('pkcs8', key);
  return x509.PemConverter.encode(bytes, 'PRIVATE KEY');
}

function validity(): { notBefore: Date; notAfter: Date } {
  const nowMs = Date.now();
  return { notBefore: new Date(nowMs - 60_000), notAfter: new Date(nowMs + 24 * 3600 * 1000) };
}

function serial(): string {
  return Buffer.from(webcrypto.getRandomValues(new Uint8Array(8)))
    .toString('hex')
    .replace(/^[89a-f]/, '1');
}
