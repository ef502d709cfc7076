// A batch of live frames as bytes: numbered, timed, chained to the one before, signed by the session's key. Pure.

import { batchFramesMax, opusFrameBytesMax } from './live.ts';
import { bad, ok, type Result } from './problems.ts';

export interface LiveBatch {
  /** Counts from 0 in a session; a later one may be the first that a late joiner sees, an earlier one is a replay. */
  readonly number: number;
  /** Centre's wall instant at which the first frame was captured, ms with fractions. */
  readonly capturedMs: number;
  /** How long the frames lasted at the microphone by the centre's clock; differs from 20 ms each by the drift between the two. */
  readonly spanMs: number;
  /** The session's last batch: nothing follows. */
  readonly ends: boolean;
  /** SHA-256 of the batch before as sent (32 bytes); zeros in the first. */
  readonly previous: Uint8Array;
  readonly frames: readonly Uint8Array[];
}

const version = 1;
const headBytes = 1 + 1 + 4 + 8 + 8 + 32 + 1;
export const batchSignatureBytes = 64;
export const batchBytesMax = headBytes + batchFramesMax * (2 + opusFrameBytesMax) + batchSignatureBytes;

/** The bytes before the signature. Layout, big-endian: u8 version, u8 flags (1 = ends), u32 number, f64 captured, f64 span, 32 hash, u8 count, count × (u16 length, frame). */
export function encodeBatch(batch: LiveBatch): Uint8Array {
  const bytes = new Uint8Array(headBytes + batch.frames.reduce((sum, frame) => sum + 2 + frame.length, 0));
  const view = new DataView(bytes.buffer);
  view.setUint8(0, version);
  view.setUint8(1, batch.ends ? 1 : 0);
  view.setUint32(2, batch.number);
  view.setFloat64(6, batch.capturedMs);
  view.setFloat64(14, batch.spanMs);
  bytes.set(batch.previous, 22);
  view.setUint8(54, batch.frames.length);
  let at = headBytes;
  for (const frame of batch.frames) {
    view.setUint16(at, frame.length);
    bytes.set(frame, at + 2);
    at += 2 + frame.length;
  }
  return bytes;
}

/** Read a batch with its signature at the end. Total over any bytes; the signature itself is the caller's to check. */
export function readBatch(message: Uint8Array): Result<{ batch: LiveBatch; signed: Uint8Array; signature: Uint8Array }> {
  if (message.length > batchBytesMax) return bad('too-large', `${message.length} bytes, at most ${batchBytesMax}`);
  if (message.length < headBytes + batchSignatureBytes) return bad('bad-input', `${message.length} bytes are too few for a batch`);
  const signed = message.subarray(0, message.length - batchSignatureBytes);
  const view = new DataView(signed.buffer, signed.byteOffset, signed.byteLength);
  if (view.getUint8(0) !== version) return bad('bad-input', `version ${view.getUint8(0)}, expected ${version}`);
  const flags = view.getUint8(1);
  const count = view.getUint8(54);
  const capturedMs = view.getFloat64(6);
  const spanMs = view.getFloat64(14);
  if (flags > 1 || count > batchFramesMax || !timesMakeSense(capturedMs, spanMs, count))
    return bad('bad-input', 'flags, count or times make no sense');
  const frames = readFrames(signed, view, count);
  if (!frames) return bad('bad-input', 'frame lengths do not fit the message');
  const batch = { number: view.getUint32(2), capturedMs, spanMs, ends: flags === 1, previous: signed.subarray(22, 54), frames };
  return ok({ batch, signed, signature: message.subarray(message.length - batchSignatureBytes) });
}

/** Within 8.64e15 (ECMA-262 §21.4.1.1), and a span within a tenth of what the frames say. */
function timesMakeSense(capturedMs: number, spanMs: number, count: number): boolean {
  const nominalMs = count * 20;
  return capturedMs >= 0 && capturedMs <= 8.64e15 && spanMs >= nominalMs * 0.9 && spanMs <= nominalMs * 1.1;
}

function readFrames(signed: Uint8Array, view: DataView, count: number): Uint8Array[] | undefined {
  const frames: Uint8Array[] = [];
  let at = headBytes;
  for (let i = 0; i < count; i += 1) {
    if (at + 2 > signed.length) return undefined;
    const length = view.getUint16(at);
    if (length === 0 || length > opusFrameBytesMax || at + 2 + length > signed.length) return undefined;
    frames.push(signed.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return at === signed.length ? frames : undefined;
}

/** What the session's key signs: bound to the session, so a batch of one is worthless in another. */
export function batchToSign(session: string, signed: Uint8Array): Uint8Array {
  const head = new TextEncoder().encode(`loa-live/1 ${session}\n`);
  const bytes = new Uint8Array(head.length + signed.length);
  bytes.set(head);
  bytes.set(signed, head.length);
  return bytes;
}
