// Whether the sides of a polygon cross each other: a sweep along longitude over plain number arrays, with a limit on what it may cost.
import type { LatLon } from './alert.ts';
import type { Effort } from './geometry.ts';

/** More than 1 MiB can hold; with 3.6e9 centimetres around the globe still exact in a double. */
const sidesMax = 2 ** 19;

/** Corners without repetition; side i goes from corner i to the next one. */
interface Corners {
  readonly count: number;
  readonly lat: Float64Array;
  readonly lon: Float64Array;
}

/**
 * Also where a corner lies on another side and the line goes on beyond it. Touching is fine, and so are repeated points: real polygons
 * do both. `undefined` when the effort is used up.
 */
export function crossesItself(polygon: readonly LatLon[], effort: Effort): boolean | undefined {
  const corners = cornersOf(polygon);
  const { count, lat, lon } = corners;
  const next = (i: number) => (i + 1 === count ? 0 : i + 1);
  const [west, east, south, north] = [0, 0, 0, 0].map(() => new Float64Array(count)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  // Sorted natively: the west end to a centimetre above, the number of the side below.
  const keys = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const [one, other] = [lon[i] as number, lon[next(i)] as number];
    west[i] = Math.min(one, other);
    east[i] = Math.max(one, other);
    south[i] = Math.min(lat[i] as number, lat[next(i)] as number);
    north[i] = Math.max(lat[i] as number, lat[next(i)] as number);
    keys[i] = Math.floor(((west[i] as number) + 180) * 1e7) * sidesMax + i;
  }
  keys.sort();
  const open = new Uint32Array(count);
  let opened = 0;
  for (const key of keys) {
    const side = key % sidesMax;
    effort.left -= opened + 1;
    if (effort.left < 0) return undefined;
    const [fromLon, fromLat, toLat] = [west[side] as number, south[side] as number, north[side] as number];
    let kept = 0;
    for (let k = 0; k < opened; k++) {
      const other = open[k] as number;
      if ((east[other] as number) < fromLon) continue;
      open[kept++] = other;
      if ((north[other] as number) < fromLat || (south[other] as number) > toLat) continue;
      if (sidesCross(corners, side, other)) return true;
    }
    open[kept] = side;
    opened = kept + 1;
  }
  return false;
}

function cornersOf(polygon: readonly LatLon[]): Corners {
  const [lat, lon] = [new Float64Array(polygon.length), new Float64Array(polygon.length)];
  let count = 0;
  for (const [a, b] of polygon) {
    if (count > 0 && lat[count - 1] === a && lon[count - 1] === b) continue;
    lat[count] = a;
    lon[count++] = b;
  }
  // The last point is the first again.
  return { count: Math.max(0, count - 1), lat, lon };
}

/** Which side of the line from corner a to b corner c lies on; what is smaller than rounding is on it. */
function sideOf({ lat, lon }: Corners, a: number, b: number, c: number): number {
  const [aLat, aLon] = [lat[a] as number, lon[a] as number];
  const twice = ((lat[b] as number) - aLat) * ((lon[c] as number) - aLon) - ((lon[b] as number) - aLon) * ((lat[c] as number) - aLat);
  return Math.abs(twice) < 1e-12 ? 0 : Math.sign(twice);
}

function sidesCross(corners: Corners, one: number, other: number): boolean {
  const { count } = corners;
  const [oneEnd, otherEnd] = [(one + 1) % count, (other + 1) % count];
  if (oneEnd === other || otherEnd === one) return false;
  const [a, b] = [sideOf(corners, one, oneEnd, other), sideOf(corners, one, oneEnd, otherEnd)];
  const [c, d] = [sideOf(corners, other, otherEnd, one), sideOf(corners, other, otherEnd, oneEnd)];
  if (a * b < 0 && c * d < 0) return true;
  return (
    (a === 0 && passes(corners, other, one)) ||
    (b === 0 && passes(corners, otherEnd, one)) ||
    (c === 0 && passes(corners, one, other)) ||
    (d === 0 && passes(corners, oneEnd, other))
  );
}

/** Does the line pass through `wall` at this corner, which lies on it between its ends? */
function passes(corners: Corners, corner: number, wall: number): boolean {
  const { count, lat, lon } = corners;
  const end = (wall + 1) % count;
  const between = (list: Float64Array) => {
    const [from, to, at] = [list[wall] as number, list[end] as number, list[corner] as number];
    return at >= Math.min(from, to) && at <= Math.max(from, to);
  };
  const isEnd = (i: number) => lat[i] === lat[corner] && lon[i] === lon[corner];
  if (isEnd(wall) || isEnd(end) || !between(lat) || !between(lon)) return false;
  const [before, after] = [(corner + count - 1) % count, (corner + 1) % count];
  return sideOf(corners, wall, end, before) * sideOf(corners, wall, end, after) < 0;
}
