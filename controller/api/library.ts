// The library over REST: folders, where an item stands, where it is used.
import type { FastifyInstance } from 'fastify';
import { type FolderAnswer, FolderChangeRequest, FolderRequest, ShelfRequest, type UsesAnswer } from '../../schemas/library.ts';
import { ok, type Result } from '../../schemas/problems.ts';
import type { SourceItemAnswer } from '../../schemas/source.ts';
import type { Centre } from '../centre.ts';
import { declare } from './route.ts';
import { askingOf } from './source-items.ts';

export function libraryRoutes(app: FastifyInstance, centre: Centre): void {
  const { library, sources } = centre;
  const act = 'library.write';

  declare(
    app,
    centre,
    { method: 'GET', url: '/api/folders', act: 'read' },
    async ({ person }): Promise<Result<FolderAnswer[]>> => ok(await library.folders(person.grants)),
  );

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/folders', act, body: FolderRequest, status: 201, perMinute: 120 },
    async (asked): Promise<Result<FolderAnswer>> => library.add(asked.body, askingOf(asked)),
  );

  declare(
    app,
    centre,
    { method: 'PUT', url: '/api/folders/:id', act, body: FolderChangeRequest },
    async (asked): Promise<Result<FolderAnswer>> => library.change(asked.params['id'] ?? '', asked.body, askingOf(asked)),
  );

  declare(app, centre, { method: 'DELETE', url: '/api/folders/:id', act }, async (asked): Promise<Result<void>> => {
    const removed = await library.remove(asked.params['id'] ?? '', askingOf(asked));
    return removed.ok ? ok(undefined) : removed;
  });

  declare(
    app,
    centre,
    { method: 'PUT', url: '/api/source-items/:id/shelf', act, body: ShelfRequest },
    async (asked): Promise<Result<SourceItemAnswer>> => {
      const done = await sources.shelve(asked.params['id'] ?? '', asked.body, askingOf(asked));
      return done.ok ? ok(await sources.answer(done.value, asked.person.grants)) : done;
    },
  );

  declare(
    app,
    centre,
    { method: 'GET', url: '/api/source-items/:id/uses', act: 'read', perMinute: 120 },
    async ({ person, params }): Promise<Result<UsesAnswer>> => {
      const found = await sources.find(params['id'] ?? '', person.grants);
      return found.ok ? ok(await library.uses(found.value, person.grants)) : found;
    },
  );
}
