// What may pass of what a stream brings: signed by the session's key, each number once and upwards, of the present. Pure but for the key.
import type { Cryptography } from '../../schemas/envelope.ts';
import { fromBase64 } from '../../schemas/envelope.ts';
import type { LiveSession } from '../../schemas/live.ts';
import { batchToSign, type LiveBatch, readBatch } from '../../schemas/live-batch.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';

/** Older sound has been heard elsewhere long ago; the centre's clock may be this far ahead of ours. */
const oldMsMax = 10_000;
const aheadMsMax = 2_000;
/** Consecutive batches may lie over one another by the jitter of capture. */
const overlapMsMax = 40;
/** Sound may not come faster than it was spoken, but for what was held up on the way. */
const heldUpMsMax = 12_000;
/** Signatures cost time: so many messages a second, with room for a backlog. */
const messagesPerMs = 0.1;
const messagesMax = 250;

export type GateSession = Pick<LiveSession, 'session' | 'publicKey' | 'openMs' | 'untilMs'>;

/** INVARIANT: state moves only after a batch has passed every check. */
export class BatchGate {
  readonly #session: GateSession;
  readonly #crypto: Cryptography;
  readonly #key: Uint8Array;
  #last: { readonly number: number; readonly hash: string; readonly endMs: number } | undefined;
  #firstWallMs: number | undefined;
  #passedMs = 0;
  #messages = messagesMax;
  #countedMs: number | undefined;

  constructor(session: GateSession, crypto: Cryptography) {
    this.#session = session;
    this.#crypto = crypto;
    this.#key = fromBase64(session.publicKey);
  }

  /** A message of the stream at `wallMs` by the box's trusted clock. */
  take(message: Uint8Array, wallMs: number): Result<LiveBatch> {
    if (!this.#mayCount(wallMs)) return bad('too-many-requests', 'more messages than a session can have');
    const read = readBatch(message);
    if (!read.ok) return read;
    const { batch, signed, signature } = read.value;
    if (this.#last && batch.number <= this.#last.number) return bad('replayed', `batch ${batch.number}, ${this.#last.number} was heard`);
    const time = this.#timeProblem(batch, wallMs);
    if (time) return time;
    if (!this.#crypto.verify('ed25519', this.#key, batchToSign(this.#session.session, signed), signature))
      return bad('signature-wrong', `batch ${batch.number} is not signed by the session's key`);
    if (this.#last && batch.number === this.#last.number + 1 && hex(batch.previous) !== this.#last.hash)
      return bad('hash-mismatch', `batch ${batch.number} does not follow the one before`);
    this.#passedMs += batch.spanMs;
    this.#firstWallMs ??= wallMs;
    this.#last = { number: batch.number, hash: this.#crypto.sha256(message), endMs: batch.capturedMs + batch.spanMs };
    return ok(batch);
  }

  #timeProblem(batch: LiveBatch, wallMs: number): Result<never> | undefined {
    const { openMs, untilMs } = this.#session;
    const endMs = batch.capturedMs + batch.spanMs;
    if (batch.capturedMs < openMs - aheadMsMax || endMs > untilMs + aheadMsMax)
      return bad('bad-input', 'captured outside the session', '/captured');
    if (batch.capturedMs < wallMs - oldMsMax)
      return bad('expired', `captured ${Math.round(wallMs - batch.capturedMs)} ms ago`, '/captured');
    if (endMs > wallMs + aheadMsMax) return bad('not-yet', `captured ${Math.round(endMs - wallMs)} ms ahead`, '/captured');
    if (this.#last && batch.capturedMs < this.#last.endMs - overlapMsMax)
      return bad('replayed', 'captured before the end of the one before', '/captured');
    const heardForMs = wallMs - (this.#firstWallMs ?? wallMs);
    if (this.#passedMs + batch.spanMs > heardForMs + heldUpMsMax) return bad('too-large', 'more sound than time has passed');
    return undefined;
  }

  #mayCount(wallMs: number): boolean {
    this.#messages = Math.min(messagesMax, this.#messages + Math.max(0, wallMs - (this.#countedMs ?? wallMs)) * messagesPerMs);
    this.#countedMs = wallMs;
    if (this.#messages < 1) return false;
    this.#messages -= 1;
    return true;
  }
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
