// Two displays that are one screen: a browser in front, and behind it pictures for as long as the browser cannot be brought back.
import type { Problem, Result } from '../../schemas/problems.ts';
import {
  type Behind,
  type Display,
  type DisplayAbilities,
  type Frame,
  isDark,
  type Sample,
  type Shown,
  type Surround,
} from '../display.ts';
import { type Counted, counted } from './counted-frames.ts';
import { DisplayBehind } from './display-behind.ts';
import { behindFromMs } from './health-ladder.ts';

export interface TwoDisplaysOptions {
  readonly front: Display;
  readonly behind: Display;
  /** What went wrong and was mended, or was not needed: for the log. */
  readonly onTrouble?: (problem: Problem) => void;
}

type Side = 'front' | 'behind';
type Painted = Exclude<Shown, { problem: Problem }>;

/** While the display behind is seen the front is asked so often whether it shows the page again. */
const tryEveryMs = 5_000;
const stopped: Problem = { code: 'device-failed', path: '', detail: 'the display is stopped' };
const superseded: Problem = { code: 'conflict', path: '', detail: 'superseded by a newer frame' };
const slow: Problem = { code: 'tool-timeout', path: '', detail: 'the browser has not shown the page in time' };

/**
 * INVARIANTS: one side is told as the screen. While it is the one behind the front is kept covered, so that what comes back
 * comes back dark; only an order is lit beside another page, for the moment in which it changes sides. A fall of the front is mended or
 * replaced, and told as a failure only when neither shows.
 */
export class TwoDisplays implements Display {
  readonly name: string;
  readonly #options: TwoDisplaysOptions;
  readonly #behind: DisplayBehind;
  readonly #failureListeners = new Set<(problem: Problem) => void>();
  readonly #replacedListeners = new Set<(behind: Behind | undefined) => void>();
  #running = false;
  #starting: Promise<unknown> = Promise.resolve();
  #seen: Side = 'front';
  #lostMs: number | undefined;
  #why = slow;
  #blanked = false;
  /** The front is kept dark, whatever the wish. */
  #covered = false;
  #turn = 0;
  #wanted: Frame | undefined;
  /** What was painted last, on either. */
  #stands: Frame | undefined;
  #askedMs = 0;
  /** Of the turn that waits for the front: it waits no longer. */
  #giveUp: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #watch: NodeJS.Timeout | undefined;
  /** The turn that the front is at work on. */
  #asking = 0;
  #painted: { readonly turn: number; readonly shown: Painted } | undefined;
  #counted: Counted = { of: 'front', frames: 0, total: 0 };
  #sampled: Sample | undefined;

  constructor(options: TwoDisplaysOptions) {
    this.#options = options;
    this.name = options.front.name;
    this.#behind = new DisplayBehind(options.behind);
    options.front.onFailure((problem) => this.#frontFell(problem));
    options.behind.onFailure((problem) => this.#behindFell(problem));
  }

  get can(): DisplayAbilities {
    return this.#options[this.#seen].can;
  }

  /** A browser takes its time to start: nobody waits for it here. */
  async start(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    this.#lostMs = performance.now();
    this.#starting = this.#options.front.start();
    this.#watch = setInterval(() => this.#tryFront(), tryEveryMs);
    await this.#behind.start();
  }

  async prepare(frame: Frame): Promise<Result<void>> {
    if (!this.#running) return { ok: false, problem: stopped };
    return this.#options[this.#seen].prepare(frame);
  }

  async show(frame: Frame): Promise<Shown> {
    if (!this.#running) return { problem: stopped };
    this.#wanted = frame;
    return this.#bring(frame);
  }

  /** The wish holds on both; the side that is seen answers. */
  async blank(on: boolean): ReturnType<Display['blank']> {
    if (!this.#running) return { problem: stopped };
    this.#blanked = on;
    const told = await this.#behind.blank(on);
    if (this.#isReplaced() && told) return told;
    // It changes sides: the wish is kept and told to the side that has it then.
    return this.#covered ? { sent: true, confirmed: false } : this.#options.front.blank(on);
  }

  async surround(around: Surround): Promise<void> {
    const { front, behind } = this.#options;
    await Promise.all([front.surround?.(around), behind.surround?.(around)]);
  }

  async sample(): Promise<Sample | 'unmeasured'> {
    const of = this.#seen;
    // The browser said that it fell: it is known that nothing of the page is seen.
    if (of === 'front' && this.#lostMs !== undefined) return this.#sampled ? { ...this.#sampled, shown: null } : 'unmeasured';
    const sample = await this.#options[of].sample();
    if (sample === 'unmeasured') return sample;
    this.#counted = counted(this.#counted, of, sample.paintedFrames);
    this.#sampled = { ...sample, paintedFrames: this.#counted.total };
    return this.#sampled;
  }

  shown(): string | null {
    return this.#options[this.#seen].shown();
  }

  async screenshot(): Promise<Uint8Array | undefined> {
    return this.#options[this.#seen].screenshot();
  }

  onFailure(listener: (problem: Problem) => void): void {
    this.#failureListeners.add(listener);
  }

  onReplaced(listener: (behind: Behind | undefined) => void): void {
    this.#replacedListeners.add(listener);
  }

  async stop(): Promise<void> {
    if (!this.#running) return;
    this.#running = false;
    this.#turn++;
    this.#giveUp?.();
    clearTimeout(this.#timer);
    clearInterval(this.#watch);
    await Promise.all([this.#options.front.stop(), this.#behind.darken()]);
    await this.#starting;
    this.#seen = 'front';
    this.#blanked = false;
    this.#covered = false;
    this.#wanted = undefined;
    this.#stands = undefined;
    this.#sampled = undefined;
  }

  /** By the front, unless it was given up before; then by the one behind, and the front goes on at it. */
  async #bring(frame: Frame): Promise<Shown> {
    const turn = ++this.#turn;
    this.#giveUp?.();
    this.#askedMs = performance.now();
    const late = new Promise<undefined>((resolve) => {
      this.#giveUp = () => resolve(undefined);
    });
    const byFront = this.#askFront(frame, turn);
    this.#arm();
    const first = await Promise.race([byFront, late]);
    if (turn !== this.#turn) return { problem: this.#running ? superseded : stopped };
    this.#giveUp = undefined;
    clearTimeout(this.#timer);
    if (first && 'paintedMs' in first) return first;
    if (first && this.#isOfPage(first.problem)) {
      this.#wanted = this.#stands;
      this.#soon(this.#uncover());
      return first;
    }
    return this.#showBehind(frame, turn);
  }

  /** The page is refused or broken, not the screen: another display is no remedy. */
  #isOfPage({ code }: Problem): boolean {
    const refused = code === 'too-large' || code === 'page-refused' || code === 'conflict';
    return refused || (!this.#isReplaced() && this.#lostMs === undefined);
  }

  #arm(): void {
    clearTimeout(this.#timer);
    if (!this.#giveUp || !this.#wanted) return;
    const front = { replaced: this.#isReplaced(), lostMs: this.#lostMs };
    const inMs = behindFromMs(front, this.#wanted.kind, this.#askedMs) - performance.now();
    if (Number.isFinite(inMs)) this.#timer = setTimeout(this.#giveUp, Math.max(0, inMs));
  }

  async #askFront(frame: Frame, turn: number): Promise<Shown> {
    this.#asking = turn;
    await this.#starting;
    const shown = turn === this.#turn ? await this.#options.front.show(frame) : { problem: superseded };
    if (this.#asking === turn) this.#asking = 0;
    if ('problem' in shown && shown.problem.code === 'page-refused') this.#soon(this.#paintsAllTheSame());
    if ('problem' in shown || !this.#running) return shown;
    this.#lostMs = undefined;
    if (turn !== this.#turn) return shown;
    // Its cover is lifted, or stays for a wish of ours only.
    const painted = { paintedMs: shown.paintedMs, ...(isDark(this.#blanked, frame) && { dark: true as const }) };
    this.#painted = { turn, shown: painted };
    this.#stands = frame;
    await this.#frontIsSeen();
    return painted;
  }

  async #paintsAllTheSame(): Promise<void> {
    if ((await this.#options.front.sample()) !== 'unmeasured') this.#lostMs = undefined;
  }

  #isReplaced(): boolean {
    return this.#seen === 'behind';
  }

  #tryFront(): void {
    if (this.#isReplaced() && this.#wanted && this.#asking !== this.#turn) this.#soon(this.#askFront(this.#wanted, this.#turn));
  }

  /** First the one behind goes dark, then the front is uncovered. */
  async #frontIsSeen(): Promise<void> {
    const replaced = this.#isReplaced();
    this.#seen = 'front';
    if (this.#behind.lit) await this.#behind.darken(() => !this.#isReplaced());
    if (replaced && !this.#isReplaced()) for (const listener of this.#replacedListeners) listener(undefined);
    await this.#uncover();
  }

  async #uncover(): Promise<void> {
    if (!this.#covered || this.#isReplaced() || !this.#running) return;
    this.#covered = false;
    await this.#options.front.blank(this.#blanked);
  }

  async #showBehind(frame: Frame, turn: number): Promise<Shown> {
    const wanted = () => turn === this.#turn && this.#painted?.turn !== turn;
    // Before the other is lit: a front that comes to itself meanwhile comes back dark.
    if (!this.#covered) this.#soon(this.#options.front.blank(true));
    this.#covered = true;
    const shown = await this.#behind.show(frame, () => this.#blanked, wanted);
    if (turn !== this.#turn) return { problem: this.#running ? superseded : stopped };
    if (this.#painted?.turn === turn) return this.#painted.shown;
    if ('problem' in shown) {
      this.#soon(this.#uncover());
      return shown;
    }
    this.#stands = frame;
    const seen = { display: this.#behind.name, problem: this.#lostMs === undefined ? slow : this.#why };
    const replaced = this.#isReplaced();
    this.#seen = 'behind';
    if (!replaced) for (const listener of this.#replacedListeners) listener(seen);
    return shown;
  }

  #frontFell(problem: Problem): void {
    if (!this.#running) return;
    this.#options.onTrouble?.(problem);
    this.#why = problem;
    this.#lostMs ??= performance.now();
    if (this.#isReplaced()) return;
    // A page that waits for it waits no longer than the rule says; what was seen is asked for again.
    if (this.#giveUp) this.#arm();
    else if (this.#wanted) this.#soon(this.#again(this.#wanted));
  }

  async #again(frame: Frame): Promise<void> {
    const shown = await this.#bring(frame);
    if ('problem' in shown && !this.#isOfPage(shown.problem) && this.#running) this.#tell(shown.problem);
  }

  #behindFell(problem: Problem): void {
    if (this.#running && this.#behind.lit && (this.#isReplaced() || this.#lostMs !== undefined)) this.#tell(problem);
    else this.#options.onTrouble?.(problem);
  }

  #tell(problem: Problem): void {
    for (const listener of this.#failureListeners) listener(problem);
  }

  #soon(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      this.#options.onTrouble?.({ code: 'device-failed', path: '', detail: error instanceof Error ? error.message : 'unknown' });
    });
  }
}
