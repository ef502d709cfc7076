// Units on the map without anybody's map: around the boxes of each, one level below the centre, the smallest shape that holds them. Pure.
import { type Places, placeOfArea } from './box-list.ts';
import type { Spot } from './map-groups.ts';

type Point = [latitude: number, longitude: number];

export interface Outline {
  readonly area: string;
  readonly name: string;
  /** Corners in order; a unit of one or two places is drawn as a small rectangle around them. */
  readonly ring: readonly Point[];
  /** Where its name stands: over the shape, so that it covers no box. */
  readonly label: Point;
}

/** So far beyond the outermost box, about 150 m: its people hear it there too. */
const marginDegrees = 0.0014;

export function outlinesOf(spots: readonly Spot[], places: Places, centreArea: string): Outline[] {
  const depth = centreArea.split('/').length + 1;
  const units = new Map<string, Point[]>();
  for (const { area, latitude, longitude } of spots) {
    const levels = area.split('/');
    if (levels.length < depth) continue;
    const unit = levels.slice(0, depth).join('/');
    const corners = cornersAround(latitude, longitude);
    const known = units.get(unit);
    if (known) known.push(...corners);
    else units.set(unit, corners);
  }
  return [...units].map(([area, points]) => ({ area, name: placeOfArea(places, area), ring: hull(points), label: topOf(points) }));
}

function topOf(points: readonly Point[]): Point {
  const longitudes = points.map(([, longitude]) => longitude);
  const middle = (Math.min(...longitudes) + Math.max(...longitudes)) / 2;
  return [Math.max(...points.map(([latitude]) => latitude)), middle];
}

function cornersAround(latitude: number, longitude: number): Point[] {
  const [south, north] = [latitude - marginDegrees, latitude + marginDegrees];
  const [west, east] = [longitude - marginDegrees, longitude + marginDegrees];
  return [
    [south, west],
    [south, east],
    [north, east],
    [north, west],
  ];
}

/** Convex hull by the monotone chain (Andrew 1979). */
export function hull(points: readonly Point[]): Point[] {
  const sorted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const half = (from: readonly Point[]) => {
    const chain: Point[] = [];
    for (const point of from) {
      while (chain.length >= 2 && turn(chain[chain.length - 2] as Point, chain[chain.length - 1] as Point, point) <= 0) chain.pop();
      chain.push(point);
    }
    return chain.slice(0, -1);
  };
  return [...half(sorted), ...half([...sorted].reverse())];
}

/** Above 0: from `a` over `b` to `c` is a turn to the left. */
function turn(a: Point, b: Point, c: Point): number {
  return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
}
