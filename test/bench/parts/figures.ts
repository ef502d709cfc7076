// A figure of a bench: where it stands in the line that the bench prints, by which bar it is judged and beside which peers. Pure.

/** A bar: a number, or a share of another figure of the same line. */
export type Bar = number | { readonly at: string; readonly times?: number; readonly plus?: number };

export interface Figure {
  readonly says: string;
  /** Where it stands in the bench's line: names joined by dots, `list[name=value]` for one of a list. */
  readonly at: string;
  readonly unit: string;
  readonly atMost?: Bar;
  readonly atLeast?: Bar;
  readonly peers?: readonly { readonly name: string; readonly at: string }[];
}

export interface Bench {
  readonly name: string;
  readonly title: string;
  readonly figures: readonly Figure[];
  /** Smaller sizes for a first look; absent: it takes what it takes, and a quick run leaves it out. */
  readonly quick?: readonly string[];
}

/** A number of a bench's line; undefined where it was not measured. */
export function valueAt(line: unknown, at: string): number | undefined {
  let here: unknown = line;
  for (const step of at.split(/\.(?![^[]*\])/)) {
    const [, name = '', key, wanted] = /^([^[]*)(?:\[([^=]+)=(.+)\])?$/.exec(step) ?? [];
    here = (here as Record<string, unknown> | null | undefined)?.[name];
    if (key !== undefined) here = Array.isArray(here) ? here.find((one) => (one as Record<string, unknown>)[key] === wanted) : undefined;
  }
  return typeof here === 'number' && Number.isFinite(here) ? here : undefined;
}

/** The bar as a number, where it can be told. */
export function barOf(line: unknown, bar: Bar | undefined): number | undefined {
  if (bar === undefined || typeof bar === 'number') return bar;
  const base = valueAt(line, bar.at);
  return base === undefined ? undefined : Math.round((base * (bar.times ?? 1) + (bar.plus ?? 0)) * 1000) / 1000;
}
