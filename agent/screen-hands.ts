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

interface Lane {
  turn: Promise<void>;
  newest: number;
}

interface PowerTold {
  readonly power: ScreenState['power'];
  readonly details: readonly string[];
}

/**
 * INVARIANT: one switch at a time for each output; of those that wait only its newest is done. The means belong to the box: one
 * switch of power at a time, to what was wished last, and boards that wish the same meanwhile share it.
 */
export class ScreenHands {
  readonly #options: ScreenHandsOptions;
  #means: Promise<readonly ScreenPower[]> | undefined;
  readonly #lanes = new Map<string, Lane>();
  #lit = true;
  #powering: { readonly on: boolean; readonly told: Promise<PowerTold> } | undefined;

  constructor(options: ScreenHandsOptions) {
    this.#options = options;
  }

  switch(action: Switch, tell: Tell): Promise<void> {
    const lane = this.#lanes.get(action.output) ?? { turn: Promise.resolve(), newest: 0 };
    this.#lanes.set(action.output, lane);
    this.#lit = action.power;
    lane.newest = action.attempt;
    lane.turn = lane.turn.then(async () => {
      if (action.attempt === lane.newest) tell(await this.#done(action));
    });
    return lane.turn;
  }

  async takePicture({ output, command }: Extract<Action, { do: 'takePicture' }>, tell: Tell): Promise<void> {
    const taken = await this.#picture(output, command);
    tell({ is: 'pictureTaken', command, ...(taken.ok ? { picture: taken.value } : { problem: taken.problem }) });
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#lanes.values()].map(({ turn }) => turn));
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
    const answer = (told: ScreenState['page'], lit: PowerTold): Event => {
      return { is: 'screenSwitched', output, attempt, page: told, power: lit.power, detail: cut([...details, ...lit.details]) };
    };
    if (!power) return answer(await page(), await this.#power());
    // A page under an order must not wait for a slow television.
    const [lit, told] = await Promise.all([this.#power(), page()]);
    return answer(told, lit);
  }

  #power(): Promise<PowerTold> {
    const on = this.#lit;
    if (this.#powering?.on === on) return this.#powering.told;
    const powering = { on, told: this.#switchAll(on, this.#powering?.told) };
    const end = () => {
      if (this.#powering === powering) this.#powering = undefined;
    };
    this.#powering = powering;
    powering.told.then(end, end);
    return powering.told;
  }

  async #switchAll(on: boolean, before: Promise<unknown> | undefined): Promise<PowerTold> {
    await before;
    this.#means ??= this.#open();
    const means = await this.#means;
    const done = await Promise.all(means.map((one) => one.switch(on)));
    const details: string[] = [];
    for (const [i, one] of done.entries()) {
      const { name = '' } = means[i] ?? {};
      if ('problem' in one) details.push(`${name} ${one.problem.code}: ${one.problem.detail}`);
      else if (!one.confirmed) details.push(`${name}: sent, not confirmed`);
    }
    return { power: outcomeOf(done), details };
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
    const { displayOf, door } = this.#options;
    const display = displayOf(output);
    if (!display?.can.picture) return no('driver-missing', 'this display has no picture of itself');
    const bytes = await display.screenshot().catch((error: unknown) => {
      if (error instanceof Failure) return undefined;
      throw error;
    });
    if (!bytes) return no('device-failed', 'the display gave no picture');
    const small = await shrink(bytes);
    if (!small.ok) return small;
    const sent = await sendPicture({ door }, command, small.value);
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
