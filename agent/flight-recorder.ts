// Every decision as one JSON line that a test can replay, in two files of bounded size.
import { appendFileSync, renameSync, statSync } from 'node:fs';
import type { Logger } from './log.ts';
import type { FlightLine } from './run.ts';

const standardBytesMax = 2 * 1024 * 1024;
const pendingBytesMax = 64 * 1024;
const flushAfterMs = 5_000;

/** Lines are gathered and written together: the card is spared, a crash loses at most the last seconds of them. */
export class FlightRecorder {
  readonly #file: string;
  readonly #bytesMax: number;
  #pending = '';
  #bytes: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(file: string, bytesMax = standardBytesMax) {
    this.#file = file;
    this.#bytesMax = bytesMax;
    this.#bytes = sizeOf(file);
  }

  record(line: unknown): void {
    this.#pending += `${JSON.stringify(line, plain)}\n`;
    if (this.#pending.length >= pendingBytesMax) this.flush();
    this.#timer ??= setTimeout(() => this.flush(), flushAfterMs).unref();
  }

  /** Write what is pending. A full disk costs lines, never the box. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#pending === '') return;
    const text = this.#pending;
    this.#pending = '';
    try {
      if (this.#bytes > 0 && this.#bytes + text.length > this.#bytesMax) {
        renameSync(this.#file, `${this.#file}.1`);
        this.#bytes = 0;
      }
      appendFileSync(this.#file, text, { mode: 0o600 });
      this.#bytes += text.length;
    } catch {
      this.#bytes = sizeOf(this.#file);
    }
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** Maps and sets, which JSON would show empty. */
function plain(_key: string, value: unknown): unknown {
  if (value instanceof Map) return Object.fromEntries(value);
  return value instanceof Set ? [...value] : value;
}

/** Every line to the recorder, troubles to the log, decisions to the log where it is told all. */
export function logFlight(line: FlightLine, log: Logger, flight: FlightRecorder | undefined): void {
  flight?.record(line);
  if ('trouble' in line) log.warn({ event: 'loopTrouble', ...line });
  else if ('event' in line) log.debug({ event: 'decided', of: line.event.is, does: line.actions.map((action) => action.do) });
}
