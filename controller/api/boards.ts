// One board from afar: blank it, ask for a picture, see what became of both.
import type { FastifyInstance } from 'fastify';
import { type BoardAnswer, CommandRequest } from '../../schemas/board-api.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Centre } from '../centre.ts';
import { may } from '../core/roles.ts';
import { sees } from '../core/sight.ts';
import type { Person } from '../people/sessions.ts';
import type { Box } from '../store/store.ts';
import { declare } from './route.ts';

export function boardRoutes(app: FastifyInstance, centre: Centre): void {
  const { registry, commands, feed } = centre;
  const boxOf = (person: Person, id = ''): Result<Box> => {
    const box = registry.box(id);
    return box && sees(person.grants, box.area) ? ok(box) : bad('not-found', `no box ${id}`);
  };

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/boxes/:id/commands', act: 'box.command', body: CommandRequest, status: 202, perMinute: 30 },
    async ({ person, params, body, act }): Promise<Result<{ readonly id: string }>> => {
      const box = boxOf(person, params['id']);
      if (!box.ok) return box;
      const allowed = may(person.grants, 'box.command', box.value.area);
      if (!allowed.ok) return allowed;
      if (body.do !== 'report' && !box.value.settings.outputs.some(({ kind }) => kind === 'board'))
        return bad('not-found', `${box.value.id} has no board`);
      const given = await commands.give(box.value.id, body, person.account, (id) => act(`box.${body.do}`, box.value.id, { id, ...body }));
      if (given.ok) feed.tell('box', box.value.id);
      return given;
    },
  );

  declare(
    app,
    centre,
    { method: 'GET', url: '/api/boxes/:id/board', act: 'read' },
    async ({ person, params }): Promise<Result<BoardAnswer>> => {
      const box = boxOf(person, params['id']);
      if (!box.ok) return box;
      const [given, picture] = await Promise.all([commands.commands(box.value.id), commands.picture(box.value.id)]);
      return ok({ commands: given, picture });
    },
  );

  declare(app, centre, { method: 'GET', url: '/api/boxes/:id/screenshot', act: 'read' }, async ({ person, params, reply }) => {
    const box = boxOf(person, params['id']);
    if (!box.ok) return box;
    const bytes = await commands.pictureBytes(box.value.id);
    if (!bytes) return bad('not-found', 'no picture of this board yet');
    reply.header('content-security-policy', "sandbox; default-src 'none'").type('image/png').send(bytes);
    return ok(undefined);
  });
}
