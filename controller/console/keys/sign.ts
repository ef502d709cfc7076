// An officer's signature over what is frozen at the centre: an order, its correction, an order for boxes, a mandate.
import type { OrderAnswer, OrderRequestAnswer } from '../../../schemas/order-api.ts';
import type { ReadyOrderAnswer } from '../../../schemas/ready-orders.ts';
import { get, send } from '../line/door.ts';
import { ifThere, SameAgain } from '../line/same-again.ts';
import { type OfficerKeyHere, signWith } from './officer-key.ts';

export interface OrderWish {
  readonly template: string;
  readonly groups: readonly string[];
  readonly validMs?: number;
  readonly riskLevel?: number;
  readonly floodAlarm?: number;
  /** The standing order whose place it takes. */
  readonly extends?: string;
}
interface Prepared extends OrderWish {
  /** The alert from outside that it answers. */
  readonly alert?: string;
  readonly breakGlass?: boolean;
  readonly reason?: string;
  readonly instead?: string;
}

/** Prepare an order and put this officer's signature on it; one whose answer was lost is taken up again. True when it was given at once. */
export async function giveSigned(
  key: OfficerKeyHere,
  { alert, ...wish }: Prepared,
  pin: string,
  again = new SameAgain(),
): Promise<boolean> {
  if (alert !== undefined) return approveOrder(key, await takeAlert(alert, wish), { pin });
  return again.send(wish, async (once, lost) => {
    const prepare = (under?: string) => send<OrderRequestAnswer>('POST', '/order-requests', wish, under);
    const request = await prepare(once);
    if (!lost) return approveOrder(key, request, { pin });
    const given = await ifThere(get<OrderAnswer>(`/orders/${request.id}`));
    if (given?.state === 'active') return true;
    const waiting = await ifThere(get<OrderRequestAnswer>(`/order-requests/${request.id}`));
    if (waiting && waiting.approvedBy.length > 0) return false;
    // Ended or withdrawn meanwhile: who presses again means a new one.
    return approveOrder(key, waiting ?? (await prepare()), { pin });
  });
}

/** An exercise, proven by the password. */
export async function giveExercise(wish: OrderWish, password: string, again: SameAgain): Promise<void> {
  const asked = { ...wish, class: 'exercise', confirm: true, password };
  await again.send(wish, async (once, lost) => {
    const { id } = await send<OrderAnswer>('POST', '/orders', asked, once);
    if (lost && (await ifThere(get<OrderAnswer>(`/orders/${id}`)))?.state !== 'active') await send('POST', '/orders', asked);
  });
}

async function takeAlert(alert: string, { template, groups, validMs }: OrderWish): Promise<OrderRequestAnswer> {
  const { order } = await send<{ readonly order: string }>('POST', `/alerts/${alert}/take`, { template, groups, validMs });
  return get<OrderRequestAnswer>(`/order-requests/${order}`);
}

export interface Proof {
  readonly pin: string;
  /** The two digits on the first officer's screen. */
  readonly match?: string;
}

/** True when this was the last signature it needed. */
export async function approveOrder(key: OfficerKeyHere, request: OrderRequestAnswer, proof: Proof): Promise<boolean> {
  const signed = await signWith(key, request.payloadType, request.statement);
  // The same officer takes it back in advance: should it prove wrong, nobody has to be found to say so.
  const back = request.correction === null ? null : await signWith(key, request.payloadType, request.correction);
  const words = { ...signed, ...(back && { correctionSig: back.sig }), ...proof };
  const answer = await send<{ state: string }>('POST', `/order-requests/${request.id}/approve`, words);
  return answer.state === 'given';
}

/** One officer alone, in the place of an order that waits in vain. */
export async function breakGlass(key: OfficerKeyHere, waiting: OrderRequestAnswer, reason: string, pin: string): Promise<void> {
  const wish = { template: waiting.template, groups: waiting.groups, breakGlass: true, reason, instead: waiting.id };
  try {
    await giveSigned(key, wish, pin);
  } catch (error) {
    // A break-glass order that was prepared and not signed is of no use to anybody.
    const left = await get<OrderRequestAnswer[]>('/order-requests');
    for (const { id } of left.filter((one) => one.instead === waiting.id && one.approvedBy.length === 0))
      await send('DELETE', `/order-requests/${id}`);
    throw error;
  }
}

/** This officer's signature for every box. True when it lies in the wants of all. */
export async function signReady(key: OfficerKeyHere, { id, waiting }: ReadyOrderAnswer, proof: Proof): Promise<boolean> {
  const { payloadType = '', statements = [] } = waiting ?? {};
  const signatures = await Promise.all(
    statements.map(async ({ box, statement }) => ({ box, sig: (await signWith(key, payloadType, statement)).sig })),
  );
  const answer = await send<object>('POST', `/ready-orders/${id}/approve`, { keyid: key.keyid, signatures, ...proof });
  return 'state' in answer;
}
