// A lamp of the kernel's LED class: the board's own, or a line that a device tree overlay made one (`gpio-led`).
//
// Source: Linux, Documentation/leds/leds-class.rst and ABI/testing/sysfs-class-led (brightness, max_brightness, trigger).
import { constants } from 'node:fs';
import { access, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bad, ok, type Problem, type Result } from '../../schemas/problems.ts';
import { noLamp, type StatusLamp } from '../status-lamp.ts';

/** A lamp made for it first, then the green one of a Raspberry Pi by its name since kernel 5.14 and before. */
export const usualLamps = ['loa-status', 'ACT', 'led0'] as const;
const ledsDir = '/sys/class/leds';
const brightnessMax = 65_535;

export interface LedLampOptions {
  readonly name?: string | undefined;
  /** For trials without a kernel's. */
  readonly dir?: string | undefined;
}

export class LedLamp implements StatusLamp {
  readonly #dir: string;
  readonly #names: readonly string[];
  #lamp: { readonly at: string; readonly full: string } | undefined;

  constructor({ name, dir = ledsDir }: LedLampOptions = {}) {
    this.#dir = dir;
    this.#names = name === undefined ? usualLamps : [name];
  }

  async start(): Promise<Result<void>> {
    const refused: string[] = [];
    for (const name of this.#names) {
      const taken = await this.#take(join(this.#dir, name)).catch((error: Error) => error.message);
      if (taken === undefined) return ok(undefined);
      refused.push(`${name}: ${taken}`);
    }
    const { code, detail } = noLamp(refused.join('; ').slice(0, 300));
    return bad(code, detail);
  }

  async light(on: boolean): Promise<{ readonly problem?: Problem }> {
    if (!this.#lamp) return on ? { problem: noLamp('not started') } : {};
    const { at, full } = this.#lamp;
    try {
      await write(join(at, 'brightness'), on ? full : '0');
      return {};
    } catch (error) {
      return { problem: { code: 'device-failed', path: '', detail: `lamp: ${(error as Error).message}`.slice(0, 300) } };
    }
  }

  /** What lit it before lights it again only when the box is off: until then a card's activity would be read as a code. */
  async stop(): Promise<void> {
    await this.light(false);
    this.#lamp = undefined;
  }

  /** Nothing when it is ours; else why not. Writing the trigger is the proof: `none` hands the lamp to whoever writes its brightness. */
  async #take(at: string): Promise<string | undefined> {
    const brightness = join(at, 'brightness');
    await access(brightness, constants.W_OK);
    const trigger = join(at, 'trigger');
    const known = await readFile(trigger, 'utf8').catch(() => undefined);
    const used = /\[([^\]]{1,64})\]/.exec(known ?? '')?.[1];
    if (known !== undefined && used !== 'none') await write(trigger, 'none');
    const max = Number.parseInt(await readFile(join(at, 'max_brightness'), 'utf8').catch(() => '1'), 10);
    if (!(max >= 1 && max <= brightnessMax)) return `max_brightness is ${max}`;
    await write(brightness, '0');
    this.#lamp = { at, full: String(max) };
    return undefined;
  }
}

/** Never makes a file: a lamp that is gone is no lamp. */
const write = (path: string, text: string) => writeFile(path, text, { flag: 'r+' });
