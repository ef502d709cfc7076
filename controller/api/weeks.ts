// The week of a unit over REST: planned and heard, essential items; as JSON, as a table file, as an official page to sign.
import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import { bad, type Result } from '../../schemas/problems.ts';
import type { Report } from '../../schemas/report-tables.ts';
import { LocalDate } from '../../schemas/time.ts';
import type { Centre } from '../centre.ts';
import { seesAll } from '../core/sight.ts';
import { areasOn } from '../core/unit-tree.ts';
import { placeName } from '../reports/official.ts';
import { week } from '../reports/week.ts';
import { organOf, readWeek, weekOf } from '../reports/week-facts.ts';
import { ReportFormat, sendReport } from './report-answer.ts';
import { declare } from './route.ts';

const WeekQuery = v.object({ day: v.optional(LocalDate), format: ReportFormat });

export function weekRoutes(app: FastifyInstance, centre: Centre): void {
  const { units, card, nowMs } = centre;

  declare(
    app,
    centre,
    { method: 'GET', url: '/api/weeks/:unit', act: 'read', query: WeekQuery, perMinute: 30 },
    async ({ person, params, query, reply }): Promise<Result<Report | undefined>> => {
      const unit = params['unit'] ?? '';
      const today = units.today();
      const span = weekOf(centre, query.day ?? today);
      if (!span.ok) return span;
      const { sunday, fromMs, toMs } = span.value;
      const day = sunday < today ? sunday : today;
      const area = areasOn(await units.treeFor(day), day).get(unit);
      if (area === undefined || !seesAll(person.grants, area)) return bad('not-found', `no unit ${unit} that week`, '/unit');
      const facts = await readWeek(centre, area, span.value);
      if (!facts.ok) return facts;
      const { name, organ, above } = organOf(centre, unit, day);
      const report: Report = {
        ...{ id: 'week', title: { vi: `Kết quả phát thanh trong tuần: ${name}`, en: `The week on air: ${name}` } },
        ...{ centre: card.name, zone: card.zone, asOfMs: nowMs(), fromMs, toMs },
        ...week(facts.value),
        head: { above, organ, place: placeName(name), date: today },
      };
      return sendReport(report, query.format, reply);
    },
  );
}
