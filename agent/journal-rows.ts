// Outbox rows as the journal keeps them: what may be given up for space, and in which order.
import type { Entry, Fact, Row } from '../schemas/outbox.ts';

/** Given up first = smallest. Orders and commands are never given up (research: order of sacrifice). */
const weights = {
  clock: 0,
  act: 0,
  fault: 1,
  want: 1,
  receipt: 2,
  dropped: 9,
  command: 9,
  order: 9,
} as const satisfies Record<Fact['kind'], number>;

export const weightMax = 2;

export function weightOf(entry: Entry): number {
  return weights[entry.fact.kind];
}

export interface StoredRow extends Row {
  readonly weight: number;
  readonly kind: Fact['kind'];
  readonly atMs: number;
}
