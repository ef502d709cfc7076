// The rules that a simulation may swap, one at a time, to prove that breaking them is noticed.
import type { Order } from '../../schemas/order.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { winner } from '../../schemas/timeline.ts';
import type { KeptOrders, Ledger, Occurrence, OpenedMeta } from './model.ts';
import { covers } from './ranks.ts';

export interface Rules {
  /** The one an output is given to. */
  readonly winner: (candidates: readonly Occurrence[], localOrder: readonly string[]) => Occurrence | undefined;
  /** Has this occurrence its final receipt? */
  readonly settled: (ledger: Ledger, occurrence: Pick<Occurrence, 'id' | 'startMs'>) => boolean;
  /** Monotonic instant from which an amplifier that went on at `onMonoMs` may carry sound. */
  readonly audibleFrom: (onMonoMs: number, warmUpMs: number) => number;
  /** Is this order new (`true`), known and to be passed over in silence (`false`), or refused? */
  readonly fresh: (orders: KeptOrders, opened: OpenedMeta, order: Order) => Result<boolean>;
}

export const standardRules: Rules = { winner, settled, audibleFrom, fresh };

function settled(ledger: Ledger, occurrence: Pick<Occurrence, 'id' | 'startMs'>): boolean {
  return occurrence.startMs < ledger.settledToMs || ledger.settled.includes(occurrence.id);
}

function audibleFrom(onMonoMs: number, warmUpMs: number): number {
  return onMonoMs + warmUpMs;
}

/** Counters per issuer, epoch and audience; an equal counter is the same statement again only with an equal digest. */
function fresh(orders: KeptOrders, opened: OpenedMeta, order: Order): Result<boolean> {
  if (orders.active.some(({ id }) => id === opened.id)) return ok(false);
  const latch = orders.latched.find(({ id }) => id === opened.id);
  if (latch && latch.level === undefined) return ok(false);
  if (latch?.level && covers(latch.level, order.level)) return bad('cleared', `order ${opened.id} was cleared before it came`);
  const last = orders.counters[counterKey(opened)];
  if (!last || opened.ctr > last.ctr) return ok(true);
  if (opened.ctr < last.ctr) return bad('replayed', `counter ${opened.ctr}, ${last.ctr} was accepted`);
  return last.digest === opened.digest ? ok(false) : bad('conflict', `counter ${opened.ctr} twice with different content`);
}

/** The counter space of a statement among orders and clears. */
export function counterKey(opened: Pick<OpenedMeta, 'iss' | 'epoch' | 'aud'>): string {
  return `${opened.iss}/${opened.epoch}/${opened.aud}`;
}
