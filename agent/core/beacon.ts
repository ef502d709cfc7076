// The beacon beside a board: it flashes while an order is in force and is dark otherwise. How it flashes is agent/beacon.ts.
import { maySound } from './emergency.ts';
import type { BeaconPattern } from './model.ts';
import type { Turn } from './turn.ts';

export function closeBeacon(turn: Turn): void {
  const pattern = patternOf(turn);
  if (pattern === turn.live.beacon) return;
  turn.be({ beacon: pattern });
  turn.act({ do: 'flashBeacon', pattern });
}

/** Light disturbs nobody at the horn: neither service nor a mute holds it back. A technical test needs no beacon. */
function patternOf(turn: Turn): BeaconPattern {
  const inForce = turn.kept.orders.active.filter((active) => maySound(turn, active));
  if (inForce.some(({ order }) => order.class === 'actual')) return 'actual';
  return inForce.some(({ order }) => order.class === 'exercise') ? 'exercise' : 'off';
}
