// EST for boxes (RFC 7030 §4.1 and §4.2, RFC 8951): the authority, enrolment against a claim, renewal by the certificate shown.
import 'reflect-metadata'; // @peculiar/x509 resolves its parts by decorators
import type { TLSSocket } from 'node:tls';
import * as x509 from '@peculiar/x509';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sha256 } from '../../hardware/host/crypto.ts';
import { estPaths, keysPath } from '../../schemas/enrolment.ts';
import { bad, ok, type Problem, type Result } from '../../schemas/problems.ts';
import { sendProblem } from '../api/route.ts';
import type { Centre } from '../centre.ts';
import type { IssuedBox } from './authority.ts';
import type { Shown } from './enrolment-desk.ts';

/** Each address within a minute; boxes behind one address wait their turn and try again. */
const perMinute = { config: { rateLimit: { max: 120, timeWindow: 60_000 } } };
const requestBytesMax = 12 * 1024;

/** `boxOf`: the box whose certificate counts, at the other end of a connection. */
export function estRoutes(door: FastifyInstance, centre: Centre, boxOf: (request: FastifyRequest) => string | undefined): void {
  door.get(estPaths.cacerts, perMinute, (_request, reply) => sendCertificates(reply, centre.authority.pem));

  door.get(keysPath, perMinute, (request, reply) => {
    const dev = boxOf(request);
    const keys = dev === undefined ? undefined : centre.dispatch.keysOf(dev);
    if (keys) return reply.send(keys);
    return sendProblem(reply, { code: 'not-allowed', path: '', detail: 'the certificate of an enrolled box is needed' });
  });

  void door.register(async (est) => {
    est.addContentTypeParser('application/pkcs10', { parseAs: 'string', bodyLimit: requestBytesMax }, (_request, body, done) =>
      done(null, body),
    );
    est.post(estPaths.simpleenroll, perMinute, async (request, reply) => {
      const asked = basicOf(request);
      if (!asked.ok) {
        reply.header('www-authenticate', 'Basic realm="Loa"');
        return sendProblem(reply, asked.problem);
      }
      const { dev, token } = asked.value;
      const enrolled = await centre.enrolment.enrol(dev, token, textOf(request));
      if (!enrolled.ok) return refuse(centre, request, reply, 'enrol-refused', enrolled.problem);
      await centre.dispatch.changed();
      await centre.dispatch.publishBox(dev);
      return told(centre, reply, 'enrolled', dev, enrolled.value);
    });
    est.post(estPaths.simplereenroll, perMinute, async (request, reply) => {
      const shown = shownBy(request.raw.socket as TLSSocket, centre);
      const renewed = shown.ok ? await centre.enrolment.renew(shown.value, textOf(request)) : shown;
      if (!shown.ok || !renewed.ok) return refuse(centre, request, reply, 'renewal-refused', renewed.ok ? undefined : renewed.problem);
      return told(centre, reply, 'renewed', shown.value.dev, renewed.value);
    });
  });
}

function told(centre: Centre, reply: FastifyReply, event: 'enrolled' | 'renewed', dev: string, { cert }: IssuedBox): FastifyReply {
  centre.feed.tell('box', dev);
  centre.journal.info({ event, dev });
  return sendCertificates(reply, cert);
}

function refuse(centre: Centre, request: FastifyRequest, reply: FastifyReply, event: string, problem: Problem | undefined): FastifyReply {
  const said: Problem = problem ?? { code: 'not-allowed', path: '', detail: '' };
  centre.journal.warn({ event, address: request.ip, ...said });
  return sendProblem(reply, said);
}

/** Certs-only CMS (RFC 7030 §4.1.3), base64 whatever the transfer encoding says (RFC 8951 §3.1). */
function sendCertificates(reply: FastifyReply, pem: string): FastifyReply {
  const text = new x509.X509Certificates([new x509.X509Certificate(pem)]).toString('base64');
  return reply
    .header('content-type', 'application/pkcs7-mime; smime-type=certs-only')
    .header('content-transfer-encoding', 'base64')
    .send(`${text.replaceAll(/(.{76})/g, '$1\n')}\n`);
}

function textOf({ body }: FastifyRequest): string {
  return typeof body === 'string' ? body : '';
}

/** The box's id and its claim (RFC 7617). Problem: wrong-credentials. */
function basicOf({ headers }: FastifyRequest): Result<{ readonly dev: string; readonly token: string }> {
  const text = /^Basic ([A-Za-z0-9+/=]{4,600})$/i.exec(headers.authorization ?? '')?.[1] ?? '';
  const found = /^([a-z0-9-]{1,32}):([\x21-\x7e]{8,200})$/.exec(Buffer.from(text, 'base64').toString('latin1'));
  if (!found?.[1] || !found[2]) return bad('wrong-credentials', 'HTTP Basic with the id of the box and the token of its claim is needed');
  return ok({ dev: found[1], token: found[2] });
}

/**
 * The box at the other end by the certificate it shows, ended or not: the handshake proved its key, our records know its
 * fingerprint, so nothing but its dates can be amiss. Problem: not-allowed.
 */
function shownBy(socket: TLSSocket, centre: Centre): Result<Shown> {
  const leaf = socket.getPeerX509Certificate();
  const refused = (detail: string) => bad('not-allowed', detail);
  if (!leaf) return refused('the certificate of the box is needed');
  if (!socket.authorized && String(socket.authorizationError) !== 'CERT_HAS_EXPIRED') return refused(String(socket.authorizationError));
  if (!leaf.verify(centre.authority.publicKey)) return refused('not a certificate of this centre');
  const dev = /^CN=box:([a-z0-9-]{1,32})$/.exec(leaf.subject)?.[1];
  if (dev === undefined) return refused('not the certificate of a box');
  return ok({ dev, certificate: sha256(leaf.raw), notAfterMs: Date.parse(leaf.validTo) });
}
