// Opens relays that a dead program left closed in sysfs, and gives their lines back. Needs no package and no running board.
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listGpioChips, pickGpioChip } from './gpio-numbers.ts';
import type { GpioWiring } from './wiring.ts';

/** How many lines were found held and were let go. Rejects when a line cannot be written. */
export async function releaseSysfsLines(
  { wirings, activeLow = false, beacon, fan, chip: label }: GpioWiring,
  root = '/sys/class/gpio',
): Promise<number> {
  const chip = pickGpioChip(await listGpioChips(root), label);
  const lines = wirings.flatMap(({ relay1Pin, relay2Pin }) => [relay2Pin, relay1Pin].map((pin) => ({ pin, low: activeLow }))); // the speaker line first
  for (const lamp of [beacon, fan]) if (lamp) lines.push({ pin: lamp.pin, low: lamp.activeLow ?? false });
  const held = lines
    .map(({ pin, low }) => ({ number: (chip?.base ?? 0) + pin, low }))
    .filter(({ number }) => chip && existsSync(join(root, `gpio${number}`)));
  // All open before the first is given back.
  for (const { number, low } of held) await writeFile(join(root, `gpio${number}`, 'direction'), low ? 'high' : 'low');
  for (const { number } of held) await writeFile(join(root, 'unexport'), String(number));
  return held.length;
}
