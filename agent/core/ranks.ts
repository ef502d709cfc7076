// Who stands above whom among orders.
import { type Order, orderWeight } from '../../schemas/order.ts';
import { type Level, levelOrder } from '../../schemas/programme.ts';
import type { ActiveOrder } from './model.ts';

/** A clear speaks for its own level and those below. */
export function covers(clear: Level, order: Level): boolean {
  return levelOrder.indexOf(order) >= levelOrder.indexOf(clear);
}

/** What is meant in earnest stands above every exercise, then weight. */
export function rank(order: Order): number {
  return (order.class === 'actual' ? 1_000_000 : 0) + orderWeight(order);
}

/** The orders of the highest rank, newest first. */
export function highest(orders: readonly ActiveOrder[]): ActiveOrder[] {
  const top = Math.max(...orders.map(({ order }) => rank(order)));
  return orders
    .filter(({ order }) => rank(order) === top)
    .sort((a, b) => b.acceptedMs - a.acceptedMs || b.ctr - a.ctr || (a.id < b.id ? 1 : -1));
}
