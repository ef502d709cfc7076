// The order in which an amplifier's two relays move. Pure; every board obeys it.

export interface Relays {
  readonly relay1: boolean;
  readonly relay2: boolean;
  /** Monotonic ms of each relay's last movement; `-Infinity` when it never moved. */
  readonly moved1MonoMs: number;
  readonly moved2MonoMs: number;
}

export interface RelayStep {
  readonly relay: 1 | 2;
  readonly closed: boolean;
  readonly atMonoMs: number;
}

/** Both open since ever. */
export const openRelays: Relays = {
  relay1: false,
  relay2: false,
  moved1MonoMs: Number.NEGATIVE_INFINITY,
  moved2MonoMs: Number.NEGATIVE_INFINITY,
};

/**
 * Steps from where the relays are now: on is mains first, speaker line `relayDelayMs` later; off is the reverse.
 * A change of mind half-way waits only for what is left of the delay.
 */
export function planRelays(relays: Relays, on: boolean, relayDelayMs: number, nowMonoMs: number): RelayStep[] {
  const steps: RelayStep[] = [];
  const first = on ? 1 : 2;
  const second = on ? 2 : 1;
  if (isClosed(relays, first) !== on) steps.push({ relay: first, closed: on, atMonoMs: nowMonoMs });
  const firstMovedMs = steps.length > 0 ? nowMonoMs : first === 1 ? relays.moved1MonoMs : relays.moved2MonoMs;
  if (isClosed(relays, second) !== on)
    steps.push({ relay: second, closed: on, atMonoMs: Math.max(nowMonoMs, firstMovedMs + relayDelayMs) });
  return steps;
}

/** The relays after one movement. */
export function moveRelay(relays: Relays, relay: 1 | 2, closed: boolean, atMonoMs: number): Relays {
  return relay === 1 ? { ...relays, relay1: closed, moved1MonoMs: atMonoMs } : { ...relays, relay2: closed, moved2MonoMs: atMonoMs };
}

export function isClosed(relays: Relays, relay: 1 | 2): boolean {
  return relay === 1 ? relays.relay1 : relays.relay2;
}
