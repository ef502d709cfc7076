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

/** The main zone takes what the strip (on an upright board with a row of its own for notices) and the side leave. */
export function zonesOf(columns: number, rows: number, strip: boolean, side: boolean): Zones {
  const upright = rows > columns;
  return {
    stripPx: strip ? Math.max(12, Math.round(upright ? rows / 10 : rows / 11)) : 0,
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

/** Letters of a notice that fit in the strip: beside clock, day and mark, or in a row of their own on an upright board. */
export function tickerLetters(columns: number, rows: number, { stripPx }: Zones): number {
  const upright = rows > columns;
  const letterPx = (upright ? stripPx / 2 : stripPx) * stripLetter;
  return (columns - letterPx * (upright ? 4 : 18)) / (letterPx * 0.58);
}

/** Letters of the strip as a share of its row. */
const stripLetter = 0.44;
