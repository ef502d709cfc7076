// Door to serial ports: modems, meters and LED signs speak through it. Bytes and lines, both bounded.
import type { SerialPort } from 'serialport';
import { bad, ok, type Problem, type Result } from '../schemas/problems.ts';
import { problemOf } from './host/failure.ts';
import { findProgram } from './host/processes.ts';

export interface SerialSettings {
  readonly path: string;
  readonly baudRate: number;
  readonly parity?: 'none' | 'even' | 'odd';
  readonly dataBits?: 7 | 8;
}

export interface Serial {
  /** Resolves when the bytes have left the port. Rejects never: a dead port is a problem. */
  write(bytes: Uint8Array | string): Promise<Result<void>>;
  onBytes(listener: (bytes: Uint8Array) => void): void;
  /** Lines without their end (CR, LF or both); one longer than `lineBytesMax` is cut. */
  onLine(listener: (line: string) => void): void;
  onFailure(listener: (problem: Problem) => void): void;
  close(): Promise<void>;
}

export const lineBytesMax = 4_096;
const writeWithinMs = 10_000;

/** Open a port. Problems: driver-missing, device-busy, device-failed. */
export async function openSerial(settings: SerialSettings): Promise<Result<Serial>> {
  const driver = await import('serialport').catch((error: unknown) => problemOf(error));
  if (!('SerialPort' in driver)) return bad('driver-missing', `the package serialport cannot be loaded: ${driver.detail}`);
  const port = new driver.SerialPort({
    path: settings.path,
    baudRate: settings.baudRate,
    parity: settings.parity ?? 'none',
    dataBits: settings.dataBits ?? 8,
    autoOpen: false,
  });
  const error = await new Promise<Error | null>((done) => port.open(done));
  if (!error) return ok(new OpenSerial(port));
  const busy = /lock|busy/i.test(error.message); // the binding gives no code
  return bad(busy ? 'device-busy' : 'device-failed', error.message.slice(0, 500));
}

/** Paths of the ports of this machine. Needs udev; without it there is a problem. */
export async function listSerials(): Promise<Result<readonly string[]>> {
  if (findProgram('udevadm') === undefined) return bad('tool-missing', 'udevadm is not installed, ports cannot be listed');
  try {
    const { SerialPort: driver } = await import('serialport');
    return ok((await driver.list()).map(({ path }) => path));
  } catch (error) {
    return { ok: false, problem: problemOf(error) };
  }
}

class OpenSerial implements Serial {
  readonly #port: SerialPort;
  readonly #failureListeners = new Set<(problem: Problem) => void>();

  constructor(port: SerialPort) {
    this.#port = port;
    const fail = (detail: string) => {
      for (const listener of this.#failureListeners) listener({ code: 'device-failed', path: '', detail: detail.slice(0, 500) });
    };
    port.on('error', (error: Error) => fail(error.message));
    port.on('close', (error: Error | null) => error && fail(error.message));
  }

  write(bytes: Uint8Array | string): Promise<Result<void>> {
    return new Promise((resolve) => {
      if (!this.#port.isOpen) return resolve(bad('device-failed', 'the port is closed'));
      const timer = setTimeout(() => resolve(bad('tool-timeout', `nothing left the port for ${writeWithinMs} ms`)), writeWithinMs);
      const end = (error: Error | null | undefined) => {
        clearTimeout(timer);
        resolve(error ? { ok: false, problem: problemOf(error) } : ok(undefined));
      };
      this.#port.write(typeof bytes === 'string' ? bytes : Buffer.from(bytes), (error) => (error ? end(error) : this.#port.drain(end)));
    });
  }

  onBytes(listener: (bytes: Uint8Array) => void): void {
    this.#port.on('data', listener);
  }

  onLine(listener: (line: string) => void): void {
    const cutter = new LineCutter(listener);
    this.#port.on('data', (bytes: Uint8Array) => cutter.take(bytes));
  }

  onFailure(listener: (problem: Problem) => void): void {
    this.#failureListeners.add(listener);
  }

  close(): Promise<void> {
    return new Promise((resolve) => (this.#port.isOpen ? this.#port.close(() => resolve()) : resolve()));
  }
}

/** Cuts bytes into lines; empty ones are dropped, so CR LF is one end. */
export class LineCutter {
  readonly #tell: (line: string) => void;
  #bytes: number[] = [];

  constructor(tell: (line: string) => void) {
    this.#tell = tell;
  }

  take(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (byte === 0x0a || byte === 0x0d) this.#end();
      else {
        this.#bytes.push(byte);
        if (this.#bytes.length >= lineBytesMax) this.#end();
      }
    }
  }

  #end(): void {
    if (this.#bytes.length === 0) return;
    const line = Buffer.from(this.#bytes).toString('utf8');
    this.#bytes = [];
    this.#tell(line);
  }
}
