// The machines' door for CAP: HTTPS with client certificates, each pinned to one source. Without a pinned one there is no HTTP at all.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { sha256 } from '../../../hardware/host/crypto.ts';
import { type AlertSource, alertBytesMax } from '../../../schemas/alerts.ts';
import { type Problem, problemKinds } from '../../../schemas/problems.ts';
import type { InletWay } from './inlet.ts';

const connectionsMax = 64;
const requestWithinMs = 10_000;

export interface CapDoorOptions extends InletWay {
  readonly tls: { readonly cert: string; readonly key: string };
  readonly sources: () => readonly AlertSource[];
}

/** Built apart from listening. */
export function buildCapDoor(options: CapDoorOptions): Server {
  const { tls, sources, nowMs, journal } = options;
  // Certificates are pinned one by one, so no authority vouches for them; holding the key is proven by TLS all the same.
  const door = createServer(
    {
      ...tls,
      requestCert: true,
      rejectUnauthorized: false,
      minVersion: 'TLSv1.2',
      handshakeTimeout: requestWithinMs,
      headersTimeout: requestWithinMs,
      requestTimeout: requestWithinMs,
      connectionsCheckingInterval: 1_000,
      keepAliveTimeout: requestWithinMs,
      maxHeaderSize: 8 * 1024,
    },
    (request, response) => void answer(options, request, response),
  );
  door.maxConnections = connectionsMax;
  door.on('secureConnection', (socket: TLSSocket) => {
    if (sourceOf(socket, sources(), nowMs())) return;
    journal.warn({ event: 'cap-door-refused', address: socket.remoteAddress });
    socket.destroy();
  });
  return door;
}

async function answer(
  { sources, offer, journal, nowMs }: CapDoorOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // Asked again for each request: a pin that was taken away ends an open connection too.
  const source = sourceOf(request.socket as TLSSocket, sources(), nowMs());
  if (!source) return void request.socket.destroy();
  if (request.method !== 'POST' || request.url !== '/cap') return refuse(response, { code: 'not-found', path: '', detail: 'POST /cap' });
  const bytes = await readBody(request);
  if (!bytes) return refuse(response, { code: 'too-large', path: '', detail: `at most ${alertBytesMax} bytes` });
  try {
    const offered = await offer(source.id, bytes, 'cap');
    if (!offered.ok) return refuse(response, offered.problem);
    return send(response, offered.value.is === 'reject' ? 422 : 200, offered.value);
  } catch (err) {
    journal.warn({ event: 'cap-door-failed', source: source.id, err });
    return refuse(response, { code: 'internal-error', path: '', detail: '' });
  }
}

function sourceOf(socket: TLSSocket, sources: readonly AlertSource[], nowMs: number): AlertSource | undefined {
  const certificate = socket.getPeerCertificate(false);
  if (!certificate?.raw) return undefined;
  const inTime = Date.parse(certificate.valid_from) <= nowMs && nowMs <= Date.parse(certificate.valid_to);
  const fingerprint = sha256(certificate.raw);
  return inTime ? sources.find((source) => source.kind === 'post' && source.fingerprints.includes(fingerprint)) : undefined;
}

/** Undefined when it is too large; the rest is read away so that the answer arrives. */
function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= alertBytesMax) chunks.push(chunk);
      else resolve(undefined);
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', () => resolve(undefined));
  });
}

function refuse(response: ServerResponse, { code, path, detail }: Problem): void {
  const { status, vi } = problemKinds[code];
  send(
    response,
    status,
    { type: `urn:loa:problem:${code}`, title: vi, status, code, path, detail },
    'application/problem+json; charset=utf-8',
  );
}

function send(response: ServerResponse, status: number, body: object, type = 'application/json; charset=utf-8'): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}
