// Orders that lie ready in boxes: frozen, signed by officers in their own browsers for each box, laid into its want, taken back.
// What waits for signatures is kept in memory, as orders in the making are.
import { randomHex, sha256 } from '../../hardware/host/crypto.ts';
import { Approval, approvalMsMax, officersNeeded, orderContent } from '../../schemas/authority.ts';
import { canonicalJson } from '../../schemas/canonical.ts';
import { type Cryptography, type Envelope, fromBase64, open, type Statement, toBase64 } from '../../schemas/envelope.ts';
import type { DelegatedKey, KeyRing } from '../../schemas/keys.ts';
import type { LocalOrder } from '../../schemas/local-orders.ts';
import type { Order } from '../../schemas/order.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { ReadyOrderRequest, ReadySignRequest } from '../../schemas/ready-orders.ts';
import type { CentreCard } from '../centre.ts';
import { living, roomIn } from '../core/ready-orders.ts';
import type { Feed } from '../feed.ts';
import type { SigningDesk } from '../provision/signing-desk.ts';
import type { Registry } from '../registry.ts';
import type { Act, Box, OrderStore } from '../store/store.ts';
import type { OrderDesk } from './order-desk.ts';
import { approvalType } from './request-desk.ts';

const waitingMax = 16;
const approveWithinMs = 10 * 60_000;

export interface ReadyDeskOptions {
  readonly store: OrderStore;
  readonly orders: Pick<OrderDesk, 'plan'>;
  readonly registry: Pick<Registry, 'box'>;
  readonly desk: Pick<SigningDesk, 'sign'>;
  /** Officers whom the delegation names. */
  readonly officers: () => readonly DelegatedKey[];
  /** The keys as boxes of this centre see them. */
  readonly ring: Pick<KeyRing, 'commune'>;
  readonly card: CentreCard;
  readonly epoch: string;
  readonly crypto: Cryptography;
  readonly feed: Feed;
  /** Wants are compiled anew. */
  readonly changed: () => Promise<void>;
  readonly audit: (act: Act) => Promise<void>;
  readonly nowMs: () => number;
}

export interface ReadyWanted extends Omit<ReadyOrderRequest, 'password'> {
  readonly by: string;
}

interface ForBox {
  readonly box: string;
  /** The same words for all, each for the place where its box stands. */
  readonly order: Order;
  /** Exact bytes that each officer signs, as text. */
  readonly statement: string;
}

export interface ReadyInMaking {
  readonly id: string;
  readonly wanted: ReadyWanted;
  readonly boxes: readonly ForBox[];
  readonly madeMs: number;
  readonly approveByMs: number;
  readonly untilMs: number;
  readonly needed: 1 | 2;
  readonly match: string;
  readonly approvals: readonly { readonly person: string; readonly envelopes: ReadonlyMap<string, Envelope> }[];
}

export class ReadyDesk {
  readonly #options: ReadyDeskOptions;
  #open: readonly ReadyInMaking[] = [];
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: ReadyDeskOptions) {
    this.#options = options;
  }

  /** Waiting for officers, newest first. */
  waiting(): readonly ReadyInMaking[] {
    this.#open = this.#open.filter(({ approveByMs }) => approveByMs > this.#options.nowMs());
    return this.#open;
  }

  /** All that was laid, by box; what has ended too, until it is taken back or gives way. */
  lying(): Promise<ReadonlyMap<string, readonly LocalOrder[]>> {
    return this.#options.store.ready();
  }

  /**
   * Freeze an order for these boxes. An exercise is laid at once and answers `undefined`. Problems: not-found (template, box),
   * conflict (no room, the key starts another), one-officer (too few can sign here), too-many-requests and those of the template.
   */
  prepare(wanted: ReadyWanted): Promise<Result<ReadyInMaking | undefined>> {
    return this.#alone(() => this.#prepare(wanted));
  }

  async #prepare(wanted: ReadyWanted): Promise<Result<ReadyInMaking | undefined>> {
    const { orders, officers, nowMs } = this.#options;
    const boxes = await this.#boxesFor(wanted);
    if (!boxes.ok) return boxes;
    const { template, riskLevel, floodAlarm } = wanted;
    const planned = orders.plan({ template, groups: [], class: wanted.class, riskLevel, floodAlarm });
    if (!planned.ok) return planned;
    const madeMs = nowMs();
    const untilMs = madeMs + wanted.validMs;
    const id = `ready-${randomHex(8)}`;
    const frozen = boxes.value.map(({ id: box, area }) => ({ box, order: { ...planned.value, area } }));
    if (planned.value.class !== 'actual') {
      const request = { id, wanted, untilMs, boxes: frozen.map((one) => ({ ...one, statement: '' })), approvals: [] };
      await this.#lay(request, wanted.by);
      return ok(undefined);
    }
    if (this.waiting().length >= waitingMax) return bad('too-many-requests', `${waitingMax} orders wait for officers; withdraw one first`);
    const needed = frozen.some(({ order }) => officersNeeded(order.area, this.#options.ring) === 2) ? 2 : 1;
    if (new Set(officers().map(({ person }) => person)).size < needed)
      return bad('one-officer', 'register officers’ keys and have the root holders sign them first', '/officers');
    const approveByMs = madeMs + Math.min(approveWithinMs, approvalMsMax);
    const request: ReadyInMaking = {
      id,
      wanted,
      boxes: frozen.map(({ box, order }) => ({ box, order, statement: this.#statement(id, box, order, { madeMs, approveByMs, untilMs }) })),
      madeMs,
      approveByMs,
      untilMs,
      needed,
      match: String(10 + (Number.parseInt(randomHex(2), 16) % 90)),
      approvals: [],
    };
    this.#open = [request, ...this.#open];
    await this.#told(wanted.by, 'order.prepare-ready', request);
    return ok(request);
  }

  /**
   * One officer's signatures, one for each box; the last officer needed lays it. `undefined` when it lies. Problems: not-found, own-work
   * (signed already), not-allowed (another's key, wrong digits), key-unknown, signature-wrong, bad-input (a box is missing), conflict.
   */
  approve(id: string, person: string, signed: Omit<ReadySignRequest, 'pin'>): Promise<Result<ReadyInMaking | undefined>> {
    return this.#alone(() => this.#approve(id, person, signed));
  }

  async #approve(id: string, person: string, signed: Omit<ReadySignRequest, 'pin'>): Promise<Result<ReadyInMaking | undefined>> {
    const request = this.waiting().find((one) => one.id === id);
    if (!request) return bad('not-found', `no order ${id} waits`);
    if (request.approvals.some((one) => one.person === person)) return bad('own-work', 'the second officer is another person');
    if (person !== request.wanted.by && signed.match !== request.match)
      return bad('not-allowed', 'ask the first officer for the two digits on the screen', '/match');
    const envelopes = new Map<string, Envelope>();
    for (const { box, statement } of request.boxes) {
      const sig = signed.signatures.find((one) => one.box === box)?.sig;
      if (sig === undefined) return bad('bad-input', `no signature for ${box}`, '/signatures');
      const checked = this.#checked(statement, person, { keyid: signed.keyid, sig });
      if (!checked.ok) return checked;
      envelopes.set(box, checked.value);
    }
    const approved: ReadyInMaking = { ...request, approvals: [...request.approvals, { person, envelopes }] };
    await this.#told(person, 'order.approve-ready', approved);
    if (approved.approvals.length < approved.needed) {
      this.#open = this.#open.map((one) => (one.id === id ? approved : one));
      return ok(approved);
    }
    // Not laid (who signs was away, which throws): it waits as it stood, and this officer presses again.
    await this.#lay(approved, person);
    this.#open = this.#open.filter((one) => one.id !== id);
    return ok(undefined);
  }

  /** Nobody will sign this any more. Problem: not-found. */
  withdraw(id: string, person: string): Promise<Result<void>> {
    return this.#alone(async () => {
      const request = this.waiting().find((one) => one.id === id);
      if (!request) return bad('not-found', `no order ${id} waits`);
      this.#open = this.#open.filter((one) => one.id !== id);
      await this.#told(person, 'order.withdraw-ready', request);
      return ok(undefined);
    });
  }

  /** Out of these boxes' wants; a box that is away keeps it until it hears. Problem: not-found. */
  takeBack(id: string, boxes: readonly string[], person: string): Promise<Result<void>> {
    return this.#alone(async () => {
      const { store, changed, feed, nowMs } = this.#options;
      for (const box of boxes) {
        const act: Act = {
          atMs: nowMs(),
          actor: person,
          act: 'order.take-ready',
          subject: `${id} ${box}`,
          sha256: sha256(Buffer.from(id)),
        };
        const taken = await store.takeReady(box, id, act);
        if (!taken.ok) return taken;
      }
      await changed();
      feed.tell('order', id);
      return ok(undefined);
    });
  }

  /** Boxes that are ours and have room. */
  async #boxesFor({ boxes, key }: ReadyWanted): Promise<Result<readonly Box[]>> {
    const { registry, nowMs } = this.#options;
    const lying = await this.lying();
    const found: Box[] = [];
    for (const id of new Set(boxes)) {
      const box = registry.box(id);
      if (!box) return bad('not-found', `no box ${id}`, '/boxes');
      const waiting = this.waiting().filter((one) => one.boxes.some((lays) => lays.box === id));
      const room = roomIn(
        id,
        living(lying.get(id) ?? [], nowMs()),
        waiting.map(({ wanted }) => ({ key: wanted.key })),
        key,
      );
      if (!room.ok) return room;
      found.push(box);
    }
    return ok(found);
  }

  async #lay(request: Pick<ReadyInMaking, 'id' | 'wanted' | 'boxes' | 'untilMs' | 'approvals'>, person: string): Promise<void> {
    const { store, desk, feed, changed, nowMs } = this.#options;
    const { id, wanted, boxes, untilMs: expMs, approvals } = request;
    const drafts = boxes.map(({ box, order }) => {
      const signed = approvals.flatMap(({ envelopes }) => envelopes.get(box) ?? []);
      const body: Order = order.class === 'actual' ? { ...order, authority: { by: 'officers', approvals: signed } } : order;
      return { typ: order.class === 'actual' ? ('order' as const) : ('drill' as const), aud: `d/${box}`, body, id, expMs };
    });
    const sealed = await desk.sign(drafts);
    await this.#makeRoom(boxes.map(({ box }) => box));
    for (const [at, { box, order }] of boxes.entries()) {
      const { perHour, maxMs, key } = wanted;
      const envelope = sealed[at]?.envelope;
      if (!envelope) continue;
      const said = sha256(Buffer.from(canonicalJson(order)));
      const act: Act = { atMs: nowMs(), actor: person, act: 'order.lay-ready', subject: `${id} ${box}`, sha256: said };
      await store.layReady(box, { id, envelope, perHour, maxMs, ...(key && { key: 'key' as const }) }, act);
    }
    await changed();
    feed.tell('order', id);
  }

  /** A want holds eight: what has ended gives way. */
  async #makeRoom(boxes: readonly string[]): Promise<void> {
    const { store, nowMs } = this.#options;
    const lying = await this.lying();
    for (const box of boxes) {
      const all = lying.get(box) ?? [];
      const holding = living(all, nowMs());
      for (const { id } of all.filter((one) => !holding.includes(one)))
        await store.takeReady(box, id, {
          atMs: nowMs(),
          actor: 'clock',
          act: 'order.take-ready',
          subject: `${id} ${box}`,
          sha256: sha256(Buffer.from(id)),
        });
    }
  }

  #statement(id: string, dev: string, order: Order, times: Pick<ReadyInMaking, 'madeMs' | 'approveByMs' | 'untilMs'>): string {
    const { card, epoch, crypto } = this.#options;
    const { madeMs, approveByMs, untilMs } = times;
    const body: Approval = { order: id, content: orderContent(order, crypto), groups: [], dev, untilMs, breakGlass: false };
    const head = { typ: 'approval' as const, id: `approval-${id}`, iss: card.id, epoch, aud: `c/${card.id}`, ctr: madeMs };
    const statement: Statement<Approval> = { ...head, iat: madeMs, nbf: madeMs, exp: approveByMs, body };
    return JSON.stringify(statement);
  }

  #checked(statement: string, person: string, { keyid, sig }: { readonly keyid: string; readonly sig: string }): Result<Envelope> {
    const { officers, crypto } = this.#options;
    const payload = toBase64(new TextEncoder().encode(statement));
    const envelope: Envelope = { payloadType: approvalType, payload, signatures: [{ keyid, sig }] };
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

  #told(actor: string, act: string, { id, boxes }: ReadyInMaking): Promise<void> {
    const { audit, feed, nowMs } = this.#options;
    feed.tell('order', id);
    const words = boxes.map(({ box, order }) => [box, order]);
    return audit({ atMs: nowMs(), actor, act, subject: id, sha256: sha256(Buffer.from(canonicalJson(words))) });
  }
}
