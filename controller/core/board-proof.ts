// How far a board kept its schedule: confirmed of measurable expected time, what was taken out of it shown beside it. Pure.
import type { Receipt } from '../../schemas/receipt.ts';
import type { ShowingLine, ShowingRow } from '../../schemas/showing-row.ts';

export interface Proof {
  /** What the schedule gave the board, times of orders taken out. */
  readonly expectedMs: number;
  /** Of it, what the screen could be asked about. */
  readonly measurableMs: number;
  readonly confirmedMs: number;
  readonly unmeasuredMs: number;
  /** Taken out, and shown: orders on the board, a screen blanked from afar. */
  readonly takeoverMs: number;
  readonly darkMs: number;
  /** Confirmed of measurable, 0 to 1; null where nothing was measurable: that is not 0. */
  readonly compliance: number | null;
}

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Rows and receipts of one output of one box. Expected are the windows of its plays, overlaps once, within the period. */
export function proofOfBoard(rows: readonly ShowingRow[], receipts: readonly Receipt[], period: Span): Proof {
  const bulletins = rows.filter(({ what }) => what === 'bulletin');
  const windows = union(
    [
      ...receipts.flatMap(windowOf),
      ...bulletins.map(({ plannedFromMs, plannedUntilMs }) => ({ fromMs: plannedFromMs, toMs: plannedUntilMs })),
    ],
    period,
  );
  const takeovers = union(rows.filter(({ what }) => what === 'order').flatMap(shownSpan), period);
  const takeoverMs = common(windows, takeovers);
  return judged(
    length(windows) - takeoverMs,
    takeoverMs,
    bulletins.flatMap((row) => linesWithin(row, period)),
  );
}

/**
 * A row tells its times in sum, not when they were. Of one that reaches beyond the period as large a share of each time counts as of its
 * span lies within: else what was shown outside would stand for what was not shown inside.
 */
export function linesWithin({ plannedFromMs, plannedUntilMs, lines }: ShowingRow, { fromMs, toMs }: Span): ShowingLine[] {
  const insideMs = Math.max(0, Math.min(plannedUntilMs, toMs) - Math.max(plannedFromMs, fromMs));
  const part = plannedUntilMs > plannedFromMs ? insideMs / (plannedUntilMs - plannedFromMs) : 1;
  if (part === 1) return [...lines];
  const cut = (ms: number) => Math.round(ms * part);
  return lines.map((line) => ({
    ...line,
    plannedMs: cut(line.plannedMs),
    shownMs: cut(line.shownMs),
    ...(line.darkMs !== undefined && { darkMs: cut(line.darkMs) }),
  }));
}

/** Of one bulletin: only its own lines count, since what was never begun cannot be laid to one page. */
export function proofOfLines(lines: readonly ShowingLine[]): Proof {
  return judged(
    lines.reduce((sum, { plannedMs, darkMs = 0 }) => sum + plannedMs + darkMs, 0),
    0,
    lines,
  );
}

export function sumOf(proofs: readonly Proof[]): Proof {
  const total = (of: (proof: Proof) => number) => proofs.reduce((sum, one) => sum + of(one), 0);
  const measurableMs = total((one) => one.measurableMs);
  const confirmedMs = total((one) => one.confirmedMs);
  return {
    expectedMs: total((one) => one.expectedMs),
    measurableMs,
    confirmedMs,
    unmeasuredMs: total((one) => one.unmeasuredMs),
    takeoverMs: total((one) => one.takeoverMs),
    darkMs: total((one) => one.darkMs),
    compliance: share(confirmedMs, measurableMs),
  };
}

function judged(plannedMs: number, takeoverMs: number, lines: readonly ShowingLine[]): Proof {
  const measured = lines.filter(({ frames }) => frames !== null);
  const unmeasuredMs = lines.reduce((sum, { frames, plannedMs: own }) => sum + (frames === null ? own : 0), 0);
  const darkMs = lines.reduce((sum, line) => sum + (line.darkMs ?? 0), 0);
  const expectedMs = Math.max(0, plannedMs - darkMs);
  const measurableMs = Math.max(0, expectedMs - unmeasuredMs);
  const confirmedMs = Math.min(
    measurableMs,
    measured.reduce((sum, { shownMs }) => sum + shownMs, 0),
  );
  return { expectedMs, measurableMs, confirmedMs, unmeasuredMs, takeoverMs, darkMs, compliance: share(confirmedMs, measurableMs) };
}

function share(confirmedMs: number, measurableMs: number): number | null {
  return measurableMs > 0 ? Math.round((confirmedMs / measurableMs) * 10_000) / 10_000 : null;
}

/** What a play was to fill; a withdrawn one until it was. */
function windowOf({ outcome, plannedStartMs, plannedEndMs, endedMs }: Receipt): Span[] {
  const toMs = outcome === 'withdrawn' ? (endedMs ?? plannedStartMs) : plannedEndMs;
  return toMs > plannedStartMs ? [{ fromMs: plannedStartMs, toMs }] : [];
}

function shownSpan({ lines }: ShowingRow): Span[] {
  return lines.flatMap(({ firstMs, lastMs }) => (firstMs === undefined || lastMs === undefined ? [] : [{ fromMs: firstMs, toMs: lastMs }]));
}

function union(spans: readonly Span[], within: Span): Span[] {
  const clipped = spans.map(({ fromMs, toMs }) => ({ fromMs: Math.max(fromMs, within.fromMs), toMs: Math.min(toMs, within.toMs) }));
  const joined: { fromMs: number; toMs: number }[] = [];
  for (const span of clipped.filter(({ fromMs, toMs }) => toMs > fromMs).sort((a, b) => a.fromMs - b.fromMs)) {
    const last = joined.at(-1);
    if (last && span.fromMs <= last.toMs) last.toMs = Math.max(last.toMs, span.toMs);
    else joined.push({ ...span });
  }
  return joined;
}

function common(a: readonly Span[], b: readonly Span[]): number {
  return a.reduce(
    (sum, one) =>
      sum + b.reduce((part, other) => part + Math.max(0, Math.min(one.toMs, other.toMs) - Math.max(one.fromMs, other.fromMs)), 0),
    0,
  );
}

function length(spans: readonly Span[]): number {
  return spans.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
}
