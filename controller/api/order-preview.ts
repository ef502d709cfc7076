// What an order would do, asked before it is sent.
import type { FastifyInstance } from 'fastify';
import { orderPage } from '../../hardware/display/order-page.ts';
import { listVoices } from '../../hardware/host/speech.ts';
import { type OrderPreviewAnswer, OrderPreviewRequest } from '../../schemas/order-api.ts';
import { ok, type Result } from '../../schemas/problems.ts';
import type { Centre } from '../centre.ts';
import { previewOrder } from '../core/order-preview.ts';
import { declare } from './route.ts';

export function orderPreviewRoutes(app: FastifyInstance, centre: Centre): void {
  const { orders, registry, link, tools, card, nowMs } = centre;

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/order-preview', act: 'order.give', body: OrderPreviewRequest },
    async ({ body }): Promise<Result<OrderPreviewAnswer>> => {
      const planned = orders.plan(body);
      if (!planned.ok) return planned;
      const boxes = registry
        .all()
        .filter((box) => box.groups.some((group) => body.groups.includes(group)))
        .map(({ id, name, settings }) => ({ id, name, online: link.connected(id), languages: settings.languages }));
      const speech = orders.templates.find(({ id }) => id === body.template)?.speech ?? [];
      const recorded = speech.flatMap(({ language, recording }) => (recording === undefined ? [] : [language]));
      const machine = await listVoices(tools);
      const frame = orderPage(planned.value, { demo: card.demo });
      return ok(previewOrder({ order: planned.value, frame, boxes, recorded, machine, validMs: body.validMs, nowMs: nowMs() }));
    },
  );
}
