// Figures in Prometheus' text format, version 0.0.4. Pure.

export interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  /** Appended to the family's name: `_bucket`, `_sum`, `_count`. */
  readonly ending?: string;
  readonly value: number;
}

export interface Family {
  readonly name: string;
  readonly kind: 'gauge' | 'counter' | 'histogram';
  readonly help: string;
  readonly samples: readonly Sample[];
}

export function metricsText(families: readonly Family[]): string {
  return families.map(familyText).join('');
}

function familyText({ name, kind, help, samples }: Family): string {
  const lines = samples.map(({ labels = {}, ending = '', value }) => `${name}${ending}${labelsText(labels)} ${numberText(value)}\n`);
  return `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${name} ${kind}\n${lines.join('')}`;
}

function labelsText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length > 0 ? `{${pairs.join(',')}}` : '';
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  return String(value);
}

/** Counts in steps, as a histogram's samples: each step holds all below it. */
export function histogramSamples(
  bounds: readonly number[],
  counts: readonly number[],
  sum: number,
  labels: Readonly<Record<string, string>> = {},
): Sample[] {
  let below = 0;
  const buckets = [...bounds, Number.POSITIVE_INFINITY].map((bound, at): Sample => {
    below += counts[at] ?? 0;
    return { ending: '_bucket', labels: { ...labels, le: numberText(bound) }, value: below };
  });
  return [...buckets, { ending: '_sum', labels, value: sum }, { ending: '_count', labels, value: below }];
}
