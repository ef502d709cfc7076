// Files of tables from office programs (RFC 4180): the one place that knows their reader.
import { CsvError, parse as parseCsv } from 'csv-parse/sync';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { ImportLine } from '../core/register-import.ts';

const cellLettersMax = 2_000;
const columnsMax = 64;

export interface CsvTable {
  readonly header: readonly string[];
  readonly lines: readonly ImportLine[];
}

/** Commas, semicolons (as Vietnamese office programs write) or tabs, with or without a mark at the start. Problems: bad-input, too-large. */
export function readCsv(csv: string, rowsMax: number): Result<CsvTable> {
  try {
    const records = parseCsv(csv, {
      ...{ bom: true, delimiter: delimiterOf(csv), info: true, skip_empty_lines: true, relax_column_count: true },
      ...{ max_record_size: columnsMax * cellLettersMax, to: rowsMax + 2 },
    }) as unknown as { readonly record: string[]; readonly info: { readonly lines: number } }[];
    const [first, ...others] = records;
    if (!first) return bad('bad-input', 'the file is empty', '/csv');
    if (others.length > rowsMax) return bad('too-large', `at most ${rowsMax} rows at once`, '/csv');
    if (first.record.length > columnsMax) return bad('too-large', `at most ${columnsMax} columns`, '/csv/0');
    // A line that ends early has empty cells; one that has more than the header belongs to no column.
    const long = others.find(({ record }) => record.slice(first.record.length).some((cell) => cell.trim() !== ''));
    if (long) return bad('bad-input', 'more cells than the first line has columns', `/csv/${long.info.lines}`);
    const lines = others
      .map(({ record, info }) => ({ line: info.lines, cells: record }))
      .filter(({ cells }) => cells.some((cell) => cell.trim() !== ''));
    return ok({ header: first.record, lines });
  } catch (error) {
    if (error instanceof CsvError) return bad('bad-input', `not a table: ${error.message}`, '/csv');
    throw error;
  }
}

/** Whichever of the three the first line has most of, outside quotes. */
function delimiterOf(csv: string): string {
  const line = (/^[^\r\n]*/.exec(csv)?.[0] ?? '').replaceAll(/"[^"]*"/g, '');
  const count = (sign: string) => line.split(sign).length;
  return [',', ';', '\t'].reduce((best, sign) => (count(sign) > count(best) ? sign : best));
}
