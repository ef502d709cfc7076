// Taking a box out of service: it is told by a signed command and says that it heard; then its certificate is on the deny list.
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { CommandDesk } from '../command-desk.ts';
import type { Feed } from '../feed.ts';
import type { Journal } from '../link.ts';
import type { Registry } from '../registry.ts';
import type { Leaving } from '../store/enrolment-store.ts';
import type { Act, Store } from '../store/store.ts';

export interface RetireDeskOptions {
  readonly store: Pick<Store, 'enrolment'>;
  readonly registry: Registry;
  readonly commands: Pick<CommandDesk, 'give' | 'results'>;
  readonly connected: (dev: string) => boolean;
  /** End its connection. */
  readonly cut: (dev: string) => void;
  readonly changed: () => Promise<void>;
  readonly feed: Feed;
  readonly journal: Journal;
}

export interface Retirement {
  /** `told`: the box was asked and has not said yet that it heard; `out`: its certificate is worth nothing. */
  readonly state: 'told' | 'out';
}

/** INVARIANT: who was told to leave stays known, through every restart, until its word has come or it was taken out without it. */
export class RetireDesk {
  readonly #options: RetireDeskOptions;
  readonly #waiting = new Map<string, Leaving>();

  constructor(options: RetireDeskOptions) {
    this.#options = options;
  }

  /** What was asked before this start; the word of some may lie in the tables already. */
  async start(): Promise<void> {
    for (const leaving of await this.#options.store.enrolment.leaving()) {
      this.#waiting.set(leaving.dev, leaving);
      await this.rowsCame(leaving.dev);
    }
  }

  /** `now`: lost or stolen, its word is not waited for. Problems: not-found, conflict, offline. */
  async retire(dev: string, now: boolean, by: string, act: (act: string) => Act): Promise<Result<Retirement>> {
    const { registry, commands, connected } = this.#options;
    if (!registry.box(dev)) return bad('not-found', `no box ${dev}`);
    if (!registry.enrolled(dev)) return bad('conflict', `${dev} is not enrolled`);
    const there = connected(dev);
    if (!there && !now) return bad('offline', 'the box is not there to hear it; `now` takes it out all the same', '/now');
    const entry = act('box.decommission');
    if (there) {
      const keep = (command: string) => this.#keep({ dev, command, askedMs: entry.atMs, sha256: entry.sha256 });
      const given = await commands.give(dev, { do: 'decommission' }, by, () => entry, now ? undefined : keep);
      if (!given.ok) return given;
      if (!now) return ok({ state: 'told' });
    }
    return this.#end(dev, act('box.denied'));
  }

  /** Rows of a box were committed and acknowledged: is its word among them? */
  async rowsCame(dev: string): Promise<void> {
    const waiting = this.#waiting.get(dev);
    if (!waiting) return;
    const told = (await this.#options.commands.results(dev)).get(waiting.command);
    if (told?.state !== 'done') return;
    this.#waiting.delete(dev);
    const { askedMs: atMs, sha256 } = waiting;
    const ended = await this.#end(dev, { atMs, actor: `box:${dev}`, act: 'box.denied', subject: dev, sha256 });
    if (!ended.ok) this.#options.journal.warn({ event: 'not-denied', dev, ...ended.problem });
  }

  /** On the disk before the box hears it: its answer may come to the process after this one. */
  async #keep(leaving: Leaving): Promise<void> {
    this.#waiting.set(leaving.dev, leaving);
    await this.#options.store.enrolment.askToLeave(leaving);
  }

  async #end(dev: string, act: Act): Promise<Result<Retirement>> {
    const { store, registry, cut, changed, feed } = this.#options;
    const ended = await store.enrolment.end(dev, 'decommissioned', act);
    if (!ended.ok) return ended;
    registry.put(ended.value);
    cut(dev);
    await changed();
    feed.tell('box', dev);
    return ok({ state: 'out' });
  }
}
