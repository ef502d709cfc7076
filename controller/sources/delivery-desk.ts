// Deliveries by hand: who told it where, in which of the eight forms, with a photograph if there is one; corrected, never written over.
import { randomId, sha256 } from '../../hardware/host/crypto.ts';
import { fromBase64 } from '../../schemas/envelope.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type {
  DeliveryAnswer,
  DeliveryCorrectionRequest,
  DeliveryRequest,
  DeliveryStrikeRequest,
  PhotoAnswer,
} from '../../schemas/steering.ts';
import type { Blobs } from '../blobs.ts';
import type { CentreCard } from '../centre.ts';
import { type Delivery, type DeliveryAsker, judgeCorrection, judgeDelivery, judgeStrike } from '../core/deliveries.ts';
import { type Grant, may } from '../core/roles.ts';
import type { SourceItem } from '../core/source-item.ts';
import type { Feed } from '../feed.ts';
import { redrawPhoto } from '../media/picture-fit.ts';
import type { Store } from '../store/store.ts';
import type { Asking, SourceDesk } from './source-desk.ts';

export interface DeliveryDeskOptions {
  readonly store: Pick<Store, 'steering' | 'issues' | 'sources'>;
  readonly sources: Pick<SourceDesk, 'find' | 'seesWhole' | 'areaOf' | 'brief'>;
  readonly card: CentreCard;
  readonly blobs: Pick<Blobs, 'keep'>;
  /** Draws photographs anew; without it there are none. */
  readonly ffmpeg: string | undefined;
  readonly feed: Pick<Feed, 'tell'>;
  readonly nowMs: () => number;
}

export class DeliveryDesk {
  readonly #options: DeliveryDeskOptions;

  constructor(options: DeliveryDeskOptions) {
    this.#options = options;
  }

  /** All of an item for who reads its unit, else those of one's own units. Problem: not-found. */
  async list(item: string, grants: readonly Grant[]): Promise<Result<DeliveryAnswer[]>> {
    const { store, sources } = this.#options;
    const found = await sources.find(item, grants);
    if (!found.ok) return found;
    const whole = sources.seesWhole(found.value, grants);
    const all = await store.steering.deliveries(item);
    return ok(all.filter(({ unit }) => whole || may(grants, 'read', sources.areaOf({ unit })).ok).map((one) => this.#answer(one)));
  }

  /** Problems: not-found (item, unit it was not issued to, photograph), not-allowed, bad-input, over-budget. */
  async add(item: string, wish: DeliveryRequest, asking: Asking): Promise<Result<DeliveryAnswer>> {
    const { sources } = this.#options;
    const found = await sources.find(item, asking.grants);
    if (!found.ok) return found;
    const sinceMs = await this.#sinceMs(found.value, wish.unit);
    if (sinceMs === undefined) return bad('not-found', `${item} was not issued to ${wish.unit}`, '/unit');
    const there = await this.#isPhoto(wish.photo);
    if (!there.ok) return there;
    const id = randomId('giao');
    const judge = (_before: Delivery | undefined, known: number) =>
      judgeDelivery({ ...wish, id, item }, { known, sinceMs }, this.#asker(wish.unit, asking));
    return this.#decide(id, item, judge, asking.act('delivery.add', id, wish));
  }

  /** Problems: not-found, not-allowed, conflict (stale, struck out), bad-input, over-budget. */
  async correct(id: string, wish: DeliveryCorrectionRequest, asking: Asking): Promise<Result<DeliveryAnswer>> {
    const { store } = this.#options;
    const known = await this.#seen(id, asking.grants);
    if (!known.ok) return known;
    const there = await this.#isPhoto(wish.photo);
    if (!there.ok) return there;
    const { item, unit } = known.value;
    const source = await store.sources.item(item);
    const sinceMs = (source && (await this.#sinceMs(source, unit))) ?? 0;
    const judge = (before = known.value) => judgeCorrection(before, wish, sinceMs, this.#asker(unit, asking));
    return this.#decide(id, item, judge, asking.act('delivery.correct', id, wish));
  }

  /** Problems: not-found, not-allowed, conflict. */
  async strike(id: string, wish: DeliveryStrikeRequest, asking: Asking): Promise<Result<DeliveryAnswer>> {
    const known = await this.#seen(id, asking.grants);
    if (!known.ok) return known;
    const { item, unit } = known.value;
    const judge = (before = known.value) => judgeStrike(before, wish, this.#asker(unit, asking));
    return this.#decide(id, item, judge, asking.act('delivery.strike', id, wish));
  }

  /** Problems: those of `redrawPhoto`. */
  async addPhoto(picture: string, { account, act }: Asking): Promise<Result<PhotoAnswer>> {
    const { blobs, ffmpeg, store, nowMs } = this.#options;
    const drawn = await redrawPhoto(picture, ffmpeg);
    if (!drawn.ok) return drawn;
    const bytes = fromBase64(drawn.value.slice(drawn.value.indexOf(',') + 1));
    const name = sha256(bytes);
    await blobs.keep(bytes);
    await store.steering.addPhoto({ sha256: name, atMs: nowMs(), account, bytes: bytes.length }, act('photo.add', name));
    return ok({ sha256: name, bytes: bytes.length });
  }

  async #decide(...asked: Parameters<Store['steering']['decideDelivery']>): Promise<Result<DeliveryAnswer>> {
    const { store, feed } = this.#options;
    const done = await store.steering.decideDelivery(...asked);
    if (!done.ok) return done;
    feed.tell('source', done.value.item);
    return ok(this.#answer(done.value));
  }

  /** Since when a unit has it: issued to it, or its own; undefined: not at all. */
  async #sinceMs(item: SourceItem, unit: string): Promise<number | undefined> {
    const entries = await this.#options.store.issues.entries({ item: item.id, units: [unit], limit: 200 });
    const first = entries.at(-1)?.atMs;
    return item.unit === unit ? Math.min(item.createdMs, first ?? item.createdMs) : first;
  }

  async #isPhoto(photo: string | null): Promise<Result<void>> {
    if (photo === null || (await this.#options.store.steering.photo(photo))) return ok(undefined);
    return bad('not-found', `no photograph ${photo}`, '/photo');
  }

  async #seen(id: string, grants: readonly Grant[]): Promise<Result<Delivery>> {
    const { store, sources } = this.#options;
    const found = await store.steering.delivery(id);
    return found && may(grants, 'read', sources.areaOf(found)).ok ? ok(found) : bad('not-found', `no delivery ${id}`);
  }

  #asker(unit: string, { account, grants }: Asking): DeliveryAsker {
    const { sources, nowMs } = this.#options;
    return { account, grants, area: sources.areaOf({ unit }), atMs: nowMs() };
  }

  #answer(delivery: Delivery): DeliveryAnswer {
    return { ...delivery, unit: this.#options.sources.brief(delivery.unit) };
  }
}
