// Which of the centre's own places an alert covers: the union of its shapes, and never a place more.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CapArea, LatLon } from '../../controller/emergency/cap/alert.ts';
import { coverOf } from '../../controller/emergency/cap/area.ts';
import { crossesItself } from '../../controller/emergency/cap/crossing.ts';
import { makeEffort } from '../../controller/emergency/cap/geometry.ts';
import type { CapPlace, CapPlaces } from '../../controller/emergency/cap/sources.ts';
import { alertXml, area, check, codeOf, info } from './cap-messages.ts';

function box(lat: number, lon: number, size: number): LatLon[] {
  return [
    [lat, lon],
    [lat, lon + size],
    [lat + size, lon + size],
    [lat + size, lon],
    [lat, lon],
  ];
}

/** A commune of four hamlets in a square, one more commune known as a point. */
const places: CapPlace[] = [
  { area: '08/02536', codes: ['VN-xa=02536'], outline: box(21, 105, 2) },
  { area: '08/02536/thon-1', codes: ['02536-1'], outline: box(21, 105, 1) },
  { area: '08/02536/thon-2', codes: [], outline: box(21, 106, 1) },
  { area: '08/02536/thon-3', codes: [], centre: [22.5, 105.5] },
  { area: '08/02536/thon-4', codes: [], centre: [22.5, 106.5] },
  { area: '08/02545', codes: ['VN-xa=02545'], centre: [25, 105] },
];

function cover(parts: Partial<CapArea>, known: Partial<CapPlaces> = {}) {
  const one: CapArea = { description: 'nơi', polygons: [], circles: [], geocodes: [], ...parts };
  return coverOf([one], { places, ...known }, makeEffort());
}
const code = (name: string, value: string) => ({ geocodes: [{ name, value }] });

describe('geocodes', () => {
  test('cover their place and nothing beside it', () => {
    expect(cover(code('VN-xa', '02536'))).toEqual({ is: 'covers', areas: ['08/02536'] });
    expect(cover(code('bất kỳ', '02536-1'))).toEqual({ is: 'covers', areas: ['08/02536/thon-1'] });
  });

  test('that are unknown hold the alert, also beside known ones', () => {
    expect(cover(code('VN-xa', '02999'))).toMatchObject({ is: 'hold', code: 'geocode-unknown' });
    expect(cover(code('SAME', '02536'))).toMatchObject({ is: 'hold', code: 'geocode-unknown' });
    expect(cover(code('VN-xa', ''))).toMatchObject({ is: 'hold', code: 'geocode-unknown' });
    expect(cover({ geocodes: [...code('VN-xa', '02536').geocodes, ...code('VN-xa', '1').geocodes] })).toMatchObject({ is: 'hold' });
  });

  test('of places elsewhere, or of systems that are not used here, are passed over', () => {
    expect(cover(code('VN-xa', '02999'), { elsewhere: ['VN-xa=02999'] })).toEqual({ is: 'outside' });
    expect(cover({ ...code('UGC', 'MTZ014'), polygons: [box(21.2, 105.2, 0.1)] }, { otherSystems: ['UGC'] })).toEqual({
      is: 'covers',
      areas: ['08/02536/thon-1'],
    });
    expect(cover(code('UGC', 'MTZ014'), { otherSystems: ['UGC'] })).toMatchObject({ is: 'hold', code: 'area-without-shape' });
  });
});

describe('shapes', () => {
  test('touch the smallest places, and cover a commune only when it lies inside whole', () => {
    expect(cover({ polygons: [box(21.2, 105.2, 0.1)] })).toEqual({ is: 'covers', areas: ['08/02536/thon-1'] });
    expect(cover({ polygons: [box(21.5, 105.4, 1.05)] })).toEqual({
      is: 'covers',
      areas: ['08/02536/thon-1', '08/02536/thon-2', '08/02536/thon-3'],
    });
    expect(cover({ polygons: [box(20, 104, 4)] })).toMatchObject({ areas: expect.arrayContaining(['08/02536']) });
  });

  test('a circle of radius 0 is a point', () => {
    expect(cover({ circles: [{ centre: [21.5, 106.5], radiusKm: 0 }] })).toEqual({ is: 'covers', areas: ['08/02536/thon-2'] });
    expect(cover({ circles: [{ centre: [22.5, 105.5], radiusKm: 0 }] })).toEqual({ is: 'covers', areas: ['08/02536/thon-3'] });
    expect(cover({ circles: [{ centre: [22.5, 105.51], radiusKm: 0 }] })).toEqual({ is: 'outside' });
    expect(cover({ circles: [{ centre: [22.5, 105.51], radiusKm: 2 }] })).toEqual({ is: 'covers', areas: ['08/02536/thon-3'] });
  });

  test('polygons, circles and geocodes are taken together', () => {
    const together = {
      ...code('VN-xa', '02545'),
      polygons: [box(21.2, 105.2, 0.1)],
      circles: [{ centre: [22.5, 106.5] as const, radiusKm: 1 }],
    };
    expect(cover(together)).toEqual({ is: 'covers', areas: ['08/02536/thon-1', '08/02536/thon-4', '08/02545'] });
  });

  test('nothing, crossing sides, and places without position are held', () => {
    expect(coverOf([], { places }, makeEffort())).toMatchObject({ is: 'hold', code: 'no-area' });
    expect(cover({})).toMatchObject({ is: 'hold', code: 'area-without-shape' });
    expect(
      cover({
        polygons: [
          [
            [0, 0],
            [1, 1],
            [1, 0],
            [0, 1],
            [0, 0],
          ],
        ],
      }),
    ).toMatchObject({ is: 'hold', code: 'polygon-crosses' });
    expect(cover({ polygons: [box(1, 1, 1)] }, { places: [{ area: '09', codes: ['a'] }] })).toMatchObject({
      is: 'hold',
      code: 'place-unplaced',
    });
    expect(cover({ polygons: [box(1, 1, 1)] })).toEqual({ is: 'outside' });
  });

  test('no covered point-place lies outside every shape, whatever the shapes', () => {
    const number = fc.integer({ min: 0, max: 40 }).map((tenths) => tenths / 10);
    const shape = fc.record({ lat: number, lon: number, size: number.filter((size) => size > 0) });
    // Between the tenths on which edges lie: a point on an edge is a matter of the last bit.
    const between = number.map((tenth) => tenth + 0.05);
    const points = fc.array(fc.tuple(between, between), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(fc.array(shape, { minLength: 1, maxLength: 4 }), points, (shapes, list) => {
        const known = list.map((centre, i): CapPlace => ({ area: `p-${i}`, codes: [], centre }));
        const found = cover({ polygons: shapes.map(({ lat, lon, size }) => box(lat, lon, size)) }, { places: known });
        const inside = known.filter(({ centre: [lat, lon] = [0, 0] }) =>
          shapes.some((one) => lat > one.lat && lat < one.lat + one.size && lon > one.lon && lon < one.lon + one.size),
        );
        const areas = found.is === 'covers' ? [...found.areas] : [];
        expect(areas.sort()).toEqual(inside.map(({ area: path }) => path).sort());
      }),
    );
  });
});

describe('crossing sides', () => {
  test('are found as by comparing every side with every other', () => {
    const whole = fc.integer({ min: 0, max: 99_991 });
    const point = fc.tuple(whole, whole).map(([a, b]): LatLon => [a / 5_000, b / 5_000]);
    fc.assert(
      fc.property(fc.array(point, { minLength: 3, maxLength: 12 }), (corners) => {
        fc.pre(!hasThreeInLine(corners));
        const ring = [...corners, corners[0] as LatLon];
        expect(crossesItself(ring, makeEffort())).toBe(crossesPlainly(ring));
      }),
      { numRuns: 1_000 },
    );
  });

  test('cost no more than was allowed', () => {
    expect(crossesItself(box(0, 0, 1), { left: 2 })).toBeUndefined();
  });
});

function turn(a: LatLon, b: LatLon, c: LatLon): number {
  return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
}

function hasThreeInLine(points: readonly LatLon[]): boolean {
  return points.some((a, i) => points.some((b, j) => j > i && points.some((c, k) => k > j && Math.abs(turn(a, b, c)) < 1e-9)));
}

function crossesPlainly(ring: readonly LatLon[]): boolean {
  for (let i = 1; i < ring.length; i++) {
    for (let j = 1; j < i; j++) {
      const [a, b, c, d] = [ring[i - 1], ring[i], ring[j - 1], ring[j]] as [LatLon, LatLon, LatLon, LatLon];
      if (turn(a, b, c) * turn(a, b, d) < 0 && turn(c, d, a) * turn(c, d, b) < 0) return true;
    }
  }
  return false;
}

describe('a centre with places', () => {
  const known = { places: places.map((place) => ({ ...place })) };
  const at = (shape: string) => alertXml({}, info({}, area({ polygon: shape })));

  test('is told which of them an alert covers', async () => {
    const { verdict, covers } = await check(at('21.2,105.2 21.2,105.3 21.3,105.3 21.2,105.2'), { area: known });
    expect([verdict.code, covers]).toEqual(['alert', ['08/02536/thon-1']]);
  });

  test('ignores what is elsewhere and holds what it cannot place', async () => {
    expect(await codeOf(at('1,1 1,2 2,2 1,1'), { area: known })).toBe('ignore outside-area');
    const coded = alertXml({}, info({}, area({ polygon: undefined, geocode: '<valueName>UGC</valueName><value>MTZ014</value>' })));
    expect(await codeOf(coded, { area: known })).toBe('hold geocode-unknown');
    expect(await codeOf(alertXml({}, info({}, '')), { area: known })).toBe('hold no-area');
    const half = info() + info({ language: 'en', headline: 'x' }, '');
    expect(await codeOf(alertXml({}, half), { area: { places: [{ area: '08', codes: [], centre: [21.7, 105.4] }] } })).toBe('hold no-area');
  });
});
