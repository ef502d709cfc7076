// How far the clock is trusted, and asking for the time when it is not.
import { askWantAfterMs } from './limits.ts';
import { failTry, mayTry } from './media.ts';
import type { Turn } from './turn.ts';

export function closeClock(turn: Turn): void {
  const { live, now } = turn;
  if (turn.timeKnown && !live.trustedSince) {
    turn.be({ trustedSince: now });
    const offsetMs = live.bootedAt ? now.wallMs - now.monoMs - (live.bootedAt.wallMs - live.bootedAt.monoMs) : 0;
    turn.tell({ kind: 'clock', boot: live.boot, offsetMs: Math.round(offsetMs), quality: now.quality });
  }
  if (!live.linkUp) return;
  if (now.quality !== 'signed') ask(turn, 'time');
  const settled = turn.kept.want.applied ?? turn.kept.want.offered;
  if (settled) return;
  const fromMonoMs = (live.bootedAt?.monoMs ?? now.monoMs) + askWantAfterMs;
  if (now.monoMs >= fromMonoMs) ask(turn, 'want');
  else turn.wakeAtMono(fromMonoMs);
}

/** Ask again and again, ever more slowly: an answer shows as a changed state, not as an event. */
export function ask(turn: Turn, kind: 'want' | 'time'): void {
  if (!mayTry(turn, `ask:${kind}`)) return;
  failTry(turn, `ask:${kind}`);
  turn.act({ do: 'ask', kind });
  mayTry(turn, `ask:${kind}`);
}
