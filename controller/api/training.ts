// Training over REST: exercises for each role, sandboxes, and what is recorded of who did which.
import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import { AccountRole } from '../../schemas/api.ts';
import { Id } from '../../schemas/ids.ts';
import { ok, type Result } from '../../schemas/problems.ts';
import { InstantMs } from '../../schemas/time.ts';
import { exercises, type TrainingAct, TrainingRequest, TrainingResultRequest } from '../../schemas/training.ts';
import type { Centre } from '../centre.ts';
import { sees } from '../core/sight.ts';
import { cutPage, pageEntries, placeOf } from './paging.ts';
import { declare } from './route.ts';

const ExerciseQuery = v.object({ role: v.optional(AccountRole) });
const TrainingQuery = v.object({ person: v.optional(Id), unit: v.optional(Id), ...pageEntries(100, 1000) });
const TrainingPlace = v.tuple([InstantMs, v.string()]);

export function trainingRoutes(app: FastifyInstance, centre: Centre): void {
  const { training, store } = centre;

  declare(app, centre, { method: 'GET', url: '/api/exercises', act: 'read', query: ExerciseQuery }, async ({ query: { role } }) =>
    ok(exercises.filter((one) => role === undefined || one.role === role)),
  );

  declare(app, centre, { method: 'GET', url: '/api/trainings', act: 'read', query: TrainingQuery }, async ({ person, query, ...door }) => {
    const place = placeOf(TrainingPlace, query);
    if (!place.ok) return place;
    const seen = await training.peopleSeen(person.account, person.grants);
    const people = query.person === undefined ? seen : seen.filter((one) => one === query.person);
    const [beganMs = 0, id = ''] = place.value ?? [];
    const found = await store.training.trainings({
      ...{ people, unit: query.unit, limit: query.limit + 1 },
      ...(place.value && { after: { beganMs, id } }),
    });
    return ok(cutPage(door, query, found, (one) => [one.beganMs, one.id]));
  });

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/trainings', act: 'training.write', body: TrainingRequest, status: 201 },
    async ({ person, body, act }) => training.begin(body, { ...person, act }),
  );

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/trainings/:id/complete', act: 'training.write', body: TrainingResultRequest },
    async ({ person, params, body, act }) => training.complete(params['id'] ?? '', body, { ...person, act }),
  );

  declare(
    app,
    centre,
    { method: 'GET', url: '/api/trainings/:id/acts', act: 'read', perMinute: 120 },
    async ({ person, params }): Promise<Result<TrainingAct[]>> => training.acts(params['id'] ?? '', person),
  );

  declare(app, centre, { method: 'GET', url: '/api/sandboxes', act: 'read' }, async ({ person }) => {
    const seen = (await training.sandboxes()).filter(({ unit }) => sees(person.grants, centre.register.areaOf(unit) ?? centre.card.area));
    return ok(seen);
  });

  declare(app, centre, { method: 'PUT', url: '/api/sandboxes/:unit', act: 'sandbox.write' }, async ({ person, params, act }) =>
    training.makeSandbox(params['unit'] ?? '', { ...person, act }),
  );

  declare(app, centre, { method: 'DELETE', url: '/api/sandboxes/:unit', act: 'sandbox.write' }, async ({ person, params, act }) =>
    training.endSandbox(params['unit'] ?? '', { ...person, act }),
  );
}
