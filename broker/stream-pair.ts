// Two ends of a line within the process: what is written to one is read from the other.
import { Duplex } from 'node:stream';

class End extends Duplex {
  other: End | undefined;
  /** A write of the other end that waits for this one to read. */
  #waiting: (() => void) | undefined;

  override _read(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.other?.receive(chunk, done);
  }

  override _final(done: () => void): void {
    this.other?.receive(null, () => undefined);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    done(error);
    // A line that is cut is cut at both ends.
    setImmediate(() => this.other?.destroy());
  }

  receive(chunk: Buffer | null, done: () => void): void {
    if (this.destroyed || this.push(chunk)) done();
    else this.#waiting = done;
  }
}

export function streamPair(): [Duplex, Duplex] {
  const [one, two] = [new End(), new End()];
  one.other = two;
  two.other = one;
  return [one, two];
}
