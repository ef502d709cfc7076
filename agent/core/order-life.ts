// How long an accepted order may live: by signed time, else by the monotonic clock, which no step of the wall clock reaches.
import type { ActiveOrder, OpenedMeta } from './model.ts';
import type { Turn } from './turn.ts';

/** Where an order's life is counted from, and how long it is at most. */
export function lifeFrom(turn: Turn, { iat, exp }: Pick<OpenedMeta, 'iat' | 'exp'>): NonNullable<ActiveOrder['life']> {
  return { boot: turn.live.boot, monoMs: turn.now.monoMs, maxMs: Math.max(0, exp - iat), sure: turn.timeKnown };
}

/** Has an instant passed for certain? A clock that is only known not to be early proves it by what it knows, not by what it shows. */
export function surelyPast(turn: Turn, instantMs: number): boolean {
  const { wallMs, quality, floorMs } = turn.now;
  if (turn.timeKnown) return wallMs >= instantMs;
  return quality === 'floor' && (floorMs ?? wallMs) >= instantMs;
}

/** An order's end has come, whatever the wall clock did since it was accepted. Wakes the box for it. */
export function lifeOver(turn: Turn, active: ActiveOrder): boolean {
  const { life, exp, acceptedMs } = active;
  const { now } = turn;
  if (!life) return wallOver(turn, exp);
  const here = life.boot === turn.live.boot;
  const passedMs = now.monoMs - (here ? life.monoMs : (turn.live.bootedAt?.monoMs ?? now.monoMs));
  turn.wakeAtMono(now.monoMs + life.maxMs - passedMs);
  if (passedMs >= life.maxMs) return true;
  // Signed time may end it either way. Another clock that steps says nothing against the one it was accepted by.
  if (!here || !life.sure || now.quality === 'signed') return wallOver(turn, exp);
  turn.wakeAtMono(life.monoMs + exp - acceptedMs);
  return passedMs >= exp - acceptedMs;
}

function wallOver(turn: Turn, exp: number): boolean {
  if (turn.timeKnown && turn.now.wallMs < exp) turn.wakeAtWall(exp);
  return surelyPast(turn, exp);
}
