// EST as a small centre reads and writes it.
import 'reflect-metadata';
import type { IncomingMessage } from 'node:http';
import { X509Certificate, X509Certificates } from '@peculiar/x509';

export async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}

/** A certificate as the answer holds it (RFC 7030 §4.1.3). */
export function certsOnly(pem: string): string {
  return new X509Certificates([new X509Certificate(pem)]).toString('base64');
}
