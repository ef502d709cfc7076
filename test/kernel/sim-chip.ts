// A GPIO chip of the kernel's simulator, seen from the other side of its lines: what stands on a line, and a hand that pulls one.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const configfs = '/sys/kernel/config';
const module = '/sys/module/gpio_sim_lab/parameters/keep_outputs';

export class SimChip {
  readonly label: string;
  /** The character device. */
  readonly path: string;
  readonly #bank: string;

  constructor(label: string, path: string, bank: string) {
    this.label = label;
    this.path = path;
    this.#bank = bank;
  }

  /** The level of the line itself, whoever holds it. */
  isHigh(line: number): boolean {
    return readFileSync(join(this.#bank, `sim_gpio${line}`, 'value'), 'utf8').trim() === '1';
  }

  /** What a button or a relay contact outside does to an input. */
  pull(line: number, up: boolean): void {
    writeFileSync(join(this.#bank, `sim_gpio${line}`, 'pull'), up ? 'pull-up' : 'pull-down');
  }
}

/** Do lines keep their level when their holder lets them go, as on Raspberry Pi's kernels? Otherwise they fall back. */
export function keepOutputs(keep: boolean): void {
  writeFileSync(module, keep ? 'Y' : 'N');
}

export function makeSimChip(label: string, lines: number): SimChip {
  if (!existsSync(join(configfs, 'gpio-sim'))) spawnSync('mount', ['-t', 'configfs', 'none', configfs]);
  const device = join(configfs, 'gpio-sim', label);
  mkdirSync(device);
  mkdirSync(join(device, 'bank0'));
  writeFileSync(join(device, 'bank0', 'num_lines'), String(lines));
  writeFileSync(join(device, 'bank0', 'label'), label);
  writeFileSync(join(device, 'live'), '1');
  const chip = readFileSync(join(device, 'bank0', 'chip_name'), 'utf8').trim();
  const platform = join('/sys/devices/platform', readFileSync(join(device, 'dev_name'), 'utf8').trim());
  if (!readdirSync(join(platform, chip)).includes('sim_gpio0')) throw new Error(`${platform}/${chip} shows no lines`);
  return new SimChip(label, join('/dev', chip), join(platform, chip));
}
