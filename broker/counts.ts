// What the broker counts for metrics: totals since start, refusals by reason.
import type { GuardEnd } from './guards.ts';

export type Refusal =
  | GuardEnd
  | 'address-rate'
  | 'identity-rate'
  | 'take-over'
  | 'no-client-id'
  | 'stopping'
  | 'handshake'
  | 'full'
  | 'no-identity'
  | 'not-allowed-to-connect'
  | 'protocol'
  | 'will'
  | 'keepalive'
  | 'publish'
  | 'subscribe'
  | 'filters'
  | 'not-stored'
  | 'retained-full';

export interface Counts {
  bytesIn: number;
  bytesOut: number;
  /** Of clients, that were in order. */
  packetsIn: number;
  connects: number;
  publishes: number;
  readonly refused: Partial<Record<Refusal, number>>;
}

export function zeroCounts(): Counts {
  return { bytesIn: 0, bytesOut: 0, packetsIn: 0, connects: 0, publishes: 0, refused: {} };
}
