// The pixels of a PNG as browsers write them: 8 bits, colours or colours with alpha, not interlaced (PNG 1.2).
import { inflateSync } from 'node:zlib';

export interface Picture {
  readonly columns: number;
  readonly rows: number;
  /** Bytes of a pixel. */
  readonly step: number;
  readonly pixels: Buffer;
}

/** Throws on any other kind of PNG. */
export function readPng(bytes: Uint8Array): Picture {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [columns, rows, kind] = [file.readUInt32BE(16), file.readUInt32BE(20), file[25]];
  if (file[24] !== 8 || file[28] !== 0 || (kind !== 2 && kind !== 6)) throw new Error(`a PNG of kind ${kind} with ${file[24]} bits`);
  const parts: Buffer[] = [];
  for (let at = 8; at < file.length; ) {
    const length = file.readUInt32BE(at);
    if (file.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(file.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  const step = kind === 6 ? 4 : 3;
  return { columns, rows, step, pixels: unfiltered(inflateSync(Buffer.concat(parts)), columns * step, rows, step) };
}

function unfiltered(raw: Buffer, width: number, rows: number, step: number): Buffer {
  const out = Buffer.alloc(width * rows);
  for (let row = 0; row < rows; row++) {
    const filter = raw[row * (width + 1)] ?? 0;
    const from = row * (width + 1) + 1;
    const to = row * width;
    for (let i = 0; i < width; i++) {
      const left = i >= step ? (out[to + i - step] ?? 0) : 0;
      const up = row > 0 ? (out[to + i - width] ?? 0) : 0;
      const corner = i >= step && row > 0 ? (out[to + i - width - step] ?? 0) : 0;
      out[to + i] = (raw[from + i] ?? 0) + guess(filter, left, up, corner);
    }
  }
  return out;
}

function guess(filter: number, left: number, up: number, corner: number): number {
  if (filter === 0) return 0;
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  const [a, b, c] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}
