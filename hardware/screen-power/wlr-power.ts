// The compositor's output, off and on (`wlr-randr`, wlr-output-management): the cable's signal ends, and most screens sleep.
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Powered, ScreenPower } from '../screen-power.ts';
import { type Run, runScreenTool } from './tool.ts';

export interface WlrOptions {
  /** As `wlr-randr` names it, e.g. `HDMI-A-1`. */
  readonly output: string;
  readonly run?: Run;
}

export class WlrPower implements ScreenPower {
  readonly name = 'wlr-randr';
  readonly #output: string;
  readonly #run: Run;

  constructor({ output, run }: WlrOptions) {
    this.#output = output;
    this.#run = run ?? runScreenTool;
  }

  async probe(): Promise<Result<void>> {
    const lit = await this.#lit();
    return lit.ok ? ok(undefined) : lit;
  }

  async switch(on: boolean): Promise<Powered> {
    const told = await this.#run('wlr-randr', ['--output', this.#output, on ? '--on' : '--off']);
    if (!told.ok) return { problem: told.problem };
    const lit = await this.#lit();
    return { sent: true, confirmed: lit.ok && lit.value === on };
  }

  async stop(): Promise<void> {}

  async #lit(): Promise<Result<boolean>> {
    const listed = await this.#run('wlr-randr', ['--json']);
    if (!listed.ok) return listed;
    try {
      const outputs = JSON.parse(listed.value) as readonly { readonly name?: unknown; readonly enabled?: unknown }[];
      const found = Array.isArray(outputs) ? outputs.find(({ name }) => name === this.#output) : undefined;
      return found ? ok(found.enabled === true) : bad('device-failed', `the compositor has no output ${this.#output}`);
    } catch {
      return bad('tool-failed', 'wlr-randr --json answered in another form');
    }
  }
}
