// Keeps one browser alive behind a display: looks at its painted frames, climbs the ladder when they stop, and brings it back.
import { setTimeout as wait } from 'node:timers/promises';
import { bad, type Problem, type Result } from '../../schemas/problems.ts';
import type { BrowserOptions, ChromiumBrowser } from './chromium-browser.ts';
import { fall, type Ladder, look, type Step, standing } from './health-ladder.ts';

export type StartBrowser = (told: Pick<BrowserOptions, 'onGone' | 'onFrameGone'>) => Promise<Result<ChromiumBrowser>>;

export interface KeeperOptions {
  readonly start: StartBrowser;
  /** The process of one document is lost; the page lives. */
  readonly onFrameGone: (frameId: string) => void;
  /** Told once a fall, before anything is done about it. `lived`: there was a browser, and what it showed may be to blame. */
  readonly onFall: (problem: Problem, lived: boolean) => void;
  /** A fresh page stands: bring back what was seen, or the safe page in its place. False: the screen is lost again. */
  readonly showAgain: (safe: boolean) => Promise<boolean>;
  /** The screen lives. */
  readonly onBeat: () => void;
}

const lookEveryMs = 2_000;
const sampleWithinMs = 2_000;
/** A `show` waits so long for a browser that is being brought back, then answers with the problem. */
const recoverWithinMs = 20_000;

/** INVARIANT: only `#climb` starts browsers once `start` is done, and only one climb runs. */
export class BrowserKeeper {
  readonly #options: KeeperOptions;
  #browser: ChromiumBrowser | undefined;
  #running = false;
  #ladder: Ladder = standing(0);
  #recovering: Promise<void> | undefined;
  #beat: NodeJS.Timeout | undefined;
  #looking = false;
  #wakeUp: (() => void) | undefined;

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    this.#running = true;
    this.#ladder = standing(performance.now());
    const beginning = this.#begin();
    // A page that is asked for meanwhile waits, as in a climb.
    const begins = beginning.then(() => {
      if (this.#recovering === begins) this.#recovering = undefined;
    });
    this.#recovering = begins;
    await begins;
    const begun = await beginning;
    if (!this.#running) return;
    if (!begun.ok) this.fell(begun.problem, 'browser');
    this.#beat = setInterval(() => void this.#look(), lookEveryMs);
  }

  async stop(): Promise<void> {
    this.#running = false;
    clearInterval(this.#beat);
    this.#wakeUp?.();
    await this.#recovering;
    await this.#browser?.close();
    this.#browser = undefined;
  }

  get browser(): ChromiumBrowser | undefined {
    return this.#browser;
  }

  /** The browser as an answer. Problems: device-failed. */
  asked(): Result<ChromiumBrowser> {
    return this.#browser ? { ok: true, value: this.#browser } : bad('device-failed', 'there is no browser');
  }

  /** Frames painted since the page stands, and the instant of the last; `undefined` without an answer. */
  async sample(): Promise<[number, number] | undefined> {
    const asked = await this.#browser?.evaluate('loa.sample()', sampleWithinMs);
    return asked?.ok && Array.isArray(asked.value) ? (asked.value as [number, number]) : undefined;
  }

  /** The page or the browser was seen to fail. */
  fell(problem: Problem, lost: 'page' | 'browser'): void {
    if (!this.#running || this.#recovering) return;
    const { ladder, step } = fall(this.#ladder, lost, performance.now());
    this.#ladder = ladder;
    this.#recover(problem, step);
  }

  /** A climb that runs is over, or it takes too long to wait for. */
  async recovered(): Promise<void> {
    if (!this.#recovering) return;
    const late = new AbortController();
    await Promise.race([this.#recovering, wait(recoverWithinMs, undefined, { signal: late.signal }).catch(() => undefined)]);
    late.abort();
  }

  async #begin(): Promise<Result<ChromiumBrowser>> {
    const begun = await this.#options.start({
      onGone: (problem, lost) => this.fell(problem, lost),
      onFrameGone: (frameId) => this.#options.onFrameGone(frameId),
    });
    if (begun.ok) this.#browser = begun.value;
    return begun;
  }

  async #look(): Promise<void> {
    const browser = this.#browser;
    if (this.#looking || this.#recovering || !browser) return;
    this.#looking = true;
    const paintedFrames = (await this.sample())?.[0];
    const browserAnswers = paintedFrames !== undefined || (await browser.answers());
    this.#looking = false;
    if (!this.#running || this.#recovering || browser !== this.#browser) return;
    const { ladder, step } = look(this.#ladder, { atMs: performance.now(), paintedFrames, browserAnswers });
    this.#ladder = ladder;
    if (step.do === 'wait') this.#options.onBeat();
    else this.#recover({ code: 'tool-timeout', path: '', detail: 'the screen has stopped painting' }, step);
  }

  #recover(problem: Problem, step: Step): void {
    this.#options.onFall(problem, this.#browser !== undefined);
    this.#recovering = this.#climb(step).finally(() => {
      this.#recovering = undefined;
    });
  }

  async #climb(first: Step): Promise<void> {
    for (let step = first; this.#running && step.do !== 'wait'; ) {
      const fresh = step.do === 'reload' ? await this.#browser?.loadShell() : await this.#restart(step.afterMs);
      if (!this.#running) return;
      if (fresh?.ok && (await this.#options.showAgain(step.do === 'restart' && step.safe))) return;
      // A machine without any browser will not grow one while a `show` waits.
      if (fresh?.ok === false && fresh.problem.code === 'tool-missing') return;
      ({ ladder: this.#ladder, step } = fall(this.#ladder, 'browser', performance.now()));
    }
  }

  async #restart(afterMs: number): Promise<Result<unknown>> {
    await this.#browser?.close();
    this.#browser = undefined;
    await this.#pause(afterMs);
    return this.#running ? this.#begin() : bad('device-failed', 'the display is stopped');
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
