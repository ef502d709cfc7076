// The film on a browser's screen: awaited before its page is shown, begun when it is seen, and watched that it goes on.
import { setTimeout as wait } from 'node:timers/promises';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Film, Frame } from '../display.ts';
import type { ChromiumBrowser } from './chromium-browser.ts';
import { type FilmWord, filmReady, filmStands } from './film-page.ts';

type Browser = Pick<ChromiumBrowser, 'askFilm' | 'beginFilm'>;

const readyWithinMs = 4_000;
const askEveryMs = 40;
/** A film that is hardly late begins at its beginning: seeking would cost more than it gives back. */
const lateMs = 1_000;

export class FilmScreen {
  #seen: { readonly frame: Frame; readonly frameId: string } | undefined;
  #before: FilmWord | undefined;

  /** Its first pictures are there, or nobody wants them any more. An order waits for none. Problem: page-refused, this browser cannot play it. */
  async ready(browser: Browser, { film, kind }: Frame, frameId: string | undefined, wanted: () => boolean): Promise<Result<void>> {
    if (!film || kind === 'order' || frameId === undefined) return ok(undefined);
    // A browser that answers slowly is waited for no longer.
    const untilMs = performance.now() + readyWithinMs;
    while (wanted() && performance.now() < untilMs) {
      const state = filmReady(await browser.askFilm(frameId));
      if (state === 'ready') return ok(undefined);
      if (state === 'broken') return bad('page-refused', 'the film cannot be played on this screen');
      await wait(askEveryMs);
    }
    if (!wanted()) return ok(undefined);
    return bad('page-refused', `no picture of the film in ${readyWithinMs} ms`);
  }

  /** Its page is seen now; `nowMs` is the box's wall time. */
  async begin(browser: Browser, frame: Frame, frameId: string | undefined, nowMs: number): Promise<void> {
    this.#before = undefined;
    this.#seen = frame.film && frameId !== undefined ? { frame, frameId } : undefined;
    if (this.#seen && frame.film) await browser.beginFilm(this.#seen.frameId, secondsIn(frame.film, nowMs));
  }

  /** True: the film of this frame should move and does not. */
  async stands(browser: Browser | undefined, frame: Frame | undefined): Promise<boolean> {
    const seen = this.#seen;
    // An order's words are what counts; the interpreter is beside them.
    if (!browser || !seen || seen.frame !== frame || frame.kind === 'order') return false;
    const word = await browser.askFilm(seen.frameId);
    if (!word || seen !== this.#seen) return false;
    const stands = filmStands(this.#before, word);
    this.#before = word;
    return stands;
  }
}

function secondsIn({ fromMs }: Film, nowMs: number): number {
  const late = fromMs === undefined ? 0 : nowMs - fromMs;
  return late > lateMs ? late / 1000 : 0;
}
