// Numbers, chains and signs the batches of one session with its own key.
import { createHash } from 'node:crypto';
import { signerFrom } from '../../hardware/host/crypto.ts';
import { batchSignatureBytes, batchToSign, encodeBatch } from '../../schemas/live-batch.ts';
import type { Cut } from './live-line.ts';

export class BatchChain {
  readonly #session: string;
  readonly #signer: ReturnType<typeof signerFrom>;
  #number = 0;
  #previous: Uint8Array = new Uint8Array(32);

  constructor(session: string, privateKeyPem: string) {
    this.#session = session;
    this.#signer = signerFrom(privateKeyPem);
  }

  /** The whole message of the next batch. */
  seal(cut: Cut, ends = false): Uint8Array {
    const signed = encodeBatch({ ...cut, number: this.#number++, ends, previous: this.#previous });
    const message = new Uint8Array(signed.length + batchSignatureBytes);
    message.set(signed);
    message.set(this.#signer.sign(batchToSign(this.#session, signed)), signed.length);
    this.#previous = createHash('sha256').update(message).digest();
    return message;
  }
}
