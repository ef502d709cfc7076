// A report as it is asked for: as JSON, as a table file, or as a page to print.
import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import * as v from 'valibot';
import { ok, type Result } from '../../schemas/problems.ts';
import type { Report } from '../../schemas/report-tables.ts';
import { reportCsv, reportHtml } from '../reports/write.ts';

export const ReportFormat = v.optional(v.picklist(['json', 'csv', 'html']), 'json');

/** A table file as it is made; one that breaks off ends the connection, so that nobody takes a part for the whole. */
export async function streamCsv(id: string, parts: AsyncIterable<string>, reply: FastifyReply): Promise<void> {
  await reply
    .type('text/csv; charset=utf-8')
    .header('content-disposition', `attachment; filename="${id}.csv"`)
    .send(Readable.from(parts, { objectMode: false }));
}

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
