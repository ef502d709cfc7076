// A browser whose compositor draws only when told: each frame it makes is asked for, and seen as a picture.
import { type BrowserOptions, ChromiumBrowser } from '../../../hardware/display/chromium-browser.ts';
import type { Result } from '../../../schemas/problems.ts';

/** Begin-frame control, and nothing drawn before all its stages are done. */
const controlFlags = [
  '--enable-begin-frame-control',
  '--run-all-compositor-stages-before-draw',
  '--disable-new-content-rendering-timeout',
  '--disable-checker-imaging',
  '--disable-image-animation-resync',
  '--disable-threaded-animation',
  '--disable-threaded-scrolling',
];

const frameMs = 1_000 / 60;

export class EveryFrame {
  /** Pictures since they were last taken, oldest first. */
  #pictures: Buffer[] = [];
  /** Frames that were made and gave no picture: what nobody saw. */
  unseen = 0;
  composited = 0;
  #browser: ChromiumBrowser | undefined;
  #running = true;
  #pumping: Promise<void> | undefined;

  /** Give it to the display as its `startBrowser`. */
  readonly start = async (options: BrowserOptions): Promise<Result<ChromiumBrowser>> => {
    const started = await ChromiumBrowser.start({ ...options, flags: controlFlags });
    if (started.ok) {
      this.#browser = started.value;
      this.#pumping ??= this.#pump();
    }
    return started;
  };

  take(): Buffer[] {
    const pictures = this.#pictures;
    this.#pictures = [];
    return pictures;
  }

  get browser(): ChromiumBrowser | undefined {
    return this.#browser;
  }

  async stop(): Promise<void> {
    this.#running = false;
    await this.#pumping;
  }

  async #pump(): Promise<void> {
    let began = false;
    // The compositor's clock advances by a sixtieth of a second a frame, however fast they are made.
    let ticksMs = Number(process.hrtime.bigint() / 1_000_000n) + 1_000;
    while (this.#running) {
      ticksMs += frameMs;
      const params = { frameTimeTicks: ticksMs, interval: frameMs, screenshot: { format: 'png', optimizeForSpeed: true } };
      const drawn = await this.#browser?.command('HeadlessExperimental.beginFrame', params, 5_000);
      if (!drawn?.ok) {
        await new Promise((done) => setTimeout(done, 20));
        continue;
      }
      const { hasDamage, screenshotData } = drawn.value;
      if (hasDamage === true) this.composited++;
      if (typeof screenshotData === 'string') {
        began = true;
        this.#pictures.push(Buffer.from(screenshotData, 'base64'));
      } else if (hasDamage === true && began) this.unseen++;
    }
  }
}
