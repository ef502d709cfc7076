// Which of the centre's own places an alert covers. The union of polygons, circles and geocodes (§3.2.4), and never anything wider.
import type { CapArea, CapPair, LatLon } from './alert.ts';
import { crossesItself } from './crossing.ts';
import { bordersCross, type Circle, contains, distanceKm, distanceToBorderKm, type Effort, type Polygon, polygonOf } from './geometry.ts';
import type { CapPlace, CapPlaces } from './sources.ts';
import type { CapCode } from './verdict-codes.ts';

/** `outside`: understood, and no place of the centre is in it. */
export type CapCover =
  | { readonly is: 'covers'; readonly areas: readonly string[] }
  | { readonly is: 'outside' }
  | { readonly is: 'hold'; readonly code: CapCode; readonly reason: string };

function hold(code: CapCode, reason: string): CapCover {
  return { is: 'hold', code, reason };
}

/** Faults of areas that need no places: none at all, one without a shape, sides that cross. `undefined`: fine. */
export function areaFault(areas: readonly CapArea[], effort: Effort): CapCover | undefined {
  if (areas.length === 0) return hold('no-area', 'no area: everywhere is nowhere');
  for (const { description, polygons, circles, geocodes } of areas) {
    if (polygons.length + circles.length + geocodes.length === 0)
      return hold('area-without-shape', `"${description}" has no polygon, circle or geocode`);
    for (const polygon of polygons) {
      const crosses = crossesItself(polygon, effort);
      if (crosses === undefined) return hold('polygon-too-fine', `a polygon of "${description}" with ${polygon.length} points`);
      if (crosses) return hold('polygon-crosses', `sides of a polygon of "${description}" cross`);
    }
  }
  return undefined;
}

interface Shapes {
  readonly polygons: readonly Polygon[];
  readonly circles: readonly Circle[];
}

/**
 * The covered places. A geocode covers its place whole. By polygon or circle, the smallest places decide: one with no place of the list
 * below it is covered when it is touched (or, known as a point, when that lies inside); a wider one only when it lies inside whole.
 */
export function coverOf(areas: readonly CapArea[], known: CapPlaces, effort: Effort): CapCover {
  const fault = areaFault(areas, effort);
  if (fault) return fault;
  const coded = placesByCode(areas, known);
  if (!Array.isArray(coded)) return coded as CapCover;
  const shapes: Shapes = {
    polygons: areas.flatMap(({ polygons }) => polygons.map(polygonOf)),
    circles: areas.flatMap(({ circles }) => circles),
  };
  const covered = new Set<string>(coded.map(({ area }) => area));
  const drawn = shapes.polygons.length + shapes.circles.length > 0;
  let unplaced = 0;
  if (drawn) {
    const parents = parentsOf(known.places);
    for (const place of known.places) {
      const inside = isCovered(place, parents.has(place.area), shapes, effort);
      if (inside === undefined) unplaced++;
      else if (inside) covered.add(place.area);
      if (effort.left < 0) return hold('polygon-too-fine', 'the polygons are too fine to compare with every place');
    }
  }
  if (covered.size > 0) return { is: 'covers', areas: [...covered].sort() };
  return unplaced > 0 ? hold('place-unplaced', `${unplaced} places have no position to compare with`) : { is: 'outside' };
}

/** Every geocode is a place here, one elsewhere, or of a system that is passed over; else the alert is held. */
function placesByCode(areas: readonly CapArea[], { places, otherSystems = [], elsewhere = [] }: CapPlaces): CapPlace[] | CapCover {
  const byCode = new Map<string, CapPlace[]>();
  for (const place of places) for (const code of place.codes) byCode.set(code, [...(byCode.get(code) ?? []), place]);
  const away = new Set(elsewhere);
  const passed = new Set(otherSystems);
  const found: CapPlace[] = [];
  for (const { geocodes, polygons, circles, description } of areas) {
    const used = geocodes.filter(({ name }) => !passed.has(name));
    if (used.length + polygons.length + circles.length === 0)
      return hold('area-without-shape', `"${description}" has codes of other systems only`);
    for (const code of used) {
      const named = spellings(code).flatMap((spelling) => byCode.get(spelling) ?? []);
      if (named.length === 0 && !spellings(code).some((spelling) => away.has(spelling)))
        return hold('geocode-unknown', `${code.name} ${code.value} of "${description}" is no known place`);
      found.push(...named);
    }
  }
  return found;
}

function spellings({ name, value }: CapPair): string[] {
  return value === '' ? [] : [`${name}=${value}`, value];
}

/** Places with another place of the list below them. */
function parentsOf(places: readonly CapPlace[]): ReadonlySet<string> {
  const parents = new Set<string>();
  for (const { area } of places) {
    const steps = area.split('/');
    for (let i = 1; i < steps.length; i++) parents.add(steps.slice(0, i).join('/'));
  }
  return parents;
}

/** `undefined`: the place has no position, and none below it could tell. */
function isCovered({ centre, outline }: CapPlace, isParent: boolean, shapes: Shapes, effort: Effort): boolean | undefined {
  if (outline) return isParent ? holdsWhole(outline, shapes, effort) : touches(polygonOf(outline), shapes, effort);
  if (isParent) return false;
  return centre && (shapes.polygons.some((one) => contains(one, centre, effort)) || shapes.circles.some((one) => reaches(one, centre)));
}

function reaches({ centre, radiusKm }: Circle, point: LatLon): boolean {
  return distanceKm(centre, point) <= radiusKm;
}

function touches(place: Polygon, { polygons, circles }: Shapes, effort: Effort): boolean {
  return (
    polygons.some(
      (one) =>
        place.points.some((point) => contains(one, point, effort)) ||
        contains(place, one.points[0] as LatLon, effort) ||
        bordersCross(one, place, effort),
    ) || circles.some((one) => contains(place, one.centre, effort) || distanceToBorderKm(one.centre, place.points) <= one.radiusKm)
  );
}

function holdsWhole(outline: readonly LatLon[], { polygons, circles }: Shapes, effort: Effort): boolean {
  const place = polygonOf(outline);
  return (
    polygons.some((one) => outline.every((point) => contains(one, point, effort)) && !bordersCross(one, place, effort)) ||
    circles.some((one) => outline.every((point) => reaches(one, point)))
  );
}
