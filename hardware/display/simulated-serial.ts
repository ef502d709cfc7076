// A serial line in memory with a simulated sign at its far end; unplugged and plugged in again on demand.
import { bad, ok, type Problem, type Result } from '../../schemas/problems.ts';
import { LineCutter, type Serial } from '../serial.ts';
import type { SimulatedSign } from './simulated-sign.ts';

export class SimulatedSerial {
  readonly #sign: SimulatedSign;
  #there = true;
  #fail: ((problem: Problem) => void) | undefined;

  constructor(sign: SimulatedSign) {
    this.#sign = sign;
  }

  /** As `openSerial`. */
  async open(): Promise<Result<Serial>> {
    if (!this.#there) return bad('device-failed', 'no such port');
    const ears = new Set<(bytes: Uint8Array) => void>();
    let open = true;
    const write = async (bytes: Uint8Array | string): Promise<Result<void>> => {
      if (!open || !this.#there) return bad('device-failed', 'the port is closed');
      const reply = this.#sign.take(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
      if (reply.length > 0) setImmediate(() => ears.forEach((hear) => void hear(reply)));
      return ok(undefined);
    };
    return ok({
      write,
      onBytes: (listener) => void ears.add(listener),
      onLine: (listener) => {
        const cutter = new LineCutter(listener);
        ears.add((bytes) => cutter.take(bytes));
      },
      onFailure: (listener) => {
        this.#fail = listener;
      },
      close: async () => {
        open = false;
      },
    });
  }

  unplug(): void {
    this.#there = false;
    this.#sign.restart();
    this.#fail?.({ code: 'device-failed', path: '', detail: 'unplugged' });
  }

  plugIn(): void {
    this.#there = true;
  }
}
