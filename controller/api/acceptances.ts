// The acceptance records of a box: as data, or the newest (or a named one) as a page to print and sign.
import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import type { AcceptanceAnswer } from '../../schemas/acceptance.ts';
import { Id } from '../../schemas/ids.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Report } from '../../schemas/report-tables.ts';
import type { Centre } from '../centre.ts';
import { acceptanceAnswer } from '../core/acceptances.ts';
import { sees } from '../core/sight.ts';
import { acceptancePrint } from '../reports/acceptance.ts';
import { sendReport } from './report-answer.ts';
import { declare } from './route.ts';

const Query = v.object({ record: v.optional(Id), format: v.optional(v.picklist(['json', 'csv', 'html']), 'json') });

export function acceptanceRoutes(app: FastifyInstance, centre: Centre): void {
  const { registry, store, card, nowMs } = centre;

  declare(
    app,
    centre,
    { method: 'GET', url: '/api/boxes/:id/acceptances', act: 'read', query: Query },
    async ({ person, params, query, reply }): Promise<Result<readonly AcceptanceAnswer[] | undefined>> => {
      const id = params['id'] ?? '';
      const box = registry.box(id);
      if (!box || !sees(person.grants, box.area)) return bad('not-found', `no box ${id}`);
      const records = (await store.log.acceptances(id)).map(acceptanceAnswer);
      if (query.format === 'json') return ok(query.record === undefined ? records : records.filter((one) => one.id === query.record));
      const chosen = records.find((one) => query.record === undefined || one.id === query.record);
      if (!chosen) return bad('not-found', `no such acceptance record of ${id}`);
      const title = { vi: `Biên bản nghiệm thu ${box.name} (${id})`, en: `Acceptance of ${box.name} (${id})` };
      const report: Report = {
        ...{ id: 'acceptance', title, centre: card.name, zone: card.zone, asOfMs: nowMs(), fromMs: chosen.atMs, toMs: chosen.atMs },
        ...acceptancePrint(chosen),
      };
      const sent = await sendReport(report, query.format, reply);
      return sent.ok ? ok(undefined) : sent;
    },
  );
}
