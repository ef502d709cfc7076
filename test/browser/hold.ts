// Holds a button as a hand does: it looks whether the press took, presses again if the page shifted meanwhile, and lets go when the thing is seen.
import type { Locator, Page } from 'playwright-core';

const tries = 10;

/** Holds `button` by pointer until `seen` is; the instant of the press that took, ms since 1970. */
export async function hold(page: Page, button: Locator, seen: () => Promise<unknown>): Promise<number> {
  for (let left = tries; ; left--) {
    await button.scrollIntoViewIfNeeded();
    await button.hover();
    const fromMs = Date.now();
    await page.mouse.down();
    if (left === 0 || (await took(button))) {
      await seen();
      await page.mouse.up();
      return fromMs;
    }
    await page.mouse.up();
  }
}

/** Held, acting, or already gone because it has acted. */
async function took(button: Locator): Promise<boolean> {
  const [one] = await button.elementHandles();
  if (!one) return true;
  const classes = (await one.getAttribute('class')) ?? '';
  return classes.split(' ').includes('holding') || (await one.isDisabled());
}
