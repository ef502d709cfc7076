// How the readings of a box went over the last days.
import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { type ReadingSeriesAnswer, readingDaysMax } from '../../schemas/reading-series.ts';
import type { Centre } from '../centre.ts';
import { readingSeries, readingSpan } from '../core/reading-series.ts';
import { sees } from '../core/sight.ts';
import { Whole } from './queries.ts';
import { declare } from './route.ts';

const Query = v.object({ days: v.optional(v.pipe(Whole, v.minValue(1), v.maxValue(readingDaysMax)), '1') });

export function readingRoutes(app: FastifyInstance, centre: Centre): void {
  const { registry, store, nowMs } = centre;

  declare(
    app,
    centre,
    { method: 'GET', url: '/api/boxes/:id/readings', act: 'read', query: Query },
    async ({ person, params, query }): Promise<Result<ReadingSeriesAnswer>> => {
      const id = params['id'] ?? '';
      const box = registry.box(id);
      if (!box || !sees(person.grants, box.area)) return bad('not-found', `no box ${id}`);
      const span = readingSpan(query.days, nowMs());
      const kept = await store.readings.between(id, span.fromMs, span.fromMs + span.count * span.everyMs);
      return ok({ ...span, dataBudgetBytes: registry.seen(id)?.telemetry?.dataBudgetBytes ?? null, series: readingSeries(span, kept) });
    },
  );
}
