// Keeps each box's signed want equal to the tables: any change is compiled, signed where parts differ, stored, published.

import { sha256 } from '../hardware/host/crypto.ts';
import type { Envelope } from '../schemas/envelope.ts';
import { holidaysOf, seededDates } from '../schemas/holidays.ts';
import { type AreaPath, within } from '../schemas/ids.ts';
import type { KeysDocument } from '../schemas/keys.ts';
import type { Path } from '../schemas/paths.ts';
import { buildTopic } from '../schemas/topics.ts';
import type { Part } from '../schemas/want.ts';
import type { Blobs } from './blobs.ts';
import { type CentreContent, compileWants, sameParts } from './core/compile-want.ts';
import { lostPlays, withLateApprovals } from './core/late-approval.ts';
import { type OrderTemplate, signFilmsOf } from './core/order-plan.ts';
import { type Said, saidIn } from './core/said.ts';
import { resolveAll } from './core/source-programmes.ts';
import { ownDelegation } from './provision/officer-keys.ts';
import type { SigningDesk } from './provision/signing-desk.ts';
import type { Registry } from './registry.ts';
import { releaseOffers } from './releases/rollout-desk.ts';
import { withOrigins } from './sources/origins.ts';
import type { Box, Store, StoredProgramme, StoredSchedule, StoredWant } from './store/store.ts';

export type Publish = (
  topic: string,
  payload: Uint8Array | string,
  /** `to`: only this box's connection; a bus that cannot single one out tells all that listen. */
  options: { readonly qos: 0 | 1; readonly retain: boolean; readonly to?: string },
) => Promise<void>;

export interface DispatchOptions {
  readonly store: Store;
  readonly registry: Registry;
  readonly blobs: Blobs;
  readonly desk: SigningDesk;
  readonly centre: string;
  readonly chain: readonly Envelope[];
  readonly roots: readonly Envelope[];
  /** Prepared sound of orders. */
  readonly orderAudio: () => NonNullable<CentreContent['orderAudio']>;
  readonly publish: Publish;
  readonly nowMs: () => number;
}

/** Years whose holidays boxes are told: last year's plays may still be asked for, and a box may be away for long. */
const yearsAround = [-1, 0, 1, 2];
/** Said again before looking whether they go out. */
const boxesAtOnce = 100;
/** Dates that a box takes (`SchedulePart`). */
const holidaysMax = 400;

/** As it stands in the tables, with who wrote it. */
export interface ReadContent extends CentreContent {
  readonly programmes: readonly StoredProgramme[];
}

/** What all boxes are compiled from, read from the tables. */
export async function readContent(store: Store, nowMs: number): Promise<ReadContent | undefined> {
  const policy = await store.content.policy();
  if (!policy) return undefined;
  const [programmes, schedules, seeded, years, areaPolicies, localOrder, paths, templates, filler, ready, releases] = await Promise.all([
    store.content.programmes(),
    store.content.schedules(),
    store.meta.value('holidays'),
    store.calendar.holidayYears(),
    store.calendar.areaPolicies(),
    store.meta.value('localOrder'),
    store.meta.value('paths'),
    store.meta.value('templates'),
    store.meta.value('filler'),
    store.orders.ready(),
    releaseOffers(store.releases),
  ]);
  const year = new Date(nowMs).getUTCFullYear();
  const occasions = holidaysOf(
    yearsAround.map((offset) => year + offset),
    years,
  );
  const more = seededDates(listOf<string>(seeded), years).filter((date) => Math.abs(Number(date.slice(0, 4)) - year) <= 2);
  const holidays = [...new Set([...more, ...occasions.map(({ date }) => date)])].sort().slice(0, holidaysMax);
  const lists = { holidays, occasions, localOrder: listOf<string>(localOrder), paths: listOf<Path>(paths) };
  const signFilms = signFilmsOf(listOf<OrderTemplate>(templates));
  const timely = withLateApprovals(schedules, programmes, filler || null, nowMs);
  const lost = lostPlays(schedules, programmes, nowMs);
  const planned = await resolveSources(store, { programmes, schedules: timely }, nowMs);
  return { policy, areaPolicies, ...planned, lost, ready, releases, signFilms, ...lists };
}

/** Source items as they are now, in place of what programmes were put together from. */
async function resolveSources(store: Store, planned: Parameters<typeof resolveAll<StoredProgramme, StoredSchedule>>[0], nowMs: number) {
  const named = new Set(planned.programmes.flatMap(({ sources = [] }) => sources.flatMap((id) => id ?? [])));
  if (named.size === 0) return planned;
  const known = await withOrigins(store.sources, await store.sources.itemsOf([...named]));
  const revoked = new Set((await store.issues.revoked()).map(({ programme, item }) => `${programme} ${item}`));
  return resolveAll(planned, known, (programme, item) => revoked.has(`${programme} ${item}`), nowMs);
}

export class Dispatch {
  readonly #options: DispatchOptions;
  readonly #wants = new Map<string, StoredWant>();
  readonly #places = new Map<string, Envelope>();
  /** What boxes believe now; anything said under an older delegation is said anew. */
  readonly #speaks: { readonly epoch: string; readonly area: AreaPath; readonly keyids: ReadonlySet<string> };
  /** What envelopes say, read once: they are never changed. */
  readonly #said = new WeakMap<Envelope, Said>();
  #running: Promise<void> | undefined;
  #again = false;

  constructor(options: DispatchOptions) {
    this.#options = options;
    const { epoch, area, keys } = ownDelegation(options);
    this.#speaks = { epoch, area, keyids: new Set(keys.map(({ keyid }) => keyid)) };
  }

  /** Rebuild everything retained from the tables; the broker keeps nothing across a restart. */
  async start(): Promise<void> {
    for (const want of await this.#options.store.wants.wants()) this.#wants.set(want.dev, want);
    for (const [dev, envelope] of await this.#options.store.wants.places()) this.#places.set(dev, envelope);
    await this.#update();
    await this.publishAll();
  }

  /** Every box's keys and want again; waits for `settled` in between, so that not all of them wait to go out. Resolves with their number. */
  async publishAll(settled: () => Promise<void> = async () => undefined): Promise<number> {
    const boxes = this.#options.registry.all();
    for (const [at, box] of boxes.entries()) {
      if (at % boxesAtOnce === boxesAtOnce - 1) await settled();
      await this.publishBox(box.id);
    }
    return boxes.length;
  }

  /** Something that boxes follow has changed. Resolves when every want is stored and published. */
  changed(): Promise<void> {
    if (this.#running) {
      this.#again = true;
      return this.#running;
    }
    this.#running = this.#drain();
    return this.#running;
  }

  /** Publish a box's keys and want again, as stored. */
  async publishBox(dev: string): Promise<void> {
    const keys = this.keysOf(dev);
    if (keys) await this.#publish(dev, 'keys', keys);
    const want = this.#wants.get(dev);
    if (want) await this.#publish(dev, 'want', want.envelope);
  }

  keysOf(dev: string): KeysDocument | undefined {
    const place = this.#places.get(dev);
    const { roots, chain } = this.#options;
    return place && { ...(roots.length > 0 && { roots: [...roots] }), chain: [...chain], place };
  }

  async #drain(): Promise<void> {
    try {
      do {
        this.#again = false;
        await this.#update();
      } while (this.#again);
    } finally {
      // Synchronous with the last look at `again`: no change can slip between.
      this.#running = undefined;
    }
  }

  async #update(): Promise<void> {
    await this.#updatePlaces();
    const { store, blobs, desk, nowMs, orderAudio } = this.#options;
    const content = await readContent(store, nowMs());
    if (!content) return;
    const { wants, texts } = compileWants(this.#ours(), { ...content, orderAudio: orderAudio() }, sha256);
    const changed = [...wants].filter(([dev, parts]) => !this.#says(this.#wants.get(dev), parts));
    if (changed.length === 0) return;
    const needed = new Set(changed.flatMap(([, parts]) => parts.map((part) => part.sha256)));
    // Parts lie on the disk before any want names them.
    for (const name of needed) {
      const bytes = texts.get(name);
      if (bytes) await blobs.keep(bytes);
    }
    const drafts = changed.map(([dev, parts]) => ({
      typ: 'want' as const,
      aud: `d/${dev}`,
      body: { rev: (this.#wants.get(dev)?.rev ?? 0) + 1, parts: [...parts] },
    }));
    const signed = await desk.sign(drafts);
    const stored = signed.map(({ envelope }, i): StoredWant => {
      const [dev] = changed[i] as (typeof changed)[number];
      return { dev, rev: drafts[i]?.body.rev ?? 1, envelope, madeMs: nowMs() };
    });
    await store.wants.saveWants(stored);
    for (const want of stored) this.#wants.set(want.dev, want);
    await Promise.all(stored.map((want) => this.#publish(want.dev, 'want', want.envelope)));
  }

  async #updatePlaces(): Promise<void> {
    const { store, desk, centre } = this.#options;
    const missing = this.#ours().filter((box) => !this.#isAt(box) || !this.#stands(this.#places.get(box.id)));
    const signed = await desk.sign(
      missing.map((box) => ({
        typ: 'place',
        aud: `d/${box.id}`,
        body: { dev: box.id, centre, area: box.area, groups: [...box.groups] },
      })),
    );
    const places = new Map(signed.map(({ envelope }, i) => [missing[i]?.id ?? '', envelope]));
    if (places.size === 0) return;
    await store.wants.savePlaces(places);
    for (const [dev, envelope] of places) this.#places.set(dev, envelope);
    for (const dev of places.keys()) await this.#publish(dev, 'keys', this.keysOf(dev));
  }

  /** Boxes that our keys reach; one that stands elsewhere must not keep the others waiting. */
  #ours(): readonly Box[] {
    return this.#options.registry.all().filter(({ area }) => within(area, this.#speaks.area));
  }

  /** A want of a restored centre has a higher number than its envelope: that one is worth nothing to boxes that know later ones. */
  #says(want: StoredWant | undefined, parts: readonly Part[]): boolean {
    if (!want || !this.#stands(want.envelope)) return false;
    const said = this.#saidIn(want.envelope);
    return said.rev === want.rev && sameParts(parts, said.parts);
  }

  /** Signed by a key that the delegation names, in the epoch it began: a rotation or a revocation makes the rest worthless. */
  #stands(envelope: Envelope | undefined): boolean {
    if (!envelope) return false;
    const { epoch, keyids } = this.#speaks;
    return this.#saidIn(envelope).epoch === epoch && envelope.signatures.some(({ keyid }) => keyids.has(keyid));
  }

  /** Its signed place names where it stands. */
  #isAt({ id, area, groups }: Box): boolean {
    const place = this.#places.get(id);
    const said = place && this.#saidIn(place);
    return said !== undefined && said.area === area && said.groups === JSON.stringify(groups);
  }

  #saidIn(envelope: Envelope): Said {
    const known = this.#said.get(envelope);
    if (known) return known;
    const said = saidIn(envelope);
    this.#said.set(envelope, said);
    return said;
  }

  #publish(dev: string, word: 'keys' | 'want', document: unknown): Promise<void> {
    const topic = buildTopic({ of: 'box', id: dev, direction: 'dn', word });
    return this.#options.publish(topic, JSON.stringify(document), { qos: 1, retain: true });
  }
}

function listOf<T = string>(text: string | undefined): T[] {
  return text === undefined ? [] : (JSON.parse(text) as T[]);
}
