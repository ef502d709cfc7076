// The residents' app as files under /dan/: nobody signs in there, and nothing that is not ours runs there.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

/** Stricter than the console's: no style from markup; a bulletin in its own sandboxed frame. Sound and pictures come from the centre, or were just made on the phone. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "manifest-src 'self'",
  "worker-src 'self'",
  "frame-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** What a pole's label may carry after `/p/`: a short code, nothing that could be an address. */
const poleCode = /^[A-Za-z0-9-]{1,64}$/;

/** Serve the built app of `dir`; without one there is nothing under `/dan/`. `/p/CODE`, as poles' labels say it, opens its report. */
export async function citizenFiles(app: FastifyInstance, dir: string): Promise<void> {
  if (!existsSync(join(dir, 'index.html'))) return;
  app.get('/dan', (_request, reply) => reply.redirect('/dan/', 302));
  app.get<{ Params: { code: string } }>('/p/:code', (request, reply) =>
    reply.redirect(poleCode.test(request.params.code) ? `/dan/#/phan-anh/loa/${request.params.code}` : '/dan/#/phan-anh', 302),
  );
  await app.register(async (inner) => {
    inner.addHook('onRequest', async (_request, reply) => void reply.header('content-security-policy', policy));
    await inner.register(fastifyStatic, {
      root: dir,
      prefix: '/dan/',
      decorateReply: false,
      index: ['index.html'],
      cacheControl: false,
      preCompressed: true,
      setHeaders: (reply, path) =>
        reply.header('cache-control', /[\\/]assets[\\/]/.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache'),
    });
  });
}
