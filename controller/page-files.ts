// The built pages as files: the console's, packed when they were built, and the residents' app beside them.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { citizenFiles } from './citizen-files.ts';

/** The console under `/`, the residents' app under `/dan/`; what is not built is not there, and `/` says so. */
export async function pageFiles(app: FastifyInstance, consoleDir: string): Promise<void> {
  await citizenFiles(app, join(consoleDir, '..', 'citizen'));
  if (existsSync(join(consoleDir, 'index.html'))) {
    await app.register(fastifyStatic, {
      root: consoleDir,
      // A list: only in a list does the plugin find the packed one for `/`.
      index: ['index.html'],
      cacheControl: false,
      // Packed when the console was built.
      preCompressed: true,
      // The name of an asset says what is in it.
      setHeaders: (reply, path) =>
        reply.header('cache-control', /[\\/]assets[\\/]/.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache'),
    });
    // The word of a one-time link stands after `#`: these are the console's first page under other names.
    for (const url of ['/setup', '/invite', '/approve']) app.get(url, (_request, reply) => reply.sendFile('index.html'));
    return;
  }
  app.get('/', async (_request, reply) =>
    reply.type('text/plain; charset=utf-8').send('Loa: the console is not built (node hardware/host/build.mjs).\n'),
  );
}
