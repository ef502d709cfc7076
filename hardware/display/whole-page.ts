// What all pages of a board have in common: the document around them, letters that fit their box, and words that stay words. Pure.
import type { Viewing } from './layout.ts';
import { loudspeakerSign } from './pictograms.ts';

/** Marks of where the words come from, on every page. */
export interface PageMarks {
  /** The commune or place the board speaks for. */
  readonly place?: string;
  /** Shown by a demonstration, never to pass for real. */
  readonly demo?: boolean;
  /** How the board is looked at; letters are made large enough for it where the words leave room. */
  readonly viewing?: Viewing;
  /** A film in sign language will stand in the lower right corner: the words leave it free. */
  readonly interpreted?: boolean;
  /** An address for people's telephones, beside the words that say what it is for. */
  readonly qr?: { readonly text: string; readonly label: string };
}

/**
 * Letter size, in hundredths of the screen's width, at which the text fills a box `wide` × `high` of them: a small letter is
 * about 0.6 of its size wide, a bold capital 0.76, and a line 1.3 of it high. More words make smaller letters, never a cut message.
 */
export function lettersFor(text: string, wide: number, high: number, most: number): number {
  const fits = Math.sqrt((wide * high) / (Math.max(1, text.length) * letterWide(text) * 1.3));
  return Math.round(Math.min(most, Math.max(1.4, fits * 0.92)) * 100) / 100;
}

export interface Part {
  readonly text: string;
  /** Its letters as a share of the largest. */
  readonly scale: number;
}

/** The largest letters at which all parts, one below the other, fill a box together, and no word is wider than it. */
export function lettersTogether(parts: readonly Part[], wide: number, high: number, most: number): number {
  const area = parts.reduce((sum, { text, scale }) => sum + Math.max(1, text.length) * letterWide(text) * 1.25 * scale ** 2, 0);
  const widest = Math.max(
    ...parts.flatMap(({ text, scale }) => text.split(/\s+/).map((word) => word.length * letterWide(text) * scale)),
    0.1,
  );
  const fits = Math.min(Math.sqrt((wide * high) / area) * 0.84, (wide * 0.98) / widest);
  return Math.round(Math.min(most, Math.max(1.4, fits)) * 100) / 100;
}

function letterWide(text: string): number {
  const capitals = [...text].filter((letter) => letter !== letter.toLowerCase()).length;
  return capitals > text.length / 2 ? 0.76 : 0.6;
}

export function foot(marks: PageMarks): string {
  return `<footer>${loudspeakerSign}<span>${asText(marks.place ?? '')}</span>${demoMark(marks)}</footer>`;
}

export function demoMark({ demo }: PageMarks): string {
  return demo === true ? '<span class="demo">TRÌNH DIỄN</span>' : '';
}

/** `--u` is a hundredth of the width, or of what the width would be at 16:9 on a flatter screen. */
export function wholePage(title: string, style: string, body: string): string {
  return `<!doctype html>
<html lang="vi"><head><meta charset="utf-8"><title>${asText(title)}</title><style>
* { box-sizing: border-box; margin: 0; }
html, body { height: 100%; overflow: hidden; }
body { --u: min(1vw, 1.78vh); font-family: "Be Vietnam Pro", "Noto Sans", "DejaVu Sans", system-ui, sans-serif; display: flex; flex-direction: column; }
footer { display: flex; align-items: center; gap: .6em; font-size: calc(2.3 * var(--u)); } footer svg { width: 1.6em; } footer span:nth-of-type(1) { flex: 1; }
.demo { border: .12em solid; border-radius: 9em; padding: .1em .8em; font-weight: 800; letter-spacing: .08em; white-space: nowrap; }
${style}
</style></head><body>${body}</body></html>`;
}

export function asText(text: string): string {
  return text.replace(/[&<>"']/g, (found) => `&#${found.charCodeAt(0)};`);
}
