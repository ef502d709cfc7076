// The webhook for rain gauges and the like: JSON with an HMAC over its time and its bytes (RFC 2104), each id heard once.
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { noticeBytesMax } from '../../../schemas/alerts.ts';
import { bad, ok, type Result } from '../../../schemas/problems.ts';
import { sendProblem } from '../../api/route.ts';
import type { AlertSources } from '../alert-sources.ts';
import type { InletWay } from './inlet.ts';

export const timestampHeader = 'x-loa-timestamp';
export const signatureHeader = 'x-loa-signature';
/** How far a sender's clock may be off, and how long a recording of its message is good for anything. */
export const windowSeconds = 300;
const perMinute = 120;

/** `sha256=HEX` over `TIMESTAMP.BODY`. */
export function webhookSignature(secret: string, timestamp: string, body: Uint8Array): string {
  return `sha256=${createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex')}`;
}

export interface WebhookDoorOptions extends Pick<InletWay, 'offer' | 'nowMs'> {
  readonly sources: Pick<AlertSources, 'source' | 'secret'>;
}

/** `POST /alerts/webhook/:source`. Beside the pages, without a session: the signature alone counts. */
export async function webhookDoor(app: FastifyInstance, { sources, offer, nowMs }: WebhookDoorOptions): Promise<void> {
  await app.register(async (door) => {
    // The bytes as they came: a parsed and written body is another body.
    door.removeAllContentTypeParsers();
    door.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: noticeBytesMax }, (_request, body, done) => done(null, body));
    door.post('/alerts/webhook/:source', { config: { rateLimit: { max: perMinute, timeWindow: 60_000 } } }, async (request, reply) => {
      const { source } = request.params as { source: string };
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const secret = sources.source(source)?.kind === 'webhook' ? sources.secret(source) : null;
      const known = checkSignature(secret, request.headers, body, nowMs());
      if (!known.ok) return sendProblem(reply, known.problem);
      const offered = await offer(source, body, 'notice');
      if (!offered.ok) return sendProblem(reply, offered.problem);
      return reply.code(offered.value.is === 'reject' ? 422 : 200).send(offered.value);
    });
  });
}

/** An unknown source is answered like a wrong signature. Problems: wrong-credentials, expired. */
function checkSignature(secret: string | null, headers: Record<string, unknown>, body: Uint8Array, nowMs: number): Result<void> {
  const [timestamp, signature] = [headers[timestampHeader], headers[signatureHeader]].map((value) =>
    typeof value === 'string' ? value : '',
  );
  const right = webhookSignature(secret ?? 'nobody', timestamp ?? '', body);
  const [told, wanted] = [Buffer.from(signature ?? ''), Buffer.from(right)];
  const same = told.length === wanted.length && timingSafeEqual(told, wanted);
  if (!same || secret === null) return bad('wrong-credentials', `${signatureHeader} does not fit`);
  const offSeconds = /^\d{10}$/.test(timestamp ?? '') ? Math.abs(nowMs / 1000 - Number(timestamp)) : Number.POSITIVE_INFINITY;
  return offSeconds <= windowSeconds ? ok(undefined) : bad('expired', `${timestampHeader} is more than ${windowSeconds} s off`);
}
