// What every report is: figures with their definitions, a table, what was left out and why. A figure nobody measured is null, never 0.
import {
  type Column,
  type Figure,
  type ReportDoor,
  type ReportId,
  reportIds,
  type Value,
  type ValueKind,
  type Words,
} from '../../schemas/report-tables.ts';

export const reportTitles: Readonly<Record<ReportId, Words>> = {
  'play-log': { vi: 'Nhật ký phát', en: 'Play log' },
  minutes: { vi: 'Thời lượng phát', en: 'Minutes played' },
  'schedule-kept': { vi: 'Mức thực hiện lịch phát', en: 'Schedule kept' },
  breaches: { vi: 'Lượt phát bị từ chối do quy chế', en: 'Plays refused by policy' },
  faults: { vi: 'Sự cố và thời gian khắc phục', en: 'Faults and time to repair' },
  drills: { vi: 'Diễn tập', en: 'Exercises' },
  equipment: { vi: 'Thiết bị', en: 'Equipment' },
};

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
