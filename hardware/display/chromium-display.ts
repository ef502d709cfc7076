// A board shown by Chromium. It prepares behind what is seen, flips when painted, and outlives pages and browsers that break.
import { bad, ok, type Problem, type Result } from '../../schemas/problems.ts';
import {
  type Display,
  type DisplayAbilities,
  type Frame,
  htmlBytesMax,
  isDark,
  preparedMax,
  type Sample,
  type Shown,
  type Surround,
} from '../display.ts';
import { sha256 } from '../host/crypto.ts';
import { aroundWish } from './around.ts';
import { BrowserKeeper } from './browser-keeper.ts';
import { ChromiumBrowser } from './chromium-browser.ts';
import { browserOptionsOf, type ChromiumDisplayOptions } from './chromium-options.ts';
import { isSamePage, withFilm } from './film-page.ts';
import { FilmScreen } from './film-screen.ts';
import { safeTwins } from './page-text.ts';
import { guarded, isLoopbackOrigin } from './shell-page.ts';
import { fadeMs } from './shell-script.ts';
import { StrikeBook } from './strike-book.ts';

const loadWithinMs = { bulletin: 10_000, safe: 10_000, order: 3_000 } as const satisfies Record<Frame['kind'], number>;
const flipWithinMs = 5_000;
const answerWithinMs = 2_000;

interface Prepared {
  readonly frame: Frame;
  /** Its loading, for whoever asks for the same again. */
  done: Promise<Result<void>>;
  /** Set when it is ready. */
  frameId?: string | undefined;
}

/**
 * INVARIANTS: the newest `show` owns the hidden frame, an older one ends as superseded; after a failure the frame that was
 * seen last, or the safe page, is shown again before anything is reported as painted. A prepared frame is named only while
 * its page lives; `show` paints without it as well. Orders are never struck.
 */
export class ChromiumDisplay implements Display {
  readonly name = 'chromium';
  readonly can: DisplayAbilities;
  readonly #options: ChromiumDisplayOptions;
  readonly #failureListeners = new Set<(problem: Problem) => void>();
  readonly #keeper: BrowserKeeper;
  readonly #book: StrikeBook;
  readonly #films = new FilmScreen();
  readonly #prepared = new Map<string, Prepared>();
  #running = false;
  #turn = 0;
  #loading: Frame | undefined;
  #brokenTurn = 0;
  #wanted: Frame | undefined;
  #shown: Frame | undefined;
  #blanked = false;
  #around: Surround | undefined;

  constructor(options: ChromiumDisplayOptions = {}) {
    this.#options = options;
    if (options.filmsFrom !== undefined && !isLoopbackOrigin(options.filmsFrom)) throw new Error('films come from this machine only');
    const { widthPx: columns = 1280, heightPx: rows = 720 } = options;
    this.can = { html: true, picture: true, columns, rows, colours: 256 ** 3, prepare: true, readBack: true };
    this.#book = new StrikeBook(options.strikesFile);
    this.#keeper = new BrowserKeeper({
      start: (told) => (options.startBrowser ?? ChromiumBrowser.start)({ ...browserOptionsOf(options), ...told }),
      onFrameGone: (frameId) => void this.#frameGone(frameId),
      onFall: (problem, lived) => this.#fell(problem, lived),
      showAgain: (safe) => this.#showAgain(safe),
      onBeat: () => void this.#applySurround(),
    });
  }

  /** Rejects never: a missing or broken browser is told to `onFailure`, and tried again. */
  async start(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    await this.#book.load();
    await this.#keeper.start();
  }

  async prepare(frame: Frame): Promise<Result<void>> {
    const refused = this.#refusal(frame);
    if (refused) return { ok: false, problem: refused };
    const asked = this.#keeper.asked();
    if (!asked.ok) return asked;
    const before = this.#prepared.get(frame.id);
    if (before && isSamePage(before.frame, frame)) return before.done;
    this.#prepared.delete(frame.id);
    const [oldest] = this.#prepared.keys();
    if (oldest !== undefined && this.#prepared.size >= preparedMax) await this.#forget(oldest);
    const one: Prepared = { frame, done: Promise.resolve(ok(undefined)) };
    this.#prepared.set(frame.id, one);
    one.done = this.#keep(asked.value, one);
    return one.done;
  }

  async #keep(browser: ChromiumBrowser, one: Prepared): Promise<Result<void>> {
    const { frame } = one;
    const id = JSON.stringify(frame.id);
    const kept = await browser.evaluate(`loa.keep(${id}, ${this.#document(frame)})`, loadWithinMs[frame.kind]);
    if (kept.ok && kept.value === 'ready') one.frameId = await browser.settled(`loa.kept(${id})`);
    else if (this.#prepared.get(frame.id) === one) await this.#forget(frame.id);
    return kept.ok ? ok(undefined) : kept;
  }

  async show(frame: Frame): Promise<Shown> {
    const refused = this.#refusal(frame);
    if (refused) return { problem: refused };
    this.#wanted = frame;
    const turn = ++this.#turn;
    await this.#keeper.recovered();
    const first = await this.#paint(frame, turn);
    if (first.ok) return first.value;
    if (first.problem.code === 'conflict' || !this.#running) return { problem: first.problem };
    if (frame.kind !== 'order' && (await this.#endured(frame, turn, first.problem))) return { problem: first.problem };
    // The browser died or hung under it: once more on a new one.
    this.#keeper.fell(first.problem, first.problem.code === 'tool-timeout' ? 'page' : 'browser');
    await this.#keeper.recovered();
    const second = this.#refusal(frame) ?? (await this.#paint(frame, turn));
    return 'code' in second ? { problem: second } : second.ok ? second.value : { problem: second.problem };
  }

  async blank(on: boolean): ReturnType<Display['blank']> {
    if (!this.#running) return { problem: stopped };
    this.#blanked = on;
    const asked = this.#keeper.asked();
    if (!asked.ok) return { problem: asked.problem };
    const dark = isDark(on, this.#shown);
    const covered = await asked.value.evaluate(`loa.cover(${dark})`, flipWithinMs);
    // An order stays seen: then the screen is not what was asked for.
    return { sent: true, confirmed: covered.ok && dark === on };
  }

  async surround(around: Surround): Promise<void> {
    this.#around = around;
    await this.#applySurround();
  }

  async sample(): Promise<Sample | 'unmeasured'> {
    const asked = await this.#keeper.sample();
    if (!asked) return 'unmeasured';
    const [paintedFrames, lastPaint] = asked;
    const dark = isDark(this.#blanked, this.#shown);
    const filmStands = await this.#films.stands(this.#keeper.browser, this.#shown);
    return { shown: this.shown(), dark, paintedFrames, lastPaintMs: this.#boxMs(lastPaint), ...(filmStands && { filmStands: true }) };
  }

  shown(): string | null {
    return this.#shown?.id ?? null;
  }

  async screenshot(): Promise<Uint8Array | undefined> {
    return this.#keeper.browser?.screenshot();
  }

  onFailure(listener: (problem: Problem) => void): void {
    this.#failureListeners.add(listener);
  }

  async stop(): Promise<void> {
    this.#running = false;
    await this.#keeper.stop();
    await this.#book.close();
    this.#shown = undefined;
    this.#blanked = false;
    this.#prepared.clear();
  }

  async #paint(frame: Frame, turn: number): Promise<Result<Exclude<Shown, { problem: Problem }>>> {
    if (turn !== this.#turn) return superseded;
    const asked = this.#keeper.asked();
    if (!asked.ok) return asked;
    const browser = asked.value;
    const ready = await this.#ready(browser, frame, turn);
    if (!ready.ok) return ready;
    const film = await this.#films.ready(browser, frame, ready.value, () => turn === this.#turn && this.#brokenTurn !== turn);
    if (!film.ok) return film;
    const dark = isDark(this.#blanked, frame);
    const fade = frame.kind === 'order' ? 0 : (this.#options.fadeMs ?? fadeMs);
    const flipped = await browser.evaluate(`loa.flip(${turn}, ${dark}, ${fade})`, flipWithinMs);
    if (!flipped.ok) return flipped;
    if (typeof flipped.value !== 'number') return this.#brokenTurn === turn ? broken : superseded;
    this.#shown = frame;
    if (ready.value !== undefined) void browser.play(ready.value);
    void this.#films.begin(browser, frame, ready.value, this.#boxMs(Date.now()));
    return ok({ paintedMs: this.#boxMs(flipped.value), ...(dark && { dark }) });
  }

  /** The prepared frame of this name and document, or a new one loaded and settled now; answers with its name in the browser. */
  async #ready(browser: ChromiumBrowser, frame: Frame, turn: number): Promise<Result<string | undefined>> {
    const prepared = this.#prepared.get(frame.id);
    if (prepared && isSamePage(prepared.frame, frame)) {
      this.#prepared.delete(frame.id);
      const taken = await browser.evaluate(`loa.take(${turn}, ${JSON.stringify(frame.id)})`, flipWithinMs);
      if (!taken.ok) return taken;
      if (taken.value === 'superseded') return superseded;
      if (taken.value === 'ready') return ok(prepared.frameId);
      // Still loading: it is loaded in its place now, and may not lie there unseen for ever.
      await browser.evaluate(`loa.drop(${JSON.stringify(frame.id)})`, flipWithinMs);
    }
    this.#loading = frame;
    const loaded = await browser.evaluate(`loa.prepare(${turn}, ${this.#document(frame)})`, loadWithinMs[frame.kind]);
    if (this.#loading === frame) this.#loading = undefined;
    if (!loaded.ok) return loaded;
    if (loaded.value !== 'ready') return this.#brokenTurn === turn ? broken : superseded;
    return ok(await browser.settled('loa.next()'));
  }

  /** Only a page that has a film may ask for one. */
  #document({ html, film, kind }: Frame): string {
    return `${JSON.stringify(guarded(withFilm(html, film), film && this.#options.filmsFrom))}, ${kind === 'order'}`;
  }

  /** The page lives: only the document failed, is left and struck, and what was seen stays. A film it cannot play is no harm done. */
  async #endured(frame: Frame, turn: number, { code }: Problem): Promise<boolean> {
    if (this.#brokenTurn === turn) return true;
    const left = await this.#keeper.browser?.evaluate(`loa.leave(${turn})`, answerWithinMs);
    if (!left?.ok) return false;
    if (code !== 'page-refused') this.#strike(frame);
    return true;
  }

  async #frameGone(frameId: string): Promise<void> {
    const { browser } = this.#keeper;
    if (!browser || !this.#running) return;
    const [turn, loading, shown] = [this.#turn, this.#loading, this.#shown];
    for (const [id, { frame }] of [...this.#prepared]) {
      if ((await browser.frameOf(`loa.kept(${JSON.stringify(id)})`)) !== frameId) continue;
      this.#strike(frame);
      return this.#forget(id);
    }
    if ((await browser.frameOf('loa.next()')) === frameId) {
      this.#brokenTurn = turn;
      this.#strike(loading ?? this.#wanted);
      await browser.evaluate(`loa.leave(${turn})`, answerWithinMs);
    } else if (shown && shown === this.#shown && (await browser.frameOf('loa.seen()')) === frameId) {
      this.#strike(shown);
      if (!(await this.#showAgain(false))) this.#keeper.fell(broken.problem, 'page');
    }
  }

  #strike(frame: Frame | undefined): void {
    if (frame?.kind !== 'bulletin') return;
    const hash = sha256(Buffer.from(frame.html));
    if (this.#book.add(hash)) this.#options.onBlackListed?.(hash);
  }

  #fell(problem: Problem, lived: boolean): void {
    this.#prepared.clear();
    if (lived) this.#strike(this.#loading ?? this.#shown);
    this.#loading = undefined;
    for (const listener of this.#failureListeners) listener(problem);
  }

  /** What was seen last comes back by itself, unless a waiting order will take its place or it has broken the screen too often. */
  async #showAgain(safe: boolean): Promise<boolean> {
    await this.#applySurround();
    // An order that is over does not come back with the browser.
    const over = this.#shown?.kind === 'order' && this.#shown !== this.#wanted;
    const frame = over ? this.#wanted : (this.#shown ?? this.#wanted);
    if (!frame || (this.#wanted?.kind === 'order' && this.#wanted !== this.#shown)) return true;
    const harmful = frame.kind === 'bulletin' && (safe || this.#book.has(sha256(Buffer.from(frame.html))));
    const page = this.#options.safe?.() ?? safeTwins('Bảng tin điện tử công cộng');
    const painted = await this.#paint(harmful ? { ...page, id: 'safe', kind: 'safe' } : frame, this.#turn);
    // A film that does not come again is no reason to begin the screen anew.
    if (!safe && !painted.ok && painted.problem.code === 'page-refused') return this.#showAgain(true);
    return painted.ok || painted.problem.code === 'conflict';
  }

  async #forget(id: string): Promise<void> {
    this.#prepared.delete(id);
    await this.#keeper.browser?.evaluate(`loa.drop(${JSON.stringify(id)})`, flipWithinMs);
  }

  async #applySurround(): Promise<void> {
    if (!this.#around) return;
    const wish = JSON.stringify(aroundWish(this.#around, this.can.columns, this.can.rows, this.#boxMs(Date.now()) - Date.now()));
    await this.#keeper.browser?.evaluate(`loa.around(${wish})`, answerWithinMs);
  }

  /** An instant of the page, which runs on the machine's clock, on the box's. */
  #boxMs(pageMs: number): number {
    return Math.round((this.#options.now ?? Date.now)() - Math.max(0, Date.now() - pageMs));
  }

  #refusal({ html, kind }: Frame): Problem | undefined {
    if (!this.#running) return stopped;
    if (Buffer.byteLength(html) > htmlBytesMax) return { code: 'too-large', path: '', detail: `HTML of more than ${htmlBytesMax} bytes` };
    const hash = kind === 'bulletin' ? sha256(Buffer.from(html)) : undefined;
    if (hash === undefined || !this.#book.has(hash)) return undefined;
    return { code: 'page-refused', path: '', detail: `bulletin ${hash} broke the screen too often` };
  }
}

const superseded = bad<never>('conflict', 'superseded by a newer frame');
const broken = { ok: false, problem: { code: 'device-failed', path: '', detail: 'the document broke its process' } } as const;
const stopped: Problem = { code: 'device-failed', path: '', detail: 'the display is stopped' };
