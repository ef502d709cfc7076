// Exchange with foreign systems: each link is supplied with what its unit was issued, in order and once; what it says back is judged and kept.
import { join } from 'node:path';
import {
  type ExchangeLinkAnswer,
  type ExchangeLinkRequest,
  type ExchangeUnitAnswer,
  exchangeLimits,
  exchangeStateWords,
  type HeardAnswer,
  HeardDocument,
  type SuppliedAnswer,
  SupplyDocument,
} from '../../schemas/exchange.ts';
import type { AreaPath } from '../../schemas/ids.ts';
import { parseJson } from '../../schemas/parse.ts';
import { bad, ok, type Problem, type Result } from '../../schemas/problems.ts';
import type { Blobs } from '../blobs.ts';
import { checkLink, type ExchangeLink, judgeHeard, supplyOf, unitState } from '../core/exchange.ts';
import { heirsOf } from '../core/source-place.ts';
import { unitsOn } from '../core/unit-tree.ts';
import type { Journal } from '../link.ts';
import type { Registry } from '../registry.ts';
import type { Act, Store } from '../store/store.ts';
import type { UnitDesk } from '../units/unit-desk.ts';
import { ExchangeFolder } from './exchange-folder.ts';

const lookEveryMs = 30_000;

export interface ExchangeDeskOptions {
  readonly store: Store;
  readonly units: UnitDesk;
  readonly registry: Pick<Registry, 'all'>;
  readonly blobs: Blobs;
  readonly dir: string;
  readonly journal: Journal;
  readonly nowMs: () => number;
}

export class ExchangeDesk {
  readonly #options: ExchangeDeskOptions;
  #timer: NodeJS.Timeout | undefined;
  #turn: Promise<void> = Promise.resolve();

  constructor(options: ExchangeDeskOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => void this.look(), lookEveryMs).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#turn;
  }

  /** Supply every link, write and read its folder. Never rejects: what failed is done at the next look. */
  look(): Promise<void> {
    const { store, journal } = this.#options;
    this.#turn = this.#turn.then(async () => {
      for (const link of await store.exchange.links()) await this.#lookAt(link);
    });
    this.#turn = this.#turn.catch((err: unknown) => journal.warn({ event: 'exchange-failed', err }));
    return this.#turn;
  }

  async links(): Promise<ExchangeLinkAnswer[]> {
    const { store } = this.#options;
    const [links, standing] = await Promise.all([store.exchange.links(), store.exchange.standing()]);
    const kept = new Set(links.map(({ unit }) => unit));
    return Promise.all(
      links.map(async (link): Promise<ExchangeLinkAnswer> => {
        const { supplied = 0, lastHeardMs = null } = standing.get(link.id) ?? {};
        const owed = (await this.#owed(link, kept)).length;
        return { ...link, supplied, owed, lastHeardMs, state: lastHeardMs === null ? 'silent' : 'connected' };
      }),
    );
  }

  /** Issues that it has not been supplied with as they are now, as many as one look takes. */
  #owed({ id, unit }: ExchangeLink, kept: ReadonlySet<string>): Promise<readonly string[]> {
    const { store, units } = this.#options;
    return store.exchange.owed(id, heirsOf(units.tree, units.today(), unit, kept), exchangeLimits.page);
  }

  /** Each unit of today with whose system it is. */
  async units(): Promise<(ExchangeUnitAnswer & { readonly area: AreaPath })[]> {
    const { units, registry } = this.#options;
    const links = new Map((await this.links()).map((link) => [link.unit, link]));
    const boxes = registry.all().map(({ area }) => area);
    return unitsOn(units.tree, units.today()).map(({ id, name, area }) => {
      const state = unitState({ id, area }, boxes, links.get(id));
      return { unit: id, name, state, vi: exchangeStateWords[state], area };
    });
  }

  /** Problems: not-found (unit), conflict, over-budget. */
  async put(id: string, wish: ExchangeLinkRequest, act: Act): Promise<Result<ExchangeLinkAnswer>> {
    const { store } = this.#options;
    if (this.areaOf(wish.unit) === undefined) return bad('not-found', `no unit ${wish.unit} today`, '/unit');
    const link: ExchangeLink = { id, ...wish };
    const done = await store.exchange.decide((all) => {
      if (all.length >= exchangeLimits.links && !all.some((one) => one.id === id))
        return bad('over-budget', `${exchangeLimits.links} links`);
      const checked = checkLink(link, all);
      return checked.ok ? ok({ put: link }) : checked;
    }, act);
    if (!done.ok) return done;
    await this.look();
    const told = (await this.links()).find((one) => one.id === id);
    return told ? ok(told) : bad('not-found', 'removed meanwhile');
  }

  /** Problem: not-found. */
  remove(id: string, act: Act): Promise<Result<void>> {
    // In turn: a look under way would write its mark again.
    const done = this.#turn.then(() => this.#remove(id, act));
    this.#turn = done.then(
      () => undefined,
      () => undefined,
    );
    return done;
  }

  async #remove(id: string, act: Act): Promise<Result<void>> {
    const { store, nowMs } = this.#options;
    const link = await this.link(id);
    if (!link) return bad('not-found', `no link ${id}`);
    // First: a power cut in between only writes the documents again.
    await this.#folder(link).retire(nowMs());
    const done = await store.exchange.decide((all) => {
      const now = all.find((one) => one.id === id);
      return now ? ok({ remove: now }) : bad('not-found', `no link ${id}`);
    }, act);
    return done.ok ? ok(undefined) : done;
  }

  async link(id: string): Promise<ExchangeLink | undefined> {
    return (await this.#options.store.exchange.links()).find((one) => one.id === id);
  }

  areaOf(unit: string): AreaPath | undefined {
    const { units } = this.#options;
    return unitsOn(units.tree, units.today()).find(({ id }) => id === unit)?.area;
  }

  /** From any number on, as often as asked. */
  async supplied(link: ExchangeLink, after: number, limit: number): Promise<SuppliedAnswer[]> {
    const { store } = this.#options;
    await this.#supply(link);
    return (await store.exchange.supplied(link.id, after, limit)).flatMap(({ seq, atMs, body }) => {
      const document = parseJson(SupplyDocument, body);
      return document.ok ? [{ seq, atMs, document: document.value }] : [];
    });
  }

  async heard(link: ExchangeLink, limit: number): Promise<HeardAnswer[]> {
    return (await this.#options.store.exchange.heard(link.id, limit)).flatMap(({ heardMs, body }) => {
      const document = parseJson(HeardDocument, body);
      return document.ok ? [{ heardMs, document: document.value }] : [];
    });
  }

  /** All of them or none; the path names the first that is refused. Problems: not-allowed, not-found. */
  async hear(link: ExchangeLink, documents: readonly HeardDocument[], act: Act): Promise<Result<void>> {
    const { store, nowMs } = this.#options;
    const issues = await this.#issuesOf(link, documents);
    const heardMs = nowMs();
    const kept = [];
    for (const [at, document] of documents.entries()) {
      const key = judgeHeard(link, issues, document);
      if (!key.ok) return bad(key.problem.code, key.problem.detail, `/documents/${at}${key.problem.path}`);
      if (document.atMs > heardMs + 86_400_000) return bad('bad-input', 'said in the future', `/documents/${at}/atMs`);
      kept.push({ key: key.value, atMs: document.atMs, heardMs, body: JSON.stringify(document) });
    }
    await store.exchange.hear(link.id, kept, act);
    return ok(undefined);
  }

  /** A folder is written anew behind a number. Problems: conflict (they come and ask themselves), not-allowed (a link in its place). */
  async replay(link: ExchangeLink, after: number, act: Act): Promise<Result<void>> {
    if (link.form !== 'folder') return bad('conflict', 'ask for what comes after a number instead');
    const turned = await this.#folder(link).replay(after);
    if (!turned.ok) return turned;
    await this.#options.store.exchange.hear(link.id, [], act);
    await this.look();
    return ok(undefined);
  }

  /** What cannot be written keeps nobody from being heard, and the other way round. */
  async #lookAt(link: ExchangeLink): Promise<void> {
    const failed = (err: unknown) => this.#options.journal.warn({ event: 'exchange-failed', link: link.id, err });
    await this.#write(link).catch(failed);
    await this.#read(link).catch(failed);
  }

  async #write(link: ExchangeLink): Promise<void> {
    await this.#supply(link);
    if (link.form !== 'folder') return;
    const folder = this.#folder(link);
    const made = await folder.make();
    const from = made.ok ? await folder.written() : made;
    if (!from.ok) return this.#refused(link, from.problem);
    const missing = await folder.write(await this.supplied(link, from.value, exchangeLimits.page));
    for (const sha256 of missing) this.#options.journal.warn({ event: 'exchange-medium-missing', link: link.id, sha256 });
  }

  async #read(link: ExchangeLink): Promise<void> {
    if (link.form !== 'folder') return;
    const folder = this.#folder(link);
    const made = await folder.make();
    if (!made.ok) return this.#refused(link, made.problem);
    for (const { name, document } of await folder.look()) {
      const act = { atMs: this.#options.nowMs(), actor: `exchange/${link.id}`, act: 'exchange.hear', subject: link.id, sha256: '' };
      const heard = await this.hear(link, [document], act);
      await (heard.ok ? folder.done(name) : folder.quarantine(name, ofOne(heard.problem)));
    }
  }

  #refused(link: ExchangeLink, problem: Problem): void {
    this.#options.journal.warn({ event: 'exchange-refused', link: link.id, ...problem });
  }

  #folder(link: ExchangeLink): ExchangeFolder {
    return new ExchangeFolder(join(this.#options.dir, link.id), this.#options.blobs);
  }

  async #issuesOf(link: ExchangeLink, documents: readonly HeardDocument[]): Promise<ReadonlySet<string>> {
    const named = [...new Set(documents.flatMap((one) => ('issue' in one ? (one.issue ?? []) : [])))];
    if (named.length === 0) return new Set();
    // Whatever became of its unit since: it speaks of what it was given.
    return this.#options.store.exchange.knows(link.id, named);
  }

  /** A page at a time, oldest first: their order is the order of issuing, and what was supplied is not read again. */
  async #supply(link: ExchangeLink): Promise<void> {
    const { store, nowMs } = this.#options;
    // A unit that ended has its withdrawals yet; where another system stayed with it they go there.
    const kept = new Set((await store.exchange.links()).map(({ unit }) => unit));
    const owed = await this.#owed(link, kept);
    if (owed.length === 0) return;
    const issues = (await Promise.all(owed.map((id) => store.issues.issue(id)))).flatMap((one) => one ?? []);
    const items = new Map((await store.sources.itemsOf(issues.map(({ item }) => item))).map((one) => [one.id, one]));
    const supplies = issues.flatMap((issue) => supplyOf(link, issue, items.get(issue.item)) ?? []);
    await store.exchange.supply(link.id, supplies, nowMs());
  }
}

/** In a file there is one document. */
function ofOne(problem: Problem): Problem {
  return { ...problem, path: problem.path.replace('/documents/0', '') };
}
