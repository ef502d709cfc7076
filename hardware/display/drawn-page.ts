// A page drawn without a browser: its words in the project's own letters, as large as they fit, in the page's two colours. Pure.
import type { Frame } from '../display.ts';
import { drawCentred, letterColumns, letterRows, makeBitmap } from './bitmap.ts';
import { coloured, type Picture, type Rgb } from './png.ts';
import { pagesOf, wrapLine } from './wrap.ts';

/** Of the screen; the rest is margin. */
const part = 0.92;
const black: Rgb = [0, 0, 0];
const white: Rgb = [255, 255, 255];
const red: Rgb = [164, 0, 29];

/** Contrast is never below 7 to 1: black on white, or the colours of the page, which keep that. */
export function drawnPage(frame: Pick<Frame, 'kind' | 'text' | 'tint'>, columns: number, rows: number): Picture {
  const { scale, lines } = fitted(frame.text, columns * part, rows * part);
  const bitmap = makeBitmap(columns, rows);
  drawCentred(bitmap, lines, scale, 1);
  return coloured(bitmap, coloursOf(frame));
}

function coloursOf({ kind, tint }: Pick<Frame, 'kind' | 'tint'>): [Rgb, Rgb] {
  if (tint) return [rgbOf(tint.ground), rgbOf(tint.ink)];
  return kind === 'order' ? [red, white] : [white, black];
}

/** The largest letters with which all words fit unbroken; at the smallest, as many as fit. */
function fitted(text: readonly string[], columns: number, rows: number): { readonly scale: number; readonly lines: readonly string[] } {
  const longest = Math.max(1, ...text.flatMap((line) => line.split(/\s+/)).map((word) => word.length));
  for (let scale = Math.floor(columns / (letterColumns * longest)); scale > 1; scale--) {
    const letters = Math.floor(columns / (letterColumns * scale));
    const lines = text.flatMap((line) => wrapLine(line, letters));
    if (lines.length * letterRows * scale <= rows) return { scale, lines };
  }
  const grid = { letters: Math.max(1, Math.floor(columns / letterColumns)), lines: Math.max(1, Math.floor(rows / letterRows)) };
  return { scale: 1, lines: pagesOf(text, grid, 1)[0] ?? [] };
}

function rgbOf(colour: string): Rgb {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) || 0);
  return [r, g, b];
}
