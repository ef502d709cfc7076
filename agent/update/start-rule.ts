// Which release the launcher starts: pure, so that each state of the disk after a power cut can be asked in a test.
import { compareVersions } from '../../schemas/release.ts';
import type { Pending, Starts, WayBack } from './layout.ts';

/** Starts that an unconfirmed version has. */
export const startsMax = 3;
/** And so long, whatever it says of itself. */
export const confirmWithinMs = 10 * 60_000;

export interface LauncherSeen {
  /** The version `current` names, whether or not it is there. */
  readonly current: string | null;
  readonly previous: string | null;
  readonly pending: Pending | null;
  readonly starts: Starts | null;
  readonly wayBack: WayBack | null;
  /** Versions whose folder is whole. */
  readonly whole: readonly string[];
}

export interface Start {
  /** Null only where no release is whole. */
  readonly run: string | null;
  /** `current` is to be pointed at it. */
  readonly point: boolean;
  /** To be on the disk before it starts. */
  readonly starts?: Starts;
  /** It must be confirmed within `confirmWithinMs`. */
  readonly unconfirmed: boolean;
  /** What was given up and why; to be on the disk before `current` is pointed elsewhere. */
  readonly wayBack?: Omit<WayBack, 'lines'>;
}

/** `late`: the unconfirmed version that runs had its time. Total: with one whole release there is always one to run. */
export function decideStart(seen: LauncherSeen, late = false): Start {
  const { current, pending, starts, wayBack, whole } = seen;
  const unconfirmed = pending !== null && pending.counter !== wayBack?.counter && current === pending.version ? pending : undefined;
  const isWhole = current !== null && whole.includes(current);
  if (unconfirmed && isWhole && !late) {
    const count = (starts?.counter === unconfirmed.counter ? starts.count : 0) + 1;
    if (count <= startsMax) return { run: current, point: false, unconfirmed: true, starts: { counter: unconfirmed.counter, count } };
  }
  if (!unconfirmed && isWhole && current !== givenUp(wayBack)) return { run: current, point: false, unconfirmed: false };
  const to = other(seen, current);
  // Nothing to go back to: a version in doubt is better than none.
  if (to === undefined) return { run: isWhole ? current : null, point: false, unconfirmed: false };
  const reason = !isWhole ? 'broken' : late ? 'too-long' : 'starts';
  if (!unconfirmed && wayBack) return { run: to, point: true, unconfirmed: false };
  return {
    run: to,
    point: true,
    unconfirmed: false,
    wayBack: { version: current ?? 'none', counter: unconfirmed?.counter ?? 0, to, reason },
  };
}

/** Written down as given up, but the power went before the link was turned. */
function givenUp(wayBack: WayBack | null): string | undefined {
  return wayBack?.version;
}

function other({ pending, previous, whole }: LauncherSeen, not: string | null): string | undefined {
  const newest = [...whole].sort((a, b) => compareVersions(b, a));
  return [pending?.previous, previous ?? undefined, ...newest].find((one) => one !== undefined && one !== not && whole.includes(one));
}
