// Whose evaluation of which month: as it stands in the address; and which of its columns can be drawn.
import type { Column, Report } from '../../../../schemas/report-tables.ts';
import type { UnitAnswer } from '../../../../schemas/units.ts';

export interface EvaluationAsked {
  readonly unit: string | undefined;
  readonly month: string;
}

/** `#/danh-gia/xa/2026-11`; the highest unit and this month unless said. */
export function evaluationAsked(rest: readonly string[], units: readonly UnitAnswer[], thisMonth: string): EvaluationAsked {
  const highest = [...units].sort((a, b) => a.area.length - b.area.length)[0]?.id;
  const month = rest[1] ?? '';
  return { unit: rest[0] || highest, month: /^20\d{2}-(0[1-9]|1[0-2])$/.test(month) && month <= thisMonth ? month : thisMonth };
}

export function evaluationAddress({ unit, month }: EvaluationAsked): string {
  return `#/danh-gia/${encodeURIComponent(unit ?? '')}/${month}`;
}

export function criteriaOf({ columns }: Pick<Report, 'columns'>): readonly Column[] {
  return columns.filter(({ kind }) => kind !== 'text');
}
