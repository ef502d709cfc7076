// Orders as the tables keep them, put there without a desk: for tests of who may read them.
import type { Centre } from '../../controller/centre.ts';
import type { StoredOrder } from '../../controller/store/store.ts';
import { said } from './desk-bed.ts';

export function orderRow({ id, area, ...rest }: Partial<StoredOrder> & { readonly id: string; readonly area: string }): StoredOrder {
  const order = { ...said, area } as StoredOrder['order'];
  return { id, order, template: 'lu', groups: [], boxes: [], by: 'x', givenMs: 1, expMs: 2, clearedMs: null, ...rest };
}

export async function addOrder({ store }: Pick<Centre, 'store'>, wish: Parameters<typeof orderRow>[0]): Promise<void> {
  await store.orders.addOrder(orderRow(wish), [], { atMs: 1, actor: 'x', act: 'order.give', subject: wish.id, sha256: '' });
}
