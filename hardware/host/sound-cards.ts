// The sound cards that this machine's kernel knows. Looks only; opens nothing.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface SoundCard {
  readonly index: number;
  /** Stable name (`Device`, `Headphones`), as in `hw:CARD=Device`. */
  readonly id: string;
  readonly name: string;
}

/** Where the kernel tells about cards and programs; tests put a fake tree in its place. */
export const procFolder = '/proc';

/** The cards in the text of /proc/asound/cards. */
export function readCards(text: string): SoundCard[] {
  return [...text.matchAll(/^\s*(\d{1,2}) \[([^\]]{1,40})\]: (.*)$/gm)].map(([, index, id, name]) => ({
    index: Number(index),
    id: (id ?? '').trim(),
    name: (name ?? '').trim(),
  }));
}

/** Every card; none where the kernel has no sound. */
export function findCards(proc = procFolder): SoundCard[] {
  try {
    return readCards(readFileSync(join(proc, 'asound', 'cards'), 'utf8'));
  } catch {
    return [];
  }
}
