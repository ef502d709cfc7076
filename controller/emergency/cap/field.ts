// Optional fields of plain data, under exact optional types.

/** A field that is left out when it is absent. */
export function field<K extends string, T>(name: K, value: T | undefined): { readonly [P in K]?: T } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [P in K]?: T };
}
