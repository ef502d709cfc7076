// WAV files read without any tool, so that a box with nothing installed still sounds: 16-bit PCM of any rate and channel count.
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import type { Problem } from '../../../schemas/problems.ts';
import type { Pipe } from './pipe.ts';

export interface WavHead {
  readonly channels: number;
  readonly rateHz: number;
  readonly dataFrom: number;
  readonly dataBytes: number;
}

const channelsMax = 8;

/** Where the samples lie, from the file's first bytes; undefined when it is not 16-bit PCM. */
export function readWavHead(head: Buffer): WavHead | undefined {
  if (head.length < 12 || head.toString('latin1', 0, 4) !== 'RIFF' || head.toString('latin1', 8, 12) !== 'WAVE') return undefined;
  let format: { channels: number; rateHz: number } | undefined;
  for (let at = 12; at + 8 <= head.length; ) {
    const name = head.toString('latin1', at, at + 4);
    const bytes = head.readUInt32LE(at + 4);
    const body = at + 8;
    if (name === 'fmt ') {
      if (body + 16 > head.length || !isPcm16(head, body, bytes)) return undefined;
      format = { channels: head.readUInt16LE(body + 2), rateHz: head.readUInt32LE(body + 4) };
    } else if (name === 'data') {
      const sane = format && format.channels >= 1 && format.channels <= channelsMax && format.rateHz >= 4_000 && format.rateHz <= 384_000;
      return format && sane ? { ...format, dataFrom: body, dataBytes: bytes } : undefined;
    }
    at = body + bytes + (bytes % 2);
  }
  return undefined;
}

/** 1 is PCM; 0xfffe names the format in a GUID that begins with the same number. */
function isPcm16(head: Buffer, body: number, bytes: number): boolean {
  const tag = head.readUInt16LE(body);
  const extended = tag === 0xfffe && bytes >= 40 && body + 26 <= head.length && head.readUInt16LE(body + 24) === 1;
  return (tag === 1 || extended) && head.readUInt16LE(body + 14) === 16;
}

/** Stream the samples at 48 kHz from an output sample on. */
export function openWav(file: string | Uint8Array, head: WavHead, fromSample: number, onEnd: (problem?: Problem) => void): Pipe {
  const frameBytes = head.channels * 2;
  const fromFrame = Math.floor((fromSample * head.rateHz) / 48_000);
  const start = head.dataFrom + fromFrame * frameBytes;
  // A recorder that could not patch the head leaves 0 or the largest number: then the file's end counts.
  const known = head.dataBytes > 0 && head.dataBytes < 0xffff_0000;
  const end = known ? head.dataFrom + head.dataBytes - 1 : Number.POSITIVE_INFINITY;
  const bytes: Readable = start > end ? Readable.from([]) : partOf(file, start, end);
  const stream: Readable = head.rateHz === 48_000 ? bytes : Readable.from(resampled(bytes, head), { objectMode: false });
  stream.once('error', (error: Error) => onEnd({ code: 'media-unreadable', path: '', detail: error.message.slice(0, 300) }));
  stream.once('end', () => onEnd());
  return { stream, channels: head.rateHz === 48_000 ? head.channels : 1, stop: () => stream.destroy() };
}

function partOf(file: string | Uint8Array, start: number, end: number): Readable {
  if (typeof file === 'string') return createReadStream(file, { start, end });
  return Readable.from([Buffer.from(file.subarray(start, end + 1))], { objectMode: false });
}

/** Mixed to one channel and interpolated in a line between neighbours: plain, for files nobody transcoded. */
async function* resampled(bytes: Readable, head: WavHead): AsyncGenerator<Buffer> {
  const step = head.rateHz / 48_000;
  let position = 0;
  let last = 0;
  let rest = Buffer.alloc(0);
  for await (const chunk of bytes) {
    const all = Buffer.concat([rest, chunk as Buffer]);
    const frames = Math.floor(all.length / (head.channels * 2));
    rest = all.subarray(frames * head.channels * 2);
    // Frame −1 is the last one of the chunk before.
    const at = (frame: number): number => (frame < 0 ? last : mean(all, frame, head.channels));
    const out: number[] = [];
    for (; position < frames - 1; position += step) {
      const whole = Math.floor(position);
      out.push(Math.round(at(whole) + (at(whole + 1) - at(whole)) * (position - whole)));
    }
    if (frames > 0) last = at(frames - 1);
    position -= frames;
    if (out.length > 0) yield Buffer.from(Int16Array.from(out).buffer);
  }
}

function mean(bytes: Buffer, frame: number, channels: number): number {
  let sum = 0;
  for (let channel = 0; channel < channels; channel += 1) sum += bytes.readInt16LE((frame * channels + channel) * 2);
  return sum / channels;
}
