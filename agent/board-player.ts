// Plays bulletins and orders on a public board: a page is on when it is painted, and counts only while the screen has it.
// LONG: one screen and one timer; what is coming, on and over share every field.
import type { Behind, Display, Frame, Shown, Surround } from '../hardware/display.ts';
import type { Order } from '../schemas/order.ts';
import { ok, type Problem, type Result } from '../schemas/problems.ts';
import { BoardPages, type BoardPagesOptions, orderShow } from './board-pages.ts';
import type { Event, PlayAction, ShowAction } from './core/model.ts';
import type { Clock } from './ports.ts';
import { type Look, lookWithin, ScreenMeter } from './screen-meter.ts';

export interface BoardPlayerOptions extends Omit<BoardPagesOptions, 'display'> {
  readonly output: string;
  readonly display: Display;
  readonly clock: Clock;
  /** Clock, connection and notices as they are now. */
  readonly surround?: () => Surround;
  readonly progressEveryMs: number;
  readonly warn?: (detail: string) => void;
}

type Tell = (event: Event) => void;

/** One attempt, from `play` to its one `playbackEnded`. */
interface Run {
  readonly attempt: number;
  readonly startAtMs: number;
  readonly order: boolean;
  readonly tell: Tell;
  litMs: number;
  started: boolean;
}

/** A page that was told and has not come yet. */
interface Coming {
  readonly run: Run;
  readonly show: ShowAction;
  readonly frame: Promise<Result<Frame>>;
}

/** What is on the screen now. */
interface On {
  readonly run: Run;
  readonly show: ShowAction;
  readonly meter: ScreenMeter;
}

/** Between two programmes the board is not changed to the safe page for so short a time. */
const lingerMs = 1_500;
/** Instants are looked for in short steps, so that a stepped clock is noticed. */
const lookMs = 500;
/** The screen is asked about the page before so long before the next one comes. */
const lastLookMs = 250;
/** A page that ends while the next is so near stays until it comes. */
const meetMs = 300;
const tryEveryMs = 5_000;

/** INVARIANTS: one page is on; each page told of a living attempt ends in at most one `showingEnded`, each attempt in one `playbackEnded`. */
export class BoardPlayer {
  readonly #options: BoardPlayerOptions;
  readonly #pages: BoardPages;
  readonly #runs = new Map<number, Run>();
  #coming: readonly Coming[] = [];
  #on: On | undefined;
  #flips = 0;
  #timer: NodeJS.Timeout | undefined;
  #linger: NodeJS.Timeout | undefined;
  #watch: NodeJS.Timeout | undefined;
  #stopped = false;
  #working: boolean | undefined;
  #behind: Behind | undefined;
  #shown: Frame | undefined;
  #seen: Look | undefined;
  #toldMonoMs = 0;
  /** The page that was on may not be seen any more. */
  #pastValid = false;

  constructor(options: BoardPlayerOptions) {
    this.#options = options;
    this.#pages = new BoardPages(options);
  }

  /** A display that fails comes back by itself; the board is ready when a page is painted again. */
  async start(tell: Tell): Promise<void> {
    const { display, output } = this.#options;
    display.onFailure((problem) => {
      if (!this.#working) return;
      this.#working = false;
      this.#pages.forget();
      tell({ is: 'outputFailed', output, problem });
      for (const run of [...this.#runs.values()]) this.#end(run, 'failed', { ...problem, code: 'device-failed' });
      this.#soon(this.#tryAgain(tell));
    });
    // Nothing is interrupted by it; what lay ready on the one before is gone.
    display.onReplaced?.((behind) => {
      this.#behind = behind;
      this.#working = true;
      this.#pages.forget();
      this.#ready(tell);
    });
    await display.start();
    if (this.#stopped) return;
    this.#surround();
    this.#watch = setInterval(() => {
      this.#surround();
      if (!this.#working) this.#soon(this.#tryAgain(tell));
    }, tryEveryMs);
    await this.#tryAgain(tell);
  }

  play(action: PlayAction, tell: Tell): void {
    const { attempt, startAtMs, sound } = action;
    const run: Run = { attempt, startAtMs, order: sound.of === 'order', tell, litMs: 0, started: false };
    this.#runs.set(attempt, run);
    if (sound.of === 'order') {
      const show = orderShow(action);
      if (show) this.#queue({ run, show, frame: Promise.resolve(ok(this.#pages.order(sound.order, sound.languages))) });
    } else if (sound.of !== 'pages') {
      this.#end(run, 'failed', { code: 'bad-input', path: '', detail: `a board cannot play ${sound.of}` });
    }
  }

  /** A page of an attempt. What was told of it for the same time or later is told no more. */
  show(action: ShowAction): void {
    const run = this.#runs.get(action.attempt);
    if (!run) return;
    this.#coming = this.#coming.filter((one) => one.run !== run || one.show.atMs < action.atMs);
    const frame = this.#pages.of(action);
    this.#queue({ run, show: action, frame });
    const prepared = frame.then(async (page) => {
      if (page.ok && this.#coming.some(({ show }) => show === action)) await this.#options.display.prepare(page.value);
    });
    this.#soon(prepared);
  }

  /** Lay an order's page ready, unseen. */
  async prepareOrder(order: Order, languages: readonly string[]): Promise<void> {
    await this.#pages.ready(order, languages);
  }

  /** What was painted last. */
  shown(): Frame | undefined {
    return this.#shown;
  }

  /** `leave`: its page may not be seen any more. */
  stopPlaying(attempt: number, leave = false): void {
    const run = this.#runs.get(attempt);
    if (!run) return;
    const unseen = this.#coming.some((one) => one.run === run);
    this.#end(run, 'stopped');
    // While an order takes over, its page lies ready and is not touched.
    if (unseen && ![...this.#runs.values()].some(({ order }) => order)) this.#soon(this.#pages.readyAgain());
    if (leave && this.#runs.size === 0) this.#soon(this.#showSafe());
  }

  async stop(): Promise<void> {
    for (const run of [...this.#runs.values()]) this.#end(run, 'stopped');
    clearTimeout(this.#linger);
    clearTimeout(this.#timer);
    clearInterval(this.#watch);
    this.#stopped = true;
    await this.#options.display.stop();
  }

  #queue(coming: Coming): void {
    clearTimeout(this.#linger);
    this.#coming = [...this.#coming, coming].sort((a, b) => a.show.atMs - b.show.atMs);
    // An order that is due is not kept waiting by a page that is being looked at.
    this.#arm(coming.run.order ? 0 : undefined);
  }

  // ── time ──

  #arm(inMs = this.#nextMs()): void {
    clearTimeout(this.#timer);
    if (!this.#stopped && inMs !== undefined) this.#timer = setTimeout(() => this.#tick(), inMs);
  }

  #nextMs(): number | undefined {
    const { wallMs } = this.#options.clock.now();
    const [next] = this.#coming;
    const untilMs = [
      next && fromMs(next) - wallMs,
      this.#on && this.#progressInMs(),
      this.#on?.show.last ? this.#on.show.untilMs - wallMs : undefined,
    ];
    const soonest = Math.min(...untilMs.filter((ms) => ms !== undefined));
    return Number.isFinite(soonest) ? Math.min(Math.max(0, soonest), lookMs) : undefined;
  }

  #progressInMs(): number {
    return this.#toldMonoMs + this.#options.progressEveryMs - this.#options.clock.now().monoMs;
  }

  #tick(): void {
    const { wallMs } = this.#options.clock.now();
    const due = this.#coming.filter((one) => fromMs(one) <= wallMs);
    const newest = due.at(-1);
    if (newest) {
      this.#coming = this.#coming.filter((one) => !due.includes(one));
      // A page whose time came and went while another was awaited was never on.
      this.#soon(this.#flip(newest).catch((error: unknown) => this.#broke(newest, error)));
    }
    const on = this.#on;
    if (on && !newest) this.#holdOn(on, wallMs);
    this.#arm();
  }

  #holdOn(on: On, wallMs: number) {
    const [next] = this.#coming;
    const met = next && next.show.atMs - on.show.untilMs <= meetMs;
    if (on.show.last && wallMs >= on.show.untilMs && !met) this.#end(on.run, 'completed');
    else if (this.#progressInMs() <= 0) this.#soon(this.#progress(on));
  }

  async #progress(on: On): Promise<void> {
    const { clock, output } = this.#options;
    this.#toldMonoMs = clock.now().monoMs;
    this.#seen = await on.meter.look(() => clock.now().monoMs);
    if (this.#on !== on) return;
    const { wallMs, monoMs } = clock.now();
    const seen = { showing: on.show.showing, ...on.meter.read(monoMs) };
    const audibleMs = Math.round(on.run.litMs + (counts(on) ? seen.shownMs : 0));
    on.run.tell({ is: 'playbackProgressed', output, attempt: on.run.attempt, audibleMs, atMs: Math.round(wallMs), seen });
  }

  // ── pages ──

  async #flip(coming: Coming): Promise<void> {
    const { run, show } = coming;
    const flip = ++this.#flips;
    const [page] = await Promise.all([coming.frame, run.order ? undefined : this.#lastLook()]);
    if (flip !== this.#flips || !this.#runs.has(run.attempt)) return;
    if (!page.ok) {
      this.#tellEnded(run, show, 'failed', { shownMs: 0, darkMs: 0, frames: 0 }, page.problem);
      // What was on has had its time.
      if (this.#on?.run === run) this.#close(this.#on, 'completed');
      await this.#showSafe();
      return this.#arm();
    }
    const before = run.order ? undefined : this.#seen;
    await this.#until(show.atMs);
    if (flip !== this.#flips || !this.#runs.has(run.attempt)) return;
    const painted = this.#stands(run, page.value) ?? (await this.#options.display.show(page.value));
    if (!('paintedMs' in painted)) return this.#failed(run, show, flip, painted.problem);
    this.#shown = page.value;
    if (!this.#runs.has(run.attempt)) return;
    const { monoMs } = this.#options.clock.now();
    const meter = new ScreenMeter(this.#options.display, page.value.id, before, monoMs, painted.dark === true);
    this.#replace({ run, show, meter }, painted.paintedMs);
    // Nobody looked before it came: what is painted from now on counts.
    if (before === undefined) this.#soon(meter.look(() => this.#options.clock.now().monoMs));
  }

  /** An order's page that is on stays on through its repetitions. */
  #stands(run: Run, { id }: Frame): Shown | undefined {
    const on = run.order && this.#shown?.id === id && this.#options.display.shown() === id;
    return on ? { paintedMs: Math.round(this.#options.clock.now().wallMs) } : undefined;
  }

  /** The screen is asked once more about what was on; its answer is what the next page is counted from. */
  async #lastLook(): Promise<void> {
    const { clock, display } = this.#options;
    const on = this.#on;
    const look = on ? on.meter.look(() => clock.now().monoMs) : display.sample();
    this.#seen = await lookWithin(look, lastLookMs);
  }

  /** The little that is left of the last look. */
  #until(atMs: number): Promise<void> | undefined {
    const leftMs = atMs - this.#options.clock.now().wallMs;
    return leftMs > 0 ? new Promise((go) => setTimeout(go, Math.min(leftMs, lastLookMs))) : undefined;
  }

  #replace(on: On, paintedMs: number): void {
    const before = this.#on;
    this.#on = on;
    if (before) {
      this.#close(before, paintedMs >= before.show.untilMs - meetMs ? 'completed' : 'stopped');
      if (before.run !== on.run && before.show.last) this.#end(before.run, 'completed');
    }
    const { output } = this.#options;
    const { run, show } = on;
    const { attempt } = run;
    const startedMs = Math.round(paintedMs);
    run.tell({ is: 'showingPainted', output, attempt, showing: show.showing, paintedMs: startedMs });
    if (!run.started) run.tell({ is: 'playbackStarted', output, attempt, startedMs, startErrorMs: startedMs - run.startAtMs });
    // Told at its own pace, however short the pages are.
    if (!run.started) this.#toldMonoMs = this.#options.clock.now().monoMs;
    run.started = true;
    this.#arm();
  }

  #failed(run: Run, show: ShowAction, flip: number, problem: Problem): void {
    // A newer page took its place.
    if (flip !== this.#flips || problem.code === 'conflict') return;
    if (!this.#runs.has(run.attempt)) return;
    const nothing = { shownMs: 0, darkMs: 0, frames: 0 };
    // The page is bad, not the screen: the next one may be shown.
    if (problem.code === 'page-refused') {
      this.#tellEnded(run, show, 'failed', nothing, problem);
      if (this.#on?.run === run) this.#close(this.#on, 'completed');
      this.#soon(this.#showSafe());
      this.#arm();
      return;
    }
    const device = { ...problem, code: 'device-failed' as const };
    this.#tellEnded(run, show, 'failed', nothing, device);
    this.#end(run, 'failed', device);
  }

  #broke({ run, show }: Coming, error: unknown): void {
    const detail = error instanceof Error ? error.message : 'unknown';
    this.#failed(run, show, this.#flips, { code: 'device-failed', path: '', detail });
  }

  /** Nobody waits for it; what a disk or a browser refuses is told by the display, and must not end the box. */
  #soon(work: Promise<unknown>): void {
    work.catch((error: unknown) => this.#options.warn?.(error instanceof Error ? error.message : 'unknown'));
  }

  #close(on: On, how: 'completed' | 'stopped'): void {
    const measured = on.meter.read(this.#options.clock.now().monoMs);
    if (counts(on)) on.run.litMs += measured.shownMs;
    if (this.#on === on) this.#on = undefined;
    this.#pastValid = this.#options.clock.now().wallMs >= (on.show.item?.validUntilMs ?? Number.POSITIVE_INFINITY);
    this.#tellEnded(on.run, on.show, how, measured);
  }

  #tellEnded(
    { attempt, tell }: Run,
    { showing }: ShowAction,
    how: 'completed' | 'stopped' | 'failed',
    measured: { shownMs: number; darkMs: number; frames: number | null },
    problem?: Problem,
  ): void {
    const endedMs = Math.round(this.#options.clock.now().wallMs);
    tell({ is: 'showingEnded', output: this.#options.output, attempt, showing, endedMs, how, ...measured, ...(problem && { problem }) });
  }

  #end(run: Run, how: 'completed' | 'stopped' | 'failed', problem?: Problem): void {
    if (!this.#runs.delete(run.attempt)) return;
    const { output, clock } = this.#options;
    this.#coming = this.#coming.filter((one) => one.run !== run);
    if (this.#on?.run === run) this.#close(this.#on, how === 'completed' ? 'completed' : 'stopped');
    run.tell({
      is: 'playbackEnded',
      output,
      attempt: run.attempt,
      how,
      audibleMs: Math.round(run.litMs),
      endedMs: Math.round(clock.now().wallMs),
      ...(problem && { problem }),
      ...(run.order && { voice: 'screen' as const }),
    });
    this.#lingerOn();
  }

  #lingerOn(): void {
    clearTimeout(this.#linger);
    if (this.#runs.size > 0 || this.#stopped) return;
    this.#linger = setTimeout(() => this.#soon(this.#showSafe()), this.#pastValid ? 0 : lingerMs);
  }

  #surround(): void {
    const { display, surround } = this.#options;
    const set = surround && display.surround?.(surround());
    if (set) this.#soon(set);
  }

  async #tryAgain(tell: Tell): Promise<void> {
    if (this.#runs.size > 0 || this.#stopped) return;
    const painted = await this.#showSafe();
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

  async #showSafe(): ReturnType<Display['show']> {
    const frame = this.#pages.safe();
    const painted = await this.#options.display.show(frame);
    if ('paintedMs' in painted) this.#shown = frame;
    return painted;
  }
}

/** When a page is taken in hand: a bulletin a last look ahead, an order at its instant. */
function fromMs({ run, show }: Coming): number {
  return show.atMs - (run.order ? 0 : lastLookMs);
}

/** The box's own safe page is nobody's programme. */
function counts({ run, show }: On): boolean {
  return run.order || show.item !== null;
}
