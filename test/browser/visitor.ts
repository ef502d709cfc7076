// People with real browsers: one Chromium, one private window per person, every fault of a page remembered.
import { join } from 'node:path';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { artifactFolder } from '../tell.ts';

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
];
const phone = { width: 360, height: 780 };
const desk = { width: 1440, height: 900 };
const tellRefusals = `addEventListener('securitypolicyviolation', (event) =>
  console.error('refused by the policy of the page:', event.effectiveDirective, event.blockedURI));`;

export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: flags });
}

export class Visitor {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Console errors, page errors, refused content and failed requests, in order. */
  readonly faults: string[];
  readonly #name: string;

  private constructor(name: string, context: BrowserContext, page: Page, faults: string[]) {
    this.#name = name;
    this.context = context;
    this.page = page;
    this.faults = faults;
  }

  /** A fresh window without cookies. `excused` are console errors that belong to the story; `device` is another than a desk's. */
  static async arrive(
    browser: Browser,
    name: string,
    excused: readonly RegExp[] = [],
    device: BrowserContextOptions = {},
  ): Promise<Visitor> {
    const context = await browser.newContext({ viewport: desk, locale: 'vi-VN', timezoneId: 'Asia/Ho_Chi_Minh', ...device });
    const faults: string[] = [];
    const note = (fault: string) => {
      if (!excused.some((pattern) => pattern.test(fault))) faults.push(fault);
    };
    const attend = (page: Page) => {
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning')
          note(`${message.type()}: ${message.text()} ${message.location().url}`);
      });
      page.on('pageerror', (error) => note(`page error: ${error.stack ?? error.message}`));
    };
    context.on('page', attend);
    await context.addInitScript(tellRefusals);
    return new Visitor(name, context, await context.newPage(), faults);
  }

  /** Photograph the page on a phone and on a desk; answers by how many pixels each is too wide. */
  async photograph(view: string): Promise<number[]> {
    const tooWide: number[] = [];
    for (const size of [phone, desk]) {
      await this.page.setViewportSize(size);
      tooWide.push(Number(await this.page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')));
      await this.page.screenshot({ path: join(artifactFolder(this.#name), `${view}-${size.width}.png`), fullPage: true });
    }
    return tooWide;
  }

  /** Photograph the page as it is, for a person to look at. */
  async snap(view: string): Promise<void> {
    await this.page.screenshot({ path: join(artifactFolder(this.#name), `${view}.png`), fullPage: true });
  }

  leave(): Promise<void> {
    return this.context.close();
  }
}
