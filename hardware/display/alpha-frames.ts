// What an Alpha sign is told, as bytes: frames, text, pictures of small dots, memory, special functions. Pure; the public
// description is "Alpha Sign Communications Protocol" 9708-8061 (revision F, 2006). Nothing here knows a port.
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Bitmap } from './bitmap.ts';

/** Code and data of one command; between its parts the sign needs a pause. Every byte has seven bits. */
export type Command = readonly string[];

/** Bytes to write, then the silence the sign needs before the next. */
export interface Burst {
  readonly bytes: Uint8Array;
  readonly pauseMs: number;
}

export interface SignAddress {
  /** One letter: kind of sign, `Z` for all. */
  readonly type: string;
  /** Two hexadecimal digits, `00` for all. */
  readonly number: string;
}

export type Position = 'middle' | 'top' | 'bottom' | 'fill';

/** Of the one file that overrides all others, its place and mode counted. */
export const priorityBytesMax = 125;
export const priorityLabel = '0';
/** SMALL DOTS pictures. */
export const dotsColumnsMax = 255;
export const dotsRowsMax = 31;

const pauseMs = 100;
const nul = '\x00';
const soh = '\x01';
const stx = '\x02';
const etx = '\x03';
const eot = '\x04';
const modeMark = '\x1b';
const carriageReturn = '\r';
const callPicture = '\x14';
const colourMark = '\x1c';
const positions: Readonly<Record<Position, string>> = { middle: ' ', top: '"', bottom: '&', fill: '0' };
/** Stays still: nothing on a board scrolls or flashes. */
const hold = 'b';

/** One transmission; of several commands each is checked alone. */
export function framed(commands: readonly Command[], address: SignAddress): Burst[] {
  const bursts: Burst[] = [];
  let text = `${nul.repeat(5)}${soh}${address.type}${address.number}`;
  const send = (pause: number) => {
    bursts.push({ bytes: Buffer.from(text, 'latin1'), pauseMs: pause });
    text = '';
  };
  for (const command of commands) {
    text += stx;
    if (commands.length > 1) send(pauseMs);
    for (const [at, part] of command.entries()) {
      text += part;
      if (at < command.length - 1) send(pauseMs);
    }
    text += etx + checksum(command);
  }
  text += eot;
  send(0);
  return bursts;
}

/** Ends a transmission in its middle; the sign drops what has no checksum yet. */
export const abandoned: Uint8Array = Buffer.from(eot, 'latin1');

/** Of everything from STX to ETX, both counted: 16 bits as four hexadecimal digits. */
function checksum(command: Command): string {
  let sum = stx.charCodeAt(0) + etx.charCodeAt(0);
  for (const part of command) for (let at = 0; at < part.length; at++) sum += part.charCodeAt(at);
  return hex(sum & 0xffff, 4);
}

/** Words in the sign's own letters; `colour` as in pictures. */
export function writeText(label: string, words: string, place: Position, colour?: number): Command {
  return [`A${label}${modeMark}${positions[place]}${hold}${colour === undefined ? '' : colourMark + colour}${ascii(words)}`];
}

/** A TEXT file that shows a picture. */
export function writeCall(label: string, picture: string, place: Position): Command {
  return [`A${label}${modeMark}${positions[place]}${hold}${callPicture}${picture}`];
}

/** Overrides everything at once, needs no memory. Words beyond what the file holds are cut. */
export function writePriority(words: string, place: Position, colour?: number): Command {
  const [command = ''] = writeText(priorityLabel, '', place, colour);
  const room = priorityBytesMax - (command.length - 2);
  return [command + ascii(words).slice(0, room)];
}

export const clearPriority: Command = [`A${priorityLabel}`];

/** Ask for a TEXT file. */
export function readText(label: string): Command {
  return [`B${label}`];
}

/** A picture of at most 255 × 31 dots. Colours: 0 dark, 1 red, 2 green, 3 amber … 8 yellow. Problem: too-large. */
export function writeDots(label: string, { columns, rows, dots }: Bitmap): Result<Command> {
  if (columns > dotsColumnsMax || rows > dotsRowsMax) return bad('too-large', `a picture of ${columns} × ${rows} dots`);
  let text = '';
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) text += Math.min(8, dots[row * columns + column] ?? 0);
    text += carriageReturn;
  }
  return ok([`I${label}${hex(rows, 2)}${hex(columns, 2)}`, text]);
}

export type Depth = 'mono' | 'three' | 'eight';
export type MemoryFile =
  | { readonly label: string; readonly is: 'text'; readonly bytes: number }
  | { readonly label: string; readonly is: 'dots'; readonly columns: number; readonly rows: number; readonly depth: Depth };

const depthWords: Readonly<Record<Depth, string>> = { mono: '1000', three: '2000', eight: '4000' };

/** Divide the sign's memory; all it held is gone. Files are locked against a remote control. */
export function configureMemory(files: readonly MemoryFile[]): Command {
  const words = files.map((file) =>
    file.is === 'text'
      ? `${file.label}AL${hex(file.bytes, 4)}FF00`
      : `${file.label}DL${hex(file.rows, 2)}${hex(file.columns, 2)}${depthWords[file.depth]}`,
  );
  return [`E$${words.join('')}`];
}

/** Which TEXT files run, in their order, whatever the hour. */
export function setRunSequence(labels: string): Command {
  return [`E.SL${labels}`];
}

/** Wall time of the place, for signs that show one of their own. */
export function setTime({ hour, minute }: { readonly hour: number; readonly minute: number }): Command {
  return [`E ${decimal(hour)}${decimal(minute)}`];
}

/** Brightness in five steps: 0 is full, 4 is 44 %. */
export type Dimming = 0 | 1 | 2 | 3 | 4;

export function setDimming(step: Dimming): Command {
  return [`E/00${decimal(step)}`];
}

export const softReset: Command = ['E,'];
/** Nothing but orders of the agent makes a board beep. */
export const silenceSpeaker: Command = ['E!FF'];
/** Let the sign answer each transmission (protocol 2.0 and later). */
export function setAnswers(on: boolean): Command {
  return [`Es${on ? 1 : 0}`];
}

export type Answer =
  | { readonly is: 'taken' }
  | { readonly is: 'refused'; readonly why: string }
  /** A file that was asked for, without its mode. */
  | { readonly is: 'file'; readonly label: string; readonly words: string };

const registerBits: readonly (readonly [number, string])[] = [
  [0x20, 'illegal command or label'],
  [0x10, 'wrong checksum'],
  [0x08, 'buffer overflow'],
  [0x04, 'timeout'],
  [0x02, 'framing'],
  [0x01, 'parity'],
];
const answerBytesMax = 4_096;

/** Read the sign's side of the line, byte by byte. Answers that are damaged are passed over: the asker runs out of time. */
export class AnswerReader {
  readonly #tell: (answer: Answer) => void;
  #status: 'taken' | 'refused' | undefined;
  #frame: string | undefined;

  constructor(tell: (answer: Answer) => void) {
    this.#tell = tell;
  }

  take(bytes: Uint8Array): void {
    for (const byte of bytes) this.#byte(byte & 0x7f);
  }

  #byte(byte: number): void {
    const letter = String.fromCharCode(byte);
    if (this.#status !== undefined) {
      const why = registerBits.filter(([bit]) => (byte & bit) !== 0).map(([, word]) => word);
      const refused = this.#status === 'refused' || why.length > 0;
      this.#status = undefined;
      this.#tell(refused ? { is: 'refused', why: why.join(', ') || 'no reason' } : { is: 'taken' });
    } else if (letter === soh) this.#frame = '';
    else if (this.#frame !== undefined) {
      if (letter === eot) {
        this.#end(this.#frame);
        this.#frame = undefined;
      } else if (this.#frame.length < answerBytesMax) this.#frame += letter;
      else this.#frame = undefined;
    } else if (byte === 0x06) this.#status = 'taken';
    else if (byte === 0x15) this.#status = 'refused';
  }

  #end(frame: string): void {
    const begin = frame.indexOf(stx);
    const end = frame.lastIndexOf(etx);
    if (begin < 0 || end < begin) return;
    const body = frame.slice(begin + 1, end);
    if (frame.slice(end + 1) !== checksum([body]) || body[0] !== 'A') return;
    // Its place and mode come back with it, unless it is empty.
    this.#tell({ is: 'file', label: body[1] ?? '', words: body[2] === modeMark ? body.slice(5) : body.slice(2) });
  }
}

/** What the sign's own letters cannot show is not sent to it. */
function ascii(words: string): string {
  return words.replace(/[^ -~]/g, '?');
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0');
}

function decimal(value: number): string {
  return String(value).padStart(2, '0');
}
