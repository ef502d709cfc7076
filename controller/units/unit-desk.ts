// Units at work: the tree of today in memory, changes decided in the store's turn and done on their day by one timer.
import { randomHex, sha256 } from '../../hardware/host/crypto.ts';
import { canonicalJson } from '../../schemas/canonical.ts';
import type { AreaPath } from '../../schemas/ids.ts';
import { ok, type Result } from '../../schemas/problems.ts';
import { registerLimits } from '../../schemas/register.ts';
import type { LocalDate } from '../../schemas/time.ts';
import type { UnitChangeRequest, UnitCodes } from '../../schemas/units.ts';
import type { ZoneClock } from '../../schemas/zones.ts';
import type { CentreCard } from '../centre.ts';
import { type AreaHistory, areaAt, dateAt } from '../core/area-history.ts';
import { homeOf } from '../core/source-place.ts';
import {
  type Asking,
  judgeDue,
  judgeMake,
  judgeUndo,
  nextDueMs,
  treeToCome,
  type UnitChangeEntry,
  type UnitNow,
} from '../core/unit-book.ts';
import type { NamedArea } from '../core/unit-moves.ts';
import type { UnitPlan, UnitRules } from '../core/unit-plan.ts';
import { keepOf } from '../core/unit-queue.ts';
import { type Tree, treeOf, unitsOn } from '../core/unit-tree.ts';
import type { Feed } from '../feed.ts';
import type { Journal } from '../link.ts';
import type { Trust } from '../provision/signing-keys.ts';
import type { Registry } from '../registry.ts';
import type { Act, Store } from '../store/store.ts';
import type { UnitWrite } from '../store/unit-store.ts';
import { readNamedAreas } from './named-areas.ts';
import { readUnitCodes, unitCodesCell } from './unit-codes.ts';

export interface UnitDeskOptions {
  readonly store: Pick<Store, 'units' | 'meta' | 'orders' | 'alerts' | 'calendar' | 'register'>;
  readonly card: CentreCard;
  readonly trust: Trust;
  readonly clock: ZoneClock;
  readonly registry: Pick<Registry, 'move' | 'box'>;
  readonly feed: Feed;
  readonly journal: Journal;
  /** Places and wants are made anew. */
  readonly changed: () => Promise<void>;
  readonly nowMs: () => number;
}

const timerMaxMs = 2 ** 31 - 1;
/** After a store or signing desk that was away. */
const againMs = 30_000;
/** Pages that list boxes are told of each, of more they are told once. */
const toldMax = 100;

export class UnitDesk {
  readonly #options: UnitDeskOptions;
  #tree: Tree = new Map();
  #changes: readonly UnitChangeEntry[] = [];
  #areas: ReadonlyMap<string, AreaHistory> = new Map();
  #timer: NodeJS.Timeout | undefined;
  /** Boxes may not know their places yet. */
  #owed = false;
  #stopped = false;

  constructor(options: UnitDeskOptions) {
    this.#options = options;
  }

  /** Read everything and do what fell due while the centre was away. */
  start(): Promise<void> {
    return this.due();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  get tree(): Tree {
    return this.#tree;
  }

  get clock(): ZoneClock {
    return this.#options.clock;
  }

  /** In the order of their turns. */
  changes(): readonly UnitChangeEntry[] {
    return this.#changes;
  }

  today(): LocalDate {
    return dateAt(this.#options.nowMs(), this.#options.clock);
  }

  /** The tree for a day: what waits until then is part of it. */
  async treeFor(date: LocalDate): Promise<Tree> {
    const waits = date > this.today() && this.#changes.some(({ state }) => state === 'waiting');
    return waits ? treeToCome(await this.#options.store.units.state(), date) : this.#tree;
  }

  /** Where a box stood then; undefined for a box nobody knows. */
  areaOf(dev: string, atMs: number): AreaPath | undefined {
    const box = this.#options.registry.box(dev);
    return box && areaAt(this.historyOf(dev), box.area, atMs);
  }

  historyOf(dev: string): AreaHistory {
    return this.#areas.get(dev) ?? [];
  }

  /** Names of all units, ended ones too: groups keep the name they were known by. */
  names(): { readonly id: string; readonly name: string }[] {
    return [...this.#tree.values()].map(({ id, periods }) => ({ id, name: periods.at(-1)?.name ?? id }));
  }

  /** Names and areas of today's units. */
  places(): { readonly name: string; readonly area: AreaPath }[] {
    return unitsOn(this.#tree, this.today()).map(({ name, area }) => ({ name, area }));
  }

  /** What a change would do. Problems: those of `judgeMake`. */
  async preview(asked: UnitChangeRequest, asking: Asking): Promise<Result<{ readonly plan: UnitPlan; readonly waits: boolean }>> {
    const rules = await this.#rules([asked]);
    const judged = judgeMake(await this.#options.store.units.state(), { ...asked, id: 'preview' }, asking, this.#now(), rules);
    return judged.ok ? ok({ plan: judged.value.plan, waits: judged.value.entry.state === 'waiting' }) : judged;
  }

  /** Make it: done now, or kept until its day. Problems: those of `judgeMake`. */
  async make(asked: UnitChangeRequest, asking: Asking): Promise<Result<UnitChangeEntry>> {
    // What is due comes first: the new one is judged on what stands then.
    await this.due();
    const rules = await this.#rules([asked]);
    const id = `change-${randomHex(8)}`;
    return this.#decide((state) => {
      const judged = judgeMake(state, { ...asked, id }, asking, this.#now(), rules);
      if (!judged.ok) return judged;
      const { entry, plan, foreseen } = judged.value;
      const apply = entry.state === 'waiting' ? null : plan;
      return ok({ entry, apply, keep: keepOf(plan), foreseen, act: this.#act(asking.by, 'unit.change', entry.id, asked) });
    });
  }

  /** Take it back. Problems: those of `judgeUndo`. */
  async undo(id: string, asking: Asking): Promise<Result<UnitChangeEntry>> {
    const rules = await this.#rules([]);
    return this.#decide((state, kept) => {
      const judged = judgeUndo(state, { id, kept }, asking, this.#now(), rules);
      if (!judged.ok) return judged;
      const { entry, plan, foreseen } = judged.value;
      return ok({ entry, apply: plan, keep: null, foreseen, act: this.#act(asking.by, 'unit.undo', id, entry.change) });
    }, id);
  }

  /** Do all whose day has come, in order; then sleep until the next. Never rejects: what could not be done is tried again. */
  async due(): Promise<void> {
    try {
      await this.#load();
      const rules = await this.#rules(this.#changes.filter(({ state }) => state === 'waiting'));
      for (let more = true; more; ) {
        const done = await this.#options.store.units.decide((state) => {
          const judged = judgeDue(state, this.#now(), rules);
          if (!judged) return ok(undefined);
          const { entry, plan, foreseen } = judged;
          const act = this.#act('centre', entry.state === 'failed' ? 'unit.fail' : 'unit.take-effect', entry.id, entry.change);
          return ok({ entry, apply: plan, keep: plan && keepOf(plan), foreseen, act });
        });
        more = done.ok && done.value !== undefined;
        if (done.ok && done.value) await this.#done(done.value);
      }
      if (this.#owed) await this.#tellBoxes();
      this.#arm();
    } catch (err) {
      this.#options.journal.warn({ event: 'unit-change-not-done', err });
      this.#arm(true);
    }
  }

  async codes(): Promise<UnitCodes> {
    return readUnitCodes(this.#options.store.meta);
  }

  /** From now on; codes given before stay as they are. */
  async saveCodes(codes: UnitCodes, by: string): Promise<void> {
    const { store, card } = this.#options;
    await store.meta.setValue(unitCodesCell, JSON.stringify(codes), this.#act(by, 'unit.codes', card.id, codes));
  }

  async #decide(judge: Parameters<Store['units']['decide']>[0], of?: string): Promise<Result<UnitChangeEntry>> {
    const decided = await this.#options.store.units.decide(judge, of);
    if (!decided.ok) return decided;
    if (!decided.value) throw new Error('a change was asked for and not judged');
    await this.#done(decided.value);
    if (this.#owed) await this.#tellBoxes();
    this.#arm();
    return ok(decided.value.entry);
  }

  /** What was written becomes what is, here and in the registry; boxes are owed their signed places. */
  async #done({ entry, apply }: UnitWrite): Promise<void> {
    const { registry, feed, journal } = this.#options;
    // Before anything can fail: what is committed is never unknown here.
    for (const { id, after } of apply?.boxes ?? []) registry.move(id, after);
    this.#owed ||= (apply?.boxes.length ?? 0) > 0;
    await this.#load();
    if (entry.problem) journal.warn({ event: 'unit-change-failed', change: entry.id, ...entry.problem });
    feed.tell('unit', entry.id);
    for (const { id } of apply?.boxes.slice(0, toldMax) ?? []) feed.tell('box', id);
  }

  /** The change stands whether or not boxes hear of it now; they hear until they do. */
  async #tellBoxes(): Promise<void> {
    try {
      await this.#options.changed();
      this.#owed = false;
    } catch (err) {
      this.#options.journal.warn({ event: 'boxes-not-told', err });
    }
  }

  async #load(): Promise<void> {
    const { units } = this.#options.store;
    const [rows, changes, areas] = await Promise.all([units.units(), units.changes(), units.areas()]);
    this.#tree = treeOf(rows);
    this.#changes = changes;
    this.#areas = areas;
  }

  /** Wake when the next is due, or after a while whatever is due. */
  #arm(failed = false): void {
    clearTimeout(this.#timer);
    if (this.#stopped) return;
    const next = nextDueMs(this.#changes, this.#options.clock);
    const wakes = [
      ...(!failed && next !== undefined ? [Math.max(1, next - this.#options.nowMs())] : []),
      ...(failed || this.#owed ? [againMs] : []),
    ];
    if (wakes.length > 0) this.#timer = setTimeout(() => void this.due(), Math.min(...wakes, timerMaxMs)).unref();
  }

  async #rules(changes: readonly Pick<UnitChangeRequest, 'change'>[]): Promise<UnitRules> {
    const { store, card, trust, nowMs } = this.#options;
    // Only a unit that ends leaves equipment without one.
    const equipment = changes.some(({ change }) => change.do === 'close') ? await this.#equipment() : [];
    return { codes: await this.codes(), centreArea: card.area, named: await readNamedAreas(store, trust, nowMs(), equipment) };
  }

  /** What the register holds, by where its unit's things belong today. */
  async #equipment(): Promise<NamedArea[]> {
    const entries = await this.#options.store.register.entries({ day: this.today(), limit: registerLimits.entries });
    return entries.flatMap(({ entry, facts }): NamedArea[] => {
      const home = facts && homeOf(this.#tree, this.today(), facts.unit);
      return home ? [{ what: 'register', id: entry, area: home.area }] : [];
    });
  }

  #now(): UnitNow {
    return { nowMs: this.#options.nowMs(), clock: this.#options.clock };
  }

  #act(actor: string, act: string, subject: string, content: unknown): Act {
    return { atMs: this.#options.nowMs(), actor, act, subject, sha256: sha256(Buffer.from(canonicalJson(content))) };
  }
}
