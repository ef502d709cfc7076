// A delegation ends: with trusted time the box says so and takes no new order under it; what stands and what is planned goes on.
import type { Problem } from '../../schemas/problems.ts';
import { endFault, raiseFault } from './faults.ts';
import type { Event, OpenedMeta } from './model.ts';
import type { Turn } from './turn.ts';

/** When the chain that this box holds ends; told at boot and with each newer document. */
export function keysUntil(turn: Turn, { keysUntilMs }: Event & { is: 'booted' | 'keysChanged' }): void {
  if (keysUntilMs !== undefined) turn.be({ keysUntilMs });
}

/** Programmes sound on: silence would tell nobody. A person sees the reason and the root holders give a newer delegation. */
export function closeKeyEnds(turn: Turn): void {
  const { keysUntilMs } = turn.live;
  if (turn.timeKnown && keysUntilMs !== null && turn.now.wallMs >= keysUntilMs)
    raiseFault(turn, 'keys-expired', `the delegation ended at ${keysUntilMs}`);
  else if (turn.timeKnown) endFault(turn, 'keys-expired');
}

/** Judged only with trusted time: a clock that is wrong must not silence a commune. */
export function overdue(turn: Turn, { iss, keysUntilMs }: OpenedMeta): Problem | undefined {
  if (!turn.timeKnown || keysUntilMs === undefined || turn.now.wallMs < keysUntilMs) return undefined;
  return { code: 'expired', path: '/chain', detail: `the delegation of ${iss} ended at ${keysUntilMs}` };
}
