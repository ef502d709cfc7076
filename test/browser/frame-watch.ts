// The longest frame of a page while something is done in it: what a person feels as a jerk.
import type { Page } from 'playwright-core';

const begin = `(() => {
  const watch = { longestMs: 0, frames: 0, lastMs: performance.now(), on: true };
  const step = (nowMs) => {
    watch.longestMs = Math.max(watch.longestMs, nowMs - watch.lastMs);
    watch.lastMs = nowMs;
    watch.frames += 1;
    if (watch.on) requestAnimationFrame(step);
  };
  requestAnimationFrame((nowMs) => {
    watch.lastMs = nowMs;
    requestAnimationFrame(step);
  });
  window.loaFrames = watch;
})()`;
const end = `new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => {
  window.loaFrames.on = false;
  resolve({ longestMs: window.loaFrames.longestMs, frames: window.loaFrames.frames });
})))`;

export interface Frames {
  readonly longestMs: number;
  readonly frames: number;
}

export async function longestFrame(page: Page, work: () => Promise<unknown>): Promise<Frames> {
  await page.evaluate(begin);
  await work();
  return (await page.evaluate(end)) as Frames;
}

/** Through the whole of a scrolling element in `steps` frames, as a hand on the bar would. */
export async function scrollThrough(page: Page, selector: string, steps: number): Promise<void> {
  await page.evaluate(`new Promise((resolve) => {
    const pane = document.querySelector(${JSON.stringify(selector)});
    const end = pane.scrollHeight - pane.clientHeight;
    let at = 0;
    const step = () => {
      at += 1;
      pane.scrollTop = (end * at) / ${steps};
      if (at < ${steps}) requestAnimationFrame(step);
      else resolve();
    };
    requestAnimationFrame(step);
  })`);
}
