// The table item × unit as it is looked at: what needs somebody first, and of a large table one page.
import type { HandlingLine, HandlingState } from '../../../../schemas/source-issue.ts';

/** What needs somebody stands first. */
export const stateOrder: readonly HandlingState[] = [
  ...(['overdue', 'declined', 'waiting', 'unknown', 'taken', 'scheduled', 'delivered', 'played', 'withdrawn'] as const),
];
export const pageRows = 50;

/** The class of `.pill` that a state looks like. */
export const stateLooks: Readonly<Record<HandlingState, string>> = {
  ...{ overdue: 'failed', declined: 'degraded', waiting: 'missed', unknown: '', taken: '', scheduled: '', delivered: 'partial' },
  ...{ played: 'played', withdrawn: '' },
};

export interface Shown {
  readonly lines: readonly HandlingLine[];
  readonly pages: number;
}

/** Of one state or all, with these letters in the unit's name, marks or not. */
export function shownRows(lines: readonly HandlingLine[], state: HandlingState | '', text: string, page: number): Shown {
  const wanted = plain(text);
  const found = lines
    .filter((line) => (state === '' || line.state === state) && plain(line.unit.name).includes(wanted))
    .sort((a, b) => stateOrder.indexOf(a.state) - stateOrder.indexOf(b.state) || a.unit.name.localeCompare(b.unit.name, 'vi'));
  return { lines: found.slice(page * pageRows, (page + 1) * pageRows), pages: Math.max(1, Math.ceil(found.length / pageRows)) };
}

function plain(text: string): string {
  return text.normalize('NFD').replaceAll(/\p{M}/gu, '').replaceAll(/[đĐ]/g, 'd').toLowerCase().trim();
}

/** `87 %`; undefined where nobody could measure: that is not 0 %. */
export function percentOf(share: number | null): string | undefined {
  return share === null ? undefined : `${Math.round(share * 100)} %`;
}
