// May the box be started anew now? Pure.
import { sounds } from '../../schemas/settings.ts';
import type { Moment } from '../../schemas/time.ts';
import type { State } from '../core/model.ts';

/** A start takes seconds on a small board; nothing planned may fall into it. */
const clearAheadMs = 120_000;

/** Nothing sounds, is about to, or is being said; no order stands; nobody is at the horn. Pages on a board come back by themselves. */
export function isQuiet({ kept, live }: State, now: Moment): boolean {
  if (kept.orders.active.length > 0 || kept.service !== null || live.atHorn.asked) return false;
  if (kept.sessions.open.some(({ over }) => over === null)) return false;
  const outputs = Object.values(live.outputs).filter(({ kind }) => sounds(kind));
  if (outputs.some(({ player, tone, leaving }) => player.is !== 'idle' || tone !== null || leaving.length > 0)) return false;
  const ids = new Set(outputs.map(({ id }) => id));
  const near = live.agenda?.occurrences ?? [];
  return !near.some(
    ({ output, startMs, endMs, refused }) =>
      ids.has(output) && refused === null && startMs < now.wallMs + clearAheadMs && endMs > now.wallMs,
  );
}
