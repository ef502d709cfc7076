// The rhythm of the beacon: at most two flashes a second anywhere, one here (WCAG 2.2, 2.3.1 allows three). Pure.
import type { BeaconPattern } from './model.ts';

const rhythm = { actual: { onMs: 500, offMs: 500 }, exercise: { onMs: 500, offMs: 2_500 } } as const;

/** Lit or not after so long in a pattern, and for how much longer; null: until the pattern changes. */
export function beaconPhase(pattern: BeaconPattern, sinceMs: number): { readonly on: boolean; readonly forMs: number | null } {
  if (pattern === 'off') return { on: false, forMs: null };
  const { onMs, offMs } = rhythm[pattern];
  const atMs = Math.max(0, sinceMs) % (onMs + offMs);
  return atMs < onMs ? { on: true, forMs: onMs - atMs } : { on: false, forMs: onMs + offMs - atMs };
}
