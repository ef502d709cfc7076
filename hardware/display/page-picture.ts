// A page as a PNG by a Chromium that lives for the one picture: nothing of it is left in memory afterwards.
import { setTimeout as wait } from 'node:timers/promises';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { ChromiumBrowser } from './chromium-browser.ts';
import { guarded } from './shell-page.ts';

export interface PagePictureOptions {
  readonly executable?: string;
  readonly widthPx: number;
  readonly heightPx: number;
  /** Of each of the browser's processes. */
  readonly memoryBytes?: number;
  readonly withinMs?: number;
  /** Ends the browser before its time. */
  readonly signal?: AbortSignal;
}

const loadWithinMs = 10_000;

/** Problems: tool-missing, tool-timeout, tool-failed, device-failed (the page was too much for the browser). */
export async function photographPage(html: string, options: PagePictureOptions): Promise<Result<Uint8Array>> {
  const { executable, widthPx, heightPx, memoryBytes = 768 * 1024 * 1024, withinMs = 25_000, signal } = options;
  const ended = new AbortController();
  let gone: Result<never> | undefined;
  const limits = signal ? AbortSignal.any([ended.signal, signal]) : ended.signal;
  const late = wait(withinMs, undefined, { signal: limits }).then(
    () => true,
    () => false,
  );
  const started = await ChromiumBrowser.start({
    kiosk: false,
    widthPx,
    heightPx,
    ...(executable !== undefined && { executable }),
    // It gives way to sound and signals, which have instants to keep.
    limits: { dataBytes: memoryBytes, cpuSeconds: 60, niceness: 10 },
    onGone: (problem) => {
      gone = { ok: false, problem };
    },
    onFrameGone: () => {
      gone = bad('device-failed', 'the page was too much for its process');
    },
  });
  if (!started.ok) {
    ended.abort();
    return started;
  }
  const browser = started.value;
  const shot = photograph(browser, html);
  const first = await Promise.race([shot, late]);
  ended.abort();
  // What is still under way ends with the browser.
  await browser.close();
  if (typeof first === 'object') return first.ok ? first : (gone ?? first);
  return bad('tool-timeout', `no picture of the page in ${withinMs} ms`);
}

async function photograph(browser: ChromiumBrowser, html: string): Promise<Result<Uint8Array>> {
  const loaded = await browser.evaluate(`loa.prepare(1, ${JSON.stringify(guarded(html))})`, loadWithinMs);
  if (!loaded.ok) return loaded;
  await browser.settled('loa.next()');
  const flipped = await browser.evaluate('loa.flip(1, false)', loadWithinMs);
  if (!flipped.ok) return flipped;
  const png = await browser.screenshot();
  return png ? ok(png) : bad('tool-failed', 'the browser gave no picture');
}
