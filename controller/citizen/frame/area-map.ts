// The area of an alert as a small drawing from coordinates alone: no map pictures are fetched, nobody learns who looks. Pure.

export interface Point {
  readonly latitude: number;
  readonly longitude: number;
}

export interface Drawing {
  readonly width: number;
  readonly height: number;
  /** The area around the loudspeakers, as an SVG path; empty without points. */
  readonly outline: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
  /** Bar of the scale: its length on the drawing, and what it stands for. */
  readonly scale: { readonly length: number; readonly metres: number };
}

const earthMetresPerDegree = 111_320;
/** So far beyond the outermost loudspeaker people hear it, and are meant. */
const marginMetres = 250;
const steps = [100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000] as const;
const corners = 12;

/** Draw `points` within width × height, north up, the same scale both ways (equirectangular about their middle). */
export function drawArea(points: readonly Point[], width: number, height: number): Drawing {
  if (points.length === 0) return { width, height, outline: '', points: [], scale: { length: 0, metres: 0 } };
  const middle = (Math.min(...points.map((one) => one.latitude)) + Math.max(...points.map((one) => one.latitude))) / 2;
  const alongEast = earthMetresPerDegree * Math.cos((middle * Math.PI) / 180);
  const flat = points.map(({ latitude, longitude }) => [longitude * alongEast, -latitude * earthMetresPerDegree] as const);
  const around = hull(
    flat.flatMap(([x, y]) =>
      Array.from({ length: corners }, (_, at) => {
        const angle = (at * 2 * Math.PI) / corners;
        return [x + marginMetres * Math.cos(angle), y + marginMetres * Math.sin(angle)] as const;
      }),
    ),
  );
  const [left, top] = [Math.min(...around.map(([x]) => x)), Math.min(...around.map(([, y]) => y))];
  const [wide, high] = [Math.max(...around.map(([x]) => x)) - left, Math.max(...around.map(([, y]) => y)) - top];
  const edge = 16;
  const perMetre = Math.min((width - 2 * edge) / wide, (height - 2 * edge) / high);
  const put = ([x, y]: readonly [number, number]) => ({
    x: round(width / 2 + (x - left - wide / 2) * perMetre),
    y: round(height / 2 + (y - top - high / 2) * perMetre),
  });
  const metres = steps.findLast((step) => step * perMetre <= width / 3) ?? steps[0];
  return {
    width,
    height,
    outline: `M${around
      .map(put)
      .map(({ x, y }) => `${x} ${y}`)
      .join('L')}Z`,
    points: flat.map(put),
    scale: { length: round(metres * perMetre), metres },
  };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** The smallest convex shape that holds them (A. M. Andrew's monotone chain, 1979). */
function hull(points: readonly (readonly [number, number])[]): (readonly [number, number])[] {
  const sorted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const half = (side: readonly (readonly [number, number])[]) => {
    const kept: (readonly [number, number])[] = [];
    for (const point of side) {
      for (let [a, b] = kept.slice(-2); kept.length >= 2 && a && b; [a, b] = kept.slice(-2)) {
        if ((b[0] - a[0]) * (point[1] - a[1]) - (b[1] - a[1]) * (point[0] - a[0]) > 0) break;
        kept.pop();
      }
      kept.push(point);
    }
    return kept.slice(0, -1);
  };
  return [...half(sorted), ...half(sorted.reverse())];
}
