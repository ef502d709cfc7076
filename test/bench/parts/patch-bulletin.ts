// Bulletins of coloured patches without near-white or near-black, and the judge of frames: this one, the next, a blend, or foreign.
import type { Frame } from '../../../hardware/display.ts';
import type { Picture } from './png-picture.ts';

export const patchColumns = 8;
export const patchRows = 6;
type Colour = readonly [number, number, number];
export type Patches = readonly Colour[];

/** Mid-tones only, each bulletin others: any white or black in a frame is foreign. */
export function patchesOf(index: number): Patches {
  let state = (index + 1) * 2_654_435_761;
  const tone = () => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 3_266_489_917) >>> 0;
    return 45 + (state % 160);
  };
  return Array.from({ length: patchColumns * patchRows }, (): Colour => [tone(), tone(), tone()]);
}

/** The same picture made in four ways: grid, picture, grounds without a body's own, and one with a moving word. */
export function patchBulletin(index: number, kind: Frame['kind'] = 'bulletin'): Frame {
  const patches = patchesOf(index);
  const css = (colour: Colour) => `rgb(${colour.join(',')})`;
  const cells = patches.map((colour) => `<i style="background:${css(colour)}"></i>`).join('');
  const grid = `html,body{margin:0;height:100%}main{display:grid;grid:repeat(${patchRows},1fr)/repeat(${patchColumns},1fr);height:100%}`;
  const rects = patches.map((colour, i) => {
    const [x, y] = [i % patchColumns, Math.floor(i / patchColumns)];
    return `<rect x="${x}" y="${y}" width="1.01" height="1.01" fill="${css(colour)}"/>`;
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${patchColumns} ${patchRows}" preserveAspectRatio="none" shape-rendering="crispEdges">${rects.join('')}</svg>`;
  const pictured = `<img alt="" style="position:fixed;inset:0;width:100%;height:100%" src="data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}">`;
  const moving =
    'b{position:absolute;left:1%;top:1%;font:10px sans-serif;color:rgb(120,120,120);animation:w 1s infinite alternate}@keyframes w{to{transform:translateX(20px)}}';
  const ways = [
    `<style>${grid}body{background:${css(patches[0] ?? [90, 90, 90])}}</style><main>${cells}</main>`,
    `<style>body{margin:0}</style>${pictured}`,
    `<style>${grid}</style><main>${cells}</main>`,
    `<style>${grid}${moving}</style><main>${cells}</main><b>tin</b>`,
  ];
  return { id: `${kind}-${index}`, kind, html: `<!doctype html><html lang="vi">${ways[index % ways.length]}`, text: [`${index}`] };
}

export type Verdict = 'before' | 'after' | 'blend' | 'foreign';

const tolerance = 7;
/** Points of a patch, away from its edges, as shares of it. */
const within = [0.25, 0.5, 0.75].flatMap((x) => [0.4, 0.8].map((y) => [x, y] as const));

/** A picture judged as a whole: one share of the blend must explain all its points, and no pixel may be near white or near black. */
export function judge(picture: Picture, before: Patches, after: Patches): Verdict {
  if (hasExtremes(picture)) return 'foreign';
  const seen: [number, number, number][] = [];
  let [over, under] = [0, 0];
  for (const [patch, [x, y]] of points()) {
    const at = offsetOf(picture, patch, x, y);
    for (let c = 0; c < 3; c++) {
      const [a, b, p] = [before[patch]?.[c] ?? 0, after[patch]?.[c] ?? 0, picture.pixels[at + c] ?? 0];
      seen.push([a, b, p]);
      over += (p - a) * (b - a);
      under += (b - a) ** 2;
    }
  }
  const share = under === 0 ? 0 : Math.min(1, Math.max(0, over / under));
  if (seen.some(([a, b, p]) => Math.abs(p - (a + share * (b - a))) > tolerance)) return 'foreign';
  return share < 0.02 ? 'before' : share > 0.98 ? 'after' : 'blend';
}

/** A point grabbed while the screen may be half written: it lies between its two colours. */
export function between(seen: Colour, before: Colour, after: Colour): boolean {
  const line = after.map((b, c) => b - (before[c] ?? 0));
  const under = line.reduce((sum, d) => sum + d * d, 0);
  const over = line.reduce((sum, d, c) => sum + d * ((seen[c] ?? 0) - (before[c] ?? 0)), 0);
  const share = under === 0 ? 0 : Math.min(1, Math.max(0, over / under));
  return seen.every((p, c) => Math.abs(p - ((before[c] ?? 0) + share * (line[c] ?? 0))) <= tolerance);
}

function* points(): Generator<readonly [number, readonly [number, number]]> {
  for (let patch = 0; patch < patchColumns * patchRows; patch++) for (const place of within) yield [patch, place];
}

function offsetOf({ columns, rows, step }: Picture, patch: number, x: number, y: number): number {
  const column = Math.floor((((patch % patchColumns) + x) / patchColumns) * columns);
  const row = Math.floor(((Math.floor(patch / patchColumns) + y) / patchRows) * rows);
  return (row * columns + column) * step;
}

function hasExtremes({ pixels, step }: Picture): boolean {
  for (let at = 0; at < pixels.length; at += step) {
    const [r, g, b] = [pixels[at] ?? 0, pixels[at + 1] ?? 0, pixels[at + 2] ?? 0];
    if ((r > 238 && g > 238 && b > 238) || (r < 14 && g < 14 && b < 14)) return true;
  }
  return false;
}
