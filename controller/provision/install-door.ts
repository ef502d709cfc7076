// What the one-line installer fetches from the boxes' door: the authority, the script, where boxes go, and packages that lie ready.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { installPaths, packagePath } from '../../schemas/box-papers.ts';
import { sendProblem } from '../api/route.ts';
import type { Centre } from '../centre.ts';
import { installScript } from './install-script.ts';

/** A file a minute for each of a commune's boxes behind one address. */
const perMinute = { config: { rateLimit: { max: 120, timeWindow: 60_000 } } };

/** Nothing here is secret: every claim carries the same. */
export function installRoutes(door: FastifyInstance, centre: Centre): void {
  door.get(installPaths.ca, perMinute, (_request, reply) => reply.type('application/x-pem-file').send(`${centre.authority.pem}\n`));
  door.get(installPaths.script, perMinute, (_request, reply) => reply.type('text/x-shellscript; charset=utf-8').send(installScript));
  // On one line, so that a shell can put the claim before it.
  door.get(installPaths.place, perMinute, (_request, reply) =>
    reply.type('application/json').send(`${JSON.stringify(centre.claimPlace())}\n`),
  );
  door.get('/install/:name', perMinute, async (request, reply) => {
    const { name } = request.params as { name: string };
    const missing = { code: 'not-found', path: '', detail: 'no such file; packages lie in DATA/packages' } as const;
    if (!packagePath.test(name)) return sendProblem(reply, missing);
    const file = join(centre.packagesDir, name);
    const about = await stat(file).catch(() => undefined);
    if (!about?.isFile()) return sendProblem(reply, missing);
    return reply.type('application/vnd.debian.binary-package').header('content-length', about.size).send(createReadStream(file));
  });
}
