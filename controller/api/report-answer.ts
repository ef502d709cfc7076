// A report as it is asked for: as JSON, as a table file, or as a page to print.
import type { FastifyReply } from 'fastify';
import * as v from 'valibot';
import { ok, type Result } from '../../schemas/problems.ts';
import type { Report } from '../reports/report.ts';
import { reportCsv, reportHtml } from '../reports/write.ts';

export const ReportFormat = v.optional(v.picklist(['json', 'csv', 'html']), 'json');

export async function sendReport(
  report: Report,
  format: 'json' | 'csv' | 'html',
  reply: FastifyReply,
): Promise<Result<Report | undefined>> {
  if (format === 'json') return ok(report);
  const csv = format === 'csv';
  await reply
    .type(`text/${format}; charset=utf-8`)
    .header('content-disposition', `${csv ? 'attachment' : 'inline'}; filename="${report.id}.${format}"`)
    .send(csv ? reportCsv(report) : reportHtml(report));
  return ok(undefined);
}
