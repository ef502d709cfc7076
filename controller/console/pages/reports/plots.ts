// What of a report is drawn: which column names a bar or a point, which say how high; and the drawing in one sentence.
import type { Column, Report, Value, ValueKind, Words } from '../../../../schemas/report-tables.ts';
import type { Language, Translate } from '../../words/language.ts';
import { dateOf } from '../../words/when.ts';
import { dayText } from './days.ts';
import { written } from './values.ts';

export interface PlotLine {
  readonly words: Words;
  readonly values: readonly (number | null)[];
}

export interface Plot {
  readonly form: 'bars' | 'line';
  readonly kind: ValueKind;
  /** One for each place on the ground line. */
  readonly labels: readonly string[];
  readonly lines: readonly PlotLine[];
  /** Rows that the drawing has no room for; the table has them. */
  readonly left: number;
}

/** A ground line with more names than these is not read by anybody. */
const placesMax = 40;

type Way =
  /** Each row is a place. */
  | { readonly form: 'bars' | 'line'; readonly name: string; readonly lines: readonly string[]; readonly oldestFirst?: true }
  /** Rows of one day, or of one word, are counted together. */
  | {
      readonly form: 'bars';
      readonly count: string;
      readonly of?: { readonly column: string; readonly value: string; readonly words: Words };
    };

const ways: Readonly<Record<string, Way>> = {
  'play-log': {
    form: 'bars',
    count: 'plannedStart',
    of: { column: 'outcome', value: 'phát đủ', words: { vi: 'Phát đủ', en: 'Played whole' } },
  },
  minutes: { form: 'bars', name: 'class', lines: ['audibleMs'] },
  'schedule-kept': { form: 'bars', name: 'boxName', lines: ['kept'] },
  breaches: { form: 'bars', count: 'rule' },
  faults: { form: 'bars', count: 'reason' },
  drills: { form: 'line', name: 'given', lines: ['told', 'sounded'], oldestFirst: true },
  equipment: { form: 'bars', count: 'online' },
  week: { form: 'bars', name: 'title', lines: ['kept'] },
  'evaluation-units': { form: 'bars', name: 'unit', lines: ['kept'] },
  evaluation: { form: 'line', name: 'month', lines: ['essential', 'online', 'kept', 'trained'], oldestFirst: true },
  'register-statistics': { form: 'bars', name: 'unit', lines: ['working', 'broken'] },
};

/** `lines`: other columns than the usual ones. Nothing where there is nothing to draw. */
export function plotOf(report: Pick<Report, 'id' | 'columns' | 'rows'>, lines?: readonly string[]): Plot | undefined {
  const way = ways[report.id];
  if (!way || report.rows.length === 0) return undefined;
  return 'count' in way ? counted(report, way) : placed(report, { ...way, lines: lines ?? way.lines });
}

function placed({ columns, rows }: Pick<Report, 'columns' | 'rows'>, way: Extract<Way, { name: string }>): Plot | undefined {
  const at = (id: string) => columns.findIndex((column) => column.id === id);
  const [nameAt, ats] = [at(way.name), way.lines.map(at)];
  const kind = columns[ats[0] ?? -1]?.kind;
  if (kind === undefined) return undefined;
  const shown = (way.oldestFirst ? [...rows].reverse() : rows).slice(0, placesMax);
  return {
    ...{ form: way.form, kind, left: rows.length - shown.length },
    labels: shown.map((row) => nameOf(row[nameAt] ?? null, columns[nameAt])),
    lines: ats.flatMap((one) => {
      const column = columns[one];
      return column ? [{ words: column, values: shown.map((row) => numberOf(row[one])) }] : [];
    }),
  };
}

function counted({ columns, rows }: Pick<Report, 'columns' | 'rows'>, { count, of }: Extract<Way, { count: string }>): Plot | undefined {
  const at = columns.findIndex((column) => column.id === count);
  const column = columns[at];
  if (!column) return undefined;
  const ofAt = columns.findIndex(({ id }) => id === of?.column);
  const sums = new Map<string, { all: number; some: number }>();
  const byDay = column.kind === 'instant';
  for (const row of byDay ? [...rows].sort((a, b) => Number(a[at]) - Number(b[at])) : rows) {
    const name = nameOf(row[at] ?? null, column);
    const sum = sums.get(name) ?? { all: 0, some: 0 };
    sums.set(name, { all: sum.all + 1, some: sum.some + (row[ofAt] === of?.value ? 1 : 0) });
  }
  const all = byDay ? [...sums] : [...sums].sort(([, a], [, b]) => b.all - a.all);
  const shown = all.slice(byDay ? -placesMax : 0).slice(0, placesMax);
  return {
    ...{ form: 'bars', kind: 'count', left: all.length - shown.length },
    labels: shown.map(([name]) => name),
    lines: [
      { words: { vi: 'Tất cả', en: 'All' }, values: shown.map(([, sum]) => sum.all) },
      ...(of ? [{ words: of.words, values: shown.map(([, sum]) => sum.some) }] : []),
    ],
  };
}

function nameOf(value: Value, column: Column | undefined): string {
  if (typeof value === 'number') return column?.kind === 'instant' ? dayText(dateOf(value)).slice(0, 5) : String(value);
  return value === null || value === '' ? '–' : value;
}

function numberOf(value: Value | undefined): number | null {
  return typeof value === 'number' ? value : null;
}

/** What a reader sees who does not see the drawing: the highest, the lowest, how much is unmeasured, line by line. */
export function sentenceOf({ lines, labels, kind, left }: Plot, t: Translate, language: Language): string {
  const say = (value: number) => written(value, kind, t, language);
  const said = lines.map(({ words, values }) => {
    const known = values.flatMap((value, at) => (value === null ? [] : [{ value, label: labels[at] ?? '' }]));
    const name = words[language];
    const [first] = known;
    if (!first) return t('reports:plot.nothing', { name });
    const most = known.reduce((a, b) => (b.value > a.value ? b : a), first);
    const least = known.reduce((a, b) => (b.value < a.value ? b : a), first);
    const text =
      known.length === 1
        ? t('reports:plot.one', { name, label: first.label, value: say(first.value) })
        : most.value === least.value
          ? t('reports:plot.level', { name, value: say(most.value), places: known.length })
          : t('reports:plot.range', {
              name,
              most: most.label,
              mostValue: say(most.value),
              least: least.label,
              leastValue: say(least.value),
            });
    const unmeasured = values.length - known.length;
    return unmeasured === 0 ? text : `${text} ${t('reports:plot.unmeasured', { places: unmeasured })}`;
  });
  return [...said, ...(left > 0 ? [t('reports:plot.left', { places: left })] : [])].join(' ');
}
