// What every report is: figures with their definitions, a table, what was left out and why. A figure nobody measured is null, never 0.
import type { LocalDate } from '../../schemas/time.ts';

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

export const reportTitles: Readonly<Record<ReportId, Words>> = {
  'play-log': { vi: 'Nhật ký phát', en: 'Play log' },
  minutes: { vi: 'Thời lượng phát', en: 'Minutes played' },
  'schedule-kept': { vi: 'Mức thực hiện lịch phát', en: 'Schedule kept' },
  breaches: { vi: 'Lượt phát bị từ chối do quy chế', en: 'Plays refused by policy' },
  faults: { vi: 'Sự cố và thời gian khắc phục', en: 'Faults and time to repair' },
  drills: { vi: 'Diễn tập', en: 'Exercises' },
  equipment: { vi: 'Thiết bị', en: 'Equipment' },
};

/** Where each report is asked for, and by which words besides `format`; one that asks for nothing else has none. */
export interface ReportDoor extends Words {
  readonly id: string;
  readonly path: string;
  readonly asks: readonly string[];
}

export const reportDoors: readonly ReportDoor[] = [
  ...reportIds.map((id) => ({ id, ...reportTitles[id], path: `/api/reports/${id}`, asks: ['fromMs', 'toMs', 'area'] })),
  { id: 'week', vi: 'Báo cáo tuần', en: 'The week', path: '/api/weeks/{unit}', asks: ['unit', 'day'] },
  { id: 'evaluation', vi: 'Đánh giá hằng tháng', en: 'Monthly evaluation', path: '/api/evaluations/{unit}', asks: ['unit', 'month'] },
  { id: 'evaluation-units', vi: 'Đánh giá các đơn vị', en: 'Evaluation of units', path: '/api/evaluations', asks: ['unit', 'month'] },
  {
    id: 'register-statistics',
    vi: 'Thống kê thiết bị',
    en: 'Equipment as at 31 December',
    path: '/api/register-statistics',
    asks: ['year', 'unit'],
  },
];

export function column(id: string, kind: ValueKind, vi: string, en: string): Column {
  return { id, kind, vi, en };
}

export function figure(id: string, kind: ValueKind, value: Value, words: Words, definition: Words): Figure {
  return { id, kind, value, ...words, definition };
}

/** Part of the whole, or null where there is no whole. */
export function share(part: number, whole: number): number | null {
  return whole > 0 ? part / whole : null;
}
