// Rows of proof as a table file (RFC 4180), a line for each page, in the words of the people who read it.
import type { ProofAnswer, ShowingsAnswer } from '../../schemas/showing-api.ts';

const columns = [
  'Hộp',
  'Tên hộp',
  'Bảng',
  'Loại',
  'Bản tin',
  'SHA-256',
  'Lần phát',
  'Chương trình',
  'Lịch từ',
  'Lịch đến',
  'Hiện từ',
  'Hiện đến',
  'Số lần',
  'Kế hoạch (s)',
  'Đã hiện (s)',
  'Khung hình',
  'Kết thúc',
  'Bằng chứng',
  'Tỷ lệ',
];

/** UTF-8 with a mark, so that office programs read Vietnamese; the last line sums up. */
export function writeShowingTable(rows: ShowingsAnswer['rows'], titles: ReadonlyMap<string, string>, proof: ProofAnswer): string {
  const lines = rows.flatMap(({ box, boxName, showing }) =>
    showing.lines.map((line) => [
      box,
      boxName ?? '',
      showing.output,
      showing.what === 'order' ? 'khẩn cấp' : 'bản tin',
      titles.get(line.sha256 ?? '') ?? '',
      line.sha256 ?? '',
      showing.occurrence,
      showing.programme ?? '',
      stamp(showing.plannedFromMs),
      stamp(showing.plannedUntilMs),
      stamp(line.firstMs),
      stamp(line.lastMs),
      String(line.times),
      seconds(line.plannedMs),
      seconds(line.shownMs),
      line.frames === null ? unmeasured : String(line.frames),
      Object.entries(line.ends)
        .map(([end, times]) => `${end} ${times}`)
        .join(' '),
      line.evidence,
      ratio(line.compliance),
    ]),
  );
  const total = ['Tổng', '', '', `trừ khẩn cấp ${seconds(proof.takeoverMs)} s`, `chưa đo ${seconds(proof.unmeasuredMs)} s`];
  const sums = [
    ...total,
    ...Array<string>(8).fill(''),
    seconds(proof.measurableMs),
    seconds(proof.confirmedMs),
    '',
    '',
    '',
    ratio(proof.compliance),
  ];
  return `\ufeff${[columns, ...lines, sums].map((cells) => cells.map(cellOf).join(',')).join('\r\n')}\r\n`;
}

const unmeasured = 'chưa đo được';

function ratio(compliance: number | null): string {
  return compliance === null ? unmeasured : String(compliance);
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}

function stamp(ms: number | undefined): string {
  return ms === undefined ? '' : new Date(ms).toISOString();
}

/**
 * A text that a spreadsheet would take for a formula is marked as text; so is what stands behind a `;`, a tab or a new line, since a
 * spreadsheet set to `;` splits there and heeds no quote in the middle of its own cells. Quoted wherever some spreadsheet would split.
 */
function cellOf(text: string): string {
  const safe = text.replace(/^(?=[=+\-@\t])|([;\t\r\n][\s"']*)(?=[=+\-@])/g, "$1'");
  return /["',;\t\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
