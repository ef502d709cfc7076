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
import type { Ladder } from '../duty/ladder-desk.ts';
import type { Feed } from '../feed.ts';
import type { Act, StoredOrder } from '../store/store.ts';
import type { Correction, CorrectionDesk } from './correction-desk.ts';
import type { OrderDesk } from './order-desk.ts';

const requestsMax = 32;
const approveWithinMs = 10 * 60_000;

export interface RequestDeskOptions {
  readonly orders: OrderDesk;
  readonly corrections: Pick<CorrectionDesk, 'draft' | 'keep'>;
  /** Officers whom the delegation names. */
  readonly officers: () => readonly DelegatedKey[];
  readonly card: CentreCard;
  readonly epoch: string;
  readonly crypto: Cryptography;
  readonly feed: Feed;
  readonly ladder: Ladder;
  readonly audit: (act: Act) => Promise<void>;
  readonly nowMs: () => number;
}

export interface RequestWanted {
  readonly template: string;
  readonly groups: readonly string[];
  readonly validMs: number;
  readonly breakGlass: boolean;
  /** Why one officer acts alone; needed to break the glass. */
  readonly reason: string;
  /** The waiting order whose place it takes. */
  readonly instead?: string | undefined;
  /** The standing order whose place it takes. */
  readonly extends?: string | undefined;
  readonly by: string;
  readonly riskLevel?: Order['riskLevel'];
  readonly floodAlarm?: Order['floodAlarm'];
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
  readonly reason: string;
  readonly instead?: string | undefined;
  readonly needed: 1 | 2;
  /** Exact bytes that each officer signs, as text. */
  readonly statement: string;
  /** Two digits that the first officer reads to the second. */
  readonly match: string;
  readonly approvals: readonly OfficerWord[];
  /** Signed by the same officers at the same time. One who breaks the glass has none: taking back needs a second officer, too. */
  readonly correction?: Correction | undefined;
}

interface OfficerWord {
  readonly person: string;
  readonly envelope: Envelope;
  readonly correction?: Envelope | undefined;
}

export interface Signed {
  readonly keyid: string;
  readonly sig: string;
  /** The same key over the statement of the correction. */
  readonly correctionSig?: string | undefined;
  readonly match?: string | undefined;
}

export const approvalType = payloadTypeOf('approval');

export class RequestDesk {
  readonly #options: RequestDeskOptions;
  #open: readonly OrderRequested[] = [];
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: RequestDeskOptions) {
    this.#options = options;
  }

  /** Waiting for officers, newest first. */
  waiting(): readonly OrderRequested[] {
    const nowMs = this.#options.nowMs();
    for (const { id } of this.#open.filter(({ approveByMs }) => approveByMs <= nowMs)) this.#options.ladder.answered(id);
    this.#open = this.#open.filter(({ approveByMs }) => approveByMs > nowMs);
    return this.#open;
  }

  /** Freeze an order for signing. Problems: those of the template, one-officer (nobody can sign here), role-missing (break-glass). */
  async prepare(wanted: RequestWanted): Promise<Result<OrderRequested>> {
    const { orders, card, epoch, crypto, nowMs, officers } = this.#options;
    const planned = orders.plan({ ...wanted, class: 'actual' });
    if (!planned.ok) return planned;
    if (this.waiting().length >= requestsMax)
      return bad('too-many-requests', `${requestsMax} orders wait for officers; withdraw one first`);
    const extended = await orders.extending(planned.value, wanted.extends);
    if (!extended.ok) return extended;
    const order = extended.value;
    const glass = glassOf(officers(), wanted.by);
    const allowed = wanted.breakGlass ? this.#mayBreakGlass(wanted, order) : ok(undefined);
    if (!allowed.ok) return allowed;
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
      reason: wanted.reason,
      instead: wanted.instead,
      needed,
      statement: JSON.stringify(statement),
      match: String(10 + (Number.parseInt(randomHex(2), 16) % 90)),
      approvals: [],
      correction: wanted.breakGlass ? undefined : this.#options.corrections.draft({ id, groups, untilMs }),
    };
    this.#open = [request, ...this.#open];
    await this.#told(wanted.by, wanted.breakGlass ? 'order.break-glass' : 'order.prepare', request);
    return ok(request);
  }

  /**
   * One officer's signature over a prepared order; the last one needed gives it. Problems: not-found, own-work (signed already),
   * not-allowed (wrong two digits), key-unknown, signature-wrong, role-missing and those of giving.
   */
  approve(id: string, person: string, signed: Signed): Promise<Result<OrderRequested | StoredOrder>> {
    return this.#alone(() => this.#approve(id, person, signed));
  }

  async #approve(id: string, person: string, signed: Signed): Promise<Result<OrderRequested | StoredOrder>> {
    const request = this.waiting().find((one) => one.id === id);
    if (!request) return bad('not-found', `no order ${id} waits`);
    if (request.approvals.some((one) => one.person === person)) return bad('own-work', 'the second officer is another person');
    if (person !== request.by && signed.match !== request.match)
      return bad('not-allowed', 'ask the first officer for the two digits on the screen', '/match');
    const envelope = this.#checked(request.statement, person, signed);
    if (!envelope.ok) return envelope;
    const correction = this.#correctionBy(request, person, signed);
    if (!correction.ok) return correction;
    const word: OfficerWord = { person, envelope: envelope.value, correction: correction.value };
    const approved: OrderRequested = { ...request, approvals: [...request.approvals, word] };
    await this.#told(person, 'order.approve', approved);
    if (approved.approvals.length < approved.needed) {
      this.#open = this.#open.map((one) => (one.id === id ? approved : one));
      this.#callSecond(approved);
      return ok(approved);
    }
    const { orders } = this.#options;
    const given = await orders.giveApproved(approved, authorityOf(approved));
    // Not given (no room, who signs was away): it waits as it stood, and this officer presses again.
    if (!given.ok) return given;
    this.#drop(id);
    if (approved.instead !== undefined) this.#drop(approved.instead);
    await this.#keepCorrection(approved);
    await orders.updated(approved);
    return given;
  }

  /** Nobody will sign this any more. Problem: not-found. */
  withdraw(id: string, person: string): Promise<Result<void>> {
    return this.#alone(() => this.#withdraw(id, person));
  }

  async #withdraw(id: string, person: string): Promise<Result<void>> {
    const request = this.waiting().find((one) => one.id === id);
    if (!request) return bad('not-found', `no order ${id} waits`);
    this.#drop(id);
    await this.#told(person, 'order.withdraw', request);
    return ok(undefined);
  }

  /** One signature is there, another is needed: somebody is rung until it is. */
  #callSecond({ id, order, by }: OrderRequested): void {
    const { ladder, nowMs, officers } = this.#options;
    const { severity } = order;
    const title = order.screen.title;
    const mayBreakGlass = glassOf(officers(), by) !== undefined && cannotWait(order);
    ladder.watch({ kind: 'request', id, sinceMs: nowMs(), severity, title, by, mayBreakGlass });
  }

  #drop(id: string): void {
    this.#open = this.#open.filter((one) => one.id !== id);
    this.#options.ladder.answered(id);
  }

  /** The right to it, what cannot wait, a reason; and nobody else who could sign, or a ladder that found nobody. */
  #mayBreakGlass({ by, reason, instead, groups, template }: RequestWanted, order: Order): Result<void> {
    const { officers, ladder } = this.#options;
    if (!glassOf(officers(), by) || !cannotWait(order))
      return bad('role-missing', 'break-glass needs the right to it, and an order that is Extreme and Immediate', '/breakGlass');
    if (reason === '') return bad('bad-input', 'say why you act alone', '/reason');
    if (officers().every(({ person }) => person === by)) return ok(undefined);
    const first = this.waiting().find(({ id }) => id === instead);
    if (!first || first.by !== by || first.template !== template || first.groups.join() !== [...new Set(groups)].sort().join())
      return bad('not-yet', 'name the waiting order whose place it takes', '/instead');
    return ladder.offered(first.id) ? ok(undefined) : bad('not-yet', 'a second officer is still being called', '/breakGlass');
  }

  /** An officer may leave the correction unsigned; a wrong signature is refused. */
  #correctionBy({ correction }: OrderRequested, person: string, signed: Signed): Result<Envelope | undefined> {
    if (!correction || signed.correctionSig === undefined) return ok(undefined);
    return this.#checked(correction.statement, person, { keyid: signed.keyid, sig: signed.correctionSig });
  }

  async #keepCorrection({ id, correction, approvals, needed }: OrderRequested): Promise<void> {
    const words = approvals.flatMap((one) => one.correction ?? []);
    // The order sounds already: a table that fails now takes only the ready correction away.
    if (correction && words.length >= needed) await this.#options.corrections.keep(id, correction, words).catch(() => undefined);
  }

  #checked(statement: string, person: string, { keyid, sig }: Pick<Signed, 'keyid' | 'sig'>): Result<Envelope> {
    const { officers, crypto } = this.#options;
    const envelope: Envelope = {
      payloadType: approvalType,
      payload: toBase64(new TextEncoder().encode(statement)),
      signatures: [{ keyid, sig }],
    };
    const key = officers().find((one) => one.keyid === keyid);
    if (key && key.person !== person) return bad('not-allowed', `key ${keyid} is another person’s`, '/keyid');
    const known = key && { keyid, alg: key.alg, publicKey: fromBase64(key.publicKey) };
    const opened = open(envelope, 'approval', Approval, (asked) => (asked === keyid ? known : undefined), crypto);
    return opened.ok ? ok(envelope) : opened;
  }

  /** One press after another: two at once must not both be the first. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  #told(actor: string, act: string, request: OrderRequested): Promise<void> {
    const { audit, feed, nowMs } = this.#options;
    feed.tell('order', request.id);
    return audit({ atMs: nowMs(), actor, act, subject: request.id, sha256: sha256(Buffer.from(canonicalJson(request.order))) });
  }
}

function glassOf(officers: readonly DelegatedKey[], person: string): DelegatedKey['breakGlass'] {
  return officers.find((key) => key.person === person && key.breakGlass !== undefined)?.breakGlass;
}

function cannotWait({ severity, urgency }: Order): boolean {
  return severity === 'Extreme' && urgency === 'Immediate';
}

function authorityOf({ breakGlass, approvals }: OrderRequested): Authority {
  const envelopes = approvals.map(({ envelope }) => envelope);
  const [first] = envelopes;
  return breakGlass && first ? { by: 'breakGlass', approval: first } : { by: 'officers', approvals: envelopes };
}
