// Releases of the boxes' programs over REST: their parts, their manifests, their roll-outs (controller/docs/releases).
import type { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import { Sha256 } from '../../schemas/ids.ts';
import { parse } from '../../schemas/parse.ts';
import { ok } from '../../schemas/problems.ts';
import { releasePartBytesMax } from '../../schemas/release.ts';
import { ReleaseRequest, RolloutAct, RolloutRequest } from '../../schemas/release-api.ts';
import type { Centre } from '../centre.ts';
import { takePart } from '../releases/part-upload.ts';
import { declare } from './route.ts';

const centreWide = { act: 'release.write', where: 'centre' } as const;

export function releaseRoutes(app: FastifyInstance, centre: Centre): void {
  const { releases, store, blobs } = centre;

  declare(app, centre, { method: 'GET', url: '/api/releases', act: 'release.read' }, async () => ok(await store.releases.releases()));

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/releases', ...centreWide, body: ReleaseRequest, status: 201 },
    async ({ body, person, act }) => releases.add(body.manifest, person.account, act),
  );

  // Only here is a body a part; nothing of it is read before the person is known.
  void app.register(async (parts) => {
    parts.removeAllContentTypeParsers();
    parts.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    declare(
      parts,
      centre,
      { method: 'PUT', url: '/api/releases/parts/:sha256', ...centreWide, bodyLimit: releasePartBytesMax, perMinute: 60, once: false },
      async ({ params, body }) => {
        const name = parse(v.strictObject({ sha256: Sha256 }), { sha256: params['sha256'] });
        return name.ok ? takePart(blobs, name.value.sha256, body as unknown as Readable) : name;
      },
    );
  });

  declare(app, centre, { method: 'GET', url: '/api/rollouts', act: 'release.read' }, async () => ok(await releases.rollouts()));

  declare(app, centre, { method: 'GET', url: '/api/rollouts/:id', act: 'release.read' }, async ({ params }) =>
    releases.detail(params['id'] ?? ''),
  );

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/rollouts', ...centreWide, body: RolloutRequest, status: 201 },
    async ({ body, person, act }) => releases.begin(body, person.account, act),
  );

  declare(app, centre, { method: 'POST', url: '/api/rollouts/:id/turn', ...centreWide, body: RolloutAct }, async ({ params, body, act }) =>
    releases.turn(params['id'] ?? '', body.act, act),
  );
}
