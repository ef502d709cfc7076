// Values of reports as people read them. Nobody measured is said so; it is never 0.
import type { Value, ValueKind } from '../../../../schemas/report-tables.ts';
import type { Language, Translate } from '../../words/language.ts';
import { clockOf, dateOf } from '../../words/when.ts';
import { dayText } from './days.ts';

/** `null` of an instant or of words is a thing that did not happen; of anything counted it is unmeasured. */
export function written(value: Value, kind: ValueKind, t: Translate, language: Language): string {
  if (value === null) return kind === 'instant' || kind === 'text' ? '–' : t('terms:unmeasured');
  if (typeof value === 'string') return value;
  if (kind === 'instant') return `${dayText(dateOf(value))} ${clockOf(value)}`;
  if (kind === 'durationMs') return lengthText(value);
  const number = new Intl.NumberFormat(language === 'vi' ? 'vi-VN' : 'en-GB', { maximumFractionDigits: kind === 'stars' ? 2 : 1 });
  return kind === 'share' ? `${number.format(value * 100)} %` : number.format(value);
}

/** `1:02:03`: the same in both languages, and in the files. */
export function lengthText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const two = (part: number) => String(part).padStart(2, '0');
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** Numbers stand under one another. */
export function isNumber(kind: ValueKind): boolean {
  return kind !== 'text';
}
