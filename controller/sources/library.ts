// The library: folders kept by the people of their unit, and where an item is used.
import { randomId } from '../../hardware/host/crypto.ts';
import type { UsesAnswer } from '../../schemas/library.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { type Folder, judgeFolder, judgeFolderRemoval } from '../core/folders.ts';
import type { OrderTemplate } from '../core/order-plan.ts';
import { type Grant, may } from '../core/roles.ts';
import type { SourceItem } from '../core/source-item.ts';
import { areasOn } from '../core/unit-tree.ts';
import type { Store } from '../store/store.ts';
import type { UnitDesk } from '../units/unit-desk.ts';
import type { Asking, SourceDesk } from './source-desk.ts';

export interface LibraryOptions {
  readonly store: Pick<Store, 'folders' | 'sources' | 'issues' | 'content'>;
  readonly sources: SourceDesk;
  readonly units: Pick<UnitDesk, 'tree' | 'today'>;
  readonly templates: () => readonly OrderTemplate[];
}

const issuesCounted = 1_000;

export class Library {
  readonly #options: LibraryOptions;

  constructor(options: LibraryOptions) {
    this.#options = options;
  }

  /** Of units that this person reads. */
  async folders(grants: readonly Grant[]): Promise<Folder[]> {
    const { store, sources } = this.#options;
    return (await store.folders.folders()).filter((folder) => sources.seesWhole(folder, grants));
  }

  /** Problems: not-found (unit, folder above), not-allowed, conflict, over-budget. */
  async add(wish: Omit<Folder, 'id'>, asking: Asking): Promise<Result<Folder>> {
    const { units, store } = this.#options;
    const area = areasOn(units.tree, units.today()).get(wish.unit);
    if (area === undefined) return bad('not-found', `no unit ${wish.unit} today`, '/unit');
    const allowed = may(asking.grants, 'library.write', area);
    if (!allowed.ok) return allowed;
    const folder = { id: randomId('thu-muc'), ...wish };
    return store.folders.decide((folders) => putOf(judgeFolder(folders, folder)), asking.act('folder.add', folder.id, folder));
  }

  /** Another name or place. Problems: not-found, not-allowed, conflict, over-budget. */
  async change(id: string, wish: Pick<Folder, 'parent' | 'name'>, asking: Asking): Promise<Result<Folder>> {
    const judge = (folders: readonly Folder[]) => {
      const folder = this.#own(folders, id, asking);
      return folder.ok ? putOf(judgeFolder(folders, { ...folder.value, ...wish })) : folder;
    };
    return this.#options.store.folders.decide(judge, asking.act('folder.change', id, wish));
  }

  /** Problems: not-found, not-allowed, conflict (not empty). */
  async remove(id: string, asking: Asking): Promise<Result<Folder>> {
    const judge = (folders: readonly Folder[], used: ReadonlySet<string>) => {
      const folder = this.#own(folders, id, asking);
      if (!folder.ok) return folder;
      const removed = judgeFolderRemoval(folders, id, used);
      return removed.ok ? ok({ remove: removed.value }) : removed;
    };
    return this.#options.store.folders.decide(judge, asking.act('folder.remove', id));
  }

  async uses(item: SourceItem, grants: readonly Grant[]): Promise<UsesAnswer> {
    const { store, sources, templates } = this.#options;
    const [versions, programmes, schedules, issues, copies] = await Promise.all([
      store.sources.versions(item.id),
      store.content.programmes(),
      store.content.schedules(),
      store.issues.issues({ item: item.id, limit: issuesCounted }),
      store.sources.copies(item.id),
    ]);
    const whole = sources.seesWhole(item, grants);
    const told = versions.filter(({ steps }) => whole || steps.some(({ step }) => step === 'publish'));
    const files = new Set(told.flatMap(({ content: { media, attachments } }) => (media === null ? attachments : [media, ...attachments])));
    const using = programmes.flatMap(({ programme, sources: named = [], state }) => {
      const names = named.includes(item.id);
      if (!names && !programme.items.some(({ sha256 }) => files.has(sha256))) return [];
      const planned = schedules.filter(({ schedule }) => schedule.programme === programme.id).length;
      return [{ id: programme.id, title: programme.title, form: programme.form, state, names, schedules: planned }];
    });
    const spoken = templates().flatMap(({ id, title, speech }) =>
      speech.flatMap(({ recording, language }) => (recording !== undefined && files.has(recording) ? [{ id, title, language }] : [])),
    );
    const seen = copies.filter((copy) => copy.published !== null || sources.seesWhole(copy, grants));
    const answers = await sources.answers(seen, grants);
    return {
      ...{ programmes: using, templates: spoken, issues: issues.length },
      copies: answers.map(({ id, content, unit, state }) => ({ id, title: content.title, language: content.language, unit, state })),
    };
  }

  #own(folders: readonly Folder[], id: string, { grants }: Asking): Result<Folder> {
    const { sources } = this.#options;
    const folder = folders.find((one) => one.id === id);
    if (!folder || !sources.seesWhole(folder, grants)) return bad('not-found', `no folder ${id}`);
    const allowed = may(grants, 'library.write', sources.areaOf(folder));
    return allowed.ok ? ok(folder) : allowed;
  }
}

function putOf(judged: Result<Folder>): Result<{ readonly put: Folder }> {
  return judged.ok ? ok({ put: judged.value }) : judged;
}
