// The display behind another as one hand moves it: stopped, which is dark, unless a page is asked of it; one thing after the other.
import type { Display, Frame, Shown } from '../display.ts';

const superseded: Shown = { problem: { code: 'conflict', path: '', detail: 'superseded by a newer frame' } };

export class DisplayBehind {
  readonly #display: Display;
  #lit = false;
  #work: Promise<unknown> = Promise.resolve();

  constructor(display: Display) {
    this.#display = display;
  }

  /** As the report names it. */
  get name(): string {
    return `${this.#display.name}${this.#display.can.readBack ? '' : '-unmeasured'}`;
  }

  /** A page was asked of it and it was not darkened since. */
  get lit(): boolean {
    return this.#lit;
  }

  /** A picture of a former life is not left standing. */
  start(): Promise<void> {
    return this.#then(async () => {
      await this.#display.start();
      await this.#display.stop();
    });
  }

  /** `wanted` is asked when its turn has come: a page that another has painted meanwhile answers `conflict`. */
  show(frame: Frame, blanked: () => boolean, wanted: () => boolean): Promise<Shown> {
    return this.#then(async () => {
      if (!wanted()) return superseded;
      if (!this.#lit) {
        this.#lit = true;
        await this.#display.start();
        if (blanked()) await this.#display.blank(true);
      }
      return this.#display.show(frame);
    });
  }

  /** Nothing to say while it is dark: the wish is asked for when it is lit. */
  blank(on: boolean): Promise<Awaited<ReturnType<Display['blank']>> | undefined> {
    return this.#then(async () => (this.#lit ? this.#display.blank(on) : undefined));
  }

  darken(wanted: () => boolean = () => true): Promise<void> {
    return this.#then(async () => {
      if (!this.#lit || !wanted()) return;
      this.#lit = false;
      await this.#display.stop();
    });
  }

  /** A start, a page and a stop never meet. */
  #then<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#work.then(work);
    this.#work = done.catch(() => undefined);
    return done;
  }
}
