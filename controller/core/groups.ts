// Groups of boxes: those that were named, and those that boxes listen to, under the name of their unit.
import { type AreaPath, within } from '../../schemas/ids.ts';

export interface NamedGroup {
  readonly id: string;
  readonly name: string;
}

export function groupsOf(
  named: readonly NamedGroup[],
  units: readonly NamedGroup[],
  boxes: readonly { readonly groups: readonly string[] }[],
): NamedGroup[] {
  const names = new Map([...units, ...named].map(({ id, name }) => [id, name]));
  const ids = new Set(named.map(({ id }) => id));
  for (const box of boxes) for (const group of box.groups) ids.add(group);
  return [...ids].sort().map((id) => ({ id, name: names.get(id) ?? id }));
}

interface Place {
  readonly name: string;
  readonly area: AreaPath;
}

/** Groups as people say them: each by its name, and the smallest unit that holds all its boxes where that says more. */
export function placeWords(
  ids: readonly string[],
  {
    groups,
    units,
    boxes,
  }: {
    readonly groups: readonly NamedGroup[];
    readonly units: readonly Place[];
    readonly boxes: readonly { readonly groups: readonly string[]; readonly area: AreaPath }[];
  },
): string {
  const words = ids.map((id) => {
    const name = groups.find((one) => one.id === id)?.name ?? id;
    const areas = boxes.filter((box) => box.groups.includes(id)).map(({ area }) => area);
    const around = areas.length > 0 ? units.filter((unit) => areas.every((area) => within(area, unit.area))) : [];
    const [unit] = around.sort((a, b) => b.area.length - a.area.length);
    return unit === undefined || unit.name === name ? name : `${name} (${unit.name})`;
  });
  return words.join(', ');
}
