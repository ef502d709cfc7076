// A board shown by Chromium. It prepares behind what is seen, flips when painted, and climbs a ladder when the browser dies.
import { setTimeout as wait } from 'node:timers/promises';
import { bad, ok, type Problem, type Result } from '../../schemas/problems.ts';
import { type Display, type DisplayAbilities, type Frame, htmlBytesMax, isDark, preparedMax, type Sample, type Shown } from '../display.ts';
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

/**
 * INVARIANTS: the newest `show` owns the hidden frame, an older one ends as superseded; after a failure the frame that was
 * seen last is shown again before anything is reported as painted; only `#recover` starts browsers once `start` is done. A
 * prepared frame is named only while its browser lives; `show` paints without it as well.
 */
export class ChromiumDisplay implements Display {
  readonly name = 'chromium';
  readonly can: DisplayAbilities;
  readonly #options: ChromiumDisplayOptions;
  readonly #failureListeners = new Set<(problem: Problem) => void>();
  #browser: ChromiumBrowser | undefined;
  #running = false;
  #turn = 0;
  #wanted: Frame | undefined;
  #shown: Frame | undefined;
  #blanked = false;
  readonly #prepared = new Map<string, Frame>();
  #recovering: Promise<void> | undefined;
  #beat: NodeJS.Timeout | undefined;
  #wakeUp: (() => void) | undefined;

  constructor(options: ChromiumDisplayOptions = {}) {
    this.#options = options;
    const { widthPx: columns = 1280, heightPx: rows = 720 } = options;
    this.can = { html: true, picture: true, columns, rows, colours: 256 ** 3, prepare: true, readBack: true };
  }

  /** Rejects never: a missing or broken browser is told to `onFailure`, and tried again. */
  async start(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    const begun = await this.#begin();
    if (!begun.ok) this.#recover(begun.problem);
    this.#beat = setInterval(() => void this.#check(), beatEveryMs);
  }

  async prepare(frame: Frame): Promise<Result<void>> {
    const refused = this.#refusal(frame);
    if (refused) return { ok: false, problem: refused };
    const browser = this.#browser;
    if (!browser) return bad('device-failed', 'there is no browser');
    this.#prepared.delete(frame.id);
    const [oldest] = this.#prepared.keys();
    if (oldest !== undefined && this.#prepared.size >= preparedMax) {
      this.#prepared.delete(oldest);
      await browser.evaluate(`loa.drop(${JSON.stringify(oldest)})`, flipWithinMs);
    }
    this.#prepared.set(frame.id, frame);
    const id = JSON.stringify(frame.id);
    const kept = await browser.evaluate(`loa.keep(${id}, ${JSON.stringify(guarded(frame.html))})`, loadWithinMs[frame.kind]);
    if (kept.ok && kept.value === 'ready') await browser.settle(`loa.kept(${id})`);
    else if (this.#prepared.get(frame.id) === frame) this.#prepared.delete(frame.id);
    return kept.ok ? ok(undefined) : kept;
  }

  async show(frame: Frame): Promise<Shown> {
    const refused = this.#refusal(frame);
    if (refused) return { problem: refused };
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

  async blank(on: boolean): ReturnType<Display['blank']> {
    if (!this.#running) return { problem: stopped };
    this.#blanked = on;
    const covered = await this.#browser?.evaluate(`loa.cover(${isDark(on, this.#shown)})`, flipWithinMs);
    return { sent: true, confirmed: covered?.ok === true };
  }

  async sample(): Promise<Sample | 'unmeasured'> {
    const asked = await this.#browser?.evaluate('loa.sample()', beatWithinMs);
    if (!asked?.ok || !Array.isArray(asked.value)) return 'unmeasured';
    const [paintedFrames, lastPaint] = asked.value as [number, number];
    return { shown: this.shown(), dark: isDark(this.#blanked, this.#shown), paintedFrames, lastPaintMs: this.#boxMs(lastPaint) };
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
    this.#blanked = false;
    this.#prepared.clear();
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
    this.#prepared.clear();
    this.#browser = started.value;
    return ok(undefined);
  }

  async #paint(frame: Frame, turn: number): Promise<Result<Exclude<Shown, { problem: Problem }>>> {
    if (turn !== this.#turn) return superseded;
    const browser = this.#browser;
    if (!browser) return bad('device-failed', 'there is no browser');
    const ready = await this.#ready(browser, frame, turn);
    if (!ready.ok) return ready;
    if (ready.value !== 'ready') return superseded;
    const dark = isDark(this.#blanked, frame);
    const flipped = await browser.evaluate(`loa.flip(${turn}, ${dark})`, flipWithinMs);
    if (!flipped.ok) return flipped;
    if (typeof flipped.value !== 'number') return superseded;
    this.#shown = frame;
    return ok({ paintedMs: this.#boxMs(flipped.value), ...(dark && { dark }) });
  }

  /** The prepared frame of this name and document, or a new one loaded and settled now. */
  async #ready(browser: ChromiumBrowser, frame: Frame, turn: number): Promise<Result<unknown>> {
    if (this.#prepared.get(frame.id)?.html === frame.html) {
      this.#prepared.delete(frame.id);
      const taken = await browser.evaluate(`loa.take(${turn}, ${JSON.stringify(frame.id)})`, flipWithinMs);
      if (!taken.ok || taken.value !== 'absent') return taken;
    }
    const loaded = await browser.evaluate(`loa.prepare(${turn}, ${JSON.stringify(guarded(frame.html))})`, loadWithinMs[frame.kind]);
    if (loaded.ok && loaded.value === 'ready') await browser.settle('loa.next()');
    return loaded;
  }

  /** An instant of the page, which runs on the machine's clock, on the box's. */
  #boxMs(pageMs: number): number {
    return Math.round((this.#options.now ?? Date.now)() - Math.max(0, Date.now() - pageMs));
  }

  #refusal({ html }: Frame): Problem | undefined {
    if (!this.#running) return stopped;
    if (Buffer.byteLength(html) <= htmlBytesMax) return undefined;
    return { code: 'too-large', path: '', detail: `HTML of more than ${htmlBytesMax} bytes` };
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
    this.#prepared.clear();
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

const stopped: Problem = { code: 'device-failed', path: '', detail: 'the display is stopped' };
