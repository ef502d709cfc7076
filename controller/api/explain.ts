// What plays on a box at an instant, and why: the plan's contest, the orders and live sessions above it, what the box last said.
import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import type { Above, ExplainAnswer } from '../../schemas/explain.ts';
import { Id } from '../../schemas/ids.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { InstantMs } from '../../schemas/time.ts';
import type { Centre } from '../centre.ts';
import { planFor } from '../core/compile-want.ts';
import { explain } from '../core/explain.ts';
import { sees } from '../core/sight.ts';
import { readContent } from '../dispatch.ts';
import type { Box } from '../store/store.ts';
import { Whole } from './queries.ts';
import { declare } from './route.ts';

const ExplainQuery = v.object({ box: Id, at: v.optional(v.pipe(Whole, InstantMs)) });
const sessionsLookedAt = 200;

export function explainRoutes(app: FastifyInstance, centre: Centre): void {
  declare(
    app,
    centre,
    { method: 'GET', url: '/api/explain', act: 'read', query: ExplainQuery, perMinute: 240 },
    async ({ person, query }): Promise<Result<ExplainAnswer>> => {
      const box = centre.registry.box(query.box);
      if (!box || !sees(person.grants, box.area)) return bad('not-found', `no box ${query.box}`, '/box');
      const atMs = query.at ?? centre.nowMs();
      const content = await readContent(centre.store, atMs);
      if (!content) return bad('conflict', 'the centre has no policy yet');
      const plan = planFor(box, content);
      const report = centre.registry.seen(box.id)?.report ?? null;
      const wanted = (await centre.store.wants.want(box.id))?.rev ?? 0;
      return ok({
        box: box.id,
        atMs,
        policy: { id: plan.policy.id, title: plan.policy.title },
        above: await above(centre, box, atMs),
        outputs: explain(plan, atMs),
        want: { wanted, applied: report?.wantRev ?? null, missingMedia: report?.cache.missing ?? null },
        health: report?.health ?? null,
      });
    },
  );
}

/** Orders first: they silence live talk too. */
async function above({ store }: Centre, box: Box, atMs: number): Promise<Above[]> {
  const orders = (await store.orders.ordersUntil(atMs))
    .filter(({ boxes, givenMs, clearedMs }) => boxes.includes(box.id) && givenMs <= atMs && (clearedMs ?? atMs + 1) > atMs)
    .map((one): Above => ({ kind: 'order', id: one.id, title: one.template, fromMs: one.givenMs, untilMs: one.expMs }));
  const live = (await store.live.sessions(sessionsLookedAt))
    .filter(({ boxes, session, closedMs }) => boxes.includes(box.id) && session.openMs <= atMs && (closedMs ?? session.untilMs) > atMs)
    .map(
      ({ session }): Above => ({
        kind: 'live',
        id: session.session,
        title: session.title,
        fromMs: session.openMs,
        untilMs: session.untilMs,
      }),
    );
  return [...orders, ...live];
}
