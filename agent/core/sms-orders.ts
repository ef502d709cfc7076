// An order that came in a text message: the words are those that lie ready here, its counter is one of its group's (DESIGN §4).
import { refuseOnce } from './emergency.ts';
import { countStart, startsLeft, unready } from './local-orders.ts';
import { offerOrder } from './order-offers.ts';
import type { Turn } from './turn.ts';
import type { WiredEvent } from './wired.ts';

/**
 * Judged as one that came by the bus: counter, time, policy, keys and room. Beside that the order lying ready has to be good still,
 * of the class that the message says, and may be started so often an hour: a stolen signing key starts no more than a hand could.
 */
export function offerSms(turn: Turn, { opened, base, class: said }: WiredEvent & { is: 'smsOrderOffered' }) {
  const ready = turn.live.local.orders.find(({ offered }) => offered.opened.id === base);
  if (!ready) return refuseOnce(turn, opened, { code: 'not-found', path: '/template', detail: `no order ${base} lies ready here` });
  const { order, authorised } = ready.offered;
  if (order.class !== said)
    return refuseOnce(turn, opened, { code: 'wrong-type', path: '/class', detail: `${said} for an order ${order.class}` });
  const problem = unready(turn, ready);
  if (problem) return refuseOnce(turn, opened, problem);
  const known = knows(turn, opened.id);
  if (!known && !startsLeft(turn, base, ready.perHour))
    return refuseOnce(turn, opened, { code: 'too-many-requests', path: '', detail: `started ${ready.perHour} times within the hour` });
  const keyids = [...(authorised?.keyids ?? []), ...opened.signedBy];
  offerOrder(turn, { opened, order, inline: [], ...(authorised && { authorised: { ...authorised, keyids } }) });
  if (!known && knows(turn, opened.id)) countStart(turn, base);
}

/** Taken, or waiting for the time. */
function knows({ kept, live }: Turn, id: string): boolean {
  return kept.orders.active.some((one) => one.id === id) || live.unsure.some(({ opened }) => opened.id === id);
}
