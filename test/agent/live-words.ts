// A session's signer as a centre has it, and the ways in which its batches can be bent.
import { createHash } from 'node:crypto';
import { generateSigningKey, signerFrom } from '../../hardware/host/crypto.ts';
import { toBase64 } from '../../schemas/envelope.ts';
import type { LiveSession } from '../../schemas/live.ts';
import { batchToSign, encodeBatch, type LiveBatch } from '../../schemas/live-batch.ts';

export class Microphone {
  readonly session: LiveSession;
  readonly #signer: ReturnType<typeof signerFrom>;
  #number = 0;
  #previous: Uint8Array = new Uint8Array(32);

  constructor(openMs: number, changes: Partial<LiveSession> = {}) {
    const { privateKeyPem, publicKey } = generateSigningKey();
    this.#signer = signerFrom(privateKeyPem);
    this.session = {
      session: 'hop-thon',
      state: 'open',
      source: 'microphone',
      level: 'commune',
      title: 'Họp thôn',
      publicKey: toBase64(publicKey),
      delayMs: 300,
      openMs,
      untilMs: openMs + 600_000,
      gainDb: 0,
      ...changes,
    };
  }

  /** The next batch, sealed; `changes` bend it before it is signed. */
  next(capturedMs: number, frames: readonly Uint8Array[], changes: Partial<LiveBatch> = {}): Uint8Array {
    const batch = {
      number: this.#number,
      capturedMs,
      spanMs: frames.length * 20,
      ends: false,
      previous: this.#previous,
      frames,
      ...changes,
    };
    const message = this.seal(encodeBatch(batch));
    this.#number += 1;
    this.#previous = createHash('sha256').update(message).digest();
    return message;
  }

  /** Any bytes, signed for a session. */
  seal(signed: Uint8Array, session = this.session.session): Uint8Array {
    return Buffer.concat([signed, this.#signer.sign(batchToSign(session, signed))]);
  }
}
