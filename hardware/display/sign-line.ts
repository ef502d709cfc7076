// The line to a serial sign: one transmission at a time, answered where the sign answers, tried again, opened again after unplugging.
import { setTimeout as wait } from 'node:timers/promises';
import { bad, ok, type Problem, type Result } from '../../schemas/problems.ts';
import type { Serial } from '../serial.ts';
import { type Answer, AnswerReader, abandoned, type Command, framed, readText, type SignAddress, setAnswers } from './alpha-frames.ts';

export interface SignLineOptions {
  readonly open: () => Promise<Result<Serial>>;
  readonly address: SignAddress;
  /** The sign answers each transmission. */
  readonly answers: boolean;
  /** Wall time of the box. */
  readonly now: () => number;
  /** The line has just been opened; `send` works from now on. */
  readonly onOpened: () => Promise<void>;
  readonly onLost: (problem: Problem) => void;
}

/** `confirmed` only by the sign's own answer; without one nobody knows more than that the bytes left. */
export type Sent = Result<{ readonly confirmed: boolean }>;

/** Small enough that a waiting order gets the line within 0.3 s at 9,600 bit/s. */
const chunkBytes = 256;
const triesMax = 3;
const answerWithinMs = 1_000;
/** An answer to the switching on of answers belongs to nobody. */
const settleMs = 200;
const reopenWaitsMs = [500, 1_000, 2_000, 5_000, 10_000] as const;

/** INVARIANT: at most one transmission is under way; each begins only when the one before has been answered or given up. */
export class SignLine {
  readonly #options: SignLineOptions;
  readonly #stopped = new AbortController();
  #serial: Serial | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #heard: ((answer: Answer) => void) | undefined;
  #opening: Promise<void> | undefined;
  readonly #written = new Map<string, string>();
  #confirmed = { count: 0, lastMs: 0 };

  constructor(options: SignLineOptions) {
    this.#options = options;
  }

  /** One attempt to open; later ones follow by themselves until `stop`. */
  async start(): Promise<void> {
    if (!(await this.#open())) this.#reopen();
  }

  isOpen(): boolean {
    return this.#serial !== undefined;
  }

  /** Problems: conflict (aborted), device-failed, tool-timeout (no answer). */
  send(commands: readonly Command[], signal?: AbortSignal): Promise<Sent> {
    return this.#inTurn(async () => {
      const sent = await this.#send(commands, signal);
      if (!sent.ok) return sent;
      for (const [text = ''] of commands) if (text[0] === 'A') this.#written.set(text[1] ?? '', text.slice(5));
      if (sent.value.confirmed) this.#confirm();
      return sent;
    });
  }

  /** Does the sign's TEXT file hold what was written last? Problem: tool-timeout, device-failed. */
  async agrees(label: string): Promise<Result<boolean>> {
    const told = await this.#ask(label);
    if (!told.ok) return told;
    this.#confirm();
    return ok(told.value === this.#written.get(label));
  }

  /** How often the sign has said so, and the wall instant of the last time. */
  confirmed(): { readonly count: number; readonly lastMs: number } {
    return this.#confirmed;
  }

  #confirm(): void {
    this.#confirmed = { count: this.#confirmed.count + 1, lastMs: Math.round(this.#options.now()) };
  }

  #ask(label: string): Promise<Result<string>> {
    return this.#inTurn(async () => {
      const answer = this.#answer((one) => one.is === 'file' && one.label === label);
      const sent = await this.#transmit([readText(label)], undefined);
      const heard = sent.ok ? await answer.heard : undefined;
      answer.end();
      if (!sent.ok) return sent;
      return heard?.is === 'file' ? ok(heard.words) : bad('tool-timeout', `the sign did not tell its file ${label}`);
    });
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#opening;
    await this.#queue;
    await this.#close();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(work);
    this.#queue = done.catch(() => undefined);
    return done;
  }

  async #send(commands: readonly Command[], signal: AbortSignal | undefined): Promise<Sent> {
    let why: Result<never> = bad('tool-timeout', `no answer from the sign in ${answerWithinMs} ms`);
    for (let tries = 0; tries < triesMax; tries++) {
      const answer = this.#answer(({ is }) => is !== 'file', signal);
      const sent = await this.#transmit(commands, signal);
      if (!sent.ok || !this.#options.answers) {
        answer.end();
        return sent.ok ? ok({ confirmed: false }) : sent;
      }
      const heard = await answer.heard;
      answer.end();
      if (signal?.aborted) return aborted;
      if (heard?.is === 'taken') return ok({ confirmed: true });
      if (heard?.is === 'refused') why = bad('device-failed', `the sign refused: ${heard.why}`);
    }
    return why;
  }

  async #transmit(commands: readonly Command[], signal: AbortSignal | undefined): Promise<Result<void>> {
    let begun = false;
    for (const { bytes, pauseMs } of framed(commands, this.#options.address)) {
      for (let at = 0; at < bytes.length; at += chunkBytes) {
        const serial = this.#serial;
        if (!serial) return bad('device-failed', 'the sign is not connected');
        if (signal?.aborted) {
          if (begun) await serial.write(abandoned);
          return aborted;
        }
        begun = true;
        const wrote = await serial.write(bytes.subarray(at, at + chunkBytes));
        if (!wrote.ok) {
          await this.#lost(serial, wrote.problem);
          return wrote;
        }
      }
      if (pauseMs > 0) await wait(pauseMs);
    }
    return ok(undefined);
  }

  /** Listen before asking, so that no answer is missed. */
  #answer(
    fits: (answer: Answer) => boolean,
    signal?: AbortSignal,
  ): { readonly heard: Promise<Answer | undefined>; readonly end: () => void } {
    const late = new AbortController();
    const heard = new Promise<Answer | undefined>((resolve) => {
      this.#heard = (answer) => fits(answer) && resolve(answer);
      const limits = AbortSignal.any([late.signal, this.#stopped.signal, ...(signal ? [signal] : [])]);
      wait(answerWithinMs, undefined, { signal: limits }).then(
        () => resolve(undefined),
        () => resolve(undefined),
      );
    });
    const end = () => {
      this.#heard = undefined;
      late.abort();
    };
    return { heard, end };
  }

  async #open(): Promise<boolean> {
    const opened = await this.#options.open();
    if (!opened.ok) {
      this.#options.onLost(opened.problem);
      return false;
    }
    const serial = opened.value;
    const reader = new AnswerReader((answer) => this.#heard?.(answer));
    serial.onBytes((bytes) => reader.take(bytes));
    serial.onFailure((problem) => void this.#lost(serial, problem));
    this.#serial = serial;
    if (this.#options.answers) {
      await this.#transmit([setAnswers(true)], undefined);
      await wait(settleMs);
    }
    await this.#options.onOpened();
    return this.#serial === serial;
  }

  async #lost(serial: Serial, problem: Problem): Promise<void> {
    if (this.#serial !== serial) return;
    await this.#close();
    this.#options.onLost(problem);
    this.#reopen();
  }

  #reopen(): void {
    if (this.#opening || this.#stopped.signal.aborted) return;
    this.#opening = this.#tryOpening().finally(() => {
      this.#opening = undefined;
    });
  }

  async #tryOpening(): Promise<void> {
    const { signal } = this.#stopped;
    for (let tries = 0; !signal.aborted; tries++) {
      await wait(reopenWaitsMs[Math.min(tries, reopenWaitsMs.length - 1)], undefined, { signal }).catch(() => undefined);
      if (signal.aborted || (await this.#open())) return;
    }
  }

  async #close(): Promise<void> {
    const serial = this.#serial;
    this.#serial = undefined;
    await serial?.close();
  }
}

const aborted = bad<never>('conflict', 'superseded by a newer frame');
