// The way of an alert, whichever inlet it came by: read in the gateway process, written down, then ordered, ended, or given to a person.
import { cryptography, randomHex, sha256 } from '../../hardware/host/crypto.ts';
import type { AlertSource } from '../../schemas/alerts.ts';
import { ordersPerGroupMax } from '../../schemas/order.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { CentreCard } from '../centre.ts';
import { type AlertPlan, planAlert } from '../core/alert-plan.ts';
import { endOf, type GatewayEnd, nextTry } from '../core/gateway-tries.ts';
import type { Watched } from '../core/ladder.ts';
import type { Ladder } from '../duty/ladder-desk.ts';
import type { Feed } from '../feed.ts';
import type { Journal } from '../link.ts';
import type { AlertStore, StoredAlert } from '../store/alert-store.ts';
import type { OrderStore, StoredOrder } from '../store/store.ts';
import type { AlertSources } from './alert-sources.ts';
import type { Gateway } from './gateway/gateway.ts';
import type { Checked } from './gateway/heard.ts';
import type { MandateDesk } from './mandate-desk.ts';
import { giveUnderMandate, type MandateSigner } from './mandate-orders.ts';
import type { OrderDesk } from './order-desk.ts';

/** Alerts that stand in line for the one gateway process. */
const lineMax = 256;
const interrupted = 'interrupted';

export interface AlertDeskOptions {
  readonly store: AlertStore;
  readonly orderStore: Pick<OrderStore, 'order'>;
  readonly sources: AlertSources;
  readonly gateway: Pick<Gateway, 'check' | 'forget'>;
  readonly mandates: MandateDesk;
  readonly orders: OrderDesk;
  /** Speaks under mandates; absent until a delegation names the gateway key. */
  readonly signer: () => MandateSigner | undefined;
  readonly card: CentreCard;
  readonly groups: () => readonly string[];
  readonly feed: Feed;
  readonly journal: Journal;
  /** Rings for what waits for a person, until somebody answers. */
  readonly ladder: Pick<Ladder, 'watch' | 'answered'>;
  readonly nowMs: () => number;
}

export interface Offered {
  readonly id: string;
  readonly is: Checked['verdict']['is'];
  readonly state: StoredAlert['state'];
  readonly code: string;
  readonly reason: string;
  /** The webhook said this before; nothing was done again. */
  readonly again?: true;
}

export class AlertDesk {
  readonly #options: AlertDeskOptions;
  #turn: Promise<unknown> = Promise.resolve();
  #inLine = 0;

  constructor(options: AlertDeskOptions) {
    this.#options = options;
  }

  /**
   * One message of a source. A message that is no good is an answer, not a problem. Problems: not-found (no such source),
   * too-many-requests, tool-missing (no gateway process now): the same bytes may be offered again.
   */
  offer(sourceId: string, bytes: Uint8Array, form: 'cap' | 'notice'): Promise<Result<Offered>> {
    const { sources } = this.#options;
    if (!sources.source(sourceId)) return Promise.resolve(bad('not-found', `no source ${sourceId}`));
    if (!sources.allow(sourceId)) return Promise.resolve(bad('too-many-requests', `${sourceId} sends more than it may in a minute`));
    if (this.#inLine >= lineMax) return Promise.resolve(bad('too-many-requests', `${lineMax} alerts stand in line`));
    this.#inLine += 1;
    const done = this.alone(async () => {
      const source = sources.source(sourceId);
      return source ? this.#take(source, bytes, form) : bad<Offered>('not-found', `no source ${sourceId}`);
    });
    return done.finally(() => {
      this.#inLine -= 1;
    });
  }

  /** Work on alerts, one at a time: what was read stays true until it is written. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  async #take(source: AlertSource, bytes: Uint8Array, form: 'cap' | 'notice'): Promise<Result<Offered>> {
    const { store, gateway, nowMs } = this.#options;
    const digest = sha256(bytes);
    // What has proved deadly is not read again, and each time it comes a person is told, unless it waits for one already.
    const deadly = await store.deadly(digest);
    if (deadly === 'waits')
      return ok(await this.#reject(source, digest, 'waits-already', 'these bytes ended the gateway and wait for a person'));
    if (deadly) return ok(await this.#reject(source, digest, 'ended-gateway-before', 'these bytes ended the gateway'));
    const ends: GatewayEnd[] = [];
    let why = '';
    for (let patience = nextTry(ends); patience; patience = nextTry(ends)) {
      const ask = { do: 'check', form, bytes: Buffer.from(bytes).toString('base64'), source, nowMs: nowMs() } as const;
      const checked = await gateway.check(ask, patience);
      if (checked.ok) return ok(await this.#decide(source, digest, form, checked.value));
      const end = endOf(checked.problem);
      if (end === undefined) return checked;
      ends.push(end);
      why = `${checked.problem.code}: ${checked.problem.detail}`;
    }
    return ok(await this.#reject(source, digest, 'gateway-failed', `${ends.length} times (${ends.join(', ')}); ${why}`));
  }

  #reject(source: AlertSource, digest: string, code: string, reason: string): Promise<Offered> {
    const verdict = { is: 'reject', code, reason: reason.slice(0, 500) } as const;
    return this.#decide(source, digest, 'cap', { verdict, alert: null, ends: [], notes: [], remember: [], forget: [] });
  }

  async #decide(source: AlertSource, digest: string, form: 'cap' | 'notice', checked: Checked): Promise<Offered> {
    const { store, mandates, card, groups, nowMs, journal, gateway, signer } = this.#options;
    const { verdict, alert, remember, forget } = checked;
    const before = form === 'notice' && alert ? await store.byIdentifier(source.id, alert.identifier) : undefined;
    if (before) return { ...offeredOf(before), again: true };
    const earlier = await this.#earlier(checked);
    const living = await this.#living(earlier.flatMap((one) => [...one.orders, ...one.earlier]));
    const waiting = earlier.filter(({ state }) => state === 'waiting');
    const plan = planAlert({
      nowMs: nowMs(),
      demo: card.demo,
      source,
      alert,
      verdict,
      mandates: signer() ? await mandates.standing() : [],
      earlierOrders: living.all,
      signedOrders: living.signed,
      earlierWaiting: waiting.map(({ id }) => id),
      groups: groups(),
    });
    if (verdict.alarm) journal.warn({ event: 'alert-alarm', source: source.id, code: verdict.code, reason: verdict.reason });
    const written = this.#write({ source, digest, checked, plan, living: living.all });
    try {
      await store.addAlert(written, { remember, forget }, this.#act('alert.hear', written.id, digest, source.id));
    } catch (error) {
      // The process remembers what is not kept: it is asked anew from what is.
      gateway.forget();
      throw error;
    }
    const done = await this.#carryOut(plan, written);
    if (checked.ends.length > 0) await this.#close(waiting, done);
    this.#options.feed.tell('alert', done.id);
    if (done.state === 'waiting') this.#options.ladder.watch(watchedOf(done));
    return offeredOf(done);
  }

  /** Written down before it is done: broken off in between, it waits for a person. */
  #write({ source, digest, checked, plan, living }: Writing): StoredAlert {
    const { verdict, alert, notes } = checked;
    const acts = plan.do === 'give' || plan.do === 'clear';
    const given = plan.do === 'give';
    return {
      id: `alert-${randomHex(8)}`,
      source: source.id,
      receivedMs: this.#options.nowMs(),
      digest,
      alert,
      verdict,
      state: plan.do === 'nothing' ? 'nothing' : 'waiting',
      code: acts ? interrupted : plan.code,
      reason: plan.reason,
      proposal: plan.proposal,
      orders: given ? plan.orders.map(() => `order-${randomHex(8)}`) : [],
      earlier: living,
      notes,
      mandate: given ? plan.mandate.id : null,
      givenMs: given ? this.#options.nowMs() : null,
      by: null,
      answeredMs: null,
      note: '',
    };
  }

  async #carryOut(plan: AlertPlan, written: StoredAlert): Promise<StoredAlert> {
    switch (plan.do) {
      case 'give':
        return this.#give(plan, written);
      case 'clear': {
        const ended = await this.#end(plan.orders, plan.reason, written);
        return ended ? this.#save({ ...written, state: 'ended', code: plan.code }, 'alert.end') : this.#notEnded(written);
      }
      case 'ask':
        return (await this.#end(plan.ends, plan.reason, written)) ? written : this.#notEnded(written);
      case 'nothing':
        return written;
      default:
        return plan satisfies never;
    }
  }

  /** False when it could not be signed or kept: the orders go on, and the source, heard already, says it only once. */
  async #end(orders: readonly string[], reason: string, { id }: StoredAlert): Promise<boolean> {
    try {
      if (orders.length > 0) await this.#options.orders.clear(orders, id, reason);
      return true;
    } catch (err) {
      this.#options.journal.warn({ event: 'alert-not-ended', alert: id, err });
      return false;
    }
  }

  /** A person is rung, and ends them by hand. */
  #notEnded(written: StoredAlert): Promise<StoredAlert> {
    return this.#save({ ...written, code: 'internal-error', reason: 'its orders could not be ended; see the log' }, 'alert.wait');
  }

  async #give(plan: Extract<AlertPlan, { do: 'give' }>, written: StoredAlert): Promise<StoredAlert> {
    const { orders, journal } = this.#options;
    const signer = this.#options.signer();
    const { mandate, untilMs } = plan;
    const updates = plan.updates.slice(0, ordersPerGroupMax);
    const planned = plan.orders.map(({ order, ...rest }, at) => ({
      ...{ ...rest, order: updates.length > 0 ? { ...order, updates } : order },
      id: written.orders[at] ?? '',
    }));
    try {
      if (!signer) throw new Error('no gateway key');
      const { given, failed } = await giveUnderMandate(orders, signer, { mandate, planned, untilMs });
      if (!failed.ok) {
        const { code, detail } = failed.problem;
        const facts = given.length > 0 ? { orders: given } : { orders: given, mandate: null, givenMs: null };
        return this.#save({ ...written, ...facts, code, reason: `${given.length} of ${planned.length} given: ${detail}` }, 'alert.wait');
      }
      // Boxes end the old ones as the new one begins; those that the new one does not reach are told so.
      if (plan.updates.length > 0) await orders.clear(plan.updates, written.id, 'updated');
      return await this.#save({ ...written, state: 'given', code: plan.code }, 'alert.give');
    } catch (err) {
      journal.warn({ event: 'alert-not-given', alert: written.id, err });
      return this.#save({ ...written, code: 'internal-error', reason: 'could not be given; see the log' }, 'alert.wait');
    }
  }

  /** A later message took their place, or ended them. */
  async #close(waiting: readonly StoredAlert[], by: StoredAlert): Promise<void> {
    if (waiting.length === 0) return;
    const closed = waiting.map((one): StoredAlert => ({ ...one, state: 'closed', code: 'superseded', note: by.id }));
    for (const { id } of closed) this.#options.ladder.answered(id);
    await this.#options.store.saveAlerts(closed, this.#act('alert.close', closed.map(({ id }) => id).join(' '), by.digest, by.id));
  }

  /** Messages that no longer stand; of one that is held, those that it speaks of. */
  #earlier({ verdict, alert, ends }: Checked): Promise<readonly StoredAlert[]> {
    const names = verdict.is === 'hold' ? (alert?.references ?? []) : ends;
    return names.length > 0 ? this.#options.store.named(names) : Promise.resolve([]);
  }

  /** Living orders of these ids, and those among them that officers signed. */
  async #living(ids: readonly string[]): Promise<{ readonly all: readonly string[]; readonly signed: readonly string[] }> {
    const nowMs = this.#options.nowMs();
    const orders = await Promise.all([...new Set(ids)].map((id) => this.#options.orderStore.order(id)));
    const living = orders.filter((order) => order !== undefined && order.clearedMs === null && order.expMs > nowMs) as StoredOrder[];
    const signed = living.filter(({ order }) => order.class === 'actual' && order.authority?.by !== 'mandate');
    return { all: living.map(({ id }) => id), signed: signed.map(({ id }) => id) };
  }

  async #save(alert: StoredAlert, act: string): Promise<StoredAlert> {
    await this.#options.store.saveAlerts([alert], this.#act(act, alert.id, cryptography.sha256(Buffer.from(alert.code)), alert.source));
    return alert;
  }

  #act(act: string, subject: string, sha: string, actor: string) {
    return { atMs: this.#options.nowMs(), actor, act, subject, sha256: sha };
  }
}

interface Writing {
  readonly source: AlertSource;
  readonly digest: string;
  readonly checked: Checked;
  readonly plan: AlertPlan;
  readonly living: readonly string[];
}

/** What is rung for; the gravest is assumed of what nobody could read. */
export function watchedOf({ id, receivedMs, alert }: StoredAlert): Watched {
  const title = alert?.texts[0]?.headline || alert?.events[0] || undefined;
  return { kind: 'alert', id, sinceMs: receivedMs, severity: alert?.severity ?? 'Extreme', ...(title !== undefined && { title }) };
}

function offeredOf({ id, verdict, state, code, reason }: StoredAlert): Offered {
  return { id, is: verdict.is, state, code, reason };
}
