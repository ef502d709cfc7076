// Groups of boxes: those that were named, and those that boxes listen to, under the name of their unit.
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
  const ids = new Set([...named.map(({ id }) => id), ...boxes.flatMap((box) => box.groups)]);
  return [...ids].sort().map((id) => ({ id, name: names.get(id) ?? id }));
}
