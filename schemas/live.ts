// Live sound: the signed announcement of a session, and what its batches of Opus frames look like on a box's stream (DESIGN §5).
import * as v from 'valibot';
import { Base64 } from './envelope.ts';
import { Id } from './ids.ts';
import { Level } from './programme.ts';
import { DurationMs, InstantMs } from './time.ts';

export const liveSessionMsMax = 2 * 3600_000;

/** Body of a signed `live` statement on `g/{group}/cmd`. Said again each `liveRepeatMs` while open: the topic is not retained. */
export const LiveSession = v.strictObject({
  session: Id,
  state: v.picklist(['open', 'closed']),
  /** A person at the console, an upper station relayed by the centre, or an input of the box itself. */
  source: v.picklist(['microphone', 'relay', 'line']),
  level: Level,
  title: v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
  /** Base64 of the raw Ed25519 key that signs this session's batches; made for it and forgotten with it. */
  publicKey: v.pipe(Base64, v.length(44)),
  /** Frames sound at `captured + delayMs` on every box. */
  delayMs: v.pipe(DurationMs, v.minValue(200), v.maxValue(5_000)),
  openMs: InstantMs,
  /** The session ends by itself here, whatever is or is not heard of it. */
  untilMs: InstantMs,
  gainDb: v.pipe(v.number(), v.minValue(-40), v.maxValue(6)),
  /** For `line`: which input of the box. */
  line: v.optional(Id),
});
export type LiveSession = v.InferOutput<typeof LiveSession>;

export const liveRepeatMs = 5_000;
/** One Opus frame is 20 ms at 48 kHz mono (RFC 6716 §2.1.4). */
export const opusFrameMs = 20;
export const opusFrameSamples = 960;
export const opusFrameBytesMax = 400;
export const batchFramesMax = 50;

/** So much sound is signed at once: a fifth of the delay, so that most of it is left for the way; at most one second. */
export function batchMsOf(delayMs: number): number {
  return Math.min(1_000, Math.max(opusFrameMs, Math.floor(delayMs / 5 / opusFrameMs) * opusFrameMs));
}

/** Path of a session's stream on the centre's box door: a WebSocket under mutual TLS, batches as binary messages. */
export function livePath(session: string): string {
  return `/live/${session}`;
}
