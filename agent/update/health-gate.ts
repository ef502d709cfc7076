// When a new version is good enough to stay: no worse than the one before it, and nothing that only the network could give.
import type { Pending } from './layout.ts';

export interface HealthSeen {
  readonly journalOpen: boolean;
  readonly keysLoaded: boolean;
  /** Outputs that work. */
  readonly outputs: readonly string[];
  readonly planLoaded: boolean;
  readonly pageAnswers: boolean;
  readonly watchdogFed: boolean;
  readonly connected: boolean;
  /** Some line out of this machine has an address. */
  readonly lineUp: boolean;
}

export type Lacking = 'journal' | 'keys' | 'audio' | 'plan' | 'page' | 'watchdog' | 'network';

/**
 * What still lacks; empty when it may stay. A centre that is away for the evening must not undo an update: the network is asked for only where
 * the version before had it within `connectedWithinMs` and a line is up.
 */
export function lacking(seen: HealthSeen, before: Pending['before']): Lacking[] {
  const wants: readonly (readonly [Lacking, boolean])[] = [
    ['journal', seen.journalOpen],
    ['keys', seen.keysLoaded],
    ['audio', before.outputs.every((output) => seen.outputs.includes(output))],
    ['plan', seen.planLoaded || !before.plan],
    ['page', seen.pageAnswers],
    ['watchdog', seen.watchdogFed],
    ['network', seen.connected || !before.connected || !seen.lineUp],
  ];
  return wants.flatMap(([name, fine]) => (fine ? [] : [name]));
}

/** How long ago the version before may have had its centre. */
export const connectedWithinMs = 30 * 60_000;
/** All is well for so long before it counts. */
export const steadyMs = 10_000;
