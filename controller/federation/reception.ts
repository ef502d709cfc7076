// What came from above on its way into this centre's own tables: files first, then the item, then what was issued of it.
import { sha256 } from '../../hardware/host/crypto.ts';
import { canonicalJson } from '../../schemas/canonical.ts';
import { type DownDirective, type DownIssue, type DownItem, DownThing } from '../../schemas/federation.ts';
import { parseJson } from '../../schemas/parse.ts';
import { bad, ok, type Problem, type Result } from '../../schemas/problems.ts';
import type { Item } from '../../schemas/programme.ts';
import type { CentreCard } from '../centre.ts';
import { receivedDirective } from '../core/federation-directives.ts';
import { itemKeyOf } from '../core/federation-down.ts';
import { actorOf, checkFiles, judgeReceived, receivedIssue } from '../core/federation-received.ts';
import { unitFinderAt } from '../core/source-place.ts';
import type { DirectiveDesk } from '../directives/directive-desk.ts';
import type { Journal } from '../link.ts';
import type { IssueDesk } from '../sources/issue-desk.ts';
import type { TakenRow } from '../store/federation-store.ts';
import type { Act, Store } from '../store/store.ts';
import type { UnitDesk } from '../units/unit-desk.ts';
import type { Intake } from './intake.ts';

export interface ReceptionOptions {
  readonly store: Pick<Store, 'federation' | 'sources' | 'issues' | 'directives' | 'content'>;
  readonly card: CentreCard;
  readonly units: Pick<UnitDesk, 'tree' | 'today'>;
  readonly issues: IssueDesk;
  readonly directives: Pick<DirectiveDesk, 'receive'>;
  readonly intake: Pick<Intake, 'missing'>;
  readonly changed: () => Promise<void>;
  readonly journal: Journal;
  readonly nowMs: () => number;
}

/** How many things still wait, and what content they lack. */
export interface Settled {
  readonly waiting: number;
  readonly missing: readonly Item[];
}

interface Pass {
  waiting: number;
  readonly missing: Item[];
  /** Something came that others may have waited for. */
  again: boolean;
}

const atOnce = 1_000;

export class Reception {
  readonly #options: ReceptionOptions;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: ReceptionOptions) {
    this.#options = options;
  }

  /** Whatever can be done now, from our own tables alone. One after the other. */
  settle(peer: string): Promise<Settled> {
    const done = this.#turn.then(() => this.#settle(peer));
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #settle(peer: string): Promise<Settled> {
    for (;;) {
      const pass: Pass = { waiting: 0, missing: [], again: false };
      await this.#pass(peer, pass);
      // Each item comes for the first time once.
      if (!pass.again) return pass;
    }
  }

  /** All that waits, a page at a time: what goes on waiting hides nothing behind it. */
  async #pass(peer: string, pass: Pass): Promise<void> {
    const { federation } = this.#options.store;
    let page = await federation.unsettled(peer, 0, atOnce);
    while (page.length > 0) {
      for (const row of page) await this.#take(peer, row, pass);
      page = page.length < atOnce ? [] : await federation.unsettled(peer, page.at(-1)?.seq ?? 0, atOnce);
    }
  }

  async #take(peer: string, row: TakenRow, pass: Pass): Promise<void> {
    const thing = parseJson(DownThing, row.body);
    const done = !thing.ok
      ? thing
      : thing.value.is === 'item'
        ? await this.#item(peer, thing.value, pass)
        : thing.value.is === 'issue'
          ? await this.#issue(peer, thing.value)
          : await this.#directive(peer, thing.value);
    if (!done.ok && isForLater(done.problem)) {
      pass.waiting += 1;
      return;
    }
    if (!done.ok) this.#options.journal.warn({ event: 'from-above-refused', centre: peer, key: row.key, ...done.problem });
    await this.#options.store.federation.settle(peer, row.key, row.seq);
  }

  /** What it lacks is added to what is missing. */
  async #item(peer: string, thing: DownItem, pass: Pass): Promise<Result<void>> {
    const { store, intake, changed, nowMs } = this.#options;
    const id = nameHere(peer, 'tu', thing.item);
    const items = thing.state === 'published' ? [...(thing.play ? [thing.play] : []), ...thing.attachments] : [];
    const fit = checkFiles(items);
    if (!fit.ok) return fit;
    const lacks = await intake.missing(items);
    if (!lacks.ok) return lacks;
    pass.missing.push(...lacks.value);
    if (lacks.value.length > 0) return bad('offline', `${lacks.value.length} of its files are not here yet`);
    const atMs = nowMs();
    const author = actorOf(peer);
    for (const item of items)
      await store.content.addMedia(
        { item, source: author, author, createdMs: atMs, peaks: [] },
        this.#act(peer, 'media.receive', item.sha256, item),
      );
    const act = this.#act(peer, 'source.receive', id, thing);
    const isNew = (await store.sources.item(id)) === undefined;
    const decided = await store.sources.decide(id, (known) => judgeReceived(known, thing, { centre: peer, id, atMs }), act);
    if (!decided.ok) return decided;
    if (isNew) {
      // Its issues came before it, or were given up when an earlier state of it was refused: nobody above tells them again.
      await store.federation.reopen(peer, 'issue', thing.item);
      pass.again = true;
    }
    await changed();
    return ok(undefined);
  }

  async #issue(peer: string, thing: DownIssue): Promise<Result<void>> {
    const { store, card, units, issues, journal } = this.#options;
    const id = nameHere(peer, 'tp', thing.issue);
    const item = await store.sources.item(nameHere(peer, 'tu', thing.item));
    // Settled and not among ours: it was refused. It comes again, and its issues with it, when it is mended above.
    if (!item && (await store.federation.isSettled(peer, itemKeyOf(thing.item)))) return bad('not-found', 'its item was refused', '/item');
    if (!item) return bad('offline', 'its item has not come yet');
    const known = await store.issues.issue(id);
    const made = receivedIssue(thing, known, {
      ...{ centre: peer, own: card.area, unitAt: unitFinderAt(units.tree, units.today()) },
      names: { issue: id, item: item.id },
    });
    if (made.refused.length > 0) journal.warn({ event: 'units-above-unknown', centre: peer, issue: thing.issue, units: made.refused });
    if (made.issue.to.length === 0) return bad('outside-area', 'none of its units is answered for here', '/units');
    return issues.receive(made, (act, subject, content) => this.#act(peer, act, subject, content));
  }

  async #directive(peer: string, thing: DownDirective): Promise<Result<void>> {
    const { store, card, units, directives, journal } = this.#options;
    const id = nameHere(peer, 'cd', thing.directive);
    const unitAt = unitFinderAt(units.tree, units.today());
    const made = receivedDirective(thing, await store.directives.directive(id), { centre: peer, own: card.area, id, unitAt });
    if (made.refused.length > 0)
      journal.warn({ event: 'units-above-unknown', centre: peer, directive: thing.directive, units: made.refused });
    if (made.directive.to.length === 0) return bad('outside-area', 'none of its units is answered for here', '/units');
    return directives.receive(made.directive, made.entries, this.#act(peer, 'directive.receive', id, thing));
  }

  #act(peer: string, act: string, subject: string, content: unknown = null): Act {
    return { atMs: this.#options.nowMs(), actor: actorOf(peer), act, subject, sha256: sha256(Buffer.from(canonicalJson(content))) };
  }
}

function isForLater({ code }: Problem): boolean {
  return code === 'offline';
}

/** What a thing of the centre above is called here: nobody above can choose a name that is taken. */
export function nameHere(centre: string, prefix: 'tu' | 'tp' | 'cd', id: string): string {
  return `${prefix}-${sha256(Buffer.from(`${centre} ${id}`)).slice(0, 24)}`;
}
