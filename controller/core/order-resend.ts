// Which boxes are to be told of an order again, and when: those that are connected and have not said what they must have to say.
import type { Told } from './order-progress.ts';

/** A box answers within this: frame over a slow line, verification, its row. */
export const answerWithinMs = 5_000;
const pauseMaxMs = 60_000;
/** A silent thousand must not get fifty megabytes at once. */
export const resendsAtOnceMax = 50;

/** An order under way, or a clear of it that still rides in the frames. */
export interface StandingOrder {
  readonly sentMs: number;
  /** Nothing is sent after this. */
  readonly untilMs: number;
  readonly clearedMs: number | null;
}

/** How a box stands to one order. */
export interface Listener {
  readonly dev: string;
  /** Since when it has its connection, or null. */
  readonly connectedMs: number | null;
  readonly told: Told | undefined;
  /** Sent again so often since its last word, and when last. */
  readonly tries: number;
  readonly triedMs: number | null;
}

/** Does this box owe a word: its first one, or the end of what it began? */
export function owesWord({ clearedMs }: Pick<StandingOrder, 'clearedMs'>, told: Told | undefined): boolean {
  if (clearedMs === null) return told === undefined;
  return told === undefined || told.state === 'accepted' || told.state === 'held' || told.state === 'sounding';
}

/** When this box is to be sent the frame again; null while it is away or owes nothing. */
export function resendDueMs(order: StandingOrder, { connectedMs, told, tries, triedMs }: Listener): number | null {
  if (connectedMs === null || !owesWord(order, told)) return null;
  const heardByMs = Math.max(order.clearedMs ?? order.sentMs, connectedMs);
  // A new connection begins anew: what was tried on the last one says nothing about it.
  if (triedMs === null || triedMs < heardByMs) return heardByMs + answerWithinMs;
  return triedMs + Math.min(pauseMaxMs, answerWithinMs * 2 ** tries);
}

/** Who is due now, longest waiting first, and when to look again (null: nobody waits). */
export function resendsOf(
  order: StandingOrder,
  listeners: readonly Listener[],
  nowMs: number,
): { readonly due: readonly string[]; readonly nextMs: number | null } {
  if (nowMs >= order.untilMs) return { due: [], nextMs: null };
  const waiting = listeners.flatMap((one) => {
    const atMs = resendDueMs(order, one);
    return atMs === null || atMs >= order.untilMs ? [] : [{ dev: one.dev, atMs }];
  });
  waiting.sort((a, b) => a.atMs - b.atMs);
  const due = waiting.filter(({ atMs }) => atMs <= nowMs).slice(0, resendsAtOnceMax);
  const next = waiting[due.length];
  return { due: due.map(({ dev }) => dev), nextMs: next ? Math.max(next.atMs, nowMs + 1_000) : null };
}

/** Connected, asked again, and still no first word: a person has to look. */
export function isUnanswered(order: Pick<StandingOrder, 'untilMs'>, one: Omit<Listener, 'told'>, nowMs: number): boolean {
  return one.connectedMs !== null && (one.tries > 0 || nowMs >= order.untilMs);
}
