// A change of units as it is filled in on the page, and as it is asked of the centre.
import type { UnitAnswer, UnitChange } from '../../../../schemas/units.ts';

type Level = UnitAnswer['level'];
export type Kind = UnitChange['do'];
export const changeKinds: readonly Kind[] = ['merge', 'split', 'rename', 'move', 'open', 'close'];
export const levels: readonly Level[] = ['ministry', 'province', 'district', 'commune', 'hamlet'];

export interface NewUnitDraft {
  id: string;
  kind: string;
  level: Level;
  name: string;
  nameEn: string;
  parent: string;
  code: string;
}

export interface PartDraft {
  /** An id that is there; empty: a unit that begins. */
  into: string;
  fresh: NewUnitDraft;
}

export interface Draft {
  do: Kind;
  unit: string;
  units: string[];
  /** Empty: a unit that begins. */
  into: string;
  fresh: NewUnitDraft;
  name: string;
  nameEn: string;
  code: string;
  parent: string;
  parts: PartDraft[];
  /** Of what lies in a divided unit: which part takes it, by `u ID` and `b ID`. */
  taken: Record<string, number>;
}

export function emptyUnit(of?: Pick<UnitAnswer, 'kind' | 'level' | 'parent'>): NewUnitDraft {
  return { id: '', kind: of?.kind ?? 'thon', level: of?.level ?? 'hamlet', name: '', nameEn: '', parent: of?.parent ?? '', code: '' };
}

export function emptyDraft(kind: Kind): Draft {
  const fresh = emptyUnit();
  return { do: kind, unit: '', units: [], into: '', fresh, name: '', nameEn: '', code: '', parent: '', parts: [], taken: {} };
}

function named(name: string, nameEn: string) {
  return { vi: name, ...(nameEn.trim() !== '' && { en: nameEn }) };
}

function unitOf({ id, kind, level, name, nameEn, parent, code }: NewUnitDraft) {
  return { id, kind, level, name: named(name, nameEn), parent: parent === '' ? null : parent, code: code === '' ? null : code };
}

/** As the centre wants it; what is missing it says itself, with its path. */
export function changeOf(draft: Draft, unit: UnitAnswer | undefined): object {
  const { unit: id, into, fresh } = draft;
  switch (draft.do) {
    case 'open':
      return { do: 'open', unit: unitOf(fresh) };
    case 'rename':
      return {
        ...{ do: 'rename', unit: id },
        ...((draft.name !== unit?.name || draft.nameEn !== (unit?.nameEn ?? '')) && { name: named(draft.name, draft.nameEn) }),
        ...(draft.code !== (unit?.code ?? '') && { code: draft.code === '' ? null : draft.code }),
      };
    case 'move':
      return { do: 'move', unit: id, parent: draft.parent === '' ? null : draft.parent };
    case 'merge':
      return { do: 'merge', units: draft.units, into: into === '' ? unitOf(fresh) : into };
    case 'split':
      return { do: 'split', unit: id, parts: draft.parts.map((part, n) => partOf(part, draft.taken, n)) };
    case 'close':
      return { do: 'close', unit: id };
    default:
      return draft.do satisfies never;
  }
}

function partOf({ into, fresh }: PartDraft, taken: Readonly<Record<string, number>>, n: number): object {
  const of = (mark: string) =>
    Object.entries(taken).flatMap(([key, part]) => (part === n && key.startsWith(`${mark} `) ? [key.slice(2)] : []));
  return { into: into === '' ? unitOf(fresh) : into, units: of('u'), boxes: of('b') };
}

export interface TreeLine {
  readonly unit: UnitAnswer;
  readonly depth: number;
}

/** Each unit under the one above it, brothers by name; one whose parent is not shown stands on top. */
export function treeOf(units: readonly UnitAnswer[]): TreeLine[] {
  const known = new Set(units.map(({ id }) => id));
  const below = new Map<string, UnitAnswer[]>();
  for (const unit of units) {
    const parent = unit.parent !== null && known.has(unit.parent) ? unit.parent : '';
    below.set(parent, [...(below.get(parent) ?? []), unit]);
  }
  const order = new Intl.Collator('vi', { numeric: true });
  const lines: TreeLine[] = [];
  const walk = (parent: string, depth: number) => {
    for (const unit of (below.get(parent) ?? []).sort((a, b) => order.compare(a.name, b.name))) {
      lines.push({ unit, depth });
      walk(unit.id, depth + 1);
    }
  };
  walk('', 0);
  return lines;
}

/** Units that a change names, each once. */
export function namedIn(change: UnitChange): string[] {
  return [...new Set(allNamedIn(change))];
}

function allNamedIn(change: UnitChange): string[] {
  const into = (one: string | { readonly id: string }) => (typeof one === 'string' ? one : one.id);
  switch (change.do) {
    case 'open':
      return [change.unit.id];
    case 'merge':
      return [...change.units, into(change.into)];
    case 'split':
      return [change.unit, ...change.parts.map((part) => into(part.into))];
    default:
      return [change.unit];
  }
}
