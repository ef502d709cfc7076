// Resumable uploads by the tus protocol: begun, sent in pieces, asked how far they are, thrown away. What they become is asked of /api/media.
import type { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { ok, type Result } from '../../schemas/problems.ts';
import type { Centre } from '../centre.ts';
import { resumableBytesMax, type TusRequest } from '../media/resumable.ts';
import { type Asked, declare } from './route.ts';

export function uploadRoutes(app: FastifyInstance, centre: Centre): void {
  const answer =
    (method: TusRequest['method']) =>
    async ({ person, params, request, body, reply }: Asked<unknown, unknown>): Promise<Result<undefined>> => {
      const { id } = params;
      const streams = method === 'POST' || method === 'PATCH';
      const done = await centre.resumable.handle(person.account, {
        method,
        headers: request.headers,
        body: streams ? (body as Readable | undefined) : undefined,
        ...(id !== undefined && { id }),
      });
      if (!done.ok) return done;
      reply.headers(done.value.headers).code(done.value.status);
      if (done.value.id !== undefined) reply.header('location', `/api/uploads/${done.value.id}`);
      await reply.send();
      return ok(undefined);
    };

  // Only here is a body a piece of a file; nothing of it is read before the person is known.
  void app.register(async (uploads) => {
    uploads.removeAllContentTypeParsers();
    uploads.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    const of = { act: 'media.add', bodyLimit: resumableBytesMax, perMinute: 600 } as const;
    declare(uploads, centre, { method: 'POST', url: '/api/uploads', status: 201, ...of }, answer('POST'));
    declare(uploads, centre, { method: 'HEAD', url: '/api/uploads/:id', ...of }, answer('HEAD'));
    declare(uploads, centre, { method: 'PATCH', url: '/api/uploads/:id', ...of }, answer('PATCH'));
    declare(uploads, centre, { method: 'DELETE', url: '/api/uploads/:id', ...of }, answer('DELETE'));
  });
}
