// Plays bulletins and orders on a public board: a page is on when it is painted, and counts only while the screen has it.
import type { Frame } from '../hardware/display.ts';
import type { Order } from '../schemas/order.ts';
import { bad, ok, type Problem, type Result } from '../schemas/problems.ts';
import { type ComingPage, dueBy, endedBy, idleMs, isOver, lastLookMs, withoutAttempt, withoutLater, withPage } from './board-coming.ts';
import { BoardPages, type BoardPagesOptions, orderShow } from './board-pages.ts';
import { BoardRuns, type How, type Run, type Tell } from './board-runs.ts';
import { BoardScreen, type BoardScreenOptions } from './board-screen.ts';
import type { PlayAction, ShowAction } from './core/model.ts';
import { type Look, lookWithin, ScreenMeter } from './screen-meter.ts';

export interface BoardPlayerOptions extends BoardScreenOptions, Omit<BoardPagesOptions, 'display'> {
  readonly progressEveryMs: number;
}

/** A page that was told and has not come yet. */
interface Coming extends ComingPage {
  readonly run: Run;
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

/** INVARIANT: one page is on. What is told of it, and of its attempt, the accounts keep (`board-runs.ts`). */
export class BoardPlayer {
  readonly #options: BoardPlayerOptions;
  readonly #pages: BoardPages;
  readonly #runs: BoardRuns;
  readonly #screen: BoardScreen;
  #coming: readonly Coming[] = [];
  #on: On | undefined;
  #flips = 0;
  #timer: NodeJS.Timeout | undefined;
  #linger: NodeJS.Timeout | undefined;
  #stopped = false;
  #seen: Look | undefined;
  #toldMonoMs = 0;
  /** The page that was on may not be seen any more. */
  #pastValid = false;

  constructor(options: BoardPlayerOptions) {
    this.#options = options;
    this.#pages = new BoardPages(options);
    this.#runs = new BoardRuns(options);
    this.#screen = new BoardScreen(options, {
      safe: () => this.#pages.safe(),
      isIdle: () => this.#runs.none(),
      onAnew: () => this.#pages.forget(),
      onLost: (problem) => {
        for (const run of this.#runs.all()) this.#end(run, 'failed', { ...problem, code: 'device-failed' });
      },
    });
  }

  start(tell: Tell): Promise<void> {
    return this.#screen.start(tell);
  }

  play(action: PlayAction, tell: Tell): void {
    const { attempt, startAtMs, sound } = action;
    const run = this.#runs.begin({ attempt, startAtMs, order: sound.of === 'order', tell });
    if (sound.of === 'order') {
      const show = orderShow(action);
      if (show) this.#queue(run, show, this.#pages.order(sound.order, sound.languages).then(ok, brokenPage));
    } else if (sound.of !== 'pages') {
      this.#end(run, 'failed', { code: 'bad-input', path: '', detail: `a board cannot play ${sound.of}` });
    }
  }

  /** A page of an attempt. What was told of it for the same time or later is told no more. */
  show(action: ShowAction): void {
    const run = this.#runs.get(action.attempt);
    if (!run) return;
    this.#coming = withoutLater(this.#coming, action);
    const frame = this.#pages.of(action);
    this.#queue(run, action, frame);
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
    return this.#screen.shown();
  }

  /** `leave`: its page may not be seen any more. */
  stopPlaying(attempt: number, leave = false): void {
    const run = this.#runs.get(attempt);
    if (!run) return;
    const unseen = this.#coming.some((one) => one.attempt === attempt);
    this.#end(run, 'stopped');
    // While an order takes over, its page lies ready and is not touched.
    if (unseen && !this.#runs.all().some(({ order }) => order)) this.#soon(this.#pages.readyAgain());
    if (leave && this.#runs.none()) this.#soon(this.#screen.showSafe());
  }

  async stop(): Promise<void> {
    for (const run of this.#runs.all()) this.#end(run, 'stopped');
    clearTimeout(this.#linger);
    clearTimeout(this.#timer);
    this.#stopped = true;
    await this.#screen.stop();
  }

  #queue(run: Run, show: ShowAction, frame: Coming['frame']): void {
    clearTimeout(this.#linger);
    this.#coming = withPage(this.#coming, { run, attempt: run.attempt, order: run.order, show, frame });
    // An order that is due is not kept waiting by a page that is being looked at.
    this.#arm(run.order ? 0 : undefined);
  }

  // ── time ──

  #arm(inMs = this.#nextMs()): void {
    clearTimeout(this.#timer);
    if (!this.#stopped && inMs !== undefined) this.#timer = setTimeout(() => this.#tick(), inMs);
  }

  #nextMs(): number | undefined {
    const on = this.#on && { show: this.#on.show, progressInMs: this.#progressInMs() };
    return idleMs(this.#coming, on, this.#options.clock.now().wallMs);
  }

  #progressInMs(): number {
    return this.#toldMonoMs + this.#options.progressEveryMs - this.#options.clock.now().monoMs;
  }

  #tick(): void {
    const { wallMs } = this.#options.clock.now();
    const { due, rest } = dueBy(this.#coming, wallMs);
    if (due) {
      this.#coming = rest;
      this.#soon(this.#flip(due).catch((error: unknown) => this.#broke(due, error)));
    }
    const on = this.#on;
    if (on && !due) this.#holdOn(on, wallMs);
    this.#arm();
  }

  #holdOn(on: On, wallMs: number) {
    if (isOver(on.show, this.#coming, wallMs)) this.#end(on.run, 'completed');
    else if (this.#progressInMs() <= 0) this.#soon(this.#progress(on));
  }

  async #progress({ run, show, meter }: On): Promise<void> {
    const { clock } = this.#options;
    this.#toldMonoMs = clock.now().monoMs;
    this.#seen = await meter.look(() => clock.now().monoMs);
    if (this.#on?.meter === meter) this.#runs.progressed(run, show, meter.read(clock.now().monoMs));
  }

  // ── pages ──

  async #flip(coming: Coming): Promise<void> {
    const { run, show } = coming;
    const flip = ++this.#flips;
    const [page] = await Promise.all([coming.frame, run.order ? undefined : this.#lastLook()]);
    if (flip !== this.#flips || !this.#runs.lives(run)) return;
    if (!page.ok) {
      this.#runs.pageFailed(run, show, page.problem);
      // What was on has had its time.
      if (this.#on?.run === run) this.#close(this.#on, 'completed');
      await this.#screen.showSafe();
      return this.#arm();
    }
    const before = run.order ? undefined : this.#seen;
    await this.#until(show.atMs);
    if (flip !== this.#flips || !this.#runs.lives(run)) return;
    const painted = await this.#screen.show(page.value);
    if (!('paintedMs' in painted)) return this.#failed(run, show, flip, painted.problem);
    if (!this.#runs.lives(run)) return;
    const { monoMs } = this.#options.clock.now();
    const meter = new ScreenMeter(this.#options.display, page.value.id, before, monoMs, painted.dark === true);
    this.#replace({ run, show, meter }, painted.paintedMs);
    // Nobody looked before it came: what is painted from now on counts.
    if (before === undefined) this.#soon(meter.look(() => this.#options.clock.now().monoMs));
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
      this.#close(before, endedBy(before.show, paintedMs));
      if (before.run !== on.run && before.show.last) this.#end(before.run, 'completed');
    }
    // Told at its own pace, however short the pages are.
    if (this.#runs.painted(on.run, on.show, paintedMs)) this.#toldMonoMs = this.#options.clock.now().monoMs;
    this.#arm();
  }

  #failed(run: Run, show: ShowAction, flip: number, problem: Problem): void {
    // A newer page took its place.
    if (flip !== this.#flips || problem.code === 'conflict') return;
    if (!this.#runs.lives(run)) return;
    // The page is bad, not the screen: the next one may be shown.
    if (problem.code === 'page-refused') {
      this.#runs.pageFailed(run, show, problem);
      if (this.#on?.run === run) this.#close(this.#on, 'completed');
      this.#soon(this.#screen.showSafe());
      this.#arm();
      return;
    }
    const device = { ...problem, code: 'device-failed' as const };
    this.#runs.pageFailed(run, show, device);
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
    if (this.#on === on) this.#on = undefined;
    this.#pastValid = this.#options.clock.now().wallMs >= (on.show.item?.validUntilMs ?? Number.POSITIVE_INFINITY);
    this.#runs.closed(on.run, on.show, how, measured);
  }

  #end(run: Run, how: How, problem?: Problem): void {
    if (!this.#runs.end(run)) return;
    this.#coming = withoutAttempt(this.#coming, run.attempt);
    if (this.#on?.run === run) this.#close(this.#on, how === 'completed' ? 'completed' : 'stopped');
    this.#runs.ended(run, how, problem);
    this.#lingerOn();
  }

  #lingerOn(): void {
    clearTimeout(this.#linger);
    if (!this.#runs.none() || this.#stopped) return;
    this.#linger = setTimeout(() => this.#soon(this.#screen.showSafe()), this.#pastValid ? 0 : lingerMs);
  }
}

/** A page that cannot be made is told like a screen that fails; nobody else waits for it before its instant. */
function brokenPage(error: unknown): Result<never> {
  return bad('device-failed', error instanceof Error ? error.message : 'unknown');
}
