// Values of the course of readings as people read them, each with its unit.
import type { ReadingKind } from '../../../../schemas/reading-series.ts';
import type { Language } from '../../words/language.ts';

const units: Readonly<Record<ReadingKind, string>> = {
  temperatureC: '°C',
  mainsV: 'V',
  currentMa: 'mA',
  signalDbm: 'dBm',
  diskWornPercent: '%',
  dataMonthBytes: 'MB',
};

/** `low` to `high`, said once where both read the same; below zero with a true minus. */
export function readingText(kind: ReadingKind, language: Language, low: number, high = low): string {
  const big = kind === 'dataMonthBytes' && Math.max(low, high) >= 1e9;
  const said = (value: number) => numberText(kind === 'dataMonthBytes' ? value / (big ? 1e9 : 1e6) : value, language);
  const [from, to] = [said(low), said(high)];
  // A dash between two minuses cannot be read.
  const between = low < 0 ? (language === 'vi' ? ' đến ' : ' to ') : '–';
  return `${from === to ? from : `${from}${between}${to}`} ${big ? 'GB' : units[kind]}`;
}

/** One decimal where it says something; a comma in Vietnamese. */
function numberText(value: number, language: Language): string {
  const text = (Math.abs(value) < 100 ? value.toFixed(1).replace(/\.0$/, '') : value.toFixed(0)).replace(/^-0$/, '0').replace('-', '−');
  return language === 'vi' ? text.replace('.', ',') : text;
}
