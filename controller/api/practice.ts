// Practice with sound: a short tone on a box that is known to be virtual, and the box's own word that it sounded. Never on a real one.
import type { FastifyInstance } from 'fastify';
import { type PracticeAnswer, type PracticeBox, PracticeRequest } from '../../schemas/practice.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Centre } from '../centre.ts';
import { sees } from '../core/sight.ts';
import { isVirtual } from '../core/training.ts';
import type { Person } from '../people/sessions.ts';
import type { Box } from '../store/store.ts';
import { declare } from './route.ts';

const toneMs = 2_000;
const listedMax = 50;

export function practiceRoutes(app: FastifyInstance, centre: Centre): void {
  const { registry, commands, link, feed } = centre;

  declare(app, centre, { method: 'GET', url: '/api/practice', act: 'read' }, async ({ person }): Promise<Result<PracticeBox[]>> => {
    const fit = registry.all().filter((box) => sees(person.grants, box.area) && outputOf(centre, box) !== undefined);
    return ok(fit.slice(0, listedMax).map(({ id, name }) => ({ id, name, online: link.connected(id) })));
  });

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/practice', act: 'read', body: PracticeRequest, status: 202, perMinute: 6 },
    async ({ person, body, act }): Promise<Result<{ readonly id: string }>> => {
      const box = boxFor(centre, person, body.box);
      if (!box) return bad('not-found', `no box ${body.box}`, '/box');
      const output = outputOf(centre, box);
      if (output === undefined) return bad('conflict', `${box.id} is not known to be virtual, or has no loudspeaker`, '/box');
      const command = { do: 'tone', output, durationMs: toneMs } as const;
      const given = await commands.give(box.id, command, person.account, (id) => act('practice.tone', box.id, { id, ...command }));
      if (given.ok) feed.tell('box', box.id);
      return given;
    },
  );

  declare(
    app,
    centre,
    { method: 'GET', url: '/api/practice/:box/:command', act: 'read' },
    async ({ person, params }): Promise<Result<PracticeAnswer>> => {
      const box = boxFor(centre, person, params['box']);
      const known = box && (await commands.commands(box.id)).find(({ id }) => id === params['command']);
      if (!known) return bad('not-found', 'no such practice');
      return ok({ state: known.state, detail: known.detail });
    },
  );
}

function boxFor({ registry }: Centre, { grants }: Person, id = ''): Box | undefined {
  const box = registry.box(id);
  return box && sees(grants, box.area) ? box : undefined;
}

/** Its first loudspeaker, if by its own report nothing real hangs on the box. */
function outputOf({ registry }: Centre, { id, enrolledMs, settings }: Box): string | undefined {
  const report = registry.seen(id)?.report ?? null;
  if (enrolledMs === null || !isVirtual({ id, enrolled: true, report })) return undefined;
  return settings.outputs.find(({ kind }) => kind === 'loudspeaker')?.id;
}
