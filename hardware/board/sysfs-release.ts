// Opens relays that a dead program left closed in sysfs, and gives their lines back. Needs no package and no running board.
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listGpioChips, pickGpioChip } from './gpio-numbers.ts';
import type { GpioWiring } from './wiring.ts';

/** How many lines were found held and were let go. Rejects when a line cannot be written. */
export async function releaseSysfsLines(
  { wirings, activeLow = false, chip: label }: GpioWiring,
  root = '/sys/class/gpio',
): Promise<number> {
  const chip = pickGpioChip(await listGpioChips(root), label);
  const pins = wirings.flatMap(({ relay1Pin, relay2Pin }) => [relay2Pin, relay1Pin]); // the speaker line first
  const numbers = pins.map((pin) => (chip?.base ?? 0) + pin).filter((number) => chip && existsSync(join(root, `gpio${number}`)));
  // All open before the first is given back.
  for (const number of numbers) await writeFile(join(root, `gpio${number}`, 'direction'), activeLow ? 'high' : 'low');
  for (const number of numbers) await writeFile(join(root, 'unexport'), String(number));
  return numbers.length;
}
