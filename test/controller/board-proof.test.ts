// Compliance of boards: confirmed of measurable expected; what was taken out is shown, and unmeasured is not zero.
import { describe, expect, test } from 'vitest';
import { writeShowingTable } from '../../controller/api/showing-table.ts';
import { linesWithin, proofOfBoard, proofOfLines, sumOf } from '../../controller/core/board-proof.ts';
import type { Receipt } from '../../schemas/receipt.ts';
import type { ShowingLine, ShowingRow } from '../../schemas/showing-row.ts';

const dayMs = 1_800_000_000_000;
const hourMs = 3_600_000;
const period = { fromMs: dayMs, toMs: dayMs + 24 * hourMs };
const line = (shownMs: number, changes: Partial<ShowingLine> = {}): ShowingLine => ({
  sha256: 'a'.repeat(64),
  times: 1,
  plannedMs: hourMs,
  shownMs,
  firstMs: dayMs,
  lastMs: dayMs + shownMs,
  frames: 100,
  ends: { completed: 1 },
  evidence: 'seen',
  compliance: 1,
  ...changes,
});
const row = (lines: ShowingLine[], changes: Partial<ShowingRow> = {}): ShowingRow => ({
  id: 'b1.1',
  output: 'screen',
  what: 'bulletin',
  occurrence: 's@1@screen',
  plannedFromMs: dayMs,
  plannedUntilMs: dayMs + hourMs,
  lines,
  ...changes,
});
const receipt = (changes: Partial<Receipt>): Receipt =>
  ({ outcome: 'played', plannedStartMs: dayMs, plannedEndMs: dayMs + hourMs, what: 'occurrence', output: 'screen', ...changes }) as Receipt;

describe('proof of a board', () => {
  test('what was planned and never shown counts as expected', () => {
    const missed = receipt({ outcome: 'missed', plannedStartMs: dayMs + hourMs, plannedEndMs: dayMs + 2 * hourMs });
    expect(proofOfBoard([row([line(hourMs)])], [receipt({}), missed], period)).toMatchObject({
      expectedMs: 2 * hourMs,
      measurableMs: 2 * hourMs,
      confirmedMs: hourMs,
      compliance: 0.5,
    });
  });

  test('plays that overlap are expected once; a withdrawn one until it was withdrawn', () => {
    const over = receipt({ plannedStartMs: dayMs + hourMs / 2, plannedEndMs: dayMs + hourMs });
    expect(proofOfBoard([], [receipt({}), over], period).expectedMs).toBe(hourMs);
    expect(proofOfBoard([], [receipt({ outcome: 'withdrawn', endedMs: dayMs + 60_000 })], period).expectedMs).toBe(60_000);
  });

  test('time under an order is taken out and shown', () => {
    const order = row([line(hourMs / 2, { firstMs: dayMs + hourMs / 4, lastMs: dayMs + (3 * hourMs) / 4 })], { what: 'order' });
    const proof = proofOfBoard([row([line(hourMs / 2, { plannedMs: hourMs / 2 })]), order], [receipt({})], period);
    expect(proof).toMatchObject({ expectedMs: hourMs / 2, takeoverMs: hourMs / 2, compliance: 1 });
  });

  test('what could not be measured is null, never 0, and a blanked screen is nobody’s failure', () => {
    const blind = row([line(hourMs, { frames: null, compliance: null })]);
    expect(proofOfBoard([blind], [receipt({})], period)).toMatchObject({ measurableMs: 0, unmeasuredMs: hourMs, compliance: null });
    const dark = row([line(hourMs / 2, { plannedMs: hourMs / 2, darkMs: hourMs / 2 })]);
    expect(proofOfBoard([dark], [receipt({})], period)).toMatchObject({ darkMs: hourMs / 2, compliance: 1 });
    expect(proofOfBoard([], [], period).compliance).toBeNull();
  });

  test('only the period asked for counts, and boards add up by time', () => {
    const half = { fromMs: dayMs + hourMs / 2, toMs: dayMs + 24 * hourMs };
    expect(proofOfBoard([], [receipt({})], half).expectedMs).toBe(hourMs / 2);
    const [good, bad] = [proofOfBoard([row([line(hourMs)])], [], period), proofOfBoard([], [receipt({ outcome: 'failed' })], period)];
    expect(sumOf([good, bad]).compliance).toBe(0.5);
    expect(proofOfLines([line(hourMs / 2)]).compliance).toBe(0.5);
  });

  test('a period that ends within a row counts that share of it: what was shown after its end proves nothing', () => {
    const half = { fromMs: dayMs, toMs: dayMs + hourMs / 2 };
    const shown = row([
      line(hourMs / 2, { darkMs: hourMs / 10, plannedMs: hourMs * 0.9, firstMs: dayMs + hourMs / 2, lastMs: dayMs + hourMs }),
    ]);
    expect(proofOfBoard([shown], [receipt({})], half)).toMatchObject({
      expectedMs: hourMs * 0.45,
      confirmedMs: hourMs / 4,
      darkMs: hourMs / 20,
      compliance: 0.5556,
    });
    expect(proofOfLines(linesWithin(shown, half))).toMatchObject({ expectedMs: hourMs / 2 - hourMs / 20, confirmedMs: hourMs / 4 });
    const blind = row([line(hourMs, { frames: null, compliance: null })]);
    expect(proofOfBoard([blind], [receipt({})], half)).toMatchObject({ measurableMs: 0, unmeasuredMs: hourMs / 2, compliance: null });
    expect(proofOfLines(linesWithin(shown, period))).toEqual(proofOfLines(shown.lines));
  });

  test('as a table: a line for each page, words for what was not measured, no formula slips in', () => {
    const rows = [{ box: 'b1', boxName: '=Hộp, "một"', storedMs: 1, showing: row([line(1_000, { frames: null, compliance: null })]) }];
    const table = writeShowingTable(rows, new Map([['a'.repeat(64), 'Lịch cắt điện']]), proofOfLines([]));
    const [head, first, total] = table.split('\r\n');
    expect(head?.startsWith('\ufeffHộp,')).toBe(true);
    expect(first).toContain(`b1,"'=Hộp, ""một""",screen,bản tin,Lịch cắt điện`);
    expect(first).toContain('chưa đo được');
    expect(total).toContain('Tổng');
  });

  test.each([
    ['x;=1+1', `"x;'=1+1"`],
    ['x;"=1+1', `"x;""'=1+1"`],
    ['x\t@a', `"x\t'@a"`],
    ['8;9', '"8;9"'],
    ["thôn 'Trong'", `"thôn 'Trong'"`],
    ['=1;-1', `"'=1;'-1"`],
    ['Họp thôn', 'Họp thôn'],
  ])('a cell that some spreadsheet would split is quoted, and no part of it is a formula: %j', (title, cell) => {
    const rows = [{ box: 'b1', boxName: title, storedMs: 1, showing: row([line(1_000)]) }];
    expect(writeShowingTable(rows, new Map(), proofOfLines([]))).toContain(`\r\nb1,${cell},screen,`);
  });
});
