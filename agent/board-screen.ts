// A board's screen as its player has it: whether it works, what was painted last, the safe page and what stands around.
import type { Behind, Display, Frame, Shown, Surround } from '../hardware/display.ts';
import type { Problem } from '../schemas/problems.ts';
import type { Tell } from './board-runs.ts';
import type { Clock } from './ports.ts';

export interface BoardScreenOptions {
  readonly output: string;
  readonly display: Display;
  readonly clock: Clock;
  /** Clock, connection and notices as they are now. */
  readonly surround?: () => Surround;
  readonly warn?: (detail: string) => void;
}

/** Whoever plays on it. */
export interface BoardScreenUser {
  /** A fresh frame of the safe page. */
  readonly safe: () => Frame;
  /** Nothing plays: the safe page may be shown. */
  readonly isIdle: () => boolean;
  /** What lay ready on it is gone. */
  readonly onAnew: () => void;
  /** What was on is lost, and the core has been told. */
  readonly onLost: (problem: Problem) => void;
}

const tryEveryMs = 5_000;

/** INVARIANT: `outputFailed` and `outputReady` are told in turn; a screen that came back is ready when a page is painted again. */
export class BoardScreen {
  readonly #options: BoardScreenOptions;
  readonly #user: BoardScreenUser;
  #working: boolean | undefined;
  #behind: Behind | undefined;
  #shown: Frame | undefined;
  #watch: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: BoardScreenOptions, user: BoardScreenUser) {
    this.#options = options;
    this.#user = user;
  }

  /** A display that fails comes back by itself. */
  async start(tell: Tell): Promise<void> {
    const { display } = this.#options;
    display.onFailure((problem) => this.#lost(problem, tell));
    display.onReplaced?.((behind) => this.#replaced(behind, tell));
    await display.start();
    if (this.#stopped) return;
    this.#surround();
    this.#watch = setInterval(() => {
      this.#surround();
      if (!this.#working) this.#soon(this.#tryAgain(tell));
    }, tryEveryMs);
    await this.#tryAgain(tell);
  }

  /** What was painted last. */
  shown(): Frame | undefined {
    return this.#shown;
  }

  /** An order's page that is on stays on through its repetitions. */
  async show(frame: Frame): Promise<Shown> {
    const { display, clock } = this.#options;
    const stands = frame.kind === 'order' && this.#shown?.id === frame.id && display.shown() === frame.id;
    const painted = stands ? { paintedMs: Math.round(clock.now().wallMs) } : await display.show(frame);
    if ('paintedMs' in painted) this.#shown = frame;
    return painted;
  }

  showSafe(): Promise<Shown> {
    return this.show(this.#user.safe());
  }

  async stop(): Promise<void> {
    clearInterval(this.#watch);
    this.#stopped = true;
    await this.#options.display.stop();
  }

  #lost(problem: Problem, tell: Tell): void {
    if (!this.#working) return;
    this.#working = false;
    this.#user.onAnew();
    tell({ is: 'outputFailed', output: this.#options.output, problem });
    this.#user.onLost(problem);
    this.#soon(this.#tryAgain(tell));
  }

  /** Nothing is interrupted by it. */
  #replaced(behind: Behind | undefined, tell: Tell): void {
    this.#behind = behind;
    this.#working = true;
    this.#user.onAnew();
    this.#ready(tell);
  }

  async #tryAgain(tell: Tell): Promise<void> {
    if (!this.#user.isIdle() || this.#stopped) return;
    const painted = await this.showSafe();
    // Another page is on its way there: whoever asked for it tells.
    if ('problem' in painted && painted.problem.code === 'conflict' && this.#working !== undefined) return;
    const { output } = this.#options;
    const was = this.#working;
    this.#working = 'paintedMs' in painted;
    if (this.#working && !was) this.#ready(tell);
    else if ('problem' in painted && was === undefined) tell({ is: 'outputFailed', output, problem: painted.problem });
  }

  #ready(tell: Tell): void {
    tell({ is: 'outputReady', output: this.#options.output, ...(this.#behind && { behind: this.#behind }) });
  }

  #surround(): void {
    const { display, surround } = this.#options;
    const set = surround && display.surround?.(surround());
    if (set) this.#soon(set);
  }

  #soon(work: Promise<unknown>): void {
    work.catch((error: unknown) => this.#options.warn?.(error instanceof Error ? error.message : 'unknown'));
  }
}
