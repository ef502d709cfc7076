// Plots: round scales, values where they belong, words that are safe in a picture, and pictures that are well-formed.
import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { describe, expect, it } from 'vitest';
import { exactScale, numberText, place, scaleOf } from './axis.ts';
import { plotBars } from './bars.ts';
import { plotLines } from './lines.ts';

/** Elements by name; throws where the picture is no XML. */
function elementsOf(svg: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  const parser = new SaxesParser({ xmlns: true });
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ local }) => found.set(local, (found.get(local) ?? 0) + 1));
  parser.write(svg).close();
  return found;
}

const finite = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 });

describe('scales', () => {
  it('hold every value between round ticks that rise', () => {
    fc.assert(
      fc.property(fc.array(finite, { maxLength: 30 }), fc.boolean(), (values, fromZero) => {
        const { min, max, ticks } = scaleOf(values, 4, fromZero);
        expect(max).toBeGreaterThan(min);
        expect(ticks.length).toBeLessThan(20);
        expect([...ticks].sort((a, b) => a - b)).toEqual(ticks);
        const room = (max - min) * 1e-6;
        for (const value of values) expect(value >= min - room && value <= max + room).toBe(true);
      }),
    );
  });

  it('begin at nothing where nothing is below it, and may be exact', () => {
    expect(scaleOf([3, 97], 4)).toEqual({ min: 0, max: 100, ticks: [0, 50, 100] });
    expect(exactScale([1, 14.5], 4)).toEqual({ min: 1, max: 14.5, ticks: [5, 10] });
    expect(place(50, scaleOf([100], 4), 0, 200)).toBe(100);
  });

  it('have ticks for the least of numbers too', () => {
    expect(scaleOf([-5e-324], 4, false)).toEqual(scaleOf([0], 4, false));
  });

  it('write numbers short', () => {
    expect([0, 0.0341, 28.82, 1_234, 25_000_000, -3].map(numberText)).toEqual(['0', '0.0341', '28.8', '1,234', '25M', '-3']);
  });
});

describe('pictures', () => {
  it('of courses have a line for each, a dashed limit where it is near, and words where it is far', () => {
    const points = Array.from({ length: 5_000 }, (_, at) => [at, Math.sin(at / 99) + 2] as const);
    const svg = plotLines({
      title: 'a <b> & "c"\u0000',
      subtitle: '',
      xTitle: 'minutes',
      warmUpTo: 100,
      panels: [
        {
          title: 'near',
          unit: 'ms',
          courses: [
            { name: 'one', points },
            { name: 'two', points: [[1, 2]] },
          ],
          limit: 4,
        },
        { title: 'far', unit: 'MiB', courses: [{ name: 'one', points }], limit: 4_000 },
        { title: 'nothing', unit: '', courses: [{ name: 'none', points: [] }] },
      ],
    });
    expect(elementsOf(svg).get('polyline')).toBe(4);
    expect(elementsOf(svg).get('circle')).toBe(1);
    expect(svg).toContain('limit 4<');
    expect(svg).toContain('far, MiB · limit 4,000');
    expect(svg).not.toContain('NaN');
    expect(svg.length).toBeLessThan(120_000);
  });

  it('of bars draw each as long as it is, and say what was missed', () => {
    const svg = plotBars({
      title: 'bars',
      subtitle: '',
      groups: [
        {
          title: 'fan-out',
          unit: 'ms',
          bars: [
            { name: 'Loa', value: 50, own: true },
            { name: 'peer', value: 100 },
          ],
          target: { value: 40, says: 'at most 40' },
          missed: true,
        },
      ],
    });
    const lengths = [...svg.matchAll(/<rect x="190"[^>]* width="([\d.]+)"/g)].map(([, width]) => Number(width));
    expect(lengths).toHaveLength(2);
    expect((lengths[1] ?? 0) / (lengths[0] ?? 1)).toBeCloseTo(2, 1);
    expect(svg).toContain('>missed<');
    expect(svg).toContain('at most 40');
    elementsOf(svg);
  });
});
