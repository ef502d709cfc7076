// Does a film flash more than three times in a second? Counted picture by picture on a coarse grid (WCAG 2.2 §2.3.1). Pure.

/** Cells of the grid: small enough that what flashes in one of them is what flashes on the screen. */
export const flashGrid = { columns: 32, rows: 18, bytes: 32 * 18 * 3 } as const;

/** Where and when a film flashes too much. */
export interface TooFast {
  readonly atMs: number;
  readonly kind: 'light' | 'red';
}

export const flashesPerSecondMax = 3;
/** A tenth of the brightest (WCAG: general flash), where the darker picture is below four fifths of it. */
const lightStep = 0.1;
const darkerBelow = 0.8;
/** (R − G − B) × 320 changes by more than 20, one of the two a saturated red. */
const redStep = 20;
const redShare = 0.8;
/**
 * A field of ten degrees is a third of the screen each way; a quarter of it may flash together. Boards are looked at from farther
 * away than screens on desks: strict.
 */
const field = { columns: 11, rows: 6 };
const fieldCellsMax = Math.floor((field.columns * field.rows) / 4);

/** Turning points of one signal in one cell, as instants; a rise and a fall after it are one flash. */
interface Swing {
  /** The last extreme and which way the signal went to it. */
  extreme: number;
  extremeRed: boolean;
  direction: -1 | 0 | 1;
  /** Instants of the changes of the last second. */
  readonly changesMs: number[];
}

type Signal = 'light' | 'red';

/** Fed one picture after the other, rgb24 of `flashGrid`; answers the first instant that is too fast. */
export class FlashCounter {
  readonly #swings: Readonly<Record<Signal, readonly Swing[]>>;
  #found: TooFast | undefined;

  constructor() {
    const fresh = () =>
      Array.from(
        { length: flashGrid.columns * flashGrid.rows },
        (): Swing => ({ extreme: Number.NaN, extremeRed: false, direction: 0, changesMs: [] }),
      );
    this.#swings = { light: fresh(), red: fresh() };
  }

  /** `atMs` of the picture in the film; grows. */
  see(rgb: Uint8Array, atMs: number): void {
    if (this.#found) return;
    for (const [cell, swing] of this.#swings.light.entries()) {
      const [r = 0, g = 0, b = 0] = [rgb[cell * 3], rgb[cell * 3 + 1], rgb[cell * 3 + 2]];
      const light = 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
      follow(swing, light, false, atMs, isLightChange);
      const red = Math.max(0, linear(r) - linear(g) - linear(b)) * 320;
      const reddish = this.#swings.red[cell];
      if (reddish) follow(reddish, red, r > 0 && r / (r + g + b) >= redShare, atMs, isRedChange);
    }
    for (const kind of ['light', 'red'] as const) if (this.#crowded(kind)) this.#found ??= { atMs, kind };
  }

  get found(): TooFast | undefined {
    return this.#found;
  }

  /** Is there a field with too many cells that flash too fast? */
  #crowded(kind: Signal): boolean {
    const fast = this.#swings[kind].map(({ changesMs }) => Math.floor(changesMs.length / 2) > flashesPerSecondMax);
    if (fast.filter(Boolean).length <= fieldCellsMax) return false;
    for (let top = 0; top + field.rows <= flashGrid.rows; top++)
      for (let left = 0; left + field.columns <= flashGrid.columns; left++) {
        let cells = 0;
        for (let row = top; row < top + field.rows; row++)
          for (let column = left; column < left + field.columns; column++) if (fast[row * flashGrid.columns + column]) cells++;
        if (cells > fieldCellsMax) return true;
      }
    return false;
  }
}

/** sRGB to linear light (IEC 61966-2-1), for each of the 256 values. */
const lightOf = Float64Array.from({ length: 256 }, (_, value) => {
  const share = value / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
});
const linear = (value: number) => lightOf[value] ?? 0;

type IsChange = (from: number, to: number, red: boolean) => boolean;
const isLightChange: IsChange = (from, to) => Math.abs(to - from) >= lightStep && Math.min(from, to) < darkerBelow;
const isRedChange: IsChange = (from, to, red) => red && Math.abs(to - from) > redStep;

/** One more value of a signal: does it turn the way it went before, and far enough to be a change? */
function follow(swing: Swing, value: number, red: boolean, atMs: number, isChange: IsChange): void {
  const { changesMs } = swing;
  while (changesMs.length > 0 && (changesMs[0] ?? 0) <= atMs - 1_000) changesMs.shift();
  if (Number.isNaN(swing.extreme)) {
    swing.extreme = value;
    swing.extremeRed = red;
    return;
  }
  const way = Math.sign(value - swing.extreme) as -1 | 0 | 1;
  // Further the same way: the extreme moves on, the change was counted when it began.
  if (way === swing.direction && way !== 0) {
    swing.extreme = value;
    swing.extremeRed = red;
    return;
  }
  if (way === 0 || !isChange(swing.extreme, value, red || swing.extremeRed)) return;
  swing.direction = way;
  swing.extreme = value;
  swing.extremeRed = red;
  changesMs.push(atMs);
}
