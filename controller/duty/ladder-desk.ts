// The ladder at work: watches what waits for a person, rings as the rules say, arms one timer, writes down each step.
import type { LadderAnswer } from '../../schemas/duty.ts';
import { decide, type LadderDecision, type LadderState, type Watched } from '../core/ladder.ts';
import { type Crew, stepsFor } from '../core/ladder-steps.ts';
import type { Feed } from '../feed.ts';
import type { Journal } from '../link.ts';
import type { DutyStore } from '../store/duty-store.ts';
import type { Act } from '../store/store.ts';
import type { RingBook } from './ring-book.ts';

export interface LadderDeskOptions {
  readonly store: DutyStore;
  readonly rings: RingBook;
  readonly feed: Feed;
  readonly journal: Journal;
  readonly crew: () => Promise<Crew>;
  readonly titleOf: (account: string) => Promise<string>;
  readonly rungMs: () => number;
  readonly nowMs: () => number;
  readonly audit: (act: Act) => Promise<void>;
  readonly act: (actor: string, act: string, subject: string, content?: unknown) => Act;
}

/** What a room that holds alerts or orders needs of the ladder. */
export interface Ladder {
  /** Ring until somebody comes; watching the same id again changes nothing. */
  watch(watched: Watched): void;
  /** Somebody decided: nobody is rung for it any more. */
  answered(id: string): void;
  /** May the first officer act alone on this waiting order now? */
  offered(id: string): boolean;
}

interface Open {
  readonly watched: Watched;
  offered: boolean;
}

const watchedMax = 200;
const lookAgainMs = 5_000;
const maxTimeoutMs = 2 ** 31 - 1;

export class LadderDesk implements Ladder {
  readonly #options: LadderDeskOptions;
  readonly #open = new Map<string, Open>();
  #turn: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: LadderDeskOptions) {
    this.#options = options;
  }

  watch(watched: Watched): void {
    if (this.#open.has(watched.id)) return;
    // A flood of alerts takes no place from an order that waits for its second officer.
    const alerts = [...this.#open.values()].filter((one) => one.watched.kind === 'alert').length;
    if (watched.kind === 'alert' && alerts >= watchedMax) {
      this.#options.journal.warn({ event: 'ladder-full', id: watched.id });
      return;
    }
    this.#open.set(watched.id, { watched, offered: false });
    void this.look();
  }

  answered(id: string): void {
    if (!this.#open.delete(id)) return;
    void this.#alone(() => this.#options.rings.quiet(id)).then(() => this.look());
  }

  offered(id: string): boolean {
    return this.#open.get(id)?.offered ?? false;
  }

  /** One look at everything that waits: ring who is due, offer what is due, wake up for the next. */
  look(): Promise<void> {
    return this.#alone(async () => {
      clearTimeout(this.#timer);
      // Should this look fail, another follows all the same: what waits goes on waiting.
      if (this.#open.size > 0 && !this.#stopped) this.#timer = setTimeout(() => void this.look(), lookAgainMs).unref();
      const wakes: number[] = [];
      const crew = await this.#options.crew();
      for (const open of [...this.#open.values()]) {
        const { wakeAt } = await this.#step(open, crew);
        if (wakeAt !== null) wakes.push(wakeAt);
      }
      clearTimeout(this.#timer);
      if (wakes.length === 0 || this.#stopped) return;
      const inMs = Math.max(1, Math.min(...wakes) - this.#options.nowMs());
      this.#timer = setTimeout(() => void this.look(), Math.min(inMs, maxTimeoutMs)).unref();
    });
  }

  /** How far a waiting thing is; undefined when nothing of that id waits. */
  async answerOf(id: string): Promise<LadderAnswer | undefined> {
    const { store, nowMs, crew, titleOf } = this.#options;
    const open = this.#open.get(id);
    if (!open) return undefined;
    const now = nowMs();
    const { next } = decide(now, await this.#stateOf(open, await crew(), now));
    const rung = await store.ringsAbout(id);
    const people = await Promise.all((next?.people ?? []).map(titleOf));
    return {
      rung: await Promise.all(
        rung.map(async ({ person, atMs, seenMs, answeredMs }) => ({ person, title: await titleOf(person), atMs, seenMs, answeredMs })),
      ),
      next: next && { people, atMs: next.atMs },
      offer: open.offered ? 'break-glass' : null,
      nowMs: now,
    };
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#turn;
  }

  async #step(open: Open, crew: Crew): Promise<LadderDecision> {
    const { rings, nowMs, feed, audit, act } = this.#options;
    const { watched } = open;
    const decision = decide(nowMs(), await this.#stateOf(open, crew, nowMs()));
    const { ring, offer } = decision;
    // Somebody may have come while the tables were read.
    if (this.#open.get(watched.id) !== open) return decision;
    if (ring.length > 0) await rings.ring(ring, wordsOf(watched));
    if (offer !== null && !open.offered) {
      open.offered = true;
      await audit(act('ladder', 'duty.offer-break-glass', watched.id));
      feed.tell('duty', watched.id);
    }
    return decision;
  }

  async #stateOf({ watched }: Open, crew: Crew, nowMs: number): Promise<LadderState> {
    const rung = (await this.#options.store.ringsAbout(watched.id)).filter(({ kind }) => kind !== 'told');
    return { watched, steps: stepsFor(watched, crew, nowMs), rung, rungMs: this.#options.rungMs() };
  }

  /** In turn; what fails is told, and tried again by the next look. */
  #alone(work: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(work).catch((err: unknown) => this.#options.journal.warn({ event: 'ladder-failed', err }));
    return this.#turn;
  }
}

function wordsOf({ kind, id, title }: Watched) {
  return kind === 'request'
    ? {
        kind: 'second' as const,
        about: id,
        title: `Cần người xác nhận thứ hai: ${title ?? id}`,
        text: 'Mở trang Khẩn cấp để xem và ký xác nhận.',
      }
    : { kind: 'alert' as const, about: id, title: `Cảnh báo chờ xử lý: ${title ?? id}`, text: 'Mở trang Khẩn cấp để xem và quyết định.' };
}
