// One command at a time over a serial line, its answer told from what the modem says by itself (3GPP TS 27.007 §4).
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Serial } from '../serial.ts';
import { cleaned, endOf } from './modem-replies.ts';

/** Longest wait for the end of a command; asking for the SIM takes 5 s on common modems. */
export const answerWithinMs = 6_000;
/** A full memory of messages: 255 of two lines each. */
const linesMax = 600;

export type Answer =
  | { readonly is: 'ok'; readonly lines: readonly string[] }
  /** The modem refused; `code` of 27.007 §9.2 or 27.005 §3.2.5 where it said one. */
  | { readonly is: 'refused'; readonly code: number | null };

interface Waiting {
  readonly prefixes: readonly string[];
  readonly bare: RegExp | undefined;
  readonly lines: string[];
  readonly end: (answer: Result<Answer>) => void;
}

export class AtChannel {
  readonly #serial: Serial;
  readonly #onUnsolicited: (line: string) => void;
  #waiting: Waiting | undefined;
  #line: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(serial: Serial, onUnsolicited: (line: string) => void) {
    this.#serial = serial;
    this.#onUnsolicited = onUnsolicited;
    serial.onLine((line) => this.#hear(cleaned(line)));
  }

  /**
   * Say one command and gather the lines that begin with `PREFIX:` or are like `bare` and, behind `+CMGL:`, a line of hex.
   * Problems: tool-timeout, device-failed.
   */
  ask(command: string, prefixes: readonly string[] = [], bare?: RegExp): Promise<Result<Answer>> {
    const asked = this.#line.then(() => this.#ask(command, prefixes, bare));
    this.#line = asked;
    return asked;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#waiting?.end(bad('device-failed', 'the line is closed'));
    await this.#serial.close();
  }

  #ask(command: string, prefixes: readonly string[], bare: RegExp | undefined): Promise<Result<Answer>> {
    if (this.#closed) return Promise.resolve(bad('device-failed', 'the line is closed'));
    return new Promise((resolve) => {
      const end = (answer: Result<Answer>) => {
        clearTimeout(timer);
        if (this.#waiting === waiting) this.#waiting = undefined;
        resolve(answer);
      };
      const waiting: Waiting = { prefixes, bare, lines: [], end };
      const [name = command] = command.split('=');
      const timer = setTimeout(() => end(bad('tool-timeout', `no answer to ${name} for ${answerWithinMs} ms`)), answerWithinMs);
      this.#waiting = waiting;
      void this.#serial.write(`${command}\r`).then((written) => {
        if (!written.ok) end(written);
      });
    });
  }

  #hear(line: string): void {
    if (line === '') return;
    const waiting = this.#waiting;
    const ends = waiting && endOf(line);
    if (ends) {
      waiting.end(ok(ends.ok ? { is: 'ok', lines: waiting.lines } : { is: 'refused', code: ends.code }));
      return;
    }
    if (waiting && this.#belongs(waiting, line)) {
      if (waiting.lines.length < linesMax) waiting.lines.push(line);
      return;
    }
    this.#onUnsolicited(line);
  }

  #belongs({ prefixes, bare, lines }: Waiting, line: string): boolean {
    if (bare?.test(line)) return true;
    if (prefixes.some((prefix) => line.startsWith(`${prefix}:`))) return true;
    return lines.at(-1)?.startsWith('+CMGL:') === true && /^[0-9A-Fa-f]+$/.test(line);
  }
}
