// Dots of a screen, each with a number for its colour; 0 is the ground. Text is drawn with the letters the project brings along.
import { unifont } from './letters/unifont.ts';

export interface Bitmap {
  readonly columns: number;
  readonly rows: number;
  /** Row by row from the top left, one byte a dot. */
  readonly dots: Uint8Array;
}

export const letterColumns = 8;
export const letterRows = 16;

const recordBytes = 2 + letterRows;
/** Drawn for letters the font lacks: a box, so that a gap is seen. */
const missing = 0x25a1;
const letters = readLetters();

export function makeBitmap(columns: number, rows: number): Bitmap {
  return { columns, rows, dots: new Uint8Array(columns * rows) };
}

/** Letters as they are drawn one by one: composed, without marks that stand alone. */
export function lettersOf(text: string): string[] {
  return [...text.normalize('NFC')].filter((letter) => !/\p{M}/u.test(letter));
}

/** Draw one line with its top left at a dot, each dot of the letters `scale` dots wide and high. What is outside is cut. */
export function drawLine(bitmap: Bitmap, text: string, at: { column: number; row: number; scale: number; colour: number }): void {
  let { column } = at;
  for (const letter of lettersOf(text)) {
    drawLetter(bitmap, letters.get(letter.codePointAt(0) ?? 0) ?? letters.get(missing) ?? new Uint8Array(letterRows), { ...at, column });
    column += letterColumns * at.scale;
  }
}

/** Lines in the middle of the screen, one below the other. */
export function drawCentred(bitmap: Bitmap, lines: readonly string[], scale: number, colour: number): void {
  const lineRows = letterRows * scale;
  let row = Math.max(0, Math.floor((bitmap.rows - lines.length * lineRows) / 2));
  for (const line of lines) {
    const column = Math.max(0, Math.floor((bitmap.columns - lettersOf(line).length * letterColumns * scale) / 2));
    drawLine(bitmap, line, { column, row, scale, colour });
    row += lineRows;
  }
}

/** One upon the other, in its middle; what is outside is cut. */
export function drawBitmap(onto: Bitmap, picture: Bitmap): void {
  const left = Math.max(0, Math.floor((onto.columns - picture.columns) / 2));
  const top = Math.max(0, Math.floor((onto.rows - picture.rows) / 2));
  for (let row = 0; row < Math.min(picture.rows, onto.rows); row++) {
    const line = picture.dots.subarray(row * picture.columns, row * picture.columns + Math.min(picture.columns, onto.columns));
    onto.dots.set(line, (top + row) * onto.columns + left);
  }
}

function drawLetter(
  { columns, rows, dots }: Bitmap,
  bits: Uint8Array,
  { column, row, scale, colour }: { column: number; row: number; scale: number; colour: number },
): void {
  for (let y = 0; y < letterRows * scale && row + y < rows; y++) {
    const line = bits[Math.floor(y / scale)] ?? 0;
    for (let x = 0; x < letterColumns * scale && column + x < columns; x++) {
      if ((line >> (letterColumns - 1 - Math.floor(x / scale))) & 1) dots[(row + y) * columns + column + x] = colour;
    }
  }
}

function readLetters(): ReadonlyMap<number, Uint8Array> {
  const bytes = Buffer.from(unifont, 'base64');
  const found = new Map<number, Uint8Array>();
  for (let at = 0; at + recordBytes <= bytes.length; at += recordBytes)
    found.set(bytes.readUInt16BE(at), new Uint8Array(bytes.subarray(at + 2, at + recordBytes)));
  return found;
}
