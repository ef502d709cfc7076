// Where the zones of a board lie and how large letters must be: pure arithmetic of pixels, millimetres and metres.

/** Twenty minutes of arc: letters with capitals of this share of the distance are read by people with ordinary sight. */
export const capHeightPerDistance = 0.00582;
/** Height of a capital in the fonts in use, as a share of the letter size. */
export const capPerLetter = 0.72;

/** How a board is looked at. */
export interface Viewing {
  /** Of the farthest reader, in metres. */
  readonly distanceM: number;
  /** Of the lit screen, in millimetres. */
  readonly heightMm: number;
  /** Dots of the screen. */
  readonly columns: number;
  readonly rows: number;
}

/** Least size of letters, in pixels, whose capitals are read from the distance. */
export function legiblePx({ distanceM, heightMm, rows }: Viewing): number {
  return (distanceM * 1000 * capHeightPerDistance * (rows / heightMm)) / capPerLetter;
}

/** The same in the unit of the box's own pages: a hundredth of the width, or of what the width would be at 16:9 on a flatter screen. */
export function legibleUnits(viewing: Viewing): number {
  return legiblePx(viewing) / Math.min(viewing.columns / 100, viewing.rows * 0.0178);
}

export interface Zones {
  readonly stripPx: number;
  /** Width of the side zone beside the main one, or its height below it on an upright board. */
  readonly sidePx: number;
  readonly belowPx: number;
}

/** The main zone takes what the strip (a fourteenth of the longer side) and the side (just over a quarter) leave. */
export function zonesOf(columns: number, rows: number, strip: boolean, side: boolean): Zones {
  const upright = rows > columns;
  return {
    stripPx: strip ? Math.max(12, Math.round(upright ? rows / 20 : rows / 11)) : 0,
    sidePx: side && !upright ? Math.round(columns * 0.28) : 0,
    belowPx: side && upright ? Math.round(rows * 0.26) : 0,
  };
}

export interface TickerPage {
  readonly text: string;
  readonly ms: number;
}

export const tickerLinesMax = 12;
export const tickerLineLettersMax = 240;

/**
 * Notices as still pages of at most `lettersMax`, broken between words; each stays as long as it takes to read it twice. Nothing
 * scrolls: nobody can stop a public board to read it (WCAG 2.2, 2.2.2).
 */
export function tickerPages(lines: readonly string[], lettersMax: number): TickerPage[] {
  const most = Math.max(8, Math.floor(lettersMax));
  const pages = lines.slice(0, tickerLinesMax).flatMap((line) => broken(line.slice(0, tickerLineLettersMax), most));
  return pages.map((text) => ({ text, ms: Math.max(5_000, 2_000 + text.length * 130) }));
}

function broken(line: string, most: number): string[] {
  const pages: string[] = [];
  let page = '';
  for (const word of line.trim().split(/\s+/).filter(Boolean)) {
    const longer = page === '' ? word : `${page} ${word}`;
    if (longer.length <= most) page = longer;
    else {
      if (page !== '') pages.push(page);
      page = word.slice(0, most);
    }
  }
  return page === '' ? pages : [...pages, page];
}

/** Letters that fit in the strip beside clock, day and mark. */
export function tickerLetters(columns: number, { stripPx }: Zones): number {
  const letterPx = stripPx * 0.44;
  return (columns - letterPx * 17) / (letterPx * 0.58);
}
