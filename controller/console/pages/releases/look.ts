// How states of a roll-out and of a box look, and figures over all stages.
import type { Release } from '../../../../schemas/release.ts';
import type { BoxProgress, RolloutAnswer, RolloutState } from '../../../../schemas/release-api.ts';

/** Classes of `.pill`. */
export const look: Readonly<Record<RolloutState, string>> = {
  running: 'unknown',
  paused: 'degraded',
  stopped: 'degraded',
  'called-off': 'silent',
  done: 'ok',
};

export const boxLook: Readonly<Record<BoxProgress, string>> = {
  offered: 'unknown',
  downloaded: 'unknown',
  switched: 'unknown',
  committed: 'ok',
  'rolled-back': 'silent',
  refused: 'silent',
  silent: 'degraded',
};

export function total({ counts }: Pick<RolloutAnswer, 'counts'>, what: 'offered' | 'committed' | 'failed'): number {
  return counts.reduce((sum, one) => sum + one[what], 0);
}

/** With one decimal, as Vietnamese and English readers both read it. */
export function megabytes({ parts }: Release): string {
  return (parts.reduce((sum, { bytes }) => sum + bytes, 0) / 1_000_000).toFixed(1);
}
