// The map of boxes: units drawn around their boxes, and tiles only from the server that the operator names.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hull, outlinesOf } from '../../controller/console/pages/boxes/map-outlines.ts';
import { readMapTiles } from '../../controller/map-tiles.ts';
import { readSettings } from '../../controller/settings.ts';
import { type BuiltCentre, makeCentre } from './built-centre.ts';

const spot = (area: string, latitude: number, longitude: number) => ({
  ...{ id: `${area}-${latitude}`, name: 'Hộp', state: 'ok' as const, area, latitude, longitude },
});
const places = new Map([
  ['08/02536', 'Xã Minh Khai'],
  ['08/02536/thon-1', 'Thôn 1'],
]);

describe('outlines of units', () => {
  test('one a unit just below the centre, by name, around all its boxes and those further below', () => {
    const spots = [spot('08/02536/thon-1', 21, 105), spot('08/02536/thon-1/xom-2', 21.01, 105.02), spot('08/02536/thon-9', 21.1, 105)];
    const found = outlinesOf(spots, places, '08/02536');
    expect(found.map(({ area, name }) => [area, name])).toEqual([
      ['08/02536/thon-1', 'Thôn 1'],
      ['08/02536/thon-9', 'Xã Minh Khai'],
    ]);
    for (const { ring, label } of found) {
      expect(ring.length).toBeGreaterThanOrEqual(4);
      expect(label[0], 'the name stands over the shape').toBe(Math.max(...ring.map(([latitude]) => latitude)));
    }
  });

  test('a box of the centre itself draws none', () => {
    expect(outlinesOf([spot('08/02536', 21, 105)], places, '08/02536')).toEqual([]);
  });

  test('the hull holds every point, whatever the points', () => {
    const coordinate = fc.integer({ min: -50, max: 50 });
    const point = fc.tuple(coordinate, coordinate).map(([a, b]) => [a, b] as [number, number]);
    fc.assert(
      fc.property(fc.array(point, { minLength: 3, maxLength: 40 }), (points) => {
        const ring = hull(points);
        if (ring.length < 3) return;
        for (const [y, x] of points)
          for (const [n, [ay, ax]] of ring.entries()) {
            const [by, bx] = ring[(n + 1) % ring.length] as [number, number];
            expect((by - ay) * (x - ax) - (bx - ax) * (y - ay)).toBeGreaterThanOrEqual(0);
          }
      }),
    );
  });
});

describe('tiles', () => {
  test.each([
    ['https://tiles.example/{z}/{x}/{y}.png', true],
    ['http://127.0.0.1:8090/{z}/{x}/{y}.png', true],
    ['http://tiles.example/{z}/{x}/{y}.png', false],
    ['https://tiles.example/{z}/{x}.png', false],
    ['https://{s}.tiles.example/{z}/{x}/{y}.png', false],
    ['https://tiles.example/{z}/{x}/{y}.png?key={apikey}', false],
    ['https://tiles.example/{z}/{x}/{y}{r}.{ext}', false],
    ["https://tiles.example;script-src/{z}/{x}/{y}'", false],
    ['https://name:word@tiles.example/{z}/{x}/{y}.png', false],
    ['javascript:{z}{x}{y}', false],
    [`https://tiles.example/${'a'.repeat(400)}/{z}/{x}/{y}.png`, false],
  ])('%s: %s', (template, fine) => {
    expect(readMapTiles(template, '').ok).toBe(fine);
    expect(readSettings(['--data', '/tmp/x', '--map-tiles', template]).ok).toBe(fine);
  });

  describe('in a centre', () => {
    let built: BuiltCentre;
    beforeAll(async () => {
      built = await makeCentre();
    });
    afterAll(() => built.stop());

    test('without a server there are none, and no page may load pictures of others', async () => {
      const answer = await (await built.as('ky-thuat'))('GET', '/map');
      expect(answer).toMatchObject({ status: 200, body: { tiles: null } });
    });
  });
});
