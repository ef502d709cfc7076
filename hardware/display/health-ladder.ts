// What to do when a screen stops living: wait, load the page again, start the browser again, the safe page, the display behind. Pure.

/** A screen that has not painted for so long has stopped; it paints once a second by itself. */
export const stillWithinMs = 6_000;
/** Painting for so long, it has recovered. */
export const steadyAfterMs = 60_000;
/** A bulletin that broke the screen so often is not shown any more. */
export const strikesMax = 3;
/** Bulletins remembered for their strikes; the oldest is forgotten first. */
export const struckMax = 64;
const pausesMs = [0, 0, 1_000, 2_000, 5_000, 10_000, 15_000] as const;

export interface Ladder {
  /** Falls since the screen was last steady. */
  readonly falls: number;
  readonly paintedFrames: number;
  /** When frames were last seen to grow. */
  readonly movedMs: number;
  readonly fellMs: number;
}

export type Step =
  | { readonly do: 'wait' }
  /** The same browser, a fresh page. */
  | { readonly do: 'reload' }
  /** A new browser after a pause. `safe`: with the safe page in place of what was seen. */
  | { readonly do: 'restart'; readonly afterMs: number; readonly safe: boolean };

export interface Look {
  readonly atMs: number;
  /** `undefined`: the page did not answer. */
  readonly paintedFrames: number | undefined;
  /** The browser answers, whatever its page does. */
  readonly browserAnswers: boolean;
}

export const standing = (atMs: number): Ladder => ({ falls: 0, paintedFrames: -1, movedMs: atMs, fellMs: Number.NEGATIVE_INFINITY });

/** A look at the screen's proof of life; all times are of one monotonic clock. */
export function look(ladder: Ladder, { atMs, paintedFrames, browserAnswers }: Look): { readonly ladder: Ladder; readonly step: Step } {
  // Frames are counted anew by each page, so that any other number is a movement.
  if (paintedFrames !== undefined && paintedFrames !== ladder.paintedFrames) {
    const steady = atMs - ladder.fellMs >= steadyAfterMs;
    return { ladder: { ...ladder, paintedFrames, movedMs: atMs, falls: steady ? 0 : ladder.falls }, step: { do: 'wait' } };
  }
  if (atMs - ladder.movedMs < stillWithinMs) return { ladder, step: { do: 'wait' } };
  return fall(ladder, browserAnswers ? 'page' : 'browser', atMs);
}

/** The page or the browser is lost: reload once where the browser lives, then restart, then restart with the safe page. */
export function fall(ladder: Ladder, lost: 'page' | 'browser', atMs: number): { readonly ladder: Ladder; readonly step: Step } {
  const falls = atMs - ladder.fellMs >= steadyAfterMs ? 1 : ladder.falls + 1;
  const fallen: Ladder = { falls, paintedFrames: -1, movedMs: atMs, fellMs: atMs };
  if (lost === 'page' && falls === 1) return { ladder: fallen, step: { do: 'reload' } };
  const afterMs = pausesMs[Math.min(falls, pausesMs.length) - 1] ?? 0;
  return { ladder: fallen, step: { do: 'restart', afterMs, safe: falls >= 3 } };
}

/** A page waits so long for a browser that was lost before the display behind it shows the page. An order waits for nobody. */
export const lostWithinMs = { order: 0, bulletin: 15_000, safe: 15_000 } as const;
/** And an order so long for a browser that seems to live; other pages are answered by the browser itself, or it is lost. */
export const orderWithinMs = 2_000;

/** The browser as the display behind it knows it. */
export interface Front {
  /** The display behind is what is seen. */
  readonly replaced: boolean;
  /** Since when it was not seen to paint: from its fall, or from the start. */
  readonly lostMs: number | undefined;
}

/** From when the display behind shows a page that was asked for, unless the browser has painted it before; infinity: never by time alone. */
export function behindFromMs({ replaced, lostMs }: Front, kind: keyof typeof lostWithinMs, askedMs: number): number {
  if (replaced) return askedMs;
  if (lostMs !== undefined) return Math.max(askedMs, lostMs + lostWithinMs[kind]);
  return kind === 'order' ? askedMs + orderWithinMs : Number.POSITIVE_INFINITY;
}

/** By the bulletin's sha256. */
export type Strikes = ReadonlyMap<string, number>;

/** The screen broke while this bulletin was on it, or it never became ready. */
export function strike(strikes: Strikes, sha256: string): Strikes {
  const next = new Map(strikes);
  next.delete(sha256);
  next.set(sha256, (strikes.get(sha256) ?? 0) + 1);
  const [oldest = ''] = next.keys();
  if (next.size > struckMax) next.delete(oldest);
  return next;
}

export function blackListed(strikes: Strikes, sha256: string): boolean {
  return (strikes.get(sha256) ?? 0) >= strikesMax;
}
