// Things by where they stand: each lies in its own place and in all places above it. Pure.
import type { AreaPath } from '../../schemas/ids.ts';

/** Many things, asked for by place without looking through all of them. */
export interface Placed<T> {
  readonly all: readonly T[];
  /** Those in this place or below it, in the order given. */
  in(area: AreaPath): readonly T[];
}

export function placed<T extends { readonly area: AreaPath }>(all: readonly T[]): Placed<T> {
  const byPlace = new Map<AreaPath, T[]>();
  for (const thing of all)
    for (const place of upward(thing.area)) {
      const there = byPlace.get(place);
      if (there) there.push(thing);
      else byPlace.set(place, [thing]);
    }
  return { all, in: (area) => byPlace.get(area) ?? [] };
}

/** This place and all above it: `a/b/c`, `a/b`, `a`. */
export function upward(area: AreaPath): AreaPath[] {
  const places = [area];
  for (let end = area.lastIndexOf('/'); end > 0; end = area.lastIndexOf('/', end - 1)) places.push(area.slice(0, end));
  return places;
}
