// Gives and ends emergency orders: signed and stored first, then in every group's retained frame, then watched per box.
import { randomHex, sha256 } from '../../hardware/host/crypto.ts';
import { canonicalJson } from '../../schemas/canonical.ts';
import type { Authority, Clear, Order } from '../../schemas/order.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Level } from '../../schemas/programme.ts';
import { idsToClear, livingEntries, roomForOrder, standingTopics } from '../core/group-frame.ts';
import { type OrderTemplate, planOrder } from '../core/order-plan.ts';
import type { Feed } from '../feed.ts';
import type { SigningDesk } from '../provision/signing-desk.ts';
import type { Registry } from '../registry.ts';
import type { GroupEnvelope, OrderProgress, OrderStore, StoredOrder } from '../store/store.ts';
import { clearStarts, type StopAll, startsBefore, stopAtBoxes } from './box-stops.ts';
import type { GroupFrames } from './group-frames.ts';
import { extending, livingOrders } from './order-extension.ts';
import { clearOutlivesMs, type OrderWatch } from './order-watch.ts';
import type { ApprovedRequest, Issue, OrderPlanned, OrderWanted } from './order-wishes.ts';
import type { Voices } from './voices.ts';

export interface OrderDeskOptions {
  readonly store: OrderStore;
  readonly registry: Registry;
  readonly desk: SigningDesk;
  readonly voices: Voices;
  readonly feed: Feed;
  readonly frames: GroupFrames;
  readonly watch: OrderWatch;
  readonly centre: { readonly id: string; readonly name: string; readonly level: Level; readonly area: string };
  readonly demo: boolean;
  readonly templates: () => readonly OrderTemplate[];
  readonly groups: () => readonly string[];
  /** Something else stands in the frames now. */
  readonly stood: () => void;
  /** An order was given in earnest. */
  readonly onEarnest?: (order: StoredOrder) => void;
  readonly nowMs: () => number;
}

const maxTimeoutMs = 2 ** 31 - 1;

export class OrderDesk {
  readonly #options: OrderDeskOptions;
  #envelopes: GroupEnvelope[] = [];
  #turn: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #lastStop: StopAll | undefined;

  constructor(options: OrderDeskOptions) {
    this.#options = options;
  }

  get templates(): readonly OrderTemplate[] {
    return this.#options.templates();
  }

  /** Rebuild every group's frame from the tables. */
  async start(): Promise<void> {
    this.#envelopes = await this.#options.store.envelopes(this.#options.nowMs());
    await this.#options.voices.hold(this.#envelopes.flatMap(({ audio }) => audio));
    await this.publishAll();
    this.#armTimer();
  }

  /** Every group's frame, as it stands. */
  async publishAll(): Promise<void> {
    for (const group of this.#options.groups()) await this.#publishGroup(group);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** Sign, store and publish an exercise or test. Problems: not-found, conflict, demo-only, one-officer (the real thing needs officers). */
  async give(wanted: OrderWanted): Promise<Result<StoredOrder>> {
    const given = await this.#alone(async () => {
      const planned = this.plan(wanted);
      if (!planned.ok) return planned;
      if (planned.value.class === 'actual') return bad('one-officer', 'prepare the order and let an officer sign it', '/class');
      const order = await this.extending(planned.value, wanted.extends);
      if (!order.ok) return order;
      const { template, groups, by } = wanted;
      const expMs = this.#options.nowMs() + wanted.validMs;
      return this.#issue({ id: `order-${randomHex(8)}`, order: order.value, template, groups, by, expMs });
    });
    if (given.ok) await this.updated(given.value);
    return given;
  }

  extending(order: Order, id: string | undefined): Promise<Result<Order>> {
    return extending(this.#options, order, id);
  }

  /** Boxes end the old one as the new one begins; those that the new one does not reach are told so. */
  async updated({ order, by }: Pick<StoredOrder, 'order' | 'by'>): Promise<void> {
    if (order.updates && order.updates.length > 0) await this.clear(order.updates, by, 'updated');
  }

  /** Give what officers have signed, exactly as they signed it; exercises need no authority. Problem: conflict (no room in a group). */
  giveApproved(request: ApprovedRequest, authority?: Authority): Promise<Result<StoredOrder>> {
    return this.#alone(async () => {
      const { id, template, groups, by, untilMs: expMs, reason } = request;
      const room = this.#room(groups, request.order.class !== 'actual');
      if (!room.ok) return room;
      const order = authority ? { ...request.order, authority } : request.order;
      return this.#issue({ id, order, template, groups, by, expMs, ...(reason && { reason }) });
    });
  }

  async #issue({ id, order, template, groups: wanted, by, expMs, reason }: Issue): Promise<Result<StoredOrder>> {
    const { store, desk, nowMs, feed, onEarnest } = this.#options;
    const groups = [...new Set(wanted)].sort();
    const givenMs = nowMs();
    const typ = order.class === 'actual' ? 'order' : 'drill';
    const signed = await desk.sign(groups.map((group) => ({ typ, aud: `g/${group}`, body: order, id, expMs })));
    const audio = order.speech.flatMap((speech) => speech.audio?.sha256 ?? []);
    const envelopes = signed.map(
      ({ envelope, ctr }, i): GroupEnvelope => ({ group: groups[i] ?? '', ctr, typ: 'order', orders: [id], envelope, audio, expMs }),
    );
    const said = { id, order, template, groups, boxes: this.#boxesIn(groups), by, givenMs, expMs, clearedMs: null };
    const stored: StoredOrder = reason ? { ...said, reason } : said;
    const act = { atMs: givenMs, actor: by, act: 'order.give', subject: id, sha256: sha256(Buffer.from(canonicalJson(order))) };
    await store.addOrder(stored, envelopes, act);
    this.#envelopes.push(...envelopes);
    this.#options.watch.given(stored);
    await Promise.all(groups.map((group) => this.#publishGroup(group)));
    this.#armTimer();
    this.#options.stood();
    feed.tell('order', id);
    if (order.class === 'actual') onEarnest?.(stored);
    return ok(stored);
  }

  /** What stands now, for the heartbeat: by topic its highest counter. */
  standing(): Record<string, number> {
    return standingTopics(this.#envelopes, this.#options.nowMs());
  }

  /** End orders by id in every group they were given to. Problem: not-found (none of them lives). */
  clear(ids: readonly string[], by: string, reason: string): Promise<Result<readonly string[]>> {
    return this.#alone(async () => {
      const { store, nowMs, feed } = this.#options;
      const atMs = nowMs();
      const living = await livingOrders(store, ids, atMs);
      if (living.length === 0) return bad('not-found', 'no living order of that id');
      const clears = await this.#signClears(living, reason, atMs);
      const cleared = living.map(({ id }) => id);
      const subject = cleared.join(' ');
      await store.clearOrders(cleared, clears, { atMs, actor: by, act: 'order.clear', subject, sha256: sha256(Buffer.from(reason)) });
      const groups = clears.map(({ group }) => group);
      this.#envelopes = [
        ...this.#envelopes.filter(
          (one) =>
            !(one.typ === 'order' && one.orders.some((id) => cleared.includes(id))) && !(one.typ === 'clear' && groups.includes(one.group)),
        ),
        ...clears,
      ];
      await Promise.all(groups.map((group) => this.#publishGroup(group)));
      this.#options.watch.cleared(cleared, atMs);
      this.#armTimer();
      this.#options.stood();
      for (const id of cleared) feed.tell('order', id);
      return ok(cleared);
    });
  }

  /** End all that lives now, what was started at a box too; later orders sound (PRODUCT §1.2). Ending nothing is fine. */
  async stopAll(by: string): Promise<readonly string[]> {
    const nowMs = this.#options.nowMs();
    this.#lastStop = { atMs: nowMs, by };
    // What stands in the frames is what boxes hear, however many orders came since.
    const living = this.#envelopes.filter(({ typ, expMs }) => typ === 'order' && expMs > nowMs).flatMap(({ orders }) => orders);
    const cleared = living.length > 0 ? await this.clear([...new Set(living)], by, 'stop-all') : ok<readonly string[]>([]);
    const atBoxes = await this.#alone(() => stopAtBoxes(this.#options, by, 'stop-all'));
    return [...(cleared.ok ? cleared.value : []), ...atBoxes];
  }

  /** Words of boxes, committed: a start from before the last stop-all that is heard of only now ends, too. */
  async told(facts: readonly OrderProgress[]): Promise<void> {
    const starts = startsBefore(this.#lastStop, facts, this.#options.nowMs());
    if (starts.length > 0) await this.#alone(() => clearStarts(this.#options, starts, this.#lastStop?.by ?? '', 'stop-all'));
  }

  /** The order that a template makes for these groups now. Problems: not-found, conflict, demo-only, too-large. */
  plan({ template: name, groups, class: kind, riskLevel, floodAlarm }: OrderPlanned): Result<Order> {
    const { groups: known, centre, demo, voices } = this.#options;
    const template = this.templates.find((one) => one.id === name);
    if (!template) return bad('not-found', `no template ${name}`, '/template');
    const stranger = groups.find((group) => !known().includes(group));
    if (stranger !== undefined) return bad('not-found', `no group ${stranger}`, '/groups');
    const room = this.#room(groups, demo || kind !== 'actual');
    if (!room.ok) return room;
    return planOrder({
      template,
      class: kind,
      level: centre.level,
      area: centre.area,
      demo,
      issuer: issuerOf(centre.name),
      riskLevel,
      floodAlarm,
      audioOf: (spoken) => voices.audioOf(spoken),
    });
  }

  #room(groups: readonly string[], drill: boolean): Result<void> {
    for (const group of groups) {
      const room = roomForOrder(this.#entries(group), this.#options.nowMs(), drill);
      if (!room.ok) return room;
    }
    return ok(undefined);
  }

  async #signClears(living: readonly StoredOrder[], reason: string, nowMs: number): Promise<GroupEnvelope[]> {
    const { desk, centre } = this.#options;
    const groups = [...new Set(living.flatMap((order) => order.groups))].sort();
    const wanted = groups.map((group) => {
      const here = living.filter((order) => order.groups.includes(group));
      const entries = this.#entries(group);
      const ids = idsToClear(
        here.map(({ id }) => id),
        entries,
        nowMs,
      );
      const ends = [
        ...here.map(({ expMs }) => expMs + clearOutlivesMs),
        ...entries.filter(({ typ }) => typ === 'clear').map(({ expMs }) => expMs),
      ];
      return { group, ids, expMs: Math.max(...ends) };
    });
    const signed = await desk.sign(
      wanted.map(({ group, ids, expMs }) => {
        const body: Clear = { ids, level: centre.level, reason };
        return { typ: 'clear', aud: `g/${group}`, body, expMs };
      }),
    );
    return signed.map(({ envelope, ctr }, i): GroupEnvelope => {
      const { group, ids, expMs } = wanted[i] as (typeof wanted)[number];
      return { group, ctr, typ: 'clear', orders: ids, envelope, audio: [], expMs };
    });
  }

  #entries(group: string): GroupEnvelope[] {
    return this.#envelopes.filter((one) => one.group === group);
  }

  #boxesIn(groups: readonly string[]): string[] {
    return this.#options.registry
      .all()
      .filter((box) => box.groups.some((group) => groups.includes(group)))
      .map((box) => box.id);
  }

  #publishGroup(group: string): Promise<void> {
    return this.#options.frames.publish(group, livingEntries(this.#entries(group), this.#options.nowMs()));
  }

  /** Frames lose what has expired, at the instant it does. */
  #armTimer(): void {
    clearTimeout(this.#timer);
    const ends = this.#envelopes.map((one) => one.expMs);
    if (ends.length === 0) return;
    const inMs = Math.max(1, Math.min(...ends) - this.#options.nowMs());
    // A frame that could not be published now is published at the next change; boxes know the ends themselves.
    const expire = () => this.#alone(() => this.#expire()).catch(() => this.#armTimer());
    this.#timer = setTimeout(() => void expire(), Math.min(inMs, maxTimeoutMs)).unref();
  }

  async #expire(): Promise<void> {
    const nowMs = this.#options.nowMs();
    const over = this.#envelopes.filter((one) => one.expMs <= nowMs);
    this.#envelopes = this.#envelopes.filter((one) => one.expMs > nowMs);
    for (const group of new Set(over.map((one) => one.group))) await this.#publishGroup(group);
    for (const id of new Set(over.filter((one) => one.typ === 'order').flatMap((one) => one.orders))) this.#options.feed.tell('order', id);
    this.#armTimer();
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}

/** The command that speaks for a place (PRODUCT §1.8): its kind is written small within the name. */
function issuerOf(place: string): string {
  return `Ban Chỉ huy Phòng thủ dân sự ${place.slice(0, 1).toLowerCase()}${place.slice(1)}`;
}
