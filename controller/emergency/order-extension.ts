// An order that goes on: a new one in the place of one that stands, longer or with other words (CAP 1.2 `Update`).
import type { Order } from '../../schemas/order.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { OrderStore, StoredOrder } from '../store/store.ts';

export async function livingOrders(store: Pick<OrderStore, 'order'>, ids: readonly string[], nowMs: number): Promise<StoredOrder[]> {
  const orders = await Promise.all(ids.map((id) => store.order(id)));
  return orders.flatMap((order) => (order && order.clearedMs === null && order.expMs > nowMs ? [order] : []));
}

interface Desk {
  readonly store: Pick<OrderStore, 'order'>;
  readonly nowMs: () => number;
}

/** The order in the place of one that stands. Problems: not-found (it stands no more), conflict (an exercise never ends the real thing). */
export async function extending({ store, nowMs }: Desk, order: Order, id: string | undefined): Promise<Result<Order>> {
  if (id === undefined) return ok(order);
  const [standing] = await livingOrders(store, [id], nowMs());
  if (!standing) return bad('not-found', `order ${id} stands no more`, '/extends');
  if (standing.order.class !== order.class) return bad('conflict', `order ${id} is of another class`, '/extends');
  return ok({ ...order, updates: [id] });
}
