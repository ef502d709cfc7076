// Alerts as people see and answer them: taken as an order through the request desk, put aside with a reason, or the earlier orders ended.
import { sha256 } from '../../hardware/host/crypto.ts';
import type { AlertAnswer } from '../../schemas/alerts.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Ladder } from '../duty/ladder-desk.ts';
import type { Feed } from '../feed.ts';
import type { Journal } from '../link.ts';
import type { AlertStore, StoredAlert } from '../store/alert-store.ts';
import type { OrderStore, StoredOrder } from '../store/store.ts';
import { type AlertDesk, watchedOf } from './alert-desk.ts';
import type { AlertSources } from './alert-sources.ts';
import type { OrderDesk } from './order-desk.ts';
import type { OrderRequested, RequestDesk } from './request-desk.ts';

export interface AlertInboxOptions {
  readonly store: AlertStore;
  readonly orderStore: Pick<OrderStore, 'order'>;
  readonly desk: Pick<AlertDesk, 'alone'>;
  readonly sources: Pick<AlertSources, 'source'>;
  readonly orders: OrderDesk;
  readonly requests: RequestDesk;
  readonly ladder: Pick<Ladder, 'watch' | 'answered'>;
  readonly feed: Feed;
  readonly journal: Journal;
  readonly nowMs: () => number;
}

export interface Taking {
  readonly template: string;
  readonly groups: readonly string[];
  readonly validMs: number;
  readonly class: 'actual' | 'exercise';
  readonly by: string;
}

/** What was taken and never signed waits again; so often it is looked for. */
const callEveryMs = 30_000;
const calledMax = 200;

export class AlertInbox {
  readonly #options: AlertInboxOptions;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: AlertInboxOptions) {
    this.#options = options;
  }

  /** Ring for all that waits, also for what a power cut broke off; and again for what was taken and not signed. */
  async start(): Promise<void> {
    await this.#call();
    this.#timer = setInterval(() => void this.#call(), callEveryMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #call(): Promise<void> {
    const { store, ladder, journal } = this.#options;
    try {
      for (const alert of (await store.alerts(calledMax)).filter(({ state }) => state === 'waiting')) {
        if ((await this.#state(alert)) === 'waiting') ladder.watch(watchedOf(alert));
        else ladder.answered(alert.id);
      }
    } catch (err) {
      journal.warn({ event: 'alerts-not-called', err });
    }
  }

  /** Those that wait first, then newest first. */
  async list(limit: number): Promise<readonly AlertAnswer[]> {
    return Promise.all((await this.#options.store.alerts(limit)).map((alert) => this.#answer(alert)));
  }

  async answer(id: string): Promise<Result<AlertAnswer>> {
    const alert = await this.#options.store.alert(id);
    return alert ? ok(await this.#answer(alert)) : bad('not-found', `no alert ${id}`);
  }

  /** Prepare an order of it for signing, or give an exercise at once. Problems: not-found, conflict (answered already), those of the desks. */
  take(id: string, { by, ...wish }: Taking): Promise<Result<OrderRequested | StoredOrder>> {
    return this.#waiting(id, async (alert) => {
      const { orders, requests } = this.#options;
      const { template, groups, validMs } = wish;
      const made: Result<OrderRequested | StoredOrder> =
        wish.class === 'exercise'
          ? await orders.give({ template, groups, class: 'exercise', validMs, by })
          : await requests.prepare({ template, groups, validMs, breakGlass: false, reason: '', by });
      if (!made.ok) return made;
      // Several may be named: what was withdrawn or never signed does not exist as an order.
      await this.#save({ ...alert, orders: [...alert.orders, made.value.id], by, answeredMs: this.#options.nowMs() }, by, 'alert.take');
      return made;
    });
  }

  /** One officer broke the glass for an order that waited: the alert is answered by that one. */
  follow(instead: string, order: string): Promise<void> {
    return this.#options.desk.alone(async () => {
      const { store, nowMs } = this.#options;
      const taken = (await store.alerts(calledMax)).find(({ orders }) => orders.includes(instead));
      if (!taken) return;
      const act = { atMs: nowMs(), actor: taken.by ?? '', act: 'alert.follow', subject: taken.id, sha256: sha256(Buffer.from(order)) };
      await store.saveAlerts([{ ...taken, orders: [...taken.orders, order] }], act);
    });
  }

  /** Nothing is to be done. Problems: not-found, conflict. */
  aside(id: string, by: string, reason: string): Promise<Result<AlertAnswer>> {
    return this.#waiting(id, async (alert) => {
      const answeredMs = this.#options.nowMs();
      const aside: StoredAlert = { ...alert, state: 'aside', by, answeredMs, note: reason };
      await this.#save(aside, by, 'alert.aside');
      return ok(await this.#answer(aside));
    });
  }

  /** End the living orders of the messages it speaks of; a Cancel is answered with that. Problems: not-found, conflict. */
  end(id: string, by: string): Promise<Result<AlertAnswer>> {
    return this.#waiting(id, async (alert) => {
      const cleared = await this.#options.orders.clear(alert.earlier, by, alert.id);
      if (!cleared.ok) return cleared;
      const answered = { state: 'ended', by, answeredMs: this.#options.nowMs() } as const;
      const ended: StoredAlert = { ...alert, ...(alert.alert?.msgType === 'Cancel' && answered) };
      await this.#save(ended, by, 'alert.end');
      return ok(await this.#answer(ended));
    });
  }

  #waiting<T>(id: string, work: (alert: StoredAlert) => Promise<Result<T>>): Promise<Result<T>> {
    return this.#options.desk.alone(async () => {
      const alert = await this.#options.store.alert(id);
      if (!alert) return bad('not-found', `no alert ${id}`);
      const state = await this.#state(alert);
      return state === 'waiting' ? work(alert) : bad('conflict', `the alert is ${state}`, '/state');
    });
  }

  async #state(alert: StoredAlert): Promise<AlertAnswer['state']> {
    if (alert.state !== 'waiting' || alert.by === null) return alert.state;
    const known = await Promise.all(alert.orders.map((id) => this.#options.orderStore.order(id)));
    if (known.some((order) => order !== undefined && order.by !== alert.mandate)) return 'taken';
    return this.#options.requests.waiting().some(({ id }) => alert.orders.includes(id)) ? 'signing' : 'waiting';
  }

  async #answer(stored: StoredAlert): Promise<AlertAnswer> {
    const { orderStore, sources, nowMs } = this.#options;
    const { id, source, receivedMs, code, reason, proposal, orders, mandate, by, answeredMs, note, notes, alert, earlier } = stored;
    const known = await Promise.all(earlier.map((order) => orderStore.order(order)));
    const living = known.flatMap((order) => (order && order.clearedMs === null && order.expMs > nowMs() ? [order.id] : []));
    const given = (await Promise.all(orders.map((order) => orderStore.order(order)))).flatMap((order) => order?.id ?? []);
    return {
      id,
      source,
      sourceTitle: sources.source(source)?.title ?? source,
      receivedMs,
      state: await this.#state(stored),
      code,
      reason,
      message: alert && messageOf(alert),
      proposal,
      earlier: living,
      orders: given,
      notes,
      mandate,
      by,
      answeredMs,
      note,
    };
  }

  async #save(alert: StoredAlert, actor: string, act: string): Promise<void> {
    const { store, feed, ladder, nowMs } = this.#options;
    const content = sha256(Buffer.from(JSON.stringify([alert.state, alert.orders, alert.note])));
    await store.saveAlerts([alert], { atMs: nowMs(), actor, act, subject: alert.id, sha256: content });
    if ((await this.#state(alert)) !== 'waiting') ladder.answered(alert.id);
    feed.tell('alert', alert.id);
  }
}

function messageOf(alert: NonNullable<StoredAlert['alert']>): NonNullable<AlertAnswer['message']> {
  const { sender, identifier, sentMs, status, msgType, events, severity, urgency, certainty, riskLevel, expiresMs, areas, texts } = alert;
  return {
    sender,
    identifier,
    sentMs,
    status,
    msgType,
    event: events[0] ?? '',
    severity,
    urgency,
    certainty,
    riskLevel: riskLevel ?? null,
    expiresMs: expiresMs ?? null,
    areas,
    texts,
  };
}
