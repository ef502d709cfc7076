// The two desks of emergencies, wired: orders as they stand, and orders that wait for officers.
import { cryptography } from '../../hardware/host/crypto.ts';
import type { CentreCard } from '../centre.ts';
import type { Ladder } from '../duty/ladder-desk.ts';
import { trustedOfficers } from '../provision/officer-keys.ts';
import { epochOf, type Trust } from '../provision/signing-keys.ts';
import type { Store } from '../store/store.ts';
import { OrderDesk, type OrderDeskOptions } from './order-desk.ts';
import { RequestDesk } from './request-desk.ts';

interface Parts extends Omit<OrderDeskOptions, 'store' | 'centre' | 'demo'> {
  readonly store: Store;
  readonly card: CentreCard;
  readonly trust: Trust;
  readonly ladder: Ladder;
}

export function makeEmergency({ store, card, trust, ladder, ...rest }: Parts): {
  readonly orders: OrderDesk;
  readonly requests: RequestDesk;
} {
  const orders = new OrderDesk({ ...rest, store: store.orders, centre: card, demo: card.demo });
  const requests = new RequestDesk({
    orders,
    officers: () => trustedOfficers(trust),
    card,
    epoch: epochOf(trust),
    crypto: cryptography,
    feed: rest.feed,
    ladder,
    audit: (act) => store.audit.append(act),
    nowMs: rest.nowMs,
  });
  return { orders, requests };
}
