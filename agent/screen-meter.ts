// How long the screen showed one page, as far as the screen itself says: looked at now and then, lit, dark or standing still.
import type { Display, Sample } from '../hardware/display.ts';

export type Look = Sample | 'unmeasured';

export interface Measured {
  readonly shownMs: number;
  readonly darkMs: number;
  /** Null once the screen could not be asked. */
  readonly frames: number | null;
}

/** A living screen paints at least once in two seconds; without a frame for so long it stands still. */
const stillMs = 2_500;

export class ScreenMeter {
  readonly #id: string;
  readonly #sample: Display['sample'];
  #last: Look | undefined;
  #atMonoMs: number;
  #lit: 'lit' | 'dark' | 'still';
  #grewMonoMs: number;
  #blind: boolean;
  #measured: Measured;

  /** `before` was seen before the page came, where there was time to look: its painting is the first frame that counts. */
  constructor(display: Pick<Display, 'sample'>, id: string, before: Look | undefined, monoMs: number, dark: boolean) {
    this.#id = id;
    this.#sample = () => display.sample();
    this.#last = before;
    this.#atMonoMs = monoMs;
    this.#grewMonoMs = monoMs;
    this.#lit = dark ? 'dark' : 'lit';
    this.#blind = before === 'unmeasured';
    // Until the screen was asked nothing is known of it.
    this.#measured = { shownMs: 0, darkMs: 0, frames: before === undefined || this.#blind ? null : 0 };
  }

  /** Ask the screen; answers what it saw, for the page that comes next. */
  async look(monoMs: () => number): Promise<Look> {
    const look = await this.#sample().catch((): Look => 'unmeasured');
    const before = this.#last;
    this.#last = look;
    if (look === 'unmeasured' || before === 'unmeasured') {
      // The display says that it shows it; nobody asked the screen.
      if (look !== 'unmeasured') this.#lit = look.dark ? 'dark' : 'lit';
      this.#blind = true;
      this.#measured = { ...this.#measured, frames: null };
    } else {
      // A restarted screen counts from nothing.
      const grown = before === undefined ? 1 : look.paintedFrames - before.paintedFrames;
      const frames = Math.max(0, grown < 0 ? look.paintedFrames : grown);
      const nowMs = monoMs();
      if (frames > 0) this.#grewMonoMs = nowMs;
      const lives = nowMs - this.#grewMonoMs <= stillMs;
      this.#lit = look.shown !== this.#id || !lives || look.filmStands ? 'still' : look.dark ? 'dark' : 'lit';
      if (!this.#blind && look.shown === this.#id) this.#measured = { ...this.#measured, frames: (this.#measured.frames ?? 0) + frames };
    }
    this.#pass(monoMs());
    return look;
  }

  /** What was shown by now; what was not looked at since is taken as it was. */
  read(monoMs: number): Measured {
    this.#pass(monoMs);
    return this.#measured;
  }

  #pass(monoMs: number): void {
    const passedMs = Math.max(0, monoMs - this.#atMonoMs);
    this.#atMonoMs = monoMs;
    const { shownMs, darkMs } = this.#measured;
    if (this.#lit === 'lit') this.#measured = { ...this.#measured, shownMs: shownMs + passedMs };
    else if (this.#lit === 'dark') this.#measured = { ...this.#measured, darkMs: darkMs + passedMs };
  }
}

/** A screen that does not answer in time is not waited for: then nobody looked. */
export function lookWithin(look: Promise<Look>, withinMs: number): Promise<Look | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), withinMs);
    void look
      .catch((): Look => 'unmeasured')
      .then((answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
  });
}
