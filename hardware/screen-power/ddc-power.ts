// A monitor on DDC/CI (`ddcutil`): VESA MCCS 2.2a, feature D6, power mode.
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Powered, ScreenPower } from '../screen-power.ts';
import { type Run, runScreenTool } from './tool.ts';

export interface DdcOptions {
  /** The I²C bus, N of `/dev/i2c-N`. */
  readonly bus: number;
  readonly run?: Run;
}

const feature = 'd6';
/** 1 is on, 4 is off and can be woken from here; 5 would need a hand at its button. */
const modes = { on: '1', off: '4' } as const;

export class DdcPower implements ScreenPower {
  readonly name = 'ddcutil';
  readonly #bus: string;
  readonly #run: Run;

  constructor({ bus, run }: DdcOptions) {
    this.#bus = String(bus);
    this.#run = run ?? runScreenTool;
  }

  async probe(): Promise<Result<void>> {
    const mode = await this.#mode();
    return mode.ok ? ok(undefined) : mode;
  }

  async switch(on: boolean): Promise<Powered> {
    const told = await this.#run('ddcutil', ['--bus', this.#bus, '--noverify', 'setvcp', feature, on ? modes.on : modes.off]);
    if (!told.ok) return { problem: told.problem };
    // Many monitors say nothing more once they are off: sent, not confirmed.
    const mode = await this.#mode();
    return { sent: true, confirmed: mode.ok && (mode.value === 1) === on };
  }

  async stop(): Promise<void> {}

  async #mode(): Promise<Result<number>> {
    const said = await this.#run('ddcutil', ['--bus', this.#bus, '--terse', 'getvcp', feature]);
    if (!said.ok) return said;
    const found = /^VCP D6 SNC x([0-9a-f]{2})\s*$/im.exec(said.value)?.[1];
    return found === undefined ? bad('device-failed', 'the monitor tells no power mode') : ok(Number.parseInt(found, 16));
  }
}
