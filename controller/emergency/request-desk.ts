// Orders in the making: frozen as they are prepared, then signed by officers in their own browsers, then given at once.
// Kept in memory: an approval holds ten minutes, and who comes back after a restart looks at the situation anew.
import { randomHex, sha256 } from '../../hardware/host/crypto.ts';
import { Approval, orderContent } from '../../schemas/authority.ts';
import { canonicalJson } from '../../schemas/canonical.ts';
import { type Cryptography, type Envelope, fromBase64, open, payloadTypeOf, type Statement, toBase64 } from '../../schemas/envelope.ts';
import type { DelegatedKey } from '../../schemas/keys.ts';
import type { Authority, Order } from '../../schemas/order.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { CentreCard } from '../centre.ts';
import type { Feed } from '../feed.ts';
import type { Act, StoredOrder } from '../store/store.ts';
import type { OrderDesk } from './order-desk.ts';

const requestsMax = 32;
const approveWithinMs = 10 * 60_000;

export interface RequestDeskOptions {
  readonly orders: OrderDesk;
  /** Officers whom the delegation names. */
  readonly officers: () => readonly DelegatedKey[];
  readonly card: CentreCard;
  readonly epoch: string;
  readonly crypto: Cryptography;
  readonly feed: Feed;
  readonly audit: (act: Act) => Promise<void>;
  readonly nowMs: () => number;
}

export interface RequestWanted {
  readonly template: string;
  readonly groups: readonly string[];
  readonly validMs: number;
  readonly breakGlass: boolean;
  readonly by: string;
}

export interface OrderRequested {
  readonly id: string;
  readonly template: string;
  readonly order: Order;
  readonly groups: readonly string[];
  readonly by: string;
  readonly madeMs: number;
  readonly untilMs: number;
  readonly approveByMs: number;
  readonly breakGlass: boolean;
  readonly needed: 1 | 2;
  /** Exact bytes that each officer signs, as text. */
  readonly statement: string;
  /** Two digits that the first officer reads to the second. */
  readonly match: string;
  readonly approvals: readonly { readonly person: string; readonly envelope: Envelope }[];
}

export interface Signed {
  readonly keyid: string;
  readonly sig: string;
  readonly match?: string;
}

export const approvalType = payloadTypeOf('approval');

export class RequestDesk {
  readonly #options: RequestDeskOptions;
  #open: readonly OrderRequested[] = [];

  constructor(options: RequestDeskOptions) {
    this.#options = options;
  }

  /** Waiting for officers, newest first. */
  waiting(): readonly OrderRequested[] {
    this.#open = this.#open.filter(({ approveByMs }) => approveByMs > this.#options.nowMs());
    return this.#open;
  }

  /** Freeze an order for signing. Problems: those of the template, one-officer (nobody can sign here), role-missing (break-glass). */
  async prepare(wanted: RequestWanted): Promise<Result<OrderRequested>> {
    const { orders, card, epoch, crypto, nowMs, officers } = this.#options;
    const planned = orders.plan({ ...wanted, class: 'actual' });
    if (!planned.ok) return planned;
    if (this.waiting().length >= requestsMax)
      return bad('too-many-requests', `${requestsMax} orders wait for officers; withdraw one first`);
    const order = planned.value;
    const mine = officers().find(({ person }) => person === wanted.by);
    const glass = mine?.breakGlass;
    if (wanted.breakGlass && (!glass || order.severity !== 'Extreme' || order.urgency !== 'Immediate'))
      return bad('role-missing', 'break-glass needs the right to it, and an order that is Extreme and Immediate', '/breakGlass');
    const needed = wanted.breakGlass || card.level === 'commune' || card.level === 'hamlet' ? 1 : 2;
    if (new Set(officers().map(({ person }) => person)).size < needed)
      return bad('one-officer', 'register officers’ keys and have the root holders sign them first', '/officers');
    const madeMs = nowMs();
    const groups = [...new Set(wanted.groups)].sort();
    const untilMs = madeMs + Math.min(wanted.validMs, wanted.breakGlass ? (glass?.maxMs ?? 0) : wanted.validMs);
    const id = `order-${randomHex(8)}`;
    const body: Approval = { order: id, content: orderContent(order, crypto), groups, untilMs, breakGlass: wanted.breakGlass };
    const approveByMs = madeMs + approveWithinMs;
    const statement: Statement<Approval> = {
      typ: 'approval',
      id: `approval-${id}`,
      iss: card.id,
      epoch,
      aud: `c/${card.id}`,
      ctr: madeMs,
      iat: madeMs,
      nbf: madeMs,
      exp: approveByMs,
      body,
    };
    const request: OrderRequested = {
      id,
      template: wanted.template,
      order,
      groups,
      by: wanted.by,
      madeMs,
      untilMs,
      approveByMs,
      breakGlass: wanted.breakGlass,
      needed,
      statement: JSON.stringify(statement),
      match: String(10 + (Number.parseInt(randomHex(2), 16) % 90)),
      approvals: [],
    };
    this.#open = [request, ...this.#open];
    await this.#told(wanted.by, wanted.breakGlass ? 'order.break-glass' : 'order.prepare', request);
    return ok(request);
  }

  /**
   * One officer's signature over a prepared order; the last one needed gives it. Problems: not-found, own-work (signed already),
   * not-allowed (wrong two digits), key-unknown, signature-wrong, role-missing and those of giving.
   */
  async approve(id: string, person: string, signed: Signed): Promise<Result<OrderRequested | StoredOrder>> {
    const request = this.waiting().find((one) => one.id === id);
    if (!request) return bad('not-found', `no order ${id} waits`);
    if (request.approvals.some((one) => one.person === person)) return bad('own-work', 'the second officer is another person');
    if (person !== request.by && signed.match !== request.match)
      return bad('not-allowed', 'ask the first officer for the two digits on the screen', '/match');
    const envelope = this.#checked(request, person, signed);
    if (!envelope.ok) return envelope;
    const approved: OrderRequested = { ...request, approvals: [...request.approvals, { person, envelope: envelope.value }] };
    await this.#told(person, 'order.approve', approved);
    if (approved.approvals.length < approved.needed) {
      this.#open = this.#open.map((one) => (one.id === id ? approved : one));
      return ok(approved);
    }
    this.#open = this.#open.filter((one) => one.id !== id);
    try {
      return await this.#options.orders.giveApproved(approved, authorityOf(approved));
    } catch (error) {
      // Who signs was away for longer than a restart takes: this officer presses again, nobody begins anew.
      this.#open = [request, ...this.#open];
      throw error;
    }
  }

  /** Nobody will sign this any more. Problem: not-found. */
  async withdraw(id: string, person: string): Promise<Result<void>> {
    const request = this.waiting().find((one) => one.id === id);
    if (!request) return bad('not-found', `no order ${id} waits`);
    this.#open = this.#open.filter((one) => one.id !== id);
    await this.#told(person, 'order.withdraw', request);
    return ok(undefined);
  }

  #checked(request: OrderRequested, person: string, { keyid, sig }: Signed): Result<Envelope> {
    const { officers, crypto } = this.#options;
    const envelope: Envelope = {
      payloadType: approvalType,
      payload: toBase64(new TextEncoder().encode(request.statement)),
      signatures: [{ keyid, sig }],
    };
    const key = officers().find((one) => one.keyid === keyid);
    if (key && key.person !== person) return bad('not-allowed', `key ${keyid} is another person’s`, '/keyid');
    const known = key && { keyid, alg: key.alg, publicKey: fromBase64(key.publicKey) };
    const opened = open(envelope, 'approval', Approval, (asked) => (asked === keyid ? known : undefined), crypto);
    return opened.ok ? ok(envelope) : opened;
  }

  #told(actor: string, act: string, request: OrderRequested): Promise<void> {
    const { audit, feed, nowMs } = this.#options;
    feed.tell('order', request.id);
    return audit({ atMs: nowMs(), actor, act, subject: request.id, sha256: sha256(Buffer.from(canonicalJson(request.order))) });
  }
}

function authorityOf({ breakGlass, approvals }: OrderRequested): Authority {
  const envelopes = approvals.map(({ envelope }) => envelope);
  const [first] = envelopes;
  return breakGlass && first ? { by: 'breakGlass', approval: first } : { by: 'officers', approvals: envelopes };
}
