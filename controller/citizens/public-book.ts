// All that residents read, from the tables: places, days, items, sounds, answers, polls. Kept for a while, since a whole commune asks at once.
import { citizenLimits } from '../../schemas/citizen.ts';
import type {
  PublicAlerts,
  PublicDay,
  PublicItem,
  PublicPlace,
  PublicPole,
  PublicPoll,
  PublicReply,
  PublicUnit,
} from '../../schemas/citizen-api.ts';
import { within } from '../../schemas/ids.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Item } from '../../schemas/programme.ts';
import type { LocalDate } from '../../schemas/time.ts';
import { dayMs, dayOfLocalDate } from '../../schemas/zones.ts';
import type { SourceItem } from '../core/source-item.ts';
import { isOffered } from '../core/source-play.ts';
import { questionOf, rank } from '../core/source-search.ts';
import { unitsOn } from '../core/unit-tree.ts';
import { readContent } from '../dispatch.ts';
import { withOrigins } from '../sources/origins.ts';
import type { Broadcasts } from './broadcasts.ts';
import type { CitizenSettingsBook } from './citizen-settings.ts';
import type { FeedbackDesk } from './feedback-desk.ts';
import type { Kept } from './kept.ts';
import type { CitizenParts } from './parts.ts';
import type { PoleBook } from './pole-book.ts';
import { isAround, type PollDesk } from './poll-desk.ts';
import { publicAlerts } from './public-alerts.ts';
import { holdsSound, publicDay, soundOf } from './public-day.ts';
import type { Repairs } from './repairs.ts';
import type { Sms } from './sms.ts';

const keptMs = { place: 60_000, day: 20_000, items: 20_000, alerts: 30_000, sound: 60_000, replies: 20_000, polls: 20_000 };
const itemsMax = 500;

export interface PublicBookOptions
  extends Pick<CitizenParts, 'card' | 'store' | 'units' | 'registry' | 'register' | 'sources' | 'feed' | 'nowMs'> {
  readonly settings: CitizenSettingsBook;
  readonly poles: PoleBook;
  readonly polls: PollDesk;
  readonly broadcasts: Broadcasts;
  readonly repairs: Repairs;
  readonly desk: Pick<FeedbackDesk, 'unitOf'>;
  readonly sms: Sms;
  readonly pushKey: string;
  readonly kept: Kept;
}

export class PublicBook {
  readonly #options: PublicBookOptions;
  readonly #kept: Kept;
  #leave: () => void = () => undefined;

  constructor(options: PublicBookOptions) {
    this.#options = options;
    this.#kept = options.kept;
  }

  /** What changed is made anew; who asks in the same moment gets the new. */
  start(): void {
    const drops: Readonly<Record<string, readonly string[]>> = {
      ...{ order: ['alerts'], alert: ['alerts'], programme: ['day', 'sound'], schedule: ['day'], receipt: ['day', 'sound', 'replies'] },
      ...{ log: ['day'], source: ['items', 'sound', 'day'], feedback: ['replies'], poll: ['polls'], unit: [''], ticket: ['replies'] },
    };
    this.#leave = this.#options.feed.listen(({ event }) => {
      for (const begin of drops[event] ?? []) this.#kept.drop(begin);
    });
  }

  stop(): void {
    this.#leave();
  }

  place(): Promise<PublicPlace> {
    return this.#kept.get('place', keptMs.place, async () => {
      const { card, settings, sms, pushKey } = this.#options;
      const { contacts, links } = settings.now();
      const { id, name, level, zone, demo } = card;
      const units = await this.#units();
      return { centre: { id, name, level, zone }, demo, units, contacts, links, pushKey, phones: sms.state() !== 'not-configured' };
    });
  }

  forgetPlace(): void {
    this.#kept.drop('place');
  }

  /** Problems: not-found (unit), bad-input (a day long past or far ahead). */
  async day(unit: string, asked: LocalDate | undefined): Promise<Result<PublicDay>> {
    const { units } = this.#options;
    const area = this.#area(unit);
    if (!area.ok) return area;
    const date = asked ?? units.today();
    const ago = (dayOfLocalDate(units.today()) ?? 0) - (dayOfLocalDate(date) ?? 0);
    if (ago > citizenLimits.pastDays || ago < -7)
      return bad('bad-input', `${citizenLimits.pastDays} days back and 7 ahead are told`, '/date');
    return ok(await this.#kept.get(`day ${unit} ${date}`, keptMs.day, () => publicDay(this.#options, unit, area.value, date)));
  }

  /** In force and valid now; the newest first, or by how well they answer a question. Problem: not-found (unit). */
  async items(unit: string, question: string): Promise<Result<PublicItem[]>> {
    const area = this.#area(unit);
    if (!area.ok) return area;
    const asked = questionOf(question);
    return ok(
      await this.#kept.get(`items ${unit} ${question}`, keptMs.items, async () => {
        const found = await this.#offered(asked.tokens);
        const here = found.filter((item) => this.#isTold(item, area.value));
        const ranked = here.map((item) => ({ item, by: asked.words.length === 0 ? 1 : item.published ? rank(asked, item.published) : 0 }));
        const fit = ranked.filter(({ by }) => by > 0).sort((a, b) => b.by - a.by || b.item.changedMs - a.item.changedMs);
        return fit.slice(0, citizenLimits.listed).map(({ item }) => this.#itemOf(item));
      }),
    );
  }

  /** Problem: not-found. */
  async item(id: string): Promise<Result<PublicItem>> {
    const { store, nowMs } = this.#options;
    const found = await store.sources.item(id);
    const offered = found && isOffered(found, await withOrigins(store.sources, [found]), nowMs());
    return found && offered ? ok(this.#itemOf(found)) : bad('not-found', `no item ${id}`);
  }

  async alerts(unit: string): Promise<Result<PublicAlerts>> {
    const area = this.#area(unit);
    return area.ok ? ok(await this.#kept.get(`alerts ${unit}`, keptMs.alerts, () => publicAlerts(this.#options, area.value))) : area;
  }

  /** Only what is approved and was heard, or is published and in force. Problem: not-found. */
  async sound(sha256: string): Promise<Result<Item>> {
    const found = await this.#kept.get(`sound ${sha256}`, keptMs.sound, () => this.#heard(sha256));
    return found?.type.startsWith('audio/') ? ok(found) : bad('not-found', 'no such sound');
  }

  /** A page of a published item. Problem: not-found. */
  async page(sha256: string): Promise<Result<Item>> {
    const found = await this.#kept.get(`sound ${sha256}`, keptMs.sound, () => this.#heard(sha256));
    return found?.type === 'text/html' ? ok(found) : bad('not-found', 'no such page');
  }

  async pole(code: string): Promise<Result<PublicPole>> {
    const { poles, repairs, desk } = this.#options;
    const pole = await poles.find(code);
    if (!pole) return bad('not-found', 'no such pole');
    const known = (await repairs.openAt(pole)) !== undefined;
    return ok({ code: pole.code, name: pole.facts.name, unit: desk.unitOf(pole.facts.unit), known });
  }

  async replies(unit: string, question: string): Promise<Result<PublicReply[]>> {
    const area = this.#area(unit);
    if (!area.ok) return area;
    const asked = questionOf(question);
    // Made once for all questions: whoever asks a thousand different ones makes nobody read the tables a thousand times.
    const told = await this.#kept.get(`replies ${unit}`, keptMs.replies, () => this.#replies(area.value));
    const fit = (reply: PublicReply) =>
      asked.words.length === 0 || rank(asked, { content: { title: reply.question, keywords: [], body: reply.answer } as never }) > 0;
    return ok(told.filter(fit).slice(0, citizenLimits.listed));
  }

  async #replies(area: string): Promise<PublicReply[]> {
    const { store, broadcasts, desk, register } = this.#options;
    const found = (await store.citizens.feedback.list({ published: true, limit: itemsMax })).filter((one) =>
      isAround(register.areaOf(one.unit), area),
    );
    return Promise.all(
      found.map(async ({ number, kind, category, unit: of, published, link, answers }) => {
        const { question: said = '', answer = '', atMs: publishedMs = 0 } = published ?? {};
        return {
          number,
          kind,
          category,
          unit: desk.unitOf(of),
          question: said,
          answer,
          publishedMs,
          broadcast: await broadcasts.of({ link, answers }),
        };
      }),
    );
  }

  async polls(unit: string): Promise<Result<PublicPoll[]>> {
    const { store, polls, register } = this.#options;
    const area = this.#area(unit);
    if (!area.ok) return area;
    const all = await this.#kept.get('polls', keptMs.polls, () => store.citizens.polls.polls(undefined, citizenLimits.polls));
    return ok(all.filter((poll) => isAround(register.areaOf(poll.unit), area.value)).flatMap((poll) => polls.publicOf(poll) ?? []));
  }

  #area(unit: string): Result<string> {
    const { register, card } = this.#options;
    const area = register.areaOf(unit);
    return area !== undefined && within(area, card.area) ? ok(area) : bad('not-found', `no unit ${unit}`, '/unit');
  }

  async #units(): Promise<PublicUnit[]> {
    const { units, card, poles } = this.#options;
    const own = unitsOn(units.tree, units.today()).filter(({ area }) => within(area, card.area));
    const points = (await poles.all()).flatMap(({ facts: { unit, latitude, longitude } }) =>
      latitude === null || longitude === null ? [] : [{ area: own.find(({ id }) => id === unit)?.area, latitude, longitude }],
    );
    return own.map(({ id, name, level, parent, area }) => {
      const inside = points.filter((point) => point.area !== undefined && within(point.area, area));
      const mean = (of: 'latitude' | 'longitude') => inside.reduce((sum, point) => sum + point[of], 0) / inside.length;
      return { id, name, level, parent, place: inside.length === 0 ? null : { latitude: mean('latitude'), longitude: mean('longitude') } };
    });
  }

  async #offered(tokens: readonly string[]): Promise<readonly SourceItem[]> {
    const { store, nowMs } = this.#options;
    const found = await store.sources.items({ published: true, validAtMs: nowMs(), ...(tokens.length > 0 && { tokens }), limit: itemsMax });
    const known = await withOrigins(store.sources, found);
    return found.filter((item) => isOffered(item, known, nowMs()));
  }

  /** What comes from above is for all below; what another hamlet says of itself is not this one's. */
  #isTold(item: SourceItem, area: string): boolean {
    return item.origin !== undefined || isAround(this.#options.sources.areaOf(item), area);
  }

  #itemOf({ id, unit, origin, changedMs, published }: SourceItem): PublicItem {
    const { desk } = this.#options;
    if (!published) throw new Error(`${id} is offered and not published`);
    const { title, kind, category, language, essential, validUntilMs, body } = published.content;
    const { play, steps, madeMs } = published;
    const publishedMs = steps.findLast(({ step }) => step === 'publish')?.atMs ?? changedMs ?? madeMs;
    return {
      ...{
        id,
        title,
        kind,
        unit: origin ? { id: origin.unit.id, name: origin.unit.name } : desk.unitOf(unit),
        category,
        language,
        essential,
      },
      ...{ publishedMs, validUntilMs, body },
      sound: play?.type.startsWith('audio/') ? soundOf({ ...play, speak: play.speak ?? body.slice(0, 5_000) }) : null,
      page: play?.type === 'text/html' ? play.sha256 : null,
    };
  }

  async #heard(sha256: string): Promise<Item | undefined> {
    const { store, nowMs } = this.#options;
    const offered = (await this.#offered([])).find(({ published }) => published?.play?.sha256 === sha256);
    if (offered?.published?.play) return offered.published.play;
    const sinceMs = nowMs() - citizenLimits.pastDays * dayMs;
    const told = await store.log.receiptsOf({ contents: [sha256], fromMs: sinceMs, toMs: nowMs() + 1 });
    if (!told.some(({ receipt }) => receipt.outcome === 'played' && receipt.what === 'occurrence')) return undefined;
    const content = await readContent(store, nowMs());
    const programme = content?.programmes.find((one) => holdsSound(one, sha256));
    return programme?.programme.items.find((item) => item.sha256 === sha256);
  }
}
