// The rooms of emergencies, wired: orders as they stand, who has heard of them, and orders that wait for officers.
import { cryptography } from '../../hardware/host/crypto.ts';
import { centreRing } from '../../schemas/centre-ring.ts';
import type { CentreCard } from '../centre.ts';
import type { Publish } from '../dispatch.ts';
import type { Ladder } from '../duty/ladder-desk.ts';
import type { Journal } from '../link.ts';
import { trustedOfficers } from '../provision/officer-keys.ts';
import { epochOf, type Trust } from '../provision/signing-keys.ts';
import type { Act, Store } from '../store/store.ts';
import { CorrectionDesk } from './correction-desk.ts';
import { GroupFrames } from './group-frames.ts';
import { OrderDesk, type OrderDeskOptions } from './order-desk.ts';
import { OrderReminder } from './order-reminder.ts';
import { OrderWatch } from './order-watch.ts';
import { ReadyDesk } from './ready-desk.ts';
import { RequestDesk } from './request-desk.ts';

interface Parts extends Omit<OrderDeskOptions, 'store' | 'centre' | 'demo' | 'frames' | 'watch'> {
  readonly store: Store;
  readonly publish: Publish;
  readonly journal: Journal;
  readonly card: CentreCard;
  readonly trust: Trust;
  readonly ladder: Ladder;
  /** Wants are compiled anew. */
  readonly changed: () => Promise<void>;
}

interface Emergency {
  readonly orders: OrderDesk;
  readonly requests: RequestDesk;
  readonly watch: OrderWatch;
  readonly corrections: CorrectionDesk;
  readonly ready: ReadyDesk;
}

export function makeEmergency({ store, card, trust, ladder, publish, journal, changed, ...rest }: Parts): Emergency {
  const frames = new GroupFrames({ publish, voices: rest.voices });
  const warn = (fields: object) => journal.warn(fields);
  const audit = (act: Act) => store.audit.append(act);
  const watch = new OrderWatch({
    reminder: new OrderReminder({ feed: rest.feed, audit, warn, nowMs: rest.nowMs }),
    store: store.orders,
    groupsOf: (dev) => rest.registry.box(dev)?.groups ?? [],
    sendTo: (dev, groups) => frames.sendTo(dev, groups),
    warn,
    nowMs: rest.nowMs,
  });
  const orders = new OrderDesk({ ...rest, frames, watch, store: store.orders, centre: card, demo: card.demo });
  const signing = { orders, card, epoch: epochOf(trust), crypto: cryptography, nowMs: rest.nowMs };
  const corrections = new CorrectionDesk({ ...signing, meta: store.meta });
  const told = { ...signing, officers: () => trustedOfficers(trust), feed: rest.feed, audit };
  const requests = new RequestDesk({ ...told, corrections, ladder });
  const ring = centreRing(trust, card.id, cryptography);
  const commune = ring.ok ? ring.value.commune : null;
  const { registry, desk } = rest;
  const ready = new ReadyDesk({ ...told, store: store.orders, registry, desk, ring: { commune }, changed });
  return { orders, requests, watch, corrections, ready };
}
