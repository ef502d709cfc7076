// What the list of boxes keeps of each, and which of them a filter lets through. Pure: ten thousand of them are looked at on a keystroke.
import type { BoxAnswer } from '../../../../schemas/api.ts';
import type { UnitAnswer } from '../../../../schemas/units.ts';

export const states = ['silent', 'degraded', 'unknown', 'ok'] as const;
export type State = (typeof states)[number];
export type Kind = 'loudspeaker' | 'board' | 'bridge';

export interface BoxLine {
  readonly id: string;
  readonly name: string;
  readonly area: string;
  /** Name of the unit around it; its area where nobody named one. */
  readonly place: string;
  readonly groups: readonly string[];
  readonly kinds: readonly Kind[];
  readonly enrolled: boolean;
  readonly online: boolean;
  readonly lastSeenMs: number | null;
  readonly state: State;
  readonly reasons: readonly string[];
  readonly version: string;
  readonly sounding: boolean;
  /** Everything it is found by, folded. */
  readonly found: string;
}

export interface BoxFilter {
  readonly text: string;
  readonly state: State | '';
  readonly online: 'yes' | 'no' | 'never' | '';
  /** An area: it and all below. */
  readonly area: string;
  readonly kind: Kind | '';
  readonly group: string;
  readonly reason: string;
  readonly version: string;
}

export const noFilter: BoxFilter = { text: '', state: '', online: '', area: '', kind: '', group: '', reason: '', version: '' };

/** Small letters without marks: “Loa Thôn Đình” is found by “loa thon dinh”. */
export function fold(text: string): string {
  return text
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[đĐ]/g, 'd')
    .toLowerCase();
}

/** Names of units by area, so that a box far below still finds the nearest one above it. */
export type Places = ReadonlyMap<string, string>;

/** The centre itself is a place too. */
export function placesOf(units: readonly UnitAnswer[], english: boolean, centre: { readonly area: string; readonly name: string }): Places {
  return new Map([[centre.area, centre.name], ...units.map(({ area, name, nameEn }) => [area, (english && nameEn) || name] as const)]);
}

export function placeOfArea(places: Places, area: string): string {
  for (let here = area; here !== ''; here = here.slice(0, Math.max(0, here.lastIndexOf('/')))) {
    const name = places.get(here);
    if (name !== undefined) return name;
  }
  return area;
}

export function lineOf(box: BoxAnswer, places: Places): BoxLine {
  const place = placeOfArea(places, box.area);
  return {
    id: box.id,
    name: box.name,
    area: box.area,
    place,
    groups: box.groups,
    kinds: [...new Set(box.outputs.map(({ kind }) => kind))],
    enrolled: box.enrolled,
    online: box.online,
    lastSeenMs: box.lastSeenMs,
    state: box.health.state,
    reasons: box.health.reasons,
    version: box.report?.version ?? '',
    sounding: box.report?.outputs.some(({ sounding }) => sounding !== null) ?? false,
    found: fold(`${box.name} ${box.id} ${place} ${box.area}`),
  };
}

/** Every word of the text has to be found, in whatever order. */
export function chosen(lines: readonly BoxLine[], filter: BoxFilter): BoxLine[] {
  const words = fold(filter.text).split(/\s+/).filter(Boolean);
  return lines.filter((line) => fits(line, filter) && words.every((word) => line.found.includes(word)));
}

function fits(line: BoxLine, { state, online, area, kind, group, reason, version }: BoxFilter): boolean {
  return (
    (state === '' || line.state === state) &&
    (online === '' || (online === 'never' ? line.lastSeenMs === null : online === 'yes' ? line.online : !line.online)) &&
    (area === '' || line.area === area || line.area.startsWith(`${area}/`)) &&
    (kind === '' || line.kinds.includes(kind)) &&
    (group === '' || line.groups.includes(group)) &&
    (reason === '' || line.reasons.includes(reason)) &&
    (version === '' || line.version === version)
  );
}

export type Counts = Readonly<Record<State, number>>;

/** Of those that everything but the state lets through: what choosing a state would show. */
export function countStates(lines: readonly BoxLine[], filter: BoxFilter): Counts {
  const counts = { silent: 0, degraded: 0, unknown: 0, ok: 0 };
  for (const { state } of chosen(lines, { ...filter, state: '' })) counts[state] += 1;
  return counts;
}

/** What there is to choose from, most frequent first. */
export function valuesOf(lines: readonly BoxLine[], of: (line: BoxLine) => readonly string[]): string[] {
  const times = new Map<string, number>();
  for (const line of lines) for (const value of of(line)) if (value !== '') times.set(value, (times.get(value) ?? 0) + 1);
  return [...times].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([value]) => value);
}

/** A filter in an address, and from it: what is not said is not asked. */
export function filterText(filter: BoxFilter): string {
  return new URLSearchParams(Object.entries(filter).filter(([, value]) => value !== '')).toString();
}

export function filterOf(text: string): BoxFilter {
  const said = Object.fromEntries(new URLSearchParams(text.slice(0, 1_000)));
  const known = Object.keys(noFilter).map((key) => [key, said[key] ?? '']);
  const filter = Object.fromEntries(known) as unknown as BoxFilter;
  return {
    ...filter,
    state: states.find((one) => one === filter.state) ?? '',
    online: (['yes', 'no', 'never'] as const).find((one) => one === filter.online) ?? '',
    kind: (['loudspeaker', 'board', 'bridge'] as const).find((one) => one === filter.kind) ?? '',
  };
}

/** What the list is asked for by its address; undefined: the address is of something else. */
export function filterAt(hash: string): BoxFilter | undefined {
  const [, place, text = ''] = /^#\/(thiet-bi)(?:\/(?:\+loc(?:\/(.*))?)?)?$/.exec(hash) ?? [];
  if (place === undefined) return undefined;
  try {
    return filterOf(decodeURIComponent(text));
  } catch {
    return noFilter;
  }
}

/** New answers in place of the old ones, the rest as it was; what is new stands in the order of ids. */
export function renewed(lines: readonly BoxLine[], fresh: readonly BoxLine[]): BoxLine[] {
  const by = new Map(fresh.map((line) => [line.id, line]));
  const kept = lines.map((line) => {
    const next = by.get(line.id);
    by.delete(line.id);
    return next ?? line;
  });
  return by.size === 0 ? kept : [...kept, ...by.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}
