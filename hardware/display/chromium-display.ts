// A board shown by Chromium. It prepares behind what is seen, flips when painted, and climbs a ladder when the browser dies.
import { setTimeout as wait } from 'node:timers/promises';
import { bad, ok, type Problem, type Result } from '../../schemas/problems.ts';
import { type Display, type Frame, htmlBytesMax } from '../display.ts';
import { type BrowserOptions, ChromiumBrowser } from './chromium-browser.ts';
import { guarded } from './shell-page.ts';

export interface ChromiumDisplayOptions {
  readonly executable?: string;
  readonly kiosk?: boolean;
  readonly widthPx?: number;
  readonly heightPx?: number;
  /** Wall time of the box, which may not be the machine's. */
  readonly now?: () => number;
}

const loadWithinMs = { bulletin: 10_000, safe: 10_000, order: 3_000 } as const satisfies Record<Frame['kind'], number>;
const flipWithinMs = 5_000;
/** A `show` waits so long for a browser that is being brought back, then answers with the problem. */
const recoverWithinMs = 20_000;
const beatEveryMs = 5_000;
const beatWithinMs = 3_000;
const restartWaitsMs = [0, 1_000, 2_000, 5_000, 10_000, 15_000] as const;

type Shown = { readonly paintedMs: number } | { readonly problem: Problem };

/**
 * INVARIANTS: the newest `show` owns the hidden frame, an older one ends as superseded; after a failure the frame that was
 * seen last is shown again before anything is reported as painted; only `#recover` starts browsers once `start` is done.
 */
export class ChromiumDisplay implements Display {
  readonly name = 'chromium';
  readonly #options: ChromiumDisplayOptions;
  readonly #failureListeners = new Set<(problem: Problem) => void>();
  #browser: ChromiumBrowser | undefined;
  #running = false;
  #turn = 0;
  #wanted: Frame | undefined;
  #shown: Frame | undefined;
  #recovering: Promise<void> | undefined;
  #beat: NodeJS.Timeout | undefined;
  #wakeUp: (() => void) | undefined;

  constructor(options: ChromiumDisplayOptions = {}) {
    this.#options = options;
  }

  /** Rejects never: a missing or broken browser is told to `onFailure`, and tried again. */
  async start(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    const begun = await this.#begin();
    if (!begun.ok) this.#recover(begun.problem);
    this.#beat = setInterval(() => void this.#check(), beatEveryMs);
  }

  async show(frame: Frame): Promise<Shown> {
    if (!this.#running) return failed('device-failed', 'the display is stopped');
    if (Buffer.byteLength(frame.html) > htmlBytesMax) return failed('too-large', `HTML of more than ${htmlBytesMax} bytes`);
    this.#wanted = frame;
    const turn = ++this.#turn;
    await this.#recovered();
    const first = await this.#paint(frame, turn);
    if (first.ok) return first.value;
    if (first.problem.code === 'conflict' || !this.#running) return { problem: first.problem };
    // The browser died or hung under it: once more on a new one.
    this.#recover(first.problem);
    await this.#recovered();
    const second = await this.#paint(frame, turn);
    return second.ok ? second.value : { problem: second.problem };
  }

  shown(): string | null {
    return this.#shown?.id ?? null;
  }

  async screenshot(): Promise<Uint8Array | undefined> {
    return this.#browser?.screenshot();
  }

  onFailure(listener: (problem: Problem) => void): void {
    this.#failureListeners.add(listener);
  }

  async stop(): Promise<void> {
    this.#running = false;
    clearInterval(this.#beat);
    this.#wakeUp?.();
    await this.#recovering;
    await this.#browser?.close();
    this.#browser = undefined;
    this.#shown = undefined;
  }

  async #begin(): Promise<Result<void>> {
    const { executable, kiosk, widthPx, heightPx } = this.#options;
    const options: BrowserOptions = {
      ...(executable === undefined ? {} : { executable }),
      kiosk: kiosk ?? false,
      widthPx: widthPx ?? 1280,
      heightPx: heightPx ?? 720,
      onGone: (problem) => this.#recover(problem),
    };
    const started = await ChromiumBrowser.start(options);
    if (!started.ok) return started;
    this.#browser = started.value;
    return ok(undefined);
  }

  async #paint(frame: Frame, turn: number): Promise<Result<{ readonly paintedMs: number }>> {
    if (turn !== this.#turn) return superseded;
    const browser = this.#browser;
    if (!browser) return bad('device-failed', 'there is no browser');
    const ready = await browser.evaluate(`loa.prepare(${turn}, ${JSON.stringify(guarded(frame.html))})`, loadWithinMs[frame.kind]);
    if (!ready.ok) return ready;
    if (ready.value !== 'ready') return superseded;
    await browser.settleNextFrame();
    const flipped = await browser.evaluate(`loa.flip(${turn})`, flipWithinMs);
    if (!flipped.ok) return flipped;
    if (typeof flipped.value !== 'number') return superseded;
    this.#shown = frame;
    const ageMs = Math.max(0, Date.now() - flipped.value);
    return ok({ paintedMs: Math.round((this.#options.now ?? Date.now)() - ageMs) });
  }

  /** A page that no longer answers is replaced; a browser that no longer answers is restarted. */
  async #check(): Promise<void> {
    if (this.#recovering || !this.#browser) return;
    const browser = this.#browser;
    const alive = await browser.evaluate('1', beatWithinMs);
    if (!alive.ok && this.#running && browser === this.#browser) this.#recover(alive.problem);
  }

  #recover(problem: Problem): void {
    if (!this.#running || this.#recovering) return;
    for (const listener of this.#failureListeners) listener(problem);
    this.#recovering = this.#climb(problem).finally(() => {
      this.#recovering = undefined;
    });
  }

  /** First a new page in the same browser, then new browsers with growing pauses. */
  async #climb(problem: Problem): Promise<void> {
    const hung = problem.code === 'tool-timeout' && this.#browser !== undefined;
    if (hung && (await this.#browser?.loadShell())?.ok === true && (await this.#showAgain())) return;
    for (let tries = 0; this.#running; tries++) {
      await this.#browser?.close();
      this.#browser = undefined;
      await this.#pause(restartWaitsMs[Math.min(tries, restartWaitsMs.length - 1)] ?? 0);
      if (!this.#running) return;
      const begun = await this.#begin();
      if (begun.ok && (await this.#showAgain())) return;
      // A machine without any browser will not grow one while a `show` waits.
      if (!begun.ok && begun.problem.code === 'tool-missing') return;
    }
  }

  /** What was wanted last comes back by itself, unless a waiting `show` will bring it. */
  async #showAgain(): Promise<boolean> {
    const frame = this.#shown ?? this.#wanted;
    if (!frame) return true;
    const painted = await this.#paint(frame, this.#turn);
    return painted.ok;
  }

  async #recovered(): Promise<void> {
    if (!this.#recovering) return;
    const late = new AbortController();
    await Promise.race([this.#recovering, wait(recoverWithinMs, undefined, { signal: late.signal }).catch(() => undefined)]);
    late.abort();
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

const superseded = bad<never>('conflict', 'superseded by a newer frame');

function failed(code: Problem['code'], detail: string): Shown {
  return { problem: { code, path: '', detail } };
}
