// Reports on paper and for office programs: RFC 4180 tables and pages that print well, Vietnamese first.
import type { Report, Table, Value, ValueKind } from '../../schemas/report-tables.ts';
import { zoneClock } from '../../schemas/zones.ts';
import { headHtml, officialStyle, signaturesHtml } from './official.ts';

/** Not measured is not nothing. */
const unmeasured = 'chưa đo được';

/** UTF-8 with a mark, so that office programs read Vietnamese; figures and what was left out follow the table. */
export function reportCsv(report: Report): string {
  return `${csvMark}${tablesCsv(report)}${endCsv(report)}`;
}

export const csvMark = '\uFEFF';

/** Rows of the first table alone, without its head. */
export function rowsCsv({ zone, columns, rows }: Pick<Report, 'zone' | 'columns' | 'rows'>): string {
  const written = writer(zone);
  return csvOf(rows.map((row) => row.map((value, at) => written(value, columns[at]?.kind ?? 'text'))));
}

export function tablesCsv(report: Pick<Report, 'zone' | 'columns' | 'rows' | 'more'>): string {
  const { zone, more = [] } = report;
  const lines = ({ columns, rows }: Pick<Table, 'columns' | 'rows'>) =>
    `${csvOf([columns.map(({ vi }) => vi)])}${rowsCsv({ zone, columns, rows })}`;
  return [lines(report), ...more.map((one) => `${csvOf([[], [one.title.vi]])}${lines(one)}`)].join('');
}

/** What stands below the tables: figures with what they mean, the period, as of when, what was left out. */
export function endCsv(report: Report): string {
  const written = writer(report.zone);
  const figures = report.figures.map(({ vi, value, kind, definition }) => [vi, written(value, kind), definition.vi]);
  const about = [
    [report.title.vi, report.centre],
    ['Kỳ', written(report.fromMs, 'instant'), written(report.toMs, 'instant')],
    ['Tính đến', written(report.asOfMs, 'instant')],
    ...report.exclusions.map(({ vi, count }) => ['Không tính', String(count), vi]),
  ];
  return csvOf([[], ...figures, ...about]);
}

function csvOf(lines: readonly (readonly string[])[]): string {
  return lines.map((line) => `${line.map(csvCell).join(',')}\r\n`).join('');
}

/** A cell that begins like a formula is text to whoever opens the file. */
export function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A page of its own for paper of A4 size: no script, nothing from outside. */
export function reportHtml(report: Report): string {
  const written = writer(report.zone);
  const figures = report.figures.map(
    ({ vi, en, value, kind, definition }) =>
      `<div><dt>${escaped(vi)} <span lang="en">${escaped(en)}</span></dt><dd>${escaped(written(value, kind))}<small>${escaped(definition.vi)}</small></dd></div>`,
  );
  const left = report.exclusions.map(({ vi, count }) => `<li>${count} ${escaped(vi)}</li>`).join('');
  const when = (ms: number) => escaped(written(ms, 'instant'));
  const { head } = report;
  const span = head
    ? `${day(when(report.fromMs))} đến hết ngày ${day(when(report.toMs - 1))}`
    : `${when(report.fromMs)} đến ${when(report.toMs)}`;
  const period = `Từ ${head ? 'ngày ' : ''}${span} · tính đến ${when(report.asOfMs)}`;
  const more = (report.more ?? []).map((one) => `<h2>${escaped(one.title.vi)}</h2>\n${tableHtml(one, written)}`);
  return `<!doctype html>
<html lang="vi"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(report.title.vi)} – ${escaped(report.centre)}</title>
<style>${style}${head ? officialStyle : ''}</style></head><body>
${head ? headHtml(head, report.title, period, escaped) : `<header><p>${escaped(report.centre)}</p><h1>${escaped(report.title.vi)}</h1><p>${period}</p></header>`}
<dl>${figures.join('')}</dl>
${[tableHtml(report, written), ...more].join('\n')}
${left === '' ? '' : `<section><h2>Không tính vào số liệu</h2><ul>${left}</ul></section>`}
${head ? signaturesHtml() : '<footer><div>Người lập</div><div>Lãnh đạo duyệt</div></footer>'}
</body></html>
`;
}

/** Of an instant as it is written. */
function day(written: string): string {
  return written.slice(0, 10);
}

function tableHtml({ columns, rows }: Pick<Table, 'columns' | 'rows'>, written: Writer): string {
  const head = columns.map(({ vi, kind }) => `<th scope="col"${numeric(kind)}>${escaped(vi)}</th>`).join('');
  const cell = (value: Value, kind: ValueKind) => `<td${numeric(kind)}>${escaped(written(value, kind))}</td>`;
  const lines = rows.map((row) => `<tr>${row.map((value, at) => cell(value, columns[at]?.kind ?? 'text')).join('')}</tr>`);
  return `<div class="wide"><table><thead><tr>${head}</tr></thead><tbody>${lines.join('\n')}</tbody></table></div>`;
}

const style = `
body{font:15px/1.45 system-ui,sans-serif;color:#1b1b1b;margin:24px auto;max-width:1080px;padding:0 16px}
h1{font-size:24px;margin:.2em 0}header p{margin:0}h2{font-size:16px}
dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(220px,1fr));gap:12px 24px;margin:20px 0}
dt{font-weight:600}dt span{font-weight:400;color:#555}dd{margin:0;font-size:22px}dd small{display:block;font-size:13px;color:#555}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%}th,td{border:1px solid #bbb;padding:4px 8px;text-align:left;vertical-align:top}
th{background:#f0f0f0}.n{text-align:right;font-variant-numeric:tabular-nums}td.n{white-space:nowrap}
footer{display:flex;justify-content:space-around;margin:40px 0 90px;font-weight:600}
@media print{body{margin:0;max-width:none;font-size:11px}.wide{overflow:visible}dd{font-size:15px}dd small,dt span{font-size:10px}th,td{padding:3px 5px}thead{display:table-header-group}tr{break-inside:avoid}@page{size:A4 landscape;margin:14mm;@bottom-center{content:counter(page) "/" counter(pages);font:10px sans-serif}}}
`;

function numeric(kind: ValueKind): string {
  return kind === 'text' ? '' : ' class="n"';
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}

type Writer = (value: Value, kind: ValueKind) => string;

/** Values as people read them, in the centre's own time. */
function writer(zone: string): Writer {
  const clock = zoneClock(zone);
  const local = (ms: number) => new Date(ms + (clock.ok ? clock.value.offsetAt(ms) : 0)).toISOString();
  return (value, kind) => {
    if (value === null) return unmeasured;
    if (typeof value === 'string') return value;
    if (kind === 'share') return `${(value * 100).toFixed(1).replace('.', ',')} %`;
    if (kind === 'stars') return value.toFixed(2).replace('.', ',');
    if (kind === 'durationMs') return duration(value);
    if (kind !== 'instant') return String(value);
    const text = local(value);
    return `${text.slice(8, 10)}/${text.slice(5, 7)}/${text.slice(0, 4)} ${text.slice(11, 19)}`;
  };
}

function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const two = (part: number) => String(part).padStart(2, '0');
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}
