// The loop: one event at a time, decide, write down, then do. It owns the one timer of the rules.
import type { Entry, Fact } from '../schemas/outbox.ts';
import type { Moment } from '../schemas/time.ts';
import { decide } from './core/decide.ts';
import type { Action, Decision, Event, Kept, State } from './core/model.ts';
import { blankKept, blankLive } from './core/start-state.ts';
import type { Clock, Hands, Journal } from './ports.ts';

/** Events waiting at most; beyond it the oldest re-stated mirrors give way, orders never. */
export const queueMax = 1_000;
/** Ordinary rows share a commit this long. */
export const commitSoonMs = 1_000;
/** A siren waits no longer than this for its slot to be on the disk (DESIGN §4). */
export const orderCommitMs = 250;
/** Rows kept in memory while the disk refuses them. */
const pendingMax = 10_000;
/** The timer is armed anew at least this often, so a slewing clock is followed. */
const armMaxMs = 60_000;

/** Where a recording begins. */
export interface FlightStart {
  readonly start: { readonly kept: Kept; readonly epoch: string; readonly acked: number };
}

/** One decision: replayed in order from the start line it gives the same outcome again. */
export interface FlightDecision {
  readonly now: Moment;
  readonly event: Event;
  readonly actions: readonly Action[];
  readonly facts: readonly Fact[];
  readonly wakeAtMonoMs: number | null;
}

/** What the loop could not do as meant. */
export interface FlightTrouble {
  readonly trouble: 'queue-full' | 'commit-failed' | 'commit-late';
  readonly detail: string;
}

export type FlightLine = FlightStart | FlightDecision | FlightTrouble;

export interface LoopOptions {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly hands: Hands;
  readonly log: (line: FlightLine) => void;
  /** False while accepted orders are in memory only, though the commit went well. */
  readonly ordersKept?: () => boolean;
}

/** A hand at the box pressed its button, as a line of the flight tells. */
export function buttonPressed(line: FlightLine): boolean {
  return 'event' in line && line.event.is === 'inputChanged' && line.event.input === 'button' && line.event.on;
}

type Queued = { readonly event: Event } | { readonly settled: () => void };

/**
 * INVARIANTS: one decision at a time; what a decision marked `now` is on the disk before its actions are performed
 * (an order after 250 ms at the latest); rows reach the journal in the order they were decided.
 */
export class Loop {
  readonly #options: LoopOptions;
  readonly #queue: Queued[] = [];
  readonly #tell = (event: Event) => this.tell(event);
  #state: State = { kept: blankKept(), live: blankLive() };
  #committed: Kept = this.#state.kept;
  #pending: Entry[] = [];
  #dropped = 0;
  #running: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #wakeAtMonoMs: number | null = null;
  #commitAtMonoMs: number | null = null;
  #open = false;
  #failed: { readonly detail: string; readonly atMonoMs: number } | undefined;

  constructor(options: LoopOptions) {
    this.#options = options;
  }

  /** Load what was kept. Events told before are decided after it. */
  async start(): Promise<void> {
    const { kept, epoch, ackedTo } = await this.#options.journal.load();
    this.#state = { kept, live: { ...blankLive(), rows: { epoch, acked: ackedTo } } };
    this.#committed = kept;
    this.#options.log({ start: { kept, epoch, acked: ackedTo } });
    this.#open = true;
    this.#run();
  }

  tell(event: Event): void {
    if (this.#queue.length >= queueMax && !this.#makeRoom(event)) return;
    this.#queue.push({ event });
    this.#run();
  }

  /** Resolves when all that was told so far is decided and on the disk. */
  settled(): Promise<void> {
    return new Promise((settled) => {
      this.#queue.push({ settled });
      this.#run();
    });
  }

  snapshot(): State {
    return this.#state;
  }

  /** Events given up for want of room since the start. */
  dropped(): number {
    return this.#dropped;
  }

  async stop(): Promise<void> {
    this.#open = false;
    clearTimeout(this.#timer);
    await this.#running;
    await this.#commit();
  }

  #makeRoom(event: Event): boolean {
    const oldest = this.#queue.findIndex((one) => 'event' in one && mirrors.has(one.event.is));
    this.#dropped++;
    this.#options.log({ trouble: 'queue-full', detail: `${this.#dropped} dropped, now ${oldest < 0 ? event.is : 'a mirror'}` });
    if (oldest >= 0) this.#queue.splice(oldest, 1);
    return oldest >= 0 || event.is === 'orderOffered' || event.is === 'clearOffered' || event.is === 'smsOrderOffered';
  }

  #run(): void {
    if (!this.#open || this.#running) return;
    this.#running = this.#drain().finally(() => {
      this.#running = undefined;
      if (this.#queue.length > 0) this.#run();
      else this.#arm();
    });
  }

  async #drain(): Promise<void> {
    for (let next = this.#queue.shift(); next && this.#open; next = this.#queue.shift()) {
      if ('event' in next) await this.#handle(next.event);
      else {
        await this.#commit();
        next.settled();
      }
    }
  }

  async #handle(event: Event): Promise<void> {
    const now = this.#options.clock.now();
    const decision = decide(now, this.#state, event);
    const { state, facts, actions, wakeAtMonoMs } = decision;
    this.#state = state;
    this.#wakeAtMonoMs = wakeAtMonoMs;
    this.#options.log({ now, event, actions, facts, wakeAtMonoMs });
    for (const fact of facts) this.#note(now, fact);
    await this.#write(now, event, decision);
    for (const action of actions) this.#options.hands.perform(action, this.#tell);
  }

  async #write(now: Moment, event: Event, { commit }: Decision): Promise<void> {
    if (commit === 'soon') this.#commitAtMonoMs ??= now.monoMs + commitSoonMs;
    if (commit !== 'now') return;
    const { active } = this.#state.kept.orders;
    const begun = active.filter(({ id }) => !this.#committed.orders.active.some((one) => one.id === id));
    if (begun.length === 0 && event.is !== 'orderOffered') return this.#commit();
    const late = await inTime(this.#commit(), orderCommitMs);
    if (!late && this.#options.ordersKept?.() !== false) return;
    this.#options.log({ trouble: 'commit-late', detail: `${event.is}: decided before its slot is on the disk` });
    for (const { id } of begun) this.#note(now, { kind: 'order', order: id, state: 'accepted', unpersisted: true });
    if (begun.length === 0) return;
    this.#commitAtMonoMs = now.monoMs + commitSoonMs;
  }

  #note({ wallMs, monoMs, quality }: Moment, fact: Fact): void {
    this.#pending.push({ boot: this.#state.live.boot, atMs: Math.max(0, Math.round(wallMs)), monoMs, clock: quality, fact });
  }

  /** A disk that refuses does not silence the box: rows wait in memory and are offered again. */
  async #commit(): Promise<void> {
    this.#commitAtMonoMs = null;
    const { kept } = this.#state;
    if (kept === this.#committed && this.#pending.length === 0) return;
    const entries = this.#pending;
    this.#pending = [];
    try {
      await this.#options.journal.commit(kept, entries);
      this.#committed = kept;
    } catch (error) {
      this.#tellFailed(error instanceof Error ? error.message : 'unknown');
      this.#pending = [...entries, ...this.#pending].slice(-pendingMax);
      this.#commitAtMonoMs = this.#options.clock.now().monoMs + commitSoonMs;
    }
  }

  /** A full disk is full for hours: the same trouble once a minute. */
  #tellFailed(detail: string): void {
    const { monoMs } = this.#options.clock.now();
    if (detail === this.#failed?.detail && monoMs < this.#failed.atMonoMs + armMaxMs) return;
    this.#failed = { detail, atMonoMs: monoMs };
    this.#options.log({ trouble: 'commit-failed', detail });
  }

  #arm(): void {
    clearTimeout(this.#timer);
    if (!this.#open) return;
    const { monoMs } = this.#options.clock.now();
    const next = Math.min(
      this.#wakeAtMonoMs ?? Number.POSITIVE_INFINITY,
      this.#commitAtMonoMs ?? Number.POSITIVE_INFINITY,
      monoMs + armMaxMs,
    );
    this.#timer = setTimeout(() => this.#wake(), Math.max(1, Math.ceil(next - monoMs)));
  }

  #wake(): void {
    const { monoMs } = this.#options.clock.now();
    if (this.#commitAtMonoMs !== null && monoMs >= this.#commitAtMonoMs) this.#queue.push({ settled: () => undefined });
    if (this.#commitAtMonoMs === null || this.#wakeAtMonoMs !== null) this.#queue.push({ event: { is: 'timePassed' } });
    this.#run();
  }
}

/** Re-stated by their adapters, so a lost one is made good by the next. */
const mirrors: ReadonlySet<Event['is']> = new Set([
  'timePassed',
  'clockChanged',
  'cacheSeen',
  'healthSampled',
  'playbackProgressed',
  'rowsAcked',
  'modemSeen',
  'trafficSeen',
  'meterSeen',
  'fanSeen',
]);

/** True when the promise took longer. */
async function inTime(done: Promise<void>, limitMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(true), limitMs);
  });
  const outcome = await Promise.race([done.then(() => false), late]);
  clearTimeout(timer);
  return outcome;
}
