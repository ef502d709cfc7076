// A JSON head with raw attachments behind it, length-prefixed: how emergency audio rides in the message.
import type { Cryptography } from './envelope.ts';
import { bad, ok, type Result } from './problems.ts';

/** Layout: magic `LOA1`, head length u32 BE, head JSON (UTF-8), then per attachment: length u32 BE, bytes. */
const magic = [0x4c, 0x4f, 0x41, 0x31];
export const frameBytesMax = 512 * 1024;
const attachmentsMax = 16;

export interface Frame {
  readonly head: string;
  /** By SHA-256 of their bytes, which the signed statements in the head name. */
  readonly attachments: ReadonlyMap<string, Uint8Array>;
}

export function encodeFrame(head: string, attachments: Iterable<Uint8Array>): Uint8Array {
  const text = new TextEncoder().encode(head);
  const all = [text, ...attachments];
  const bytes = new Uint8Array(magic.length + all.reduce((sum, part) => sum + 4 + part.length, 0));
  bytes.set(magic);
  const view = new DataView(bytes.buffer);
  let at = magic.length;
  for (const part of all) {
    view.setUint32(at, part.length);
    bytes.set(part, at + 4);
    at += 4 + part.length;
  }
  return bytes;
}

/** Read a frame from hostile bytes. Problems: too-large, bad-input. */
export function decodeFrame(bytes: Uint8Array, crypto: Pick<Cryptography, 'sha256'>): Result<Frame> {
  if (bytes.length > frameBytesMax) return bad('too-large', `frame of ${bytes.length} bytes, at most ${frameBytesMax}`);
  if (magic.some((byte, i) => bytes[i] !== byte)) return bad('bad-input', 'a frame begins with LOA1');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: Uint8Array[] = [];
  for (let at = magic.length; at < bytes.length; ) {
    if (parts.length > attachmentsMax) return bad('too-large', `more than ${attachmentsMax} attachments`);
    if (at + 4 > bytes.length) return bad('bad-input', 'frame ends inside a length');
    const length = view.getUint32(at);
    if (at + 4 + length > bytes.length) return bad('bad-input', 'frame ends inside a part');
    parts.push(bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  const [head, ...rest] = parts;
  if (!head) return bad('bad-input', 'frame without head');
  return ok({ head: new TextDecoder().decode(head), attachments: new Map(rest.map((part) => [crypto.sha256(part), part])) });
}
