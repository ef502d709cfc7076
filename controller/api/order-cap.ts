// Orders for other people's systems, each as a CAP 1.2 message: an Alert, and once it was ended a Cancel of it.
import type { FastifyInstance } from 'fastify';
import { bad, ok } from '../../schemas/problems.ts';
import type { Centre } from '../centre.ts';
import { alertOfClear, alertOfOrder } from '../emergency/cap/export.ts';
import { writeAlert } from '../emergency/cap/write.ts';
import { seesOrder } from './orders.ts';
import { declare } from './route.ts';

export function orderCapRoutes(app: FastifyInstance, centre: Centre): void {
  const { store, card } = centre;
  const said = { sender: card.id };

  declare(app, centre, { method: 'GET', url: '/api/orders/:id.cap', act: 'read' }, async ({ person, params, reply }) => {
    const stored = await store.orders.order(params['id'] ?? '');
    if (!stored || !seesOrder(person.grants, stored)) return bad('not-found', `no order ${params['id']}`);
    const { id, order, givenMs: sentMs, expMs: expiresMs, clearedMs } = stored;
    const message =
      clearedMs === null
        ? alertOfOrder({ ...said, id, order, sentMs, expiresMs, place: card.name })
        : alertOfClear({ ...said, id: `${id}-end`, class: order.class, sentMs: clearedMs, clears: [{ id, sentMs }], reason: '' });
    await reply.type('application/cap+xml; charset=utf-8').send(writeAlert(message));
    return ok(undefined);
  });
}
