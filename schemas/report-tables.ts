// What every report is: figures with their definitions, a table, what was left out and why. A figure nobody measured is null, never 0.
import type { LocalDate } from './time.ts';

/** How a value is written: instants and durations in ms, shares 0 to 1, stars 1 to 5. */
export type ValueKind = 'text' | 'count' | 'instant' | 'durationMs' | 'share' | 'stars';

export type Value = string | number | null;

export interface Words {
  readonly vi: string;
  readonly en: string;
}

export interface Column extends Words {
  readonly id: string;
  readonly kind: ValueKind;
}

export interface Figure extends Column {
  readonly value: Value;
  /** What is counted, of what. */
  readonly definition: Words;
}

export interface Exclusion extends Words {
  readonly count: number;
}

export interface Table {
  readonly title: Words;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Value[])[];
}

/** What stands above and below an official document: Decree 30/2020, annex I. */
export interface OfficialHead {
  /** The organ above, if there is one. */
  readonly above: string | null;
  readonly organ: string;
  readonly place: string;
  readonly date: LocalDate;
}

export const reportIds = ['play-log', 'minutes', 'schedule-kept', 'breaches', 'faults', 'drills', 'equipment'] as const;

export type ReportId = (typeof reportIds)[number];

export interface Report {
  /** One of `reportIds`, or a page of its own. */
  readonly id: string;
  readonly title: Words;
  readonly centre: string;
  readonly zone: string;
  /** Everything known at this instant; later receipts change a period that is over. */
  readonly asOfMs: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly figures: readonly Figure[];
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Value[])[];
  readonly exclusions: readonly Exclusion[];
  /** Tables behind the first. */
  readonly more?: readonly Table[];
  /** Of what is signed and sent as an official document. */
  readonly head?: OfficialHead;
}

export type ReportBody = Pick<Report, 'figures' | 'columns' | 'rows' | 'exclusions'>;

/** Where each report is asked for, and by which words besides `format`; one that asks for nothing else has none. */
export interface ReportDoor extends Words {
  readonly id: string;
  readonly path: string;
  readonly asks: readonly string[];
}
