// Figures of what residents said, as drawings: what came and was answered in time by unit, satisfaction, handling times. Pure.
import type { VoicesRow } from '../../../../schemas/citizen-api.ts';
import type { Stars } from '../../../../schemas/evaluation.ts';
import type { Plot } from '../reports/plots.ts';

const placesMax = 40;

/** Mean of stars; `null`: nobody gave any. */
export function meanOf(stars: Stars): number | null {
  const given = stars.reduce((sum, count) => sum + count, 0);
  return given === 0 ? null : stars.reduce((sum, count, at) => sum + count * (at + 1), 0) / given;
}

/** Part of those whose time is over that were answered in it; `null`: nothing was due. */
export function inTimeShare({ inTime, due }: Pick<VoicesRow, 'inTime' | 'due'>): number | null {
  return due === 0 ? null : inTime / due;
}

/** Received and answered, a pair of heights for each unit. */
export function receivedPlot(rows: readonly VoicesRow[]): Plot | undefined {
  return plotOf(rows, 'count', [
    { words: { vi: 'Đã tiếp nhận', en: 'Received' }, of: ({ received }) => received },
    { words: { vi: 'Đã trả lời', en: 'Answered' }, of: ({ answered }) => answered },
  ]);
}

export function inTimePlot(rows: readonly VoicesRow[]): Plot | undefined {
  return plotOf(rows, 'share', [{ words: { vi: 'Trả lời đúng hạn', en: 'Answered in time' }, of: inTimeShare }]);
}

interface Line {
  readonly words: { readonly vi: string; readonly en: string };
  readonly of: (row: VoicesRow) => number | null;
}

function plotOf(rows: readonly VoicesRow[], kind: Plot['kind'], lines: readonly Line[]): Plot | undefined {
  const shown = rows.slice(0, placesMax);
  if (shown.length === 0) return undefined;
  return {
    ...{ form: 'bars', kind, left: rows.length - shown.length },
    labels: shown.map(({ name }) => name),
    lines: lines.map(({ words, of }) => ({ words, values: shown.map(of) })),
  };
}
