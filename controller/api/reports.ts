// Reports over REST: the same figures as JSON, as a table file, and as a page to print.
import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import { AreaPath, Id } from '../../schemas/ids.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { Outcome } from '../../schemas/receipt.ts';
import { type Report, reportIds } from '../../schemas/report-tables.ts';
import { InstantMs } from '../../schemas/time.ts';
import { farthestMs } from '../../schemas/zones.ts';
import type { Centre } from '../centre.ts';
import { readReport, streamPlayLog } from '../reports/read-report.ts';
import { reportDoors } from '../reports/report.ts';
import { Whole } from './queries.ts';
import { ReportFormat, sendReport, streamCsv } from './report-answer.ts';
import { declare } from './route.ts';

const periodMaxMs = 400 * 24 * 3600_000;

const ReportQuery = v.object({
  fromMs: v.pipe(Whole, InstantMs),
  toMs: v.pipe(Whole, InstantMs),
  area: v.optional(AreaPath),
  box: v.optional(Id),
  /** Of the log of plays alone: which of them. */
  outcome: v.optional(Outcome),
  programme: v.optional(Id),
  format: ReportFormat,
});

export function reportRoutes(app: FastifyInstance, centre: Centre): void {
  declare(app, centre, { method: 'GET', url: '/api/reports', act: 'read' }, async () => ok(reportDoors));

  declare(
    app,
    centre,
    { method: 'GET', url: '/api/reports/:id', act: 'read', query: ReportQuery, perMinute: 30 },
    async ({ person, params, query, reply }): Promise<Result<Report | undefined>> => {
      const id = reportIds.find((one) => one === params['id']);
      if (!id) return bad('not-found', `no report ${params['id']}`);
      if (query.toMs > farthestMs || query.toMs <= query.fromMs || query.toMs - query.fromMs > periodMaxMs)
        return bad('bad-input', 'a period of up to 400 days', '/toMs');
      if (id !== 'play-log' && (query.outcome ?? query.programme) !== undefined)
        return bad(
          'bad-input',
          'only the log of plays is asked by outcome or programme',
          query.outcome === undefined ? '/programme' : '/outcome',
        );
      if (id === 'play-log' && query.format === 'csv') {
        await streamCsv(id, streamPlayLog(centre, person.grants, query), reply);
        return ok(undefined);
      }
      const report = await readReport(centre, person.grants, query, id);
      return report.ok ? sendReport(report.value, query.format, reply) : report;
    },
  );
}
