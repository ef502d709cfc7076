// Many client certificates of a centre's own authority at once: a fleet is enrolled in seconds.
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import type { Authority } from '../../../controller/provision/authority.ts';
import { must } from '../../controller/built-centre.ts';

const p256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const atOnce = 64;

export interface BoxCertificate {
  readonly cert: string;
  readonly key: string;
  readonly fingerprint: string;
}

/** One for each name, by the authority's own path: request, proof of possession, certificate. */
export async function issueMany(authority: Pick<Authority, 'issueBox'>, devs: readonly string[]): Promise<BoxCertificate[]> {
  const issue = async (dev: string): Promise<BoxCertificate> => {
    const keys = await webcrypto.subtle.generateKey(p256, true, ['sign', 'verify']);
    const csr = await x509.Pkcs10CertificateRequestGenerator.create({ name: `CN=box:${dev}`, keys, signingAlgorithm: p256 });
    const { cert, fingerprint } = must(await authority.issueBox(dev, csr.toString('pem'), Date.now()));
    const key = x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
    return { cert, key, fingerprint };
  };
  const issued: BoxCertificate[] = [];
  for (let at = 0; at < devs.length; at += atOnce) issued.push(...(await Promise.all(devs.slice(at, at + atOnce).map(issue))));
  return issued;
}
