// Orders that lie ready in boxes, as the centre sees them: what a box has room for, and in what state each lies.
import { type Envelope, fromBase64 } from '../../schemas/envelope.ts';
import { type LocalOrder, localOrdersMax } from '../../schemas/local-orders.ts';
import type { Order } from '../../schemas/order.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Film } from '../../schemas/programme.ts';
import type { ReadyBoxAnswer } from '../../schemas/ready-orders.ts';
import type { Report } from '../../schemas/report.ts';

export interface ReadyWords {
  readonly order: Order;
  readonly exp: number;
}

/** What an envelope of ours says; we signed it ourselves. */
export function wordsOf({ payload }: Envelope): ReadyWords {
  const { body, exp } = JSON.parse(new TextDecoder().decode(fromBase64(payload))) as { body: Order; exp: number };
  return { order: body, exp };
}

/** Hashes of the prepared sound that these orders name. */
export function audioIn(orders: readonly LocalOrder[]): { readonly sha256: string; readonly bytes: number }[] {
  return orders.flatMap(({ envelope }) =>
    wordsOf(envelope).order.speech.flatMap(({ audio }) => (audio ? [{ sha256: audio.sha256, bytes: audio.bytes }] : [])),
  );
}

/** Films in sign language that these orders name. */
export function signFilmsIn(orders: readonly LocalOrder[]): Film[] {
  return orders.flatMap(({ envelope }) => wordsOf(envelope).order.signFilm ?? []);
}

/** Orders of a box that still hold. */
export function living(orders: readonly LocalOrder[], nowMs: number): LocalOrder[] {
  return orders.filter(({ envelope }) => wordsOf(envelope).exp > nowMs);
}

/**
 * May one more be laid? `waiting` are those of the box that officers still sign. Problem: conflict (no room; the key switch
 * starts another).
 */
export function roomIn(
  box: string,
  lying: readonly Pick<LocalOrder, 'key'>[],
  waiting: readonly { readonly key: boolean }[],
  key: boolean,
): Result<void> {
  if (lying.length + waiting.length >= localOrdersMax)
    return bad('conflict', `${localOrdersMax} orders lie ready in ${box}; take one back first`, '/boxes');
  if (key && (lying.some((one) => one.key !== undefined) || waiting.some((one) => one.key)))
    return bad('conflict', `the key switch of ${box} starts another order already`, '/key');
  return ok(undefined);
}

/** State of one that was laid, from the box's own last report. */
export function stateOf(id: string, exp: number, local: Report['local'], nowMs: number): Pick<ReadyBoxAnswer, 'state' | 'code'> {
  if (exp <= nowMs) return { state: 'expired', code: null };
  const told = local?.find((one) => one.id === id);
  if (!told) return { state: 'sent', code: null };
  return told.code === undefined ? { state: 'ready', code: null } : { state: 'refused', code: told.code };
}

/** Taken back, but the box has not heard of it: it could still be started there. */
export function leavingFrom(lying: readonly Pick<LocalOrder, 'id'>[], local: Report['local']): string[] {
  return (local ?? []).filter(({ id, code }) => code === undefined && !lying.some((one) => one.id === id)).map(({ id }) => id);
}
