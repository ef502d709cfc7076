// Corrections, signed by the same officers together with the order they would take back: ready while it lives, given in one press.
import { randomHex } from '../../hardware/host/crypto.ts';
import { type Approval, orderContent } from '../../schemas/authority.ts';
import type { Cryptography, Envelope, Statement } from '../../schemas/envelope.ts';
import type { Order } from '../../schemas/order.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { CentreCard } from '../centre.ts';
import type { MetaStore, StoredOrder } from '../store/store.ts';
import type { OrderDesk } from './order-desk.ts';

const cell = 'corrections';
const readyMax = 64;
/** A mistake may be noticed after the order has ended by itself. */
const outlivesMs = 3600_000;
const soundsMs = 10 * 60_000;

/** A correction as it was frozen beside its order. */
export interface Correction {
  readonly id: string;
  readonly template: string;
  readonly order: Order;
  readonly groups: readonly string[];
  readonly untilMs: number;
  /** Exact bytes that each officer signs, as text. */
  readonly statement: string;
}

interface Ready extends Correction {
  readonly of: string;
  readonly approvals: readonly Envelope[];
}

export interface CorrectionDeskOptions {
  readonly orders: OrderDesk;
  readonly meta: MetaStore;
  readonly card: CentreCard;
  readonly epoch: string;
  readonly crypto: Cryptography;
  readonly nowMs: () => number;
}

export class CorrectionDesk {
  readonly #options: CorrectionDeskOptions;
  #ready: readonly Ready[] = [];

  constructor(options: CorrectionDeskOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    this.#ready = JSON.parse((await this.#options.meta.value(cell)) ?? '[]') as Ready[];
  }

  /** Freeze the correction of an order in the making; undefined where no template says one. */
  draft(of: { readonly id: string; readonly groups: readonly string[]; readonly untilMs: number }): Correction | undefined {
    const { orders, card, epoch, crypto, nowMs } = this.#options;
    const template = orders.templates.find(({ hazard }) => hazard === 'correction');
    const planned = template && orders.plan({ template: template.id, groups: of.groups, class: 'actual' });
    if (!template || !planned?.ok) return undefined;
    const order: Order = { ...planned.value, updates: [of.id] };
    const [id, madeMs, untilMs] = [`order-${randomHex(8)}`, nowMs(), of.untilMs + outlivesMs];
    const body: Approval = { order: id, content: orderContent(order, crypto), groups: [...of.groups], untilMs, breakGlass: false };
    const statement: Statement<Approval> = {
      typ: 'approval',
      id: `approval-${id}`,
      iss: card.id,
      epoch,
      aud: `c/${card.id}`,
      ctr: madeMs,
      iat: madeMs,
      nbf: madeMs,
      exp: untilMs,
      body,
    };
    return { id, template: template.id, order, groups: of.groups, untilMs, statement: JSON.stringify(statement) };
  }

  /** Keep what officers signed, for the next start too. */
  async keep(of: string, correction: Correction, approvals: readonly Envelope[]): Promise<void> {
    const nowMs = this.#options.nowMs();
    const living = this.#ready.filter((one) => one.untilMs > nowMs && one.of !== of);
    this.#ready = [{ ...correction, of, approvals }, ...living].slice(0, readyMax);
    await this.#options.meta.setValue(cell, JSON.stringify(this.#ready));
  }

  /** Does one lie ready for this order? */
  has(of: string): boolean {
    const nowMs = this.#options.nowMs();
    return this.#ready.some((one) => one.of === of && one.untilMs > nowMs);
  }

  /** Say that the order was wrong; it ends with the same press. Problem: not-found (none lies ready) and those of giving. */
  async give(of: string, by: string): Promise<Result<StoredOrder>> {
    const { orders, meta, nowMs } = this.#options;
    const ready = this.#ready.find((one) => one.of === of && one.untilMs > nowMs());
    if (!ready) return bad('not-found', `no signed correction of ${of}`);
    const { approvals, of: _of, statement: _statement, ...correction } = ready;
    const untilMs = Math.min(ready.untilMs, nowMs() + soundsMs);
    // Taken before it is given: two presses give one.
    this.#ready = this.#ready.filter((one) => one !== ready);
    const given = await orders.giveApproved({ ...correction, by, untilMs }, { by: 'officers', approvals: [...approvals] });
    if (!given.ok) {
      this.#ready = [ready, ...this.#ready];
      return given;
    }
    // At boxes the correction has taken its place already; here it leaves the frames.
    await orders.clear([of], by, 'corrected');
    await meta.setValue(cell, JSON.stringify(this.#ready));
    return ok(given.value);
  }
}
