// A frame's words as a LED sign shows them: pages that stand still, drawn as dots where the letters fit, plain where not. Pure.
import type { Frame } from '../display.ts';
import {
  type Command,
  configureMemory,
  type Depth,
  type Dimming,
  type MemoryFile,
  type Position,
  setDimming,
  setRunSequence,
  setTime,
  silenceSpeaker,
  writeCall,
  writeDots,
  writeText,
} from './alpha-frames.ts';
import { type Bitmap, drawCentred, letterColumns, letterRows, makeBitmap } from './bitmap.ts';
import { pagesOf, plainLetters } from './wrap.ts';

export interface SignGeometry {
  /** Dots, at most 255 × 31. */
  readonly columns: number;
  readonly rows: number;
  readonly colours: Depth;
  /** What the sign has for files. */
  readonly memoryBytes: number;
}

export interface SignPages {
  /** One picture a page; empty where the sign writes with its own letters. */
  readonly pictures: readonly Bitmap[];
  /** The same pages in plain letters. */
  readonly words: readonly string[];
  readonly colour: number | undefined;
}

export const textLabel = 'A';
const textBytes = 256;
/** A sign's own letters are 5 dots wide and stand 1 apart. */
const ownLetterColumns = 6;
/** File labels of pictures: two sets, so that one is filled while the other is seen. `0`, `?` and `1` to `5` are the sign's own. */
const sets = ['BCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxy'] as const;
const bitsADot: Readonly<Record<Depth, number>> = { mono: 1, three: 2, eight: 4 };

/** Vietnamese needs 16 rows: a letter with two marks cannot be told from another in 7. */
export function drawsLetters({ rows }: SignGeometry): boolean {
  return rows >= letterRows;
}

export function pagesMaxOf({ columns, rows, colours, memoryBytes }: SignGeometry): number {
  const pictureBytes = Math.ceil((columns * rows * bitsADot[colours]) / 8);
  return Math.max(1, Math.min(sets[0].length, Math.floor((memoryBytes - textBytes) / 2 / pictureBytes)));
}

export function signPages(frame: Frame, geometry: SignGeometry): SignPages {
  const { columns, rows } = geometry;
  const colour = colourOf(frame, geometry.colours);
  if (!drawsLetters(geometry)) {
    const grid = { letters: Math.floor(columns / ownLetterColumns), lines: 1 };
    const words = pagesOf(frame.text.map(plainLetters), grid, sets[0].length).map((page) => plainLetters(page.join(' ')));
    return { pictures: [], words, colour };
  }
  const grid = { letters: Math.floor(columns / letterColumns), lines: Math.floor(rows / letterRows) };
  const pages = pagesOf(frame.text, grid, pagesMaxOf(geometry));
  const pictures = pages.map((lines) => {
    const picture = makeBitmap(columns, rows);
    drawCentred(picture, lines, 1, colour ?? 1);
    return picture;
  });
  return { pictures, words: pages.map((lines) => plainLetters(lines.join(' '))), colour };
}

/** An order's words for the priority file: one run of plain letters. */
export function priorityWords({ text }: Frame): string {
  return plainLetters(text.join(' - '));
}

/** Files of the sign: one TEXT that points at what is seen, and two sets of pictures. */
export function memoryOf(geometry: SignGeometry): MemoryFile[] {
  const text: MemoryFile = { label: textLabel, is: 'text', bytes: textBytes };
  if (!drawsLetters(geometry)) return [text];
  const { columns, rows, colours: depth } = geometry;
  const labels = sets.flatMap((set) => [...set].slice(0, pagesMaxOf(geometry)));
  return [text, ...labels.map((label): MemoryFile => ({ label, is: 'dots', columns, rows, depth }))];
}

/** What a sign is told once it is there: no beeps, its files, what runs, how bright, what time it is. */
export function setUpOf(geometry: SignGeometry, dimming: Dimming, clock: { readonly hour: number; readonly minute: number }): Command[] {
  return [silenceSpeaker, configureMemory(memoryOf(geometry)), setRunSequence(textLabel), setDimming(dimming), setTime(clock)];
}

export function transferOf({ pictures }: SignPages, set: 0 | 1): Command[] {
  return pictures.flatMap((picture, page) => {
    const command = writeDots(sets[set][page] ?? '', picture);
    return command.ok ? [command.value] : [];
  });
}

/** The command that puts one page on the sign, in the file that runs. */
export function pageOf({ pictures, words, colour }: SignPages, set: 0 | 1, page: number, geometry: SignGeometry): Command {
  const place = placeOf(geometry);
  return pictures.length > 0 ? writeCall(textLabel, sets[set][page] ?? '', place) : writeText(textLabel, words[page] ?? ' ', place, colour);
}

/** One space: nothing is lit. */
export function darkPage(geometry: SignGeometry): Command {
  return writeText(textLabel, ' ', placeOf(geometry));
}

export function placeOf({ rows }: SignGeometry): Position {
  return rows >= 14 ? 'fill' : 'middle';
}

/** The sign's colour nearest to the page's: 1 red, 2 green, 3 amber; none on a sign of one colour. Never the only sign of danger. */
export function colourOf({ kind, tint }: Frame, depth: Depth): number | undefined {
  if (depth === 'mono') return undefined;
  if (!tint) return kind === 'order' ? 1 : kind === 'safe' ? 2 : 3;
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => Number.parseInt(tint.ground.slice(at, at + 2), 16));
  if (red > green * 2 && red > blue * 2) return 1;
  return green > red && green > blue ? 2 : 3;
}
