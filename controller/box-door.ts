// The boxes' HTTPS door: enrolment and renewal (EST), and content by hash for enrolled boxes.
import { X509Certificate } from 'node:crypto';
import type { Server, TLSSocket } from 'node:tls';
import rateLimit from '@fastify/rate-limit';
import websocket from '@fastify/websocket';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { sha256 } from '../hardware/host/crypto.ts';
import { screenshotMax } from '../schemas/command.ts';
import type { Below } from '../schemas/introduction.ts';
import { sendProblem } from './api/route.ts';
import { sendBlob } from './blob-answer.ts';
import type { Centre } from './centre.ts';
import { handshakePatience, headPatience } from './http-patience.ts';
import { streamDoor } from './live/stream-door.ts';
import { estRoutes } from './provision/est-door.ts';
import { installRoutes } from './provision/install-door.ts';

/** Built apart from listening. Client certificates are asked for; each route says whether it needs one. */
export async function buildBoxDoor(
  centre: Centre,
  tls: { readonly ca: string; readonly cert: string; readonly key: string },
): Promise<FastifyInstance> {
  const door = Fastify({
    https: {
      ...trusting(tls, centre.federation.below),
      requestCert: true,
      rejectUnauthorized: false,
      minVersion: 'TLSv1.2',
      ...handshakePatience,
      ...headPatience,
    },
    bodyLimit: 32 * 1024,
    requestTimeout: 30_000,
    // A box on 4G keeps its connection between two fetches.
    keepAliveTimeout: 90_000,
    forceCloseConnections: true,
    logger: false,
  } as Parameters<typeof Fastify>[0]) as unknown as FastifyInstance;
  centre.federation.onBelow = (below) => {
    (door.server as unknown as Server).setSecureContext({ ...trusting(tls, below), minVersion: 'TLSv1.2' });
  };
  await door.register(rateLimit, { global: false });
  // Boxes say nothing on their streams.
  await door.register(websocket, { options: { maxPayload: 1024, perMessageDeflate: false } });
  door.setNotFoundHandler((_request, reply) => sendProblem(reply, { code: 'not-found', path: '', detail: 'no such door' }));
  door.setErrorHandler((error: Error & { readonly statusCode?: number }, _request, reply) => {
    const expected = error.statusCode !== undefined && error.statusCode < 500;
    if (!expected) centre.journal.warn({ event: 'box-door-failed', err: error });
    const code = error.statusCode === 429 ? 'too-many-requests' : expected ? 'bad-input' : 'internal-error';
    return sendProblem(reply, { code, path: '', detail: expected ? error.message : '' });
  });

  installRoutes(door, centre);
  estRoutes(door, centre, (request) => boxOf(centre, request.raw.socket as TLSSocket));

  door.get('/blob/:sha256', (request, reply) => sendContent(centre, request, reply));
  // Only here is a body a picture.
  await door.register(async (pictures) => {
    pictures.addContentTypeParser('image/png', { parseAs: 'buffer', bodyLimit: screenshotMax.bytes }, (_request, body, done) =>
      done(null, body),
    );
    const perMinute = { config: { rateLimit: { max: 60, timeWindow: 60_000 } } };
    pictures.put('/screenshot/:command', { ...perMinute, bodyLimit: screenshotMax.bytes }, async (request, reply) => {
      const dev = boxOf(centre, request.raw.socket as TLSSocket);
      if (dev === undefined)
        return sendProblem(reply, { code: 'not-allowed', path: '', detail: 'the certificate of an enrolled box is needed' });
      const { command } = request.params as { command: string };
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const taken = await centre.commands.takePicture(dev, command, body, request.headers['x-loa-sha256']);
      if (!taken.ok) return sendProblem(reply, taken.problem);
      centre.feed.tell('box', dev);
      return reply.code(204).send();
    });
  });
  streamDoor(door, centre, (request) => boxOf(centre, request.raw.socket as TLSSocket));
  return door;
}

async function sendContent(centre: Centre, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { sha256: name } = request.params as { sha256: string };
  const socket = request.raw.socket as TLSSocket;
  const below = centreBelowOf(centre, socket);
  const admitted = boxOf(centre, socket) !== undefined || (below !== undefined && (await centre.federation.lower.mayFetch(below, name)));
  if (!admitted)
    return sendProblem(reply, {
      ...{ code: 'not-allowed', path: '' },
      detail: 'the certificate of an enrolled box is needed, or of a centre below to which this was issued',
    });
  const { blobs } = centre;
  const sent = await sendBlob({ blobs, sha256: name, type: 'application/octet-stream', range: request.headers.range, reply });
  return sent.ok ? reply : sendProblem(reply, sent.problem);
}

/** The centre below at the other end: vouched for by its own authority, and for itself alone. */
function centreBelowOf(centre: Centre, socket: TLSSocket): string | undefined {
  if (!socket.authorized) return undefined;
  const leaf = socket.getPeerX509Certificate();
  const id = /^centre:([a-z0-9-]{1,32})$/.exec(String(socket.getPeerCertificate(false).subject?.CN ?? ''))?.[1];
  const below = centre.federation.below.find((one) => one.centre === id);
  return below && leaf?.verify(new X509Certificate(below.ca).publicKey) ? below.centre : undefined;
}

function trusting<T extends { readonly ca: string }>(tls: T, below: readonly Below[]) {
  return { ...tls, ca: [tls.ca, ...below.map(({ ca }) => ca)] };
}

/** The enrolled box at the other end. A certificate that was replaced by a later enrolment no longer counts. */
function boxOf(centre: Centre, socket: TLSSocket): string | undefined {
  if (!socket.authorized) return undefined;
  const certificate = socket.getPeerCertificate(false);
  const dev = /^box:([a-z0-9-]{1,32})$/.exec(String(certificate.subject?.CN ?? ''))?.[1];
  return dev !== undefined && centre.enrolment.admits(dev, sha256(certificate.raw)) ? dev : undefined;
}
