// A serial line in memory with a simulated device at its far end; unplugged and plugged in again on demand.
import { bad, ok, type Problem, type Result } from '../../schemas/problems.ts';
import { LineCutter, type Serial } from '../serial.ts';

/** A device that speaks its protocol over any line, this one or a real port's. */
export interface FarEnd {
  /** Bytes that reached it. */
  take(bytes: Uint8Array): void;
  /** Where its own bytes go; set by whatever line it hangs on. */
  say: (bytes: Uint8Array) => void;
  /** The mains went and came. */
  restart(): void;
}

export class SimulatedLine {
  readonly #device: FarEnd;
  readonly #ears = new Set<(bytes: Uint8Array) => void>();
  #there = true;
  #fail: ((problem: Problem) => void) | undefined;

  constructor(device: FarEnd) {
    this.#device = device;
    device.say = (bytes) => void setImmediate(() => this.#ears.forEach((hear) => void hear(bytes)));
  }

  /** As `openSerial`. */
  async open(): Promise<Result<Serial>> {
    if (!this.#there) return bad('device-failed', 'no such port');
    let open = true;
    const mine: ((bytes: Uint8Array) => void)[] = [];
    const listen = (hear: (bytes: Uint8Array) => void) => {
      mine.push(hear);
      this.#ears.add(hear);
    };
    return ok({
      write: async (bytes) => {
        if (!open || !this.#there) return bad('device-failed', 'the port is closed');
        this.#device.take(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
        return ok(undefined);
      },
      onBytes: listen,
      onLine: (listener) => {
        const cutter = new LineCutter(listener);
        listen((bytes) => cutter.take(bytes));
      },
      onFailure: (listener) => {
        this.#fail = listener;
      },
      close: async () => {
        open = false;
        for (const hear of mine) this.#ears.delete(hear);
      },
    });
  }

  unplug(): void {
    this.#there = false;
    this.#device.restart();
    this.#fail?.({ code: 'device-failed', path: '', detail: 'unplugged' });
  }

  plugIn(): void {
    this.#there = true;
  }
}
