// What the launcher reads of the disk before a start and writes to it, in the order that a power cut may interrupt anywhere.
import { rowLines } from '../../schemas/release.ts';
import type { ReleaseDisk } from './disk.ts';
import { Pending, places, point, pointed, readRecord, Starts, WayBack, wholeReleases, writeRecord } from './layout.ts';
import type { LauncherSeen, Start } from './start-rule.ts';

export async function seeReleases(disk: ReleaseDisk, root: string): Promise<LauncherSeen> {
  const at = places(root);
  return {
    current: await pointed(disk, at.current),
    previous: await pointed(disk, at.previous),
    pending: await readRecord(disk, at.pending, Pending),
    starts: await readRecord(disk, at.starts, Starts),
    wayBack: await readRecord(disk, at.launcher, WayBack),
    whole: await wholeReleases(disk, root),
  };
}

/** The count before the start; what was given up before `current` is turned. */
export async function writeStart(disk: ReleaseDisk, root: string, start: Start, lines: readonly string[]): Promise<void> {
  const at = places(root);
  if (start.starts) await writeRecord(disk, at.starts, start.starts);
  if (start.wayBack) await writeRecord(disk, at.launcher, { ...start.wayBack, lines: rowLines(lines) } satisfies WayBack);
  if (start.point && start.run !== null) await point(disk, at.current, start.run);
}
