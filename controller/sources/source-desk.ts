// Source items at work: written, judged, published and withdrawn in the store's turn; seen by whom they concern.
import { randomId } from '../../hardware/host/crypto.ts';
import type { AreaPath } from '../../schemas/ids.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Item } from '../../schemas/programme.ts';
import type {
  SourceContent,
  SourceItemAnswer,
  SourceItemRequest,
  SourceStep,
  SourceStepRequest,
  SourceVersionAnswer,
  UnitBrief,
} from '../../schemas/source.ts';
import type { CentreCard } from '../centre.ts';
import { type Grant, may } from '../core/roles.ts';
import type { SourceItem, SourceVersion } from '../core/source-item.ts';
import { judgeNew, judgeRevision, judgeSourceStep, type SourceAsker, type SourceChange } from '../core/source-life.ts';
import { homeOf, unitsAt } from '../core/source-place.ts';
import { isOffered, type KnownSources, originOf, playOf } from '../core/source-play.ts';
import { questionOf, rank } from '../core/source-search.ts';
import { periodOn } from '../core/unit-tree.ts';
import type { Feed } from '../feed.ts';
import type { SourceFilter } from '../store/source-store.ts';
import type { Act, Store } from '../store/store.ts';
import type { UnitDesk } from '../units/unit-desk.ts';
import { withOrigins } from './origins.ts';

export interface SourceDeskOptions {
  readonly store: Pick<Store, 'sources' | 'content' | 'folders'>;
  readonly card: CentreCard;
  readonly units: Pick<UnitDesk, 'tree' | 'today'>;
  readonly feed: Feed;
  /** Boxes play what is in force. */
  readonly changed: () => Promise<void>;
  readonly nowMs: () => number;
}

/** Who asks, and how an act in their name is made. */
export interface Asking {
  readonly account: string;
  readonly grants: readonly Grant[];
  readonly act: (act: string, subject: string, content?: unknown) => Act;
}

/** Of one question these many are ranked, changed last first. */
export const rankedMax = 500;

export class SourceDesk {
  readonly #options: SourceDeskOptions;

  constructor(options: SourceDeskOptions) {
    this.#options = options;
  }

  /** Problems: not-found (unit, folder, media), not-allowed, bad-input, over-budget. */
  async add(
    { unit, folder, tags, content }: SourceItemRequest,
    asking: Asking,
    from: SourceItem['from'] = null,
  ): Promise<Result<SourceItem>> {
    const owner = unit ?? this.#ownUnit();
    const home = owner === undefined ? undefined : homeOf(this.#options.units.tree, this.#options.units.today(), owner);
    if (owner === undefined || home?.unit !== owner)
      return bad('not-found', `no unit ${owner ?? `at ${this.#options.card.area}`} today`, '/unit');
    const allowed = may(asking.grants, 'source.write', home.area);
    if (!allowed.ok) return allowed;
    const shelf = await this.#isFolder(folder, owner);
    if (!shelf.ok) return shelf;
    const play = await this.#playOf(content);
    if (!play.ok) return play;
    const id = randomId('tin');
    const wish = { id, unit: owner, folder, tags, from, content, play: play.value };
    return this.#decide(id, asking.act('source.write', id, wish), () => judgeNew(wish, this.#asker(asking, home.area)));
  }

  /** Problems: not-found, not-allowed, conflict (stale), bad-input, over-budget. */
  async revise(id: string, { version, content }: { readonly version: number; readonly content: SourceContent }, asking: Asking) {
    const found = await this.find(id, asking.grants);
    if (!found.ok) return found;
    const play = await this.#playOf(content);
    if (!play.ok) return play;
    const act = asking.act('source.revise', id, { version, content });
    return this.#change(id, act, (item) =>
      judgeRevision(item, { version, content, play: play.value }, this.#asker(asking, this.areaOf(item))),
    );
  }

  /** Problems: not-found and those of the table (core/source-life.ts). */
  async step(id: string, step: SourceStep, wish: SourceStepRequest, asking: Asking): Promise<Result<SourceItem>> {
    const found = await this.find(id, asking.grants);
    if (!found.ok) return found;
    const act = asking.act(`source.${step}`, id, wish);
    const done = await this.#change(id, act, (item) => judgeSourceStep(step, item, wish, this.#asker(asking, this.areaOf(item))));
    if (done.ok && (step === 'publish' || step === 'withdraw')) await this.#options.changed();
    return done;
  }

  /** Where it stands among others: no new version. Problem: not-found, not-allowed. */
  async shelve(id: string, shelf: { readonly folder: string | null; readonly tags: readonly string[] }, asking: Asking) {
    const found = await this.find(id, asking.grants);
    if (!found.ok) return found;
    const there = await this.#isFolder(shelf.folder, found.value.unit);
    if (!there.ok) return there;
    return this.#change(id, asking.act('source.shelve', id, shelf), (item) => {
      const allowed = may(asking.grants, 'library.write', this.areaOf(item));
      return allowed.ok ? ok({ item: { ...item, ...shelf }, versions: [] }) : allowed;
    });
  }

  /** One that these grants may know of: what is not published belongs to those who read its unit. Problem: not-found. */
  async find(id: string, grants: readonly Grant[]): Promise<Result<SourceItem>> {
    const item = await this.#options.store.sources.item(id);
    return item && (item.published !== null || this.seesWhole(item, grants)) ? ok(item) : bad('not-found', `no source item ${id}`);
  }

  /** What programmes get of it, now or once it is valid. Problems: not-found, conflict (no more valid, withdrawn above, nothing to play). */
  async play(id: string): Promise<Result<Item>> {
    const { store, nowMs } = this.#options;
    const item = await store.sources.item(id);
    if (!item?.published) return bad('not-found', `no source item ${id} in force`);
    const atMs = Math.max(nowMs(), item.published.content.validFromMs ?? 0);
    const found = playOf(item, await withOrigins(store.sources, [item]), atMs);
    return 'item' in found ? ok(found.item) : bad('conflict', `source item ${id}: ${found.why}`);
  }

  seesWhole(item: Pick<SourceItem, 'unit' | 'origin'>, grants: readonly Grant[]): boolean {
    return may(grants, 'read', this.areaOf(item)).ok;
  }

  /** Where its unit lies today; what nobody answers for any more is the centre's. */
  areaOf({ unit, origin }: Pick<SourceItem, 'unit' | 'origin'>): AreaPath {
    const { units, card } = this.#options;
    if (origin) return card.area;
    return homeOf(units.tree, units.today(), unit)?.area ?? card.area;
  }

  /** A unit in words, as it is or was last. */
  brief(id: string): UnitBrief {
    const { units, card } = this.#options;
    const unit = units.tree.get(id);
    const period = unit && (periodOn(unit, units.today()) ?? unit.periods.at(-1));
    return { id, name: period?.name ?? id, level: unit?.level ?? card.level, area: this.areaOf({ unit: id }) };
  }

  /** With `text`: the best first; else those changed last. */
  async list(
    asked: Omit<SourceFilter, 'seen' | 'tokens'>,
    text: string | undefined,
    grants: readonly Grant[],
  ): Promise<SourceItemAnswer[]> {
    const { store, units, card } = this.#options;
    const { state, ...rest } = asked;
    const filter = { ...rest, ...(state === 'published' ? { published: true } : state && { state }) };
    const all = may(grants, 'read', card.area).ok;
    const seen = all ? {} : { seen: unitsAt(units.tree, units.today(), (area) => may(grants, 'read', area).ok) };
    // Nobody learns that a correction is on its way by asking for drafts.
    const told = (item: SourceItem) => state === undefined || state === 'published' || this.#shown(item, grants).state === state;
    if (text === undefined) return this.answers((await store.sources.items({ ...filter, ...seen })).filter(told), grants);
    const question = questionOf(text);
    if (question.words.length === 0) return [];
    const found = await store.sources.items({ ...filter, ...seen, tokens: question.tokens, limit: rankedMax });
    const ranked = found
      .filter(told)
      .map((item) => ({ item, rank: rank(question, this.#shown(item, grants)) }))
      .filter((one) => one.rank > 0)
      // Of equals the one changed last: the order in which they came.
      .sort((a, b) => b.rank - a.rank);
    const best = ranked.slice(0, filter.limit).map(({ item }) => item);
    return this.answers(best, grants);
  }

  /** As this person may see them. */
  async answers(items: readonly SourceItem[], grants: readonly Grant[]): Promise<SourceItemAnswer[]> {
    const known = await withOrigins(this.#options.store.sources, items);
    return Promise.all(items.map(async (item) => this.#answerOf(item, known, await this.#told(item, grants))));
  }

  async answer(item: SourceItem, grants: readonly Grant[]): Promise<SourceItemAnswer> {
    return this.#answerOf(item, await withOrigins(this.#options.store.sources, [item]), await this.#told(item, grants));
  }

  /** Oldest first; who sees only what is published sees what ever was. Problem: not-found. */
  async versions(id: string, grants: readonly Grant[]): Promise<Result<SourceVersion[]>> {
    const found = await this.find(id, grants);
    if (!found.ok) return found;
    const versions = await this.#options.store.sources.versions(id);
    const whole = this.seesWhole(found.value, grants);
    return ok(versions.filter(({ steps }) => whole || steps.some(({ step }) => step === 'publish')));
  }

  #answerOf(item: SourceItem, known: KnownSources, version: SourceVersion): SourceItemAnswer {
    const { id, folder, tags, createdMs, changedMs, published } = item;
    return {
      id,
      unit: item.origin?.unit ?? this.brief(item.unit),
      from: originOf(item, known),
      ...{ folder, tags, createdMs, changedMs },
      published: published?.n ?? null,
      offered: isOffered(item, known, this.#options.nowMs()),
      ...versionAnswer(version),
    };
  }

  /** Of what was withdrawn an inbox still tells what was in force, never the correction that was on its way. */
  async #told(item: SourceItem, grants: readonly Grant[]): Promise<SourceVersion> {
    if (item.published !== null || this.seesWhole(item, grants)) return this.#shown(item, grants);
    const versions = await this.#options.store.sources.versions(item.id);
    return versions.findLast(({ steps }) => steps.some(({ step }) => step === 'publish')) ?? item.latest;
  }

  #shown(item: SourceItem, grants: readonly Grant[]): SourceVersion {
    return item.published && !this.seesWhole(item, grants) ? item.published : item.latest;
  }

  /** One that is there already. */
  #change(id: string, act: Act, judge: (item: SourceItem) => Result<SourceChange>): Promise<Result<SourceItem>> {
    return this.#decide(id, act, (item) => {
      if (!item) return bad('not-found', `no source item ${id}`);
      return item.origin ? bad('conflict', `it is of ${item.origin.centre}, above: make a copy`, '/from') : judge(item);
    });
  }

  async #decide(id: string, act: Act, judge: (item: SourceItem | undefined) => Result<SourceChange>): Promise<Result<SourceItem>> {
    const decided = await this.#options.store.sources.decide(id, judge, act);
    if (decided.ok) this.#options.feed.tell('source', id);
    return decided;
  }

  /** A folder of the item's own unit. Problem: not-found. */
  async #isFolder(folder: string | null, unit: string): Promise<Result<void>> {
    if (folder === null) return ok(undefined);
    const there = (await this.#options.store.folders.folders()).some((one) => one.id === folder && one.unit === unit);
    return there ? ok(undefined) : bad('not-found', `no folder ${folder} of ${unit}`, '/folder');
  }

  /** Every file it names was uploaded. Problem: not-found. */
  async #playOf({ media, attachments }: SourceContent): Promise<Result<Item | null>> {
    const { content } = this.#options.store;
    for (const [index, sha256] of attachments.entries())
      if (!(await content.medium(sha256))) return bad('not-found', `no content ${sha256}`, `/content/attachments/${index}`);
    if (media === null) return ok(null);
    const medium = await content.medium(media);
    return medium ? ok(medium.item) : bad('not-found', `no content ${media}`, '/content/media');
  }

  #asker({ account, grants }: Asking, area: AreaPath): SourceAsker {
    return { account, grants, area, atMs: this.#options.nowMs() };
  }

  #ownUnit(): string | undefined {
    const { units, card } = this.#options;
    return [...units.tree.keys()].find((id) => homeOf(units.tree, units.today(), id)?.area === card.area);
  }
}

export function versionAnswer({ n, state, author, madeMs, steps, content, play }: SourceVersion): SourceVersionAnswer {
  return { version: n, state, author, madeMs, steps, content, play };
}
