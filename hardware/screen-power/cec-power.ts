// A television on HDMI-CEC, through the kernel's own interface (`cec-ctl` of v4l-utils): told on every socket, and asked.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Powered, ScreenPower } from '../screen-power.ts';
import { type Run, runScreenTool } from './tool.ts';

export interface CecOptions {
  /** One socket; every `/dev/cec*` unless named, since nobody sees from here which one the screen is on. */
  readonly device?: string | undefined;
  readonly folder?: string;
  readonly run?: Run;
}

/** An address of a socket that nothing answers on (HDMI 1.4 §8.7). */
const unlinked = /Physical Address\s*:\s*f\.f\.f\.f/i;

export class CecPower implements ScreenPower {
  readonly name = 'cec';
  readonly #options: CecOptions;
  readonly #run: Run;

  constructor(options: CecOptions = {}) {
    this.#options = options;
    this.#run = options.run ?? runScreenTool;
  }

  async probe(): Promise<Result<void>> {
    const linked = await this.#linked();
    return linked.ok ? ok(undefined) : linked;
  }

  async switch(on: boolean): Promise<Powered> {
    const linked = await this.#linked();
    if (!linked.ok) return { problem: linked.problem };
    const told = await Promise.all(linked.value.map((device) => this.#tell(device, on)));
    const sent = told.filter((one) => 'sent' in one);
    return sent.find(({ confirmed }) => confirmed) ?? sent[0] ?? told[0] ?? { problem: nothing };
  }

  async stop(): Promise<void> {}

  async #tell(device: string, on: boolean): Promise<Powered> {
    const told = await this.#run('cec-ctl', ['-d', device, '-s', '--to', '0', on ? '--image-view-on' : '--standby']);
    if (!told.ok) return { problem: told.problem };
    const asked = await this.#run('cec-ctl', ['-d', device, '-s', '--to', '0', '--give-device-power-status']);
    // A screen on its way there has understood.
    const state = asked.ok ? /pwr-state:\s*([a-z-]+)/i.exec(asked.value)?.[1] : undefined;
    return { sent: true, confirmed: on ? state === 'on' || state === 'to-on' : state === 'standby' || state === 'to-standby' };
  }

  /** Sockets with something at the other end, made known there as a player. */
  async #linked(): Promise<Result<string[]>> {
    const devices = this.#devices();
    if (devices.length === 0) return bad('device-failed', 'this machine has no CEC socket (/dev/cec*)');
    const said = await Promise.all(devices.map((device) => this.#run('cec-ctl', ['-d', device, '--playback'])));
    const linked = devices.filter((_, i) => said[i]?.ok && !unlinked.test(said[i].value));
    if (linked.length > 0) return ok(linked);
    const failed = said.find((one) => !one.ok);
    return failed && !failed.ok ? failed : bad('device-failed', `nothing that speaks CEC on ${devices.join(', ')}`);
  }

  #devices(): string[] {
    const { device, folder = '/dev' } = this.#options;
    if (device !== undefined) return [device];
    try {
      return readdirSync(folder)
        .filter((name) => /^cec\d{1,2}$/.test(name))
        .sort()
        .map((name) => join(folder, name));
    } catch {
      return [];
    }
  }
}

const nothing = { code: 'device-failed', path: '', detail: 'no CEC socket was told' } as const;
