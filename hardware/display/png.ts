// PNG (ISO/IEC 15948) as boards need it: pictures of 8 bits a sample in and out, not interlaced, bounded in size.
import { setImmediate as turn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { crc32, deflate, inflate } from 'node:zlib';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Bitmap } from './bitmap.ts';

export interface Picture {
  readonly columns: number;
  readonly rows: number;
  /** Red, green, blue: three bytes a dot, row by row. */
  readonly rgb: Uint8Array;
}

export type Rgb = readonly [number, number, number];

/** Of one side. */
export const pictureDotsMax = 4_096;
const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const rowsATurn = 64;
const black: Rgb = [0, 0, 0];
const samplesOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

export async function encodePng({ columns, rows, rgb }: Picture): Promise<Uint8Array> {
  const lines = Buffer.alloc(rows * (1 + columns * 3));
  for (let row = 0; row < rows; row++) lines.set(rgb.subarray(row * columns * 3, (row + 1) * columns * 3), row * (1 + columns * 3) + 1);
  const head = Buffer.alloc(13);
  head.writeUInt32BE(columns, 0);
  head.writeUInt32BE(rows, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const packed = await promisify(deflate)(lines);
  return Buffer.concat([signature, chunk('IHDR', head), chunk('IDAT', packed), chunk('IEND', Buffer.alloc(0))]);
}

/** Transparent parts lie on black. Problems: media-unreadable, too-large. */
export async function decodePng(bytes: Uint8Array): Promise<Result<Picture>> {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!file.subarray(0, 8).equals(signature)) return unreadable('no PNG');
  let head: Buffer | undefined;
  let palette: Buffer = Buffer.alloc(0);
  const packed: Buffer[] = [];
  for (let at = 8; at + 12 <= file.length; ) {
    const length = file.readUInt32BE(at);
    const name = file.toString('latin1', at + 4, at + 8);
    const content = file.subarray(at + 8, at + 8 + length);
    if (content.length !== length || name === 'IEND') break;
    if (name === 'IHDR') head = content;
    else if (name === 'PLTE') palette = content;
    else if (name === 'IDAT') packed.push(content);
    at += 12 + length;
  }
  if (head?.length !== 13) return unreadable('no header');
  const [columns, rows] = [head.readUInt32BE(0), head.readUInt32BE(4)];
  const [depth, colour = 9, , , interlaced] = head.subarray(8);
  const samples = samplesOf[colour];
  if (depth !== 8 || samples === undefined || interlaced !== 0) return unreadable('neither 8 bits a sample nor plain rows');
  if (columns < 1 || rows < 1 || columns > pictureDotsMax || rows > pictureDotsMax)
    return bad('too-large', `a picture of ${columns} × ${rows} dots`);
  const stride = columns * samples;
  const lines = await promisify(inflate)(Buffer.concat(packed), { maxOutputLength: rows * (stride + 1) }).catch(() => undefined);
  if (lines?.length !== rows * (stride + 1)) return unreadable('damaged');
  return ok({ columns, rows, rgb: colours(await unfiltered(lines, rows, stride, samples), colour, samples, palette) });
}

/** A bitmap with a colour for each number of its dots. */
export function coloured({ columns, rows, dots }: Bitmap, palette: readonly Rgb[]): Picture {
  const rgb = new Uint8Array(columns * rows * 3);
  for (let at = 0; at < dots.length; at++) {
    const colour = palette[dots[at] ?? 0] ?? black;
    rgb[at * 3] = colour[0];
    rgb[at * 3 + 1] = colour[1];
    rgb[at * 3 + 2] = colour[2];
  }
  return { columns, rows, rgb };
}

/** Rows as they were before each was written as differences (clause 9). In parts, so that sound beside it has its turns. */
async function unfiltered(lines: Buffer, rows: number, stride: number, samples: number): Promise<Uint8Array> {
  const out = new Uint8Array(rows * stride);
  let above: Uint8Array = new Uint8Array(stride);
  for (let row = 0; row < rows; row++) {
    if (row % rowsATurn === rowsATurn - 1) await turn();
    const line = lines.subarray(row * (stride + 1), (row + 1) * (stride + 1));
    const target = out.subarray(row * stride, (row + 1) * stride);
    unfilter(line[0] ?? 0, line.subarray(1), above, target, samples);
    above = target;
  }
  return out;
}

function unfilter(filter: number, line: Uint8Array, above: Uint8Array, target: Uint8Array, samples: number): void {
  if (filter === 0) {
    target.set(line);
    return;
  }
  for (let at = 0; at < line.length; at++) {
    const left = at >= samples ? (target[at - samples] as number) : 0;
    const up = above[at] as number;
    let guess = left;
    if (filter === 2) guess = up;
    else if (filter === 3) guess = (left + up) >> 1;
    else if (filter === 4) guess = paeth(left, up, at >= samples ? (above[at - samples] as number) : 0);
    target[at] = (line[at] as number) + guess;
  }
}

function paeth(left: number, up: number, corner: number): number {
  const [byLeft, byUp, byCorner] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
  if (byLeft <= byUp && byLeft <= byCorner) return left;
  return byUp <= byCorner ? up : corner;
}

function colours(values: Uint8Array, colour: number, samples: number, palette: Buffer): Uint8Array {
  if (colour === 2) return values;
  const dots = values.length / samples;
  const rgb = new Uint8Array(dots * 3);
  const transparent = colour === 4 || colour === 6;
  for (let dot = 0; dot < dots; dot++) {
    const at = dot * samples;
    const cover = transparent ? (values[at + samples - 1] as number) / 255 : 1;
    for (let part = 0; part < 3; part++) {
      const value = colour === 3 ? palette[(values[at] as number) * 3 + part] : values[samples < 3 ? at : at + part];
      rgb[dot * 3 + part] = cover === 1 ? (value ?? 0) : Math.round((value ?? 0) * cover);
    }
  }
  return rgb;
}

function chunk(name: string, content: Uint8Array): Buffer {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), content]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}

function unreadable(detail: string): Result<never> {
  return bad('media-unreadable', `the picture cannot be read: ${detail}`);
}
