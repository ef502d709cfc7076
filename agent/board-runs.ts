// The attempts of a board and their accounts: each page told of one ends in at most one `showingEnded`, each attempt in one `playbackEnded`.
import type { Problem } from '../schemas/problems.ts';
import type { Event, ShowAction } from './core/model.ts';
import type { Clock } from './ports.ts';
import type { Measured } from './screen-meter.ts';

export type Tell = (event: Event) => void;
export type How = 'completed' | 'stopped' | 'failed';

/** One attempt, from `play` to its one `playbackEnded`. */
export interface Run {
  readonly attempt: number;
  readonly startAtMs: number;
  readonly order: boolean;
  readonly tell: Tell;
  litMs: number;
  started: boolean;
}

const nothing: Measured = { shownMs: 0, darkMs: 0, frames: 0 };

export class BoardRuns {
  readonly #output: string;
  readonly #clock: Clock;
  readonly #runs = new Map<number, Run>();

  constructor({ output, clock }: { readonly output: string; readonly clock: Clock }) {
    this.#output = output;
    this.#clock = clock;
  }

  begin(run: Pick<Run, 'attempt' | 'startAtMs' | 'order' | 'tell'>): Run {
    const begun: Run = { ...run, litMs: 0, started: false };
    this.#runs.set(run.attempt, begun);
    return begun;
  }

  get(attempt: number): Run | undefined {
    return this.#runs.get(attempt);
  }

  lives({ attempt }: Run): boolean {
    return this.#runs.has(attempt);
  }

  all(): Run[] {
    return [...this.#runs.values()];
  }

  none(): boolean {
    return this.#runs.size === 0;
  }

  /** True when it lived: what is left of it is told, and then `ended`. */
  end({ attempt }: Run): boolean {
    return this.#runs.delete(attempt);
  }

  /** True for the first page of the attempt. */
  painted(run: Run, { showing }: ShowAction, paintedMs: number): boolean {
    const { attempt, startAtMs, started } = run;
    const startedMs = Math.round(paintedMs);
    run.tell({ is: 'showingPainted', output: this.#output, attempt, showing, paintedMs: startedMs });
    if (!started) run.tell({ is: 'playbackStarted', output: this.#output, attempt, startedMs, startErrorMs: startedMs - startAtMs });
    run.started = true;
    return !started;
  }

  progressed(run: Run, show: ShowAction, measured: Measured): void {
    const audibleMs = Math.round(run.litMs + (counts(run, show) ? measured.shownMs : 0));
    const seen = { showing: show.showing, ...measured };
    const atMs = this.#wallMs();
    run.tell({ is: 'playbackProgressed', output: this.#output, attempt: run.attempt, audibleMs, atMs, seen });
  }

  /** The page that was on is not any more. */
  closed(run: Run, show: ShowAction, how: 'completed' | 'stopped', measured: Measured): void {
    if (counts(run, show)) run.litMs += measured.shownMs;
    this.#pageEnded(run, show, how, measured);
  }

  /** It never came on. */
  pageFailed(run: Run, show: ShowAction, problem: Problem): void {
    this.#pageEnded(run, show, 'failed', nothing, problem);
  }

  ended(run: Run, how: How, problem?: Problem): void {
    run.tell({
      is: 'playbackEnded',
      output: this.#output,
      attempt: run.attempt,
      how,
      audibleMs: Math.round(run.litMs),
      endedMs: this.#wallMs(),
      ...(problem && { problem }),
      ...(run.order && { voice: 'screen' as const }),
    });
  }

  #pageEnded({ attempt, tell }: Run, { showing }: ShowAction, how: How, measured: Measured, problem?: Problem): void {
    const endedMs = this.#wallMs();
    tell({ is: 'showingEnded', output: this.#output, attempt, showing, endedMs, how, ...measured, ...(problem && { problem }) });
  }

  #wallMs(): number {
    return Math.round(this.#clock.now().wallMs);
  }
}

/** The box's own safe page is nobody's programme. */
function counts({ order }: Run, { item }: ShowAction): boolean {
  return order || item !== null;
}
