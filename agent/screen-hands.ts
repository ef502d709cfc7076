// The hands of boards: page and power as the core wants them, and pictures of what is seen.
import type { Display } from '../hardware/display.ts';
import { Failure } from '../hardware/host/failure.ts';
import { makeScreenPower, type ScreenPowerSettings } from '../hardware/open-screen-power.ts';
import type { Powered, ScreenPower } from '../hardware/screen-power.ts';
import type { Problem, Result } from '../schemas/problems.ts';
import type { Action, Event, ScreenState } from './core/model.ts';
import { type Home, sendPicture, shrink } from './screenshot.ts';

export interface ScreenHandsOptions extends Home {
  readonly displayOf: (output: string) => Display | undefined;
  /** Settings of the means, or the means themselves. */
  readonly means: readonly (ScreenPowerSettings | ScreenPower)[];
  readonly warn: (event: string, problem: Problem) => void;
}

type Tell = (event: Event) => void;
type Switch = Extract<Action, { do: 'switchScreen' }>;

/** INVARIANT: one switch at a time; of those that wait only the newest is done. */
export class ScreenHands {
  readonly #options: ScreenHandsOptions;
  #means: Promise<readonly ScreenPower[]> | undefined;
  #turn: Promise<void> = Promise.resolve();
  #newest = 0;

  constructor(options: ScreenHandsOptions) {
    this.#options = options;
  }

  switch(action: Switch, tell: Tell): Promise<void> {
    this.#newest = action.attempt;
    this.#turn = this.#turn.then(async () => {
      if (action.attempt === this.#newest) tell(await this.#done(action));
    });
    return this.#turn;
  }

  async takePicture({ output, command }: Extract<Action, { do: 'takePicture' }>, tell: Tell): Promise<void> {
    const taken = await this.#picture(output, command);
    tell({ is: 'pictureTaken', command, ...(taken.ok ? { picture: taken.value } : { problem: taken.problem }) });
  }

  async stop(): Promise<void> {
    await this.#turn;
    for (const one of (await this.#means) ?? []) await one.stop();
  }

  /** Light comes back power first, and goes page first: nobody sees a half. */
  async #done({ output, attempt, dark, power }: Switch): Promise<Event> {
    const details: string[] = [];
    const page = async (): Promise<ScreenState['page']> => {
      const told = await this.#options.displayOf(output)?.blank(dark);
      if (told && 'sent' in told) return told.confirmed ? 'confirmed' : 'sent';
      details.push(told ? `page ${told.problem.code}: ${told.problem.detail}` : `page: no display behind ${output}`);
      return 'failed';
    };
    if (!power) {
      const told = await page();
      return { is: 'screenSwitched', output, attempt, page: told, power: await this.#power(false, details), detail: cut(details) };
    }
    // A page under an order must not wait for a slow television.
    const [lit, told] = await Promise.all([this.#power(true, details), page()]);
    return { is: 'screenSwitched', output, attempt, page: told, power: lit, detail: cut(details) };
  }

  async #power(on: boolean, details: string[]): Promise<ScreenState['power']> {
    this.#means ??= this.#open();
    const means = await this.#means;
    const done = await Promise.all(means.map((one) => one.switch(on)));
    for (const [i, one] of done.entries()) {
      const { name = '' } = means[i] ?? {};
      if ('problem' in one) details.push(`${name} ${one.problem.code}: ${one.problem.detail}`);
      else if (!one.confirmed) details.push(`${name}: sent, not confirmed`);
    }
    return outcomeOf(done);
  }

  /** What each means can do is asked once, and told; one that is not there may come later. */
  async #open(): Promise<readonly ScreenPower[]> {
    const { means, warn } = this.#options;
    const opened = await Promise.all(means.map((one) => ('switch' in one ? one : makeScreenPower(one))));
    for (const one of opened) {
      const probed = await one.probe();
      if (!probed.ok) warn('screenPowerMissing', { ...probed.problem, detail: `${one.name}: ${probed.problem.detail}` });
    }
    return opened;
  }

  async #picture(output: string, command: string) {
    const { displayOf, centreUrl, tls } = this.#options;
    const display = displayOf(output);
    if (!display?.can.picture) return no('driver-missing', 'this display has no picture of itself');
    const bytes = await display.screenshot().catch((error: unknown) => {
      if (error instanceof Failure) return undefined;
      throw error;
    });
    if (!bytes) return no('device-failed', 'the display gave no picture');
    const small = await shrink(bytes);
    if (!small.ok) return small;
    const sent = await sendPicture({ centreUrl, tls }, command, small.value);
    return sent.ok ? { ok: true as const, value: small.value.about } : sent;
  }
}

function outcomeOf(done: readonly Powered[]): ScreenState['power'] {
  if (done.length === 0) return 'none';
  if (done.some((one) => 'sent' in one && one.confirmed)) return 'confirmed';
  return done.some((one) => 'sent' in one) ? 'sent' : 'failed';
}

function cut(details: readonly string[]): string {
  return details.join('; ').slice(0, 250);
}

function no(code: Problem['code'], detail: string): Extract<Result<never>, { ok: false }> {
  return { ok: false, problem: { code, path: '', detail } };
}
