// What a display brings back with a new browser, told by a browser that only writes down what it is asked.
import { expect, test, vi } from 'vitest';
import type { BrowserOptions, ChromiumBrowser } from '../../hardware/display/chromium-browser.ts';
import { ChromiumDisplay } from '../../hardware/display/chromium-display.ts';
import { ok, type Problem } from '../../schemas/problems.ts';
import { page } from '../contract/display.ts';

/** Browsers one after another, each held back until it is let go. */
function makeBrowsers() {
  const started: { asked: string[]; gone: BrowserOptions['onGone']; go: () => void }[] = [];
  const startBrowser = async ({ onGone }: BrowserOptions) => {
    const asked: string[] = [];
    const evaluate = async (expression: string) => {
      asked.push(expression);
      return ok(expression.startsWith('loa.flip') ? Date.now() : expression === 'loa.sample()' ? [asked.length, Date.now()] : 'ready');
    };
    const browser = { evaluate, settled: async () => undefined, answers: async () => true, close: async () => undefined };
    const held = new Promise<void>((go) => started.push({ asked, gone: onGone, go }));
    await held;
    return ok(browser as unknown as ChromiumBrowser);
  };
  return { started, startBrowser };
}

const ended: Problem = { code: 'device-failed', path: '', detail: 'the browser ended' };
const soon = { timeout: 20_000 };
const turns = () => new Promise((go) => setImmediate(go));

test.each([
  ['an order that is over does not come back with the browser', true],
  ['an order that is in force comes back with the browser', false],
])('%s', async (_, isOver) => {
  const { started, startBrowser } = makeBrowsers();
  const display = new ChromiumDisplay({ startBrowser });
  const starting = display.start();
  await turns();
  started[0]?.go();
  await starting;
  const order = { ...page('order', 'red'), kind: 'order' } as const;
  expect(await display.show(order)).toHaveProperty('paintedMs');
  started[0]?.gone(ended, 'browser');
  await vi.waitFor(() => expect(started).toHaveLength(2), soon);
  const next = isOver ? display.show(page('next', 'navy')) : undefined;
  await turns();
  started[1]?.go();
  if (next) expect(await next).toHaveProperty('paintedMs');
  const wasAsked = () => started[1]?.asked.some((expression) => expression.includes('Bản tin order'));
  await vi.waitFor(() => expect(wasAsked()).toBe(!isOver), soon);
  await display.stop();
});
