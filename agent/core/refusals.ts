// Signed documents that are refused, each told once: who holds an old one can repeat it for ever, and rows cost space.
import { hourMs, refusalsPerHourMax } from './limits.ts';
import type { Turn } from './turn.ts';

/** True when this refusal was not told within the hour and the hour has room for it. */
export function firstRefusal(turn: Turn, name: string): boolean {
  const { monoMs } = turn.now;
  const { sinceMonoMs, names } = turn.live.refusals;
  const current = monoMs < sinceMonoMs + hourMs ? { sinceMonoMs, names } : { sinceMonoMs: monoMs, names: [] };
  if (current.names.includes(name) || current.names.length >= refusalsPerHourMax) return false;
  turn.be({ refusals: { ...current, names: [...current.names, name] } });
  return true;
}
