// The roster: who holds which place when. Lines are checked against the people of the centre and against each other.
import { randomHex } from '../../hardware/host/crypto.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { zoneClock } from '../../schemas/zones.ts';
import type { CentreCard } from '../centre.ts';
import { checkEntry, type RosterEntry, rosterEntryMsMax, type Span } from '../core/duty.ts';
import { type RosterLine, readRosterWeek, weekOf } from '../core/roster-week.ts';
import type { Feed } from '../feed.ts';
import type { DutyStore } from '../store/duty-store.ts';
import type { Act } from '../store/store.ts';
import type { Crowd } from './crowd.ts';

export interface RosterDeskOptions {
  readonly store: DutyStore;
  readonly crowd: Crowd;
  readonly card: Pick<CentreCard, 'id' | 'zone'>;
  readonly feed: Feed;
  readonly act: (actor: string, act: string, subject: string, content?: unknown) => Act;
}

export class RosterDesk {
  readonly #options: RosterDeskOptions;

  constructor(options: RosterDeskOptions) {
    this.#options = options;
  }

  /** Problems: bad-input (person without the role, span), conflict. */
  async add(line: RosterLine, by: string): Promise<Result<RosterEntry>> {
    const { store, act } = this.#options;
    const entry = { ...line, id: `roster-${randomHex(6)}` };
    const checked = await this.#check(entry, await store.roster(around(line)));
    if (!checked.ok) return checked;
    await store.addEntry(entry, act(by, 'duty.roster-add', entry.id, entry));
    this.#tell(entry.id);
    return ok(entry);
  }

  /** Problem: not-found. */
  async remove(id: string, by: string): Promise<Result<void>> {
    const removed = await this.#options.store.removeEntry(id, this.#options.act(by, 'duty.roster-remove', id));
    if (removed.ok) this.#tell(id);
    return removed;
  }

  /** A whole week at once: all or nothing. Problems: bad-input, too-large, conflict, zone-unknown. */
  async importWeek(date: string, text: string, by: string): Promise<Result<readonly RosterEntry[]>> {
    const { store, card, act } = this.#options;
    const clock = zoneClock(card.zone);
    if (!clock.ok) return clock;
    const week = weekOf(date, clock.value);
    if (!week.ok) return week;
    const lines = readRosterWeek(text, week.value, clock.value);
    if (!lines.ok) return lines;
    const entries = lines.value.map((line) => ({ ...line, id: `roster-${randomHex(6)}` }));
    const { fromMs, toMs } = week.value;
    const beside = (await store.roster(around(week.value))).filter((one) => one.fromMs < fromMs || one.fromMs >= toMs);
    for (const [at, entry] of entries.entries()) {
      const checked = await this.#check(entry, [...beside, ...entries.slice(0, at)]);
      if (!checked.ok) return bad(checked.problem.code, `duty ${at + 1} of the week: ${checked.problem.detail}`, '/lines');
    }
    await store.replaceEntries(week.value, entries, act(by, 'duty.roster-week', date, entries));
    this.#tell(date);
    return ok(entries);
  }

  async #check(entry: RosterEntry, others: readonly RosterEntry[]): Promise<Result<RosterEntry>> {
    const { officers, leaders } = await this.#options.crowd.roles();
    const fit = entry.place === 'leader' ? leaders : officers;
    if (!fit.includes(entry.person))
      return bad('bad-input', `${entry.person} is no ${entry.place === 'leader' ? 'leader' : 'duty officer'} here`, '/person');
    return checkEntry(entry, others);
  }

  #tell(id: string): void {
    this.#options.feed.tell('duty', id);
  }
}

function around({ fromMs, toMs }: Span): Span {
  return { fromMs: fromMs - rosterEntryMsMax, toMs: Math.min(toMs, fromMs + 8 * 86_400_000) + rosterEntryMsMax };
}
