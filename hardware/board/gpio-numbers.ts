// Where a kernel begins to count its GPIO lines: read, never assumed (512 on many Raspberry Pi kernels, other bases elsewhere).
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface GpioChip {
  readonly label: string;
  readonly base: number;
  readonly lines: number;
}

/** The chips the kernel shows in sysfs, `[]` where it has none. */
export async function listGpioChips(root = '/sys/class/gpio'): Promise<GpioChip[]> {
  const names = await readdir(root).catch(() => []);
  const chips = names.filter((name) => name.startsWith('gpiochip')).map((name) => readChip(join(root, name)));
  return (await Promise.all(chips)).filter((chip) => chip !== undefined);
}

/** The named chip, or the one with most lines: on single-board computers that is the header. */
export function pickGpioChip<C extends Pick<GpioChip, 'label' | 'lines'>>(chips: readonly C[], label?: string): C | undefined {
  if (label !== undefined) return chips.find((chip) => chip.label === label);
  return chips.reduce<C | undefined>((best, chip) => (best && best.lines >= chip.lines ? best : chip), undefined);
}

async function readChip(path: string): Promise<GpioChip | undefined> {
  try {
    const [label, base, lines] = await Promise.all(['label', 'base', 'ngpio'].map((name) => readFile(join(path, name), 'utf8')));
    const chip = { label: (label ?? '').trim(), base: Number(base), lines: Number(lines) };
    return Number.isInteger(chip.base) && Number.isInteger(chip.lines) ? chip : undefined;
  } catch {
    return undefined; // a chip that went away while it was read
  }
}
