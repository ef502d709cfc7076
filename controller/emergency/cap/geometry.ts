// Polygons and circles of CAP (§3.2.4): their grammar, whether sides cross, and what lies inside. WGS 84 degrees taken as a plane.
import type { LatLon } from './alert.ts';
import { readDecimal } from './forms.ts';
import type { CapCode } from './verdict-codes.ts';
import { wordsOf } from './words.ts';

export interface Circle {
  readonly centre: LatLon;
  readonly radiusKm: number;
}

export type Shape<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly code: CapCode; readonly reason: string };

const earthRadiusKm = 6371;
/** Half the way around. */
const radiusKmMax = 20_038;

/** `lat,lon` pairs with white space between: at least four, the last the first again. */
export function readPolygon(text: string): Shape<readonly LatLon[]> {
  const points: LatLon[] = [];
  for (const word of wordsOf(text)) {
    const point = readPoint(word);
    if (!point.ok) return point.code === 'coordinate-range' ? point : { ok: false, code: 'polygon-form', reason: point.reason };
    points.push(point.value);
  }
  const [first, last] = [points[0], points.at(-1)];
  if (points.length < 4) return { ok: false, code: 'polygon-short', reason: `a polygon of ${points.length} points` };
  if (first?.[0] !== last?.[0] || first?.[1] !== last?.[1])
    return { ok: false, code: 'polygon-open', reason: `a polygon from ${first} to ${last}` };
  return { ok: true, value: points };
}

/** `lat,lon radius`; a radius of 0 is a point. */
export function readCircle(text: string): Shape<Circle> {
  const [word = '', radius = '', ...more] = wordsOf(text);
  const point = readPoint(word);
  if (!point.ok) return point;
  const radiusKm = readDecimal(radius);
  if (radiusKm === undefined || radiusKm < 0 || radiusKm > radiusKmMax || more.length > 0)
    return { ok: false, code: 'circle-form', reason: `a circle "${text.slice(0, 80)}"` };
  return { ok: true, value: { centre: point.value, radiusKm } };
}

function readPoint(word: string): Shape<LatLon> {
  const comma = word.indexOf(',');
  const [lat, lon] = [readDecimal(word.slice(0, Math.max(0, comma))), readDecimal(word.slice(comma + 1))];
  if (lat === undefined || lon === undefined) return { ok: false, code: 'circle-form', reason: `"${word.slice(0, 80)}" is no lat,lon` };
  if (Math.abs(lat) > 90 || Math.abs(lon) > 180) return { ok: false, code: 'coordinate-range', reason: `${lat},${lon} is off the globe` };
  return { ok: true, value: [lat, lon] };
}

/** How many comparisons a message may cost; shared by all its shapes. */
export interface Effort {
  left: number;
}

export function makeEffort(): Effort {
  return { left: 5_000_000 };
}

/** Twice the signed area of a triangle; what is smaller than rounding is 0. */
function turn([aLat, aLon]: LatLon, [bLat, bLon]: LatLon, [cLat, cLon]: LatLon): number {
  const twice = (bLat - aLat) * (cLon - aLon) - (bLon - aLon) * (cLat - aLat);
  return Math.abs(twice) < 1e-12 ? 0 : twice;
}

/** Do two sides cross in their insides? Touching ends do not. */
function cross(a: LatLon, b: LatLon, c: LatLon, d: LatLon): boolean {
  return turn(a, b, c) * turn(a, b, d) < 0 && turn(c, d, a) * turn(c, d, b) < 0;
}

export interface Box {
  readonly latMin: number;
  readonly latMax: number;
  readonly lonMin: number;
  readonly lonMax: number;
}

export function boxOf(points: readonly LatLon[]): Box {
  let [latMin, latMax, lonMin, lonMax] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const [lat, lon] of points) {
    latMin = Math.min(latMin, lat);
    latMax = Math.max(latMax, lat);
    lonMin = Math.min(lonMin, lon);
    lonMax = Math.max(lonMax, lon);
  }
  return { latMin, latMax, lonMin, lonMax };
}

function within(box: Box, [lat, lon]: LatLon): boolean {
  return lat >= box.latMin && lat <= box.latMax && lon >= box.lonMin && lon <= box.lonMax;
}

/** A polygon with its box, for many questions. */
export interface Polygon {
  readonly points: readonly LatLon[];
  readonly box: Box;
}

export function polygonOf(points: readonly LatLon[]): Polygon {
  return { points, box: boxOf(points) };
}

/** Inside or on the border (even-odd). */
export function contains({ points, box }: Polygon, point: LatLon, effort: Effort): boolean {
  if (!within(box, point)) return false;
  effort.left -= points.length;
  if (effort.left < 0) return false;
  let inside = false;
  for (let i = 1; i < points.length; i++) {
    const [a, b] = [points[i - 1] as LatLon, points[i] as LatLon];
    if (turn(a, b, point) === 0 && within(boxOf([a, b]), point)) return true;
    if (a[0] > point[0] !== b[0] > point[0] && point[1] < ((b[1] - a[1]) * (point[0] - a[0])) / (b[0] - a[0]) + a[1]) inside = !inside;
  }
  return inside;
}

/** Do the borders of two polygons cross anywhere? */
export function bordersCross(one: Polygon, other: Polygon, effort: Effort): boolean {
  if (one.box.latMin > other.box.latMax || one.box.latMax < other.box.latMin) return false;
  if (one.box.lonMin > other.box.lonMax || one.box.lonMax < other.box.lonMin) return false;
  effort.left -= one.points.length;
  for (let i = 1; i < one.points.length; i++) {
    const [a, b] = [one.points[i - 1] as LatLon, one.points[i] as LatLon];
    // Most sides of a fine border are nowhere near.
    if (Math.min(a[0], b[0]) > other.box.latMax || Math.max(a[0], b[0]) < other.box.latMin) continue;
    if (Math.min(a[1], b[1]) > other.box.lonMax || Math.max(a[1], b[1]) < other.box.lonMin) continue;
    effort.left -= other.points.length;
    if (effort.left < 0) return false;
    for (let j = 1; j < other.points.length; j++) if (cross(a, b, other.points[j - 1] as LatLon, other.points[j] as LatLon)) return true;
  }
  return false;
}

/** Great-circle distance. */
export function distanceKm([aLat, aLon]: LatLon, [bLat, bLon]: LatLon): number {
  const radians = Math.PI / 180;
  const half = (degrees: number) => Math.sin((degrees * radians) / 2) ** 2;
  const square = half(bLat - aLat) + Math.cos(aLat * radians) * Math.cos(bLat * radians) * half(bLon - aLon);
  return 2 * earthRadiusKm * Math.asin(Math.min(1, Math.sqrt(square)));
}

/** From a point to the nearest place of a border: exact enough below 1,000 km, where degrees of longitude are scaled to kilometres. */
export function distanceToBorderKm(point: LatLon, points: readonly LatLon[]): number {
  const scale = Math.cos((point[0] * Math.PI) / 180);
  const flat = ([lat, lon]: LatLon): readonly [number, number] => [lat - point[0], (lon - point[1]) * scale];
  let nearest = Infinity;
  for (let i = 1; i < points.length; i++) {
    const [[aY, aX], [bY, bX]] = [flat(points[i - 1] as LatLon), flat(points[i] as LatLon)];
    const length = (bY - aY) ** 2 + (bX - aX) ** 2;
    const along = length === 0 ? 0 : Math.max(0, Math.min(1, -(aY * (bY - aY) + aX * (bX - aX)) / length));
    nearest = Math.min(nearest, Math.hypot(aY + along * (bY - aY), aX + along * (bX - aX)));
  }
  return (nearest * Math.PI * earthRadiusKm) / 180;
}
