// The emergency desk's REST: giving an order (password again), ending, stopping all, progress per box.
import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import type { AreaPath } from '../../schemas/ids.ts';
import { ClearRequest, type OrderAnswer, OrderRequest, type StartAtBoxAnswer } from '../../schemas/order-api.ts';
import type { OrderCounts } from '../../schemas/order-standing.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { InstantMs } from '../../schemas/time.ts';
import type { Centre } from '../centre.ts';
import { type BoxProgress, countsOf } from '../core/order-progress.ts';
import { overdueSinceMs } from '../core/order-reminder.ts';
import { wordsOf } from '../core/ready-orders.ts';
import { type Grant, may } from '../core/roles.ts';
import { sees } from '../core/sight.ts';
import { checkPassword } from '../people/passwords.ts';
import type { StoredOrder } from '../store/store.ts';
import { pageEntries, placeOf, shownPage } from './paging.ts';
import { declare } from './route.ts';

/** `active`: all that stand, at once. `over`: in parts, as all orders are. */
const OrdersQuery = v.object({
  state: v.optional(v.picklist(['active', 'over'])),
  class: v.optional(OrderRequest.entries.class),
  template: v.optional(OrderRequest.entries.template),
  ...pageEntries(20, 100),
});
const OrderPlace = v.tuple([InstantMs, v.string()]);
const ClearBody = v.optional(v.nullable(ClearRequest));

export function orderRoutes(app: FastifyInstance, centre: Centre): void {
  const { store, orders, card } = centre;

  declare(app, centre, { method: 'GET', url: '/api/orders', act: 'read', query: OrdersQuery }, async ({ person, query, ...door }) => {
    const place = placeOf(OrderPlace, query);
    if (!place.ok) return place;
    const nowMs = centre.nowMs();
    const shows = (order: StoredOrder) => seesOrder(person.grants, order) && isAsked(order, query, nowMs);
    const [givenMs = 0, id = ''] = place.value ?? [];
    const page =
      query.state === 'active'
        ? (await standing(centre)).filter(shows)
        : await shownPage<Pick<StoredOrder, 'givenMs' | 'id'>, StoredOrder>(door, query, {
            read: (limit, after) => store.orders.orders(limit, after),
            after: place.value && { givenMs, id },
            shows,
            placeIn: (order) => [order.givenMs, order.id],
          });
    return ok(await Promise.all(page.map((order) => inList(centre, order, person.grants))));
  });

  declare(app, centre, { method: 'GET', url: '/api/orders/at-boxes', act: 'read' }, async ({ person }) =>
    ok((await startsAtBoxes(centre)).filter(({ box }) => sees(person.grants, placeOfBox(centre, box)))),
  );

  declare(app, centre, { method: 'GET', url: '/api/orders/:id', act: 'read' }, async ({ person, params }) => {
    const stored = await store.orders.order(params['id'] ?? '');
    if (!stored || !seesOrder(person.grants, stored)) return bad('not-found', `no order ${params['id']}`);
    return ok(await whole(centre, stored, person.grants));
  });

  // The password again: a session left open on a desk must not be able to sound a siren.
  declare(
    app,
    centre,
    { method: 'POST', url: '/api/orders', act: 'order.give', where: 'centre', body: OrderRequest, status: 201, perMinute: 20 },
    async ({ person, body }): Promise<Result<OrderAnswer>> => {
      const allowed = may(person.grants, 'order.give', card.area);
      if (!allowed.ok) return allowed;
      const known = await checkPassword(store.people, person.account, body.password);
      if (!known.ok) return bad('wrong-credentials', 'the password entered again is wrong', '/password');
      const { confirm: _, password: _password, ...wish } = body;
      const given = await orders.give({ ...wish, by: person.account });
      return given.ok ? ok(await inList(centre, given.value, person.grants)) : given;
    },
  );

  // Ending needs the role alone: silence must come within three seconds.
  declare(
    app,
    centre,
    { method: 'POST', url: '/api/orders/:id/clear', act: 'order.stop', where: 'centre', body: ClearBody },
    async ({ person, params, body }): Promise<Result<OrderAnswer>> => {
      const allowed = may(person.grants, 'order.stop', card.area);
      if (!allowed.ok) return allowed;
      const cleared = await orders.clear([params['id'] ?? ''], person.account, body?.reason ?? '');
      if (!cleared.ok) return cleared;
      const stored = await store.orders.order(params['id'] ?? '');
      return stored ? ok(await whole(centre, stored, person.grants)) : bad('not-found', 'no such order');
    },
  );

  // Signed beforehand by those who gave it, so that the truth waits for nobody (≤ 60 s, PRODUCT §1.2).
  declare(
    app,
    centre,
    { method: 'POST', url: '/api/orders/:id/correct', act: 'order.stop', where: 'centre', status: 201 },
    async ({ person, params }): Promise<Result<OrderAnswer>> => {
      const allowed = may(person.grants, 'order.stop', card.area);
      if (!allowed.ok) return allowed;
      const given = await centre.corrections.give(params['id'] ?? '', person.account);
      return given.ok ? ok(await inList(centre, given.value, person.grants)) : given;
    },
  );

  declare(app, centre, { method: 'POST', url: '/api/orders/stop-all', act: 'order.stop', where: 'centre' }, async ({ person }) => {
    const allowed = may(person.grants, 'order.stop', card.area);
    return allowed.ok ? ok({ cleared: await orders.stopAll(person.account) }) : allowed;
  });
}

function isAsked(order: StoredOrder, asked: v.InferOutput<typeof OrdersQuery>, nowMs: number): boolean {
  if (asked.state === 'over' && stands(order, nowMs)) return false;
  return (asked.class ?? order.order.class) === order.order.class && (asked.template ?? order.template) === order.template;
}

/** Newest first. Their ends bound how many, so that none is left out of sight behind newer ones. */
export async function standing({ store, nowMs }: Centre): Promise<StoredOrder[]> {
  return (await store.orders.ordersUntil(nowMs())).filter((order) => stands(order, nowMs())).reverse();
}

function stands({ clearedMs, expMs }: StoredOrder, nowMs: number): boolean {
  return clearedMs === null && expMs > nowMs;
}

async function startsAtBoxes({ store, ready, registry }: Centre): Promise<StartAtBoxAnswer[]> {
  const starts = await store.orders.startsAtBoxes();
  if (starts.length === 0) return [];
  const lying = await ready.lying();
  return starts.map(({ order, dev }) => {
    const lies = lying.get(dev)?.find(({ id }) => order.startsWith(`${id}#`));
    const title = lies ? wordsOf(lies.envelope).order.screen.title : order;
    return { order, title, box: dev, boxName: registry.box(dev)?.name ?? dev };
  });
}

async function inList(centre: Centre, stored: StoredOrder, grants: readonly Grant[]): Promise<OrderAnswer> {
  const { counts, lines } = await centre.watch.summary(stored);
  return answerOf(centre, stored, counts, seenOf(centre, lines, grants));
}

async function whole(centre: Centre, stored: StoredOrder, grants: readonly Grant[]): Promise<OrderAnswer> {
  const progress = await centre.watch.progress(stored);
  return answerOf(centre, stored, countsOf(progress), seenOf(centre, progress, grants));
}

/** An order is seen from below its area and from above it. */
export function seesOrder(grants: readonly Grant[], { order }: Pick<StoredOrder, 'order'>): boolean {
  return sees(grants, order.area);
}

/** The counts are of all its boxes, the lines of those that somebody sees. */
function seenOf(centre: Centre, lines: readonly BoxProgress[], grants: readonly Grant[]): readonly BoxProgress[] {
  return lines.filter(({ box }) => sees(grants, placeOfBox(centre, box)));
}

/** A box that is gone belonged to the centre. */
function placeOfBox({ registry, card }: Centre, box: string): AreaPath {
  return registry.box(box)?.area ?? card.area;
}

function answerOf(centre: Centre, stored: StoredOrder, counts: OrderCounts, lines: readonly BoxProgress[]): OrderAnswer {
  const { registry, nowMs, orders } = centre;
  const state = stands(stored, nowMs()) ? 'active' : stored.clearedMs !== null ? 'cleared' : 'expired';
  return {
    id: stored.id,
    title: orders.templates.find(({ id }) => id === stored.template)?.title ?? stored.order.screen.title,
    template: stored.template,
    class: stored.order.class,
    state,
    groups: stored.groups,
    issuedMs: stored.givenMs,
    issuedBy: stored.by,
    exp: stored.expMs,
    authority: stored.order.authority?.by ?? null,
    reason: stored.reason ?? null,
    correctable: centre.corrections.has(stored.id),
    overdue: overdueOf(centre, stored),
    counts,
    progress: lines.map((one) => ({ ...one, boxName: registry.box(one.box)?.name ?? null })),
  };
}

/** Where boards are among its boxes: loudspeakers end by themselves. */
function overdueOf({ registry, nowMs }: Centre, stored: StoredOrder): OrderAnswer['overdue'] {
  const sinceMs = overdueSinceMs(stored, nowMs());
  if (sinceMs === null) return null;
  const boards = stored.boxes.flatMap((dev) => registry.box(dev)?.settings.outputs.filter(({ kind }) => kind === 'board') ?? []).length;
  return boards > 0 ? { sinceMs, boards } : null;
}
