// The commune's order of priority programmes over REST: what waits for a decision, how each would sound, and the decision.
import type { FastifyInstance } from 'fastify';
import {
  type ClashesAnswer,
  type LocalOrderPreviewAnswer,
  LocalOrderPreviewRequest,
  LocalOrderRequest,
  localOrderLimits,
} from '../../schemas/local-priority.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Centre } from '../centre.ts';
import { clashesOf, plannedHours } from '../core/clashes.ts';
import { planFor } from '../core/compile-want.ts';
import { may } from '../core/roles.ts';
import { sees } from '../core/sight.ts';
import { readContent } from '../dispatch.ts';
import { declare } from './route.ts';

export function localOrderRoutes(app: FastifyInstance, centre: Centre): void {
  const { store, dispatch, feed, card } = centre;

  declare(app, centre, { method: 'GET', url: '/api/local-order', act: 'read' }, async () => ok({ programmes: await localOrder(centre) }));

  declare(
    app,
    centre,
    { method: 'PUT', url: '/api/local-order', act: 'schedule.write', body: LocalOrderRequest },
    async ({ person, body, act }): Promise<Result<{ readonly programmes: readonly string[] }>> => {
      const allowed = may(person.grants, 'schedule.write', card.area);
      if (!allowed.ok) return allowed;
      const { programmes, seen } = body;
      if (seen && seen.join() !== (await localOrder(centre)).join())
        return bad('conflict', 'somebody else has set the order meanwhile', '/seen');
      const twice = programmes.findIndex((id, index) => programmes.indexOf(id) !== index);
      if (twice >= 0) return bad('conflict', `${programmes[twice]} stands twice`, `/programmes/${twice}`);
      const known = new Map((await store.content.programmes()).map(({ programme }) => [programme.id, programme.tier]));
      const odd = programmes.findIndex((id) => known.get(id) !== 'priority');
      if (odd >= 0) return bad('not-found', `no priority programme ${programmes[odd]}`, `/programmes/${odd}`);
      await store.meta.setValue('localOrder', JSON.stringify(programmes), act('local-order.write', card.id, programmes));
      await dispatch.changed();
      feed.tell('schedule', 'local-order');
      return ok({ programmes });
    },
  );

  lookRoutes(app, centre);
}

function lookRoutes(app: FastifyInstance, centre: Centre): void {
  const { store, registry, nowMs } = centre;

  declare(
    app,
    centre,
    { method: 'GET', url: '/api/local-order/clashes', act: 'read', perMinute: 60 },
    async ({ person }): Promise<Result<ClashesAnswer>> => {
      const [content, order] = await Promise.all([readContent(store, nowMs()), localOrder(centre)]);
      const known = new Map((content?.programmes ?? []).map(({ programme }) => [programme.id, programme]));
      const boxes = registry.all().filter(({ area }) => sees(person.grants, area));
      const found = content ? clashesOf(boxes, content, nowMs(), nowMs() + localOrderLimits.aheadMs) : { clashes: [], cut: false };
      const level = centre.card.level;
      return ok({ order: order.map((id) => ({ id, title: known.get(id)?.title ?? id, level: known.get(id)?.level ?? level })), ...found });
    },
  );

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/local-order/preview', act: 'read', body: LocalOrderPreviewRequest, perMinute: 120 },
    async ({ person, body }): Promise<Result<LocalOrderPreviewAnswer>> => {
      const { fromMs, toMs, programmes } = body;
      const box = registry.box(body.box);
      if (!box || !sees(person.grants, box.area)) return bad('not-found', `no box ${body.box}`, '/box');
      if (!(fromMs < toMs) || toMs - fromMs > localOrderLimits.spanMs) return bad('bad-input', 'a span of at most a day', '/toMs');
      const content = await readContent(store, nowMs());
      if (!content) return bad('conflict', 'the centre has no policy yet');
      const plan = planFor(box, content);
      const hours = (order: readonly string[]) => plannedHours(plan, order, fromMs, toMs);
      return ok({ box: box.id, before: hours(plan.schedules.localOrder), after: hours(programmes) });
    },
  );
}

async function localOrder({ store }: Centre): Promise<readonly string[]> {
  return JSON.parse((await store.meta.value('localOrder')) ?? '[]') as string[];
}
