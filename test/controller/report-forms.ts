// A report read back from paper and from a table file, to be held against its JSON.
import { parse } from 'csv-parse/sync';
import type { Report, Value, ValueKind } from '../../schemas/report-tables.ts';

const two = (part: number) => String(part).padStart(2, '0');

/** As an office in Viet Nam writes it; every test centre lies at UTC+7. */
export function written(value: Value, kind: ValueKind): string {
  if (value === null) return 'chưa đo được';
  if (typeof value === 'string') return value;
  if (kind === 'share') return `${(value * 100).toFixed(1).replace('.', ',')} %`;
  if (kind === 'stars') return value.toFixed(2).replace('.', ',');
  if (kind === 'durationMs') {
    const seconds = Math.round(value / 1000);
    return `${Math.floor(seconds / 3600)}:${two(Math.floor((seconds % 3600) / 60))}:${two(seconds % 60)}`;
  }
  if (kind !== 'instant') return String(value);
  const at = new Date(value + 7 * 3_600_000);
  return `${two(at.getUTCDate())}/${two(at.getUTCMonth() + 1)}/${at.getUTCFullYear()} ${at.toISOString().slice(11, 19)}`;
}

export interface Told {
  readonly figures: readonly (readonly [name: string, value: string, definition: string])[];
  /** Of each table, its head first. */
  readonly tables: readonly (readonly (readonly string[])[])[];
  readonly exclusions: readonly string[];
}

export function toldByJson({ figures, exclusions, more = [], ...first }: Report): Told {
  return {
    figures: figures.map(({ vi, value, kind, definition }) => [vi, written(value, kind), definition.vi]),
    tables: [first, ...more].map(({ columns, rows }) => [
      columns.map(({ vi }) => vi),
      ...rows.map((row) => row.map((value, at) => written(value, columns[at]?.kind ?? 'text'))),
    ]),
    exclusions: exclusions.map(({ vi, count }) => `${count} ${vi}`),
  };
}

export function toldByPage(html: string): Told {
  const all = (text: string, what: RegExp) => [...text.matchAll(what)].map(([, ...groups]) => groups.map((one) => plain(one ?? '')));
  return {
    figures: all(html, /<dt>([^<]*)<span[\s\S]*?<dd>([^<]*)<small>([^<]*)<\/small>/g).map(([a = '', b = '', c = '']) => [a.trim(), b, c]),
    tables: [...html.matchAll(/<table>([\s\S]*?)<\/table>/g)].map(([, table = '']) =>
      [...table.matchAll(/<tr>([\s\S]*?)<\/tr>/g)].map(([, row = '']) =>
        all(row, /<t[hd][^>]*>([^<]*)<\/t[hd]>/g).map(([cell = '']) => cell),
      ),
    ),
    exclusions: all(html, /<li>([^<]*)<\/li>/g).map(([line = '']) => line),
  };
}

/** Tables stand first, each behind an empty line and its name; figures follow, then what the report is about. */
export function toldByTable(csv: string, { figures, more = [] }: Report): Told {
  const lines = parse(csv, { bom: true, relax_column_count: true, skip_empty_lines: false }).map((line: string[]) => line.map(unquoted));
  const parts: string[][][] = [[]];
  for (const line of lines) {
    if (line.length === 1 && line[0] === '') parts.push([]);
    else parts.at(-1)?.push(line);
  }
  const about = parts.at(-1)?.slice(figures.length) ?? [];
  return {
    figures: (parts.at(-1) ?? []).slice(0, figures.length).map(([a = '', b = '', c = '']) => [a, b, c] as const),
    tables: [parts[0] ?? [], ...parts.slice(1, 1 + more.length).map((part) => part.slice(1))],
    exclusions: about.flatMap(([word, count, vi]) => (word === 'Không tính' ? [`${count} ${vi}`] : [])),
  };
}

/** What keeps a cell from being a formula. */
function unquoted(cell: string): string {
  return /^'[=+\-@\t\r]/.test(cell) ? cell.slice(1) : cell;
}

function plain(text: string): string {
  return text.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
}
