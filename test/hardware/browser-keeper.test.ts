// One browser behind a display, whatever is asked for while it starts, and whatever the disk refuses.
import { expect, test } from 'vitest';
import { BrowserKeeper } from '../../hardware/display/browser-keeper.ts';
import type { ChromiumBrowser } from '../../hardware/display/chromium-browser.ts';
import { bad, ok, type Problem, type Result } from '../../schemas/problems.ts';

/** As much of a browser as its keeper asks. */
function browser(closed: () => void): ChromiumBrowser {
  const asked = {
    answers: async () => true,
    evaluate: async () => ok([1, 1]),
    close: async () => closed(),
    loadShell: async () => ok(undefined),
  };
  return asked as unknown as ChromiumBrowser;
}

function makeKeeper(start: () => Promise<Result<ChromiumBrowser>>) {
  const falls: Problem[] = [];
  const blamed: boolean[] = [];
  const keeper = new BrowserKeeper({
    start,
    onFrameGone: () => undefined,
    onFall: (problem, lived) => {
      falls.push(problem);
      blamed.push(lived);
    },
    showAgain: async () => true,
    onBeat: () => undefined,
  });
  return { keeper, falls, blamed };
}

test('a page asked for while the browser starts waits for it, and starts no second one', async () => {
  let [started, closed] = [0, 0];
  const { keeper, falls } = makeKeeper(async () => {
    started++;
    await new Promise((go) => setTimeout(go, 60));
    return ok(browser(() => void closed++));
  });
  const starting = keeper.start();
  keeper.fell({ code: 'device-failed', path: '', detail: 'there is no browser' }, 'browser');
  await keeper.recovered();
  expect(keeper.asked().ok).toBe(true);
  await starting;
  await keeper.stop();
  expect([started, closed, falls.length]).toEqual([1, 1, 0]);
});

test('one that cannot start is told once and tried again', async () => {
  let started = 0;
  const { keeper, falls } = makeKeeper(async () => {
    started++;
    return started === 1 ? bad('device-failed', 'no folder') : ok(browser(() => undefined));
  });
  await keeper.start();
  await keeper.recovered();
  expect(keeper.asked().ok).toBe(true);
  expect([started, falls.length]).toEqual([2, 1]);
  await keeper.stop();
});

test('only a browser that was there has what it showed to blame', async () => {
  let started = 0;
  const { keeper, blamed } = makeKeeper(async () => {
    started++;
    return started === 1 ? ok(browser(() => undefined)) : bad('tool-missing', 'no Chromium found');
  });
  await keeper.start();
  const fell = { code: 'device-failed', path: '', detail: 'the browser ended' } as const;
  keeper.fell(fell, 'browser');
  await keeper.recovered();
  keeper.fell(fell, 'browser');
  await keeper.recovered();
  expect([started, blamed]).toEqual([3, [true, false]]);
  await keeper.stop();
});
