// What happens by itself: emergencies and news are told as they come, polls are counted, repairs looked at, old words dropped.
import { dayMs } from '../../schemas/zones.ts';
import { unitsOn } from '../core/unit-tree.ts';
import type { Feed } from '../feed.ts';
import type { Journal } from '../link.ts';
import type { Store } from '../store/store.ts';
import type { UnitDesk } from '../units/unit-desk.ts';
import type { MyData } from './own-traces.ts';
import type { PollDesk } from './poll-desk.ts';
import type { PushDesk } from './push-desk.ts';
import type { Repairs } from './repairs.ts';

const lookEveryMs = 30_000;
/** Told when it is news; a centre that was away for an hour does not wake people for what is over. */
const newsMs = 10 * 60_000;
const ordersLookedAt = 16;
const hourMs = 3600_000;

export interface CitizenWatchOptions {
  readonly store: Pick<Store, 'orders' | 'sources'>;
  readonly units: Pick<UnitDesk, 'tree' | 'today' | 'clock'>;
  readonly feed: Feed;
  readonly pushes: PushDesk;
  readonly polls: PollDesk;
  readonly repairs: Repairs;
  readonly myData: MyData;
  readonly journal: Journal;
  readonly nowMs: () => number;
}

export class CitizenWatch {
  readonly #options: CitizenWatchOptions;
  #timer: NodeJS.Timeout | undefined;
  #leave: () => void = () => undefined;
  #looking: Promise<void> = Promise.resolve();

  constructor(options: CitizenWatchOptions) {
    this.#options = options;
  }

  start(): void {
    const { feed } = this.#options;
    this.#leave = feed.listen(({ event, id }) => {
      if (event === 'order') this.#safely(() => this.tellOrders());
      if (event === 'source') this.#safely(() => this.tellItem(id));
      if (event === 'ticket') this.#safely(() => this.#options.repairs.look());
    });
    this.#timer = setInterval(() => this.#safely(() => this.look()), lookEveryMs);
    this.#safely(() => this.tellOrders());
  }

  async stop(): Promise<void> {
    this.#leave();
    clearInterval(this.#timer);
    await this.#looking;
  }

  /** Orders in force, in earnest or as exercises: each once, also after a restart. */
  async tellOrders(): Promise<void> {
    const { store, pushes, units, nowMs } = this.#options;
    const atMs = nowMs();
    for (const { id, order, givenMs, clearedMs, expMs } of await store.orders.orders(ordersLookedAt)) {
      if (order.class === 'test' || clearedMs !== null || expMs <= atMs || givenMs < atMs - newsMs) continue;
      const exercise = order.class === 'exercise';
      const title = exercise ? `DIỄN TẬP: ${order.screen.title}` : order.screen.title;
      const text = exercise ? `${order.screen.text} (DIỄN TẬP)` : order.screen.text;
      const all = unitsOn(units.tree, units.today());
      const inside = all.filter(({ area }) => area === order.area || area.startsWith(`${order.area}/`));
      // An area smaller than any unit: whoever lives in the unit around it.
      const around = inside.length > 0 ? inside : all.filter(({ area }) => order.area.startsWith(`${area}/`));
      pushes.tell(
        `order-${id}`.slice(0, 128),
        around.map((unit) => unit.id),
        { topic: 'emergency', title, text, at: `#/alerts/${id}` },
      );
    }
  }

  async tellItem(id: string): Promise<void> {
    const { store, pushes, nowMs } = this.#options;
    const item = await store.sources.item(id);
    const published = item?.published;
    const atMs = published?.steps.findLast(({ step }) => step === 'publish')?.atMs;
    if (!item || !published || atMs === undefined || atMs < nowMs() - newsMs) return;
    const { title, body, essential } = published.content;
    const topic = essential ? 'essential' : 'programme';
    pushes.tell(`item-${id}-${published.n}`, [item.unit], { topic, title, text: body.slice(0, 200), at: `#/items/${id}` });
  }

  async look(): Promise<void> {
    const { polls, repairs, myData, pushes, units, nowMs } = this.#options;
    await polls.look();
    await repairs.look();
    await myData.dropOld();
    const wallMs = nowMs() + units.clock.offsetAt(nowMs());
    pushes.digest(Math.floor((wallMs % dayMs) / hourMs), units.today());
  }

  #safely(work: () => Promise<void>): void {
    this.#looking = this.#looking.then(work).catch((err: unknown) => this.#options.journal.warn({ event: 'citizens-not-looked-at', err }));
  }
}
