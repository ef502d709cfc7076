// Door to a power meter on RS-485: read at a steady pace, found again after unplugging. One meter on one line.
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Serial } from '../serial.ts';
import { type Measured, type MeterMap, measuredOf, type Span, spansOf } from './meter-map.ts';
import { readReply, readRequest } from './modbus-rtu.ts';

export const meterReadEveryMs = 2_000;
/** A reply of 125 bytes at 1200 baud takes 1.2 s. */
const replyWithinMs = 1_500;
const triesPerReading = 3;
const bytesMax = 512;

export interface MeterOptions {
  readonly open: () => Promise<Result<Serial>>;
  readonly map: MeterMap;
  /** 1…247; a PZEM alone on its line also answers 0xf8. */
  readonly address: number;
  readonly readEveryMs?: number;
}

/** INVARIANT: one request on the line at a time. Told after each reading: figures, or null and why. */
export class ModbusMeter {
  readonly #options: MeterOptions;
  readonly #spans: readonly Span[];
  readonly #listeners = new Set<(measured: Measured | null, detail: string) => void>();
  #serial: Serial | undefined;
  #received: number[] = [];
  #heard: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #reading: Promise<void> | undefined;
  #stopped = true;

  constructor(options: MeterOptions) {
    this.#options = options;
    this.#spans = spansOf(options.map);
  }

  onMeasured(listener: (measured: Measured | null, detail: string) => void): void {
    this.#listeners.add(listener);
  }

  start(): void {
    this.#stopped = false;
    this.#next(0);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#heard?.();
    await this.#reading;
    await this.#drop();
  }

  #next(inMs: number): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#reading = this.#readAll().then((read) => {
        if (this.#stopped) return;
        const detail = read.ok ? '' : `${read.problem.code}: ${read.problem.detail}`;
        for (const listener of this.#listeners) listener(read.ok ? read.value : null, detail);
        this.#next(this.#options.readEveryMs ?? meterReadEveryMs);
      });
    }, inMs);
  }

  async #readAll(): Promise<Result<Measured>> {
    const opened = await this.#line();
    if (!opened.ok) return opened;
    const read: { span: Span; registers: Uint16Array }[] = [];
    for (const span of this.#spans) {
      const registers = await this.#readSpan(opened.value, span);
      if (!registers.ok) {
        // A port that is gone is opened anew; so is one that says nothing, for its adapter may have come back under it.
        if (registers.problem.code !== 'hash-mismatch') await this.#drop();
        return registers;
      }
      read.push({ span, registers: registers.value });
    }
    return ok(measuredOf(this.#options.map, read));
  }

  async #readSpan(serial: Serial, span: Span): Promise<Result<Uint16Array>> {
    let last: Result<Uint16Array> = bad('tool-timeout', 'the meter does not answer');
    for (let tries = 0; tries < triesPerReading && !this.#stopped; tries++) {
      last = await this.#request(serial, span);
      if (last.ok || last.problem.code === 'device-failed') return last;
    }
    return last;
  }

  async #request(serial: Serial, { function: read, register, count }: Span): Promise<Result<Uint16Array>> {
    const { address } = this.#options;
    this.#received = [];
    const written = await serial.write(readRequest(address, read, register, count));
    if (!written.ok) return written;
    const untilMs = performance.now() + replyWithinMs;
    let found: Result<Uint16Array> | undefined;
    while (!found?.ok && !this.#stopped && this.#serial === serial) {
      found = readReply(Uint8Array.from(this.#received), address, read, count);
      if (found?.ok || found?.problem.code === 'device-failed') return found;
      const leftMs = untilMs - performance.now();
      if (leftMs <= 0) break;
      await this.#more(leftMs);
    }
    return found ?? bad('tool-timeout', `no whole answer from meter ${address} for ${replyWithinMs} ms`);
  }

  /** Resolves with the next bytes, or when the time is over. */
  #more(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, withinMs);
      this.#heard = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #line(): Promise<Result<Serial>> {
    if (this.#serial) return ok(this.#serial);
    const opened = await this.#options.open();
    if (!opened.ok) return opened;
    const serial = opened.value;
    this.#serial = serial;
    serial.onBytes((bytes) => {
      if (this.#serial !== serial) return;
      this.#received = [...this.#received, ...bytes].slice(-bytesMax);
      this.#heard?.();
    });
    serial.onFailure(() => {
      if (this.#serial === serial) void this.#drop();
    });
    return opened;
  }

  async #drop(): Promise<void> {
    const serial = this.#serial;
    this.#serial = undefined;
    this.#heard?.();
    await serial?.close();
  }
}
