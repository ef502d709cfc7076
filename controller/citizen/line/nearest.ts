// Which place somebody is in, by where its loudspeakers are; counted on the phone, told to nobody. Pure.
import type { PublicUnit } from '../../../schemas/citizen-api.ts';

/** Farther than this from every loudspeaker somebody lives elsewhere. */
const farthestMetres = 20_000;
const earthMetres = 6_371_000;

/** The smallest unit around the nearest middle of loudspeakers; undefined: none is near. */
export function nearest(
  units: readonly PublicUnit[],
  from: { readonly latitude: number; readonly longitude: number },
): PublicUnit | undefined {
  const parents = new Set(units.map(({ parent }) => parent));
  const leaves = units.filter(({ id, place }) => place && !parents.has(id));
  const placed = leaves.length > 0 ? leaves : units.filter(({ place }) => place);
  const measured = placed.flatMap((unit) => (unit.place ? [{ unit, metres: metresBetween(unit.place, from) }] : []));
  const [first] = measured.sort((a, b) => a.metres - b.metres);
  return first && first.metres <= farthestMetres ? first.unit : undefined;
}

/** Over the sphere (haversine). */
function metresBetween(
  a: { readonly latitude: number; readonly longitude: number },
  b: { readonly latitude: number; readonly longitude: number },
): number {
  const rad = (degrees: number) => (degrees * Math.PI) / 180;
  const across =
    Math.sin(rad(b.latitude - a.latitude) / 2) ** 2 +
    Math.cos(rad(a.latitude)) * Math.cos(rad(b.latitude)) * Math.sin(rad(b.longitude - a.longitude) / 2) ** 2;
  return 2 * earthMetres * Math.asin(Math.min(1, Math.sqrt(across)));
}
