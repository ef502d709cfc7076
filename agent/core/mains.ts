// The mains-fail input: believed when it has said the same for two seconds, a fault while the mains are away.
import { endFault, raiseFault } from './faults.ts';
import { mainsSettleMs } from './limits.ts';
import type { Turn } from './turn.ts';

export function mainsChanged(turn: Turn, on: boolean): void {
  const { mains } = turn.live;
  if (mains.said !== on) turn.be({ mains: { ...mains, said: on, sinceMonoMs: turn.now.monoMs } });
}

export function closeMains(turn: Turn) {
  const { mains } = turn.live;
  if (mains.said === mains.present) return;
  const atMonoMs = mains.sinceMonoMs + mainsSettleMs;
  if (turn.now.monoMs < atMonoMs) return turn.wakeAtMono(atMonoMs);
  turn.be({ mains: { ...mains, present: mains.said } });
  if (mains.said) endFault(turn, 'mains');
  else raiseFault(turn, 'mains', 'the mains are away; the box runs on battery');
}
