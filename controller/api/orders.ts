// The emergency desk's REST: templates, giving an order (password again), ending, stopping all, progress per box.
import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import { ClearRequest, type OrderAnswer, OrderRequest, type TemplateAnswer } from '../../schemas/api.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Centre } from '../centre.ts';
import { progressOf } from '../core/order-progress.ts';
import { may } from '../core/roles.ts';
import { checkPassword } from '../people.ts';
import type { OrderProgress, StoredOrder } from '../store/store.ts';
import { declare } from './route.ts';

const shownMax = 100;
const ClearBody = v.optional(v.nullable(ClearRequest));

export function orderRoutes(app: FastifyInstance, centre: Centre): void {
  const { store, orders, card } = centre;

  declare(app, centre, { method: 'GET', url: '/api/templates', act: 'read' }, async () =>
    ok(orders.templates.map(({ id, title, speech, screen }): TemplateAnswer => ({ id, title, speak: speech[0]?.speak ?? '', screen }))),
  );

  declare(app, centre, { method: 'GET', url: '/api/orders', act: 'read' }, async () => {
    const stored = await store.orders.orders(shownMax);
    const progress = await store.orders.progress(stored.map(({ id }) => id));
    return ok(stored.map((order) => answerOf(centre, order, progress)));
  });

  declare(app, centre, { method: 'GET', url: '/api/orders/:id', act: 'read' }, async ({ params }) => {
    const stored = await store.orders.order(params['id'] ?? '');
    if (!stored) return bad('not-found', `no order ${params['id']}`);
    return ok(answerOf(centre, stored, await store.orders.progress([stored.id])));
  });

  // The password again: a session left open on a desk must not be able to sound a siren.
  declare(
    app,
    centre,
    { method: 'POST', url: '/api/orders', act: 'order.give', body: OrderRequest, status: 201, perMinute: 20 },
    async ({ person, body }): Promise<Result<OrderAnswer>> => {
      const allowed = may(person.grants, 'order.give', card.area);
      if (!allowed.ok) return allowed;
      const known = await checkPassword(store.people, person.account, body.password);
      if (!known.ok) return bad('wrong-credentials', 'the password entered again is wrong', '/password');
      const { template, groups, validMs } = body;
      const given = await orders.give({ template, groups, class: body.class, validMs, by: person.account });
      return given.ok ? ok(answerOf(centre, given.value, [])) : given;
    },
  );

  // Ending needs the role alone: silence must come within three seconds.
  declare(
    app,
    centre,
    { method: 'POST', url: '/api/orders/:id/clear', act: 'order.stop', body: ClearBody },
    async ({ person, params, body }): Promise<Result<OrderAnswer>> => {
      const allowed = may(person.grants, 'order.stop', card.area);
      if (!allowed.ok) return allowed;
      const cleared = await orders.clear([params['id'] ?? ''], person.account, body?.reason ?? '');
      if (!cleared.ok) return cleared;
      const stored = await store.orders.order(params['id'] ?? '');
      return stored ? ok(answerOf(centre, stored, await store.orders.progress([stored.id]))) : bad('not-found', 'no such order');
    },
  );

  declare(app, centre, { method: 'POST', url: '/api/orders/stop-all', act: 'order.stop' }, async ({ person }) => {
    const allowed = may(person.grants, 'order.stop', card.area);
    return allowed.ok ? ok({ cleared: await orders.stopAll(person.account) }) : allowed;
  });
}

function answerOf(centre: Centre, stored: StoredOrder, progress: readonly OrderProgress[]): OrderAnswer {
  const { registry, link, nowMs, orders } = centre;
  const facts = progress.filter((one) => one.order === stored.id);
  const state = stored.clearedMs !== null ? 'cleared' : stored.expMs <= nowMs() ? 'expired' : 'active';
  return {
    id: stored.id,
    title: orders.templates.find(({ id }) => id === stored.template)?.title ?? stored.order.screen.title,
    class: stored.order.class,
    state,
    groups: stored.groups,
    issuedMs: stored.givenMs,
    issuedBy: stored.by,
    exp: stored.expMs,
    authority: stored.order.authority?.by ?? null,
    reason: stored.reason ?? null,
    progress: progressOf(stored.boxes, facts, (dev) => link.connected(dev)).map((one) => ({
      ...one,
      boxName: registry.box(one.box)?.name ?? null,
    })),
  };
}
