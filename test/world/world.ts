// A box in a world of fake time: real decisions, scripted hands, an honest journal, power cuts at any point.
// LONG: the world is one machine; its parts share every field.
import { decide } from '../../agent/core/decide.ts';
import type { Action, BeaconPattern, Decision, Event, Kept, OpenedMeta, State } from '../../agent/core/model.ts';
import { type Rules, standardRules } from '../../agent/core/rules.ts';
import { ruling } from '../../agent/core/ruling.ts';
import { blankKept, blankLive } from '../../agent/core/start-state.ts';
import type { LiveSession } from '../../schemas/live.ts';
import type { Clear, Order } from '../../schemas/order.ts';
import type { Fact } from '../../schemas/outbox.ts';
import type { Output } from '../../schemas/settings.ts';
import type { ClockQuality, Moment } from '../../schemas/time.ts';
import { trusted } from '../../schemas/time.ts';
import type { Plan } from '../../schemas/want.ts';
import { opened, wantOf } from './build.ts';
import { Horn, type HornWorld } from './horn.ts';
import { chance } from './random.ts';
import type { Hold, StoredRow, Trace } from './trace.ts';
import { describeFact, readable, stamp } from './transcript.ts';

const commitSoonMs = 1_000;
/** Decisions a world makes at most: more means a rule wakes itself without end. */
export const decisionsMax = 60_000;

export interface WorldOptions {
  readonly seed: number;
  /** True instant at which the world begins. */
  readonly startMs: number;
  readonly rules?: Rules;
  /** The box's clock at each boot: how far off, and what it rests on. */
  readonly clock?: { readonly quality: ClockQuality; readonly offMs: number };
  /** Does the centre answer when asked for the time? */
  readonly answersTime?: boolean;
  /** Replaces scripted outputs by others, such as ones that really sound. */
  readonly makeHorn?: (id: string, kind: Output['kind'], world: World) => Horn;
  /** Chance that a fetch fails. */
  readonly fetchFails?: number;
}

interface Later {
  readonly atMs: number;
  readonly order: number;
  readonly boot: number | 'any';
  readonly run: () => void;
}

type Offer =
  | { readonly is: 'order'; readonly opened: OpenedMeta; readonly order: Order }
  | { readonly is: 'clear'; readonly opened: OpenedMeta; readonly clear: Clear };

/** What survives a power cut. */
interface Disk {
  kept: Kept;
  rows: StoredRow[];
  acked: number;
}

export class World implements HornWorld {
  readonly trace: Trace = {
    heard: [],
    pages: [],
    beacon: [],
    boards: [],
    amplifiers: [],
    rows: [],
    applied: [],
    announced: [],
    disturbances: [],
    off: [],
    troubles: [],
    holds: [],
    heldTones: [],
    cachedAtMs: new Map(),
    stepped: false,
    lines: [],
    decisions: 0,
  };
  readonly horns = new Map<string, Horn>();
  readonly #options: WorldOptions;
  /** Scripted: may change between boots. */
  clock: NonNullable<WorldOptions['clock']>;
  answersTime: boolean;
  readonly #luck: () => number;
  readonly #rules: Rules;
  readonly #cache = new Map<string, number>();
  readonly #plans = new Map<number, Plan>();
  /** What the centre holds as retained: the newest want and the group's orders and clears. */
  #retainedWant: { readonly plan: Plan; readonly opened: OpenedMeta } | null = null;
  readonly #retained: Offer[] = [];
  /** Streams the box asked for, and those that bring sound. */
  readonly #streams = new Set<string>();
  readonly #speaking = new Set<string>();
  readonly #announced = new Map<string, { readonly opened: OpenedMeta; readonly session: LiveSession }>();
  #repeating = false;
  readonly #later: Later[] = [];
  readonly #queue: Event[] = [];
  readonly #disk: Disk = { kept: blankKept(), rows: [], acked: 0 };
  #counter = 0;
  #orderOfLater = 0;
  #nowMs: number;
  #boot = 0;
  #bootedAtMs = 0;
  #offMs = 0;
  #quality: ClockQuality = 'none';
  #up = false;
  #centreUp = true;
  #linkUp = false;
  #state: State = { kept: blankKept(), live: blankLive() };
  #pending: Fact[] = [];
  #committing: { readonly kept: Kept; readonly facts: readonly Fact[] } | null = null;
  #committed: Kept = this.#state.kept;
  #commitAtMs: number | null = null;
  #wakeAtMs: number | null = null;
  #deciding = false;

  constructor(options: WorldOptions) {
    this.#options = options;
    this.clock = options.clock ?? { quality: 'rtc', offMs: 0 };
    this.answersTime = options.answersTime ?? true;
    this.#nowMs = options.startMs;
    this.#luck = chance(options.seed);
    this.#rules = options.rules ?? standardRules;
  }

  // ── time ──

  nowMs(): number {
    return this.#nowMs;
  }

  wallOf(trueMs: number): number {
    return trueMs + this.#offMs;
  }

  trueOf(wallMs: number): number {
    return wallMs - this.#offMs;
  }

  monoNow(): number {
    return this.#nowMs - this.#bootedAtMs + 5_000;
  }

  luck(): number {
    return this.#luck();
  }

  get state(): State {
    return this.#state;
  }

  get up(): boolean {
    return this.#up;
  }

  later(atMs: number, run: () => void): void {
    this.#later.push({ atMs: Math.max(atMs, this.#nowMs), order: this.#orderOfLater++, boot: this.#boot, run });
  }

  /** Let time pass. What was left for later of an earlier boot never happens. */
  runUntil(untilMs: number): void {
    for (;;) {
      const next = this.#next(untilMs);
      if (!next) break;
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.run();
    }
    this.#nowMs = Math.max(this.#nowMs, untilMs);
  }

  #next(untilMs: number): { readonly atMs: number; readonly run: () => void } | null {
    let best: Later | null = null;
    for (const one of this.#later) {
      if (!best || one.atMs < best.atMs || (one.atMs === best.atMs && one.order < best.order)) best = one;
    }
    const wake =
      this.#up && !this.#committing
        ? Math.min(this.#wakeAtMs ?? Number.POSITIVE_INFINITY, this.#commitAtMs ?? Number.POSITIVE_INFINITY)
        : Number.POSITIVE_INFINITY;
    if (Math.min(best?.atMs ?? Number.POSITIVE_INFINITY, wake) > untilMs) return null;
    if (best && best.atMs <= wake) {
      this.#later.splice(this.#later.indexOf(best), 1);
      const { boot, run } = best;
      return { atMs: best.atMs, run: () => (boot === this.#boot || boot === 'any' ? run() : undefined) };
    }
    return { atMs: wake, run: () => this.#timer() };
  }

  // ── power, clock, network ──

  boot(): void {
    this.#boot++;
    this.#up = true;
    this.#bootedAtMs = this.#nowMs;
    const { quality, offMs } = this.clock;
    this.#quality = quality;
    this.#offMs = trusted(quality) ? offMs : offMs - 365 * 24 * 3_600_000;
    const { kept, acked } = this.#disk;
    this.#state = { kept, live: { ...blankLive(), rows: { epoch: 'e1', acked } } };
    this.#committed = kept;
    for (const horn of this.horns.values()) horn.cut();
    this.#hold('service', kept.service !== null);
    this.#hold('muted', kept.muted);
    this.trouble('time', !trusted(quality));
    const off = this.trace.off.at(-1);
    if (off && off.toMs === Number.POSITIVE_INFINITY) off.toMs = this.#nowMs;
    this.line('box boots');
    this.tell({
      is: 'booted',
      boot: `b${this.#boot}`,
      version: '1',
      hardware: { audioOut: 'virtual', board: 'simulated', display: 'simulated' },
    });
    this.#tellCache();
    for (const horn of this.horns.values()) if (!horn.working) horn.setWorking(false);
    if (this.#centreUp) this.later(this.#nowMs + 1_500, () => this.#connect());
  }

  /** The power goes, at any point: what was not on the disk is gone, what was being written may be either. */
  crash(): void {
    if (!this.#up) return;
    // Whatever was under way belongs to a boot that is over.
    this.#boot++;
    this.#up = false;
    this.#linkUp = false;
    if (this.#committing) {
      const fate = this.#luck();
      if (fate < 0.4) this.#store(this.#committing.kept, this.#committing.facts);
      // Order slots are written first, beside the database.
      else if (fate < 0.6) this.#disk.kept = { ...this.#disk.kept, orders: this.#committing.kept.orders };
    }
    this.#committing = null;
    this.#commitAtMs = null;
    this.#wakeAtMs = null;
    this.#pending = [];
    this.#queue.length = 0;
    this.#streams.clear();
    const lamp = this.trace.beacon.at(-1);
    if (lamp && lamp.toMs === Number.POSITIVE_INFINITY) lamp.toMs = this.#nowMs;
    for (const horn of this.horns.values()) horn.cut();
    this.trace.off.push({ fromMs: this.#nowMs, toMs: Number.POSITIVE_INFINITY });
    for (const of of ['service', 'muted', 'battery'] as const) this.#hold(of, false);
    this.disturb();
    this.line('power cut');
  }

  stepClock(byMs: number): void {
    if (!this.#up) return;
    this.#offMs += byMs;
    (this.trace as { stepped: boolean }).stepped = true;
    this.disturb();
    this.line(`clock steps ${byMs / 1000} s`);
    this.tell({ is: 'clockChanged' });
  }

  setCentre(up: boolean): void {
    this.#centreUp = up;
    if (!this.#up) return;
    if (up) this.later(this.#nowMs + 500, () => this.#connect());
    else if (this.#linkUp) {
      this.#linkUp = false;
      this.line('link down');
      this.tell({ is: 'linkChanged', up: false });
    }
  }

  /** The centre says signed that it is there, if it is met. */
  heartbeat(): void {
    if (this.#linkUp) this.tell({ is: 'heartbeatCame', line: 'own', centre: 'xa-1', epoch: 'e1', topics: {} });
  }

  #connect(): void {
    if (this.#linkUp || !this.#centreUp || !this.#up) return;
    this.#linkUp = true;
    this.line('link up');
    this.tell({ is: 'linkChanged', up: true });
    if (this.#retainedWant) this.#deliverWant();
    for (const offer of this.#retained) this.#deliver(offer);
    this.#sendRows();
  }

  // ── the centre ──

  /** Counters as a signer makes them. */
  nextCounter(): number {
    this.#counter = Math.max(this.#counter + 1, this.#nowMs);
    return this.#counter;
  }

  /** Publish a plan; the box hears of it when connected. */
  offerPlan(plan: Plan): void {
    this.#plans.set(plan.rev, plan);
    this.#retainedWant = {
      plan,
      opened: opened(`want-${plan.rev}`, plan.rev, {
        aud: 'd/loa-1',
        exp: this.#nowMs + 365 * 24 * 3_600_000,
        topic: 'loa/1/d/loa-1/dn/want',
      }),
    };
    for (const output of plan.settings.outputs)
      if (!this.horns.has(output.id))
        this.horns.set(output.id, this.#options.makeHorn?.(output.id, output.kind, this) ?? new Horn(output.id, output.kind, this));
    if (this.#linkUp) this.#deliverWant();
  }

  /** A verified order or clear; `retained` ones are heard again at every connection. */
  offer(offer: Offer, retained = true): void {
    if (retained) this.#retained.push(offer);
    if (this.#linkUp) this.#deliver(offer);
  }

  #deliverWant(): void {
    const held = this.#retainedWant;
    if (held) this.tell({ is: 'wantOffered', opened: held.opened, want: wantOf(held.plan) });
  }

  #deliver(offer: Offer): void {
    this.disturb();
    if (offer.is === 'order') {
      const inline = offer.order.speech.flatMap(({ audio }) => (audio ? [audio.sha256] : []));
      this.tell({ is: 'orderOffered', opened: offer.opened, order: offer.order, inline });
    } else this.tell({ is: 'clearOffered', opened: offer.opened, clear: offer.clear });
  }

  #sendRows(): void {
    const last = this.#disk.rows.at(-1)?.seq ?? 0;
    if (!this.#linkUp || last <= this.#disk.acked) return;
    this.later(this.#nowMs + 200, () => {
      if (!this.#linkUp || last <= this.#disk.acked) return;
      this.#disk.acked = last;
      this.tell({ is: 'rowsAcked', epoch: 'e1', upto: last });
    });
  }

  /** A verified announcement, said again each 5 s while it is open; the topic is not retained. */
  announce(opened: OpenedMeta, session: LiveSession): void {
    this.trace.announced.push({ session, atMs: this.#nowMs });
    this.#announced.set(session.session, { opened, session });
    this.#deliverLive(session.session);
    if (!this.#repeating) this.#repeat();
  }

  #deliverLive(id: string): void {
    const said = this.#announced.get(id);
    if (!said) return;
    if (this.#linkUp) {
      this.disturb();
      this.tell({ is: 'liveOffered', ...said });
    }
    if (said.session.state === 'closed' || said.session.untilMs <= this.#nowMs) this.#announced.delete(id);
  }

  /** The centre's own timer: a box that is off misses what is said. */
  #repeat(): void {
    this.#repeating = this.#announced.size > 0;
    if (!this.#repeating) return;
    this.#later.push({
      atMs: this.#nowMs + 5_000,
      order: this.#orderOfLater++,
      boot: 'any',
      run: () => {
        for (const id of [...this.#announced.keys()]) this.#deliverLive(id);
        this.#repeat();
      },
    });
  }

  /** A microphone brings sound, or stops to: the box hears of it where it listens. */
  speak(session: string, on: boolean): void {
    if (on) this.#speaking.add(session);
    else this.#speaking.delete(session);
    this.disturb();
    if (!this.#streams.has(session)) return;
    this.later(this.#nowMs + (on ? 300 : 5_000), () => {
      if (!this.#streams.has(session) || this.#speaking.has(session) !== on) return;
      this.disturb();
      this.tell({ is: 'liveReceiving', session, receiving: on });
    });
  }

  #openLive(session: string): void {
    this.#streams.add(session);
    if (this.#speaking.has(session) || session.startsWith('talk-')) this.speak(session, true);
  }

  // ── the loop, as agent/run.ts has it ──

  tell(event: Event): void {
    if (!this.#up) return;
    this.#queue.push(event);
    if (!this.#deciding && !this.#committing) this.#drain();
  }

  #drain(): void {
    this.#deciding = true;
    while (this.#up && !this.#committing) {
      const event = this.#queue.shift();
      if (!event) break;
      this.#handle(event);
    }
    this.#deciding = false;
  }

  #timer(): void {
    if (this.#commitAtMs !== null && this.#nowMs >= this.#commitAtMs) this.#beginCommit([]);
    if (this.#wakeAtMs !== null && this.#nowMs >= this.#wakeAtMs) {
      this.#wakeAtMs = null;
      this.tell({ is: 'timePassed' });
    }
  }

  moment(): Moment {
    return { wallMs: this.wallOf(this.#nowMs), monoMs: this.monoNow(), quality: this.#quality };
  }

  #handle(event: Event): void {
    if (++this.trace.decisions > decisionsMax) throw new Error(`more than ${decisionsMax} decisions: a rule wakes itself without end`);
    const before = this.#state;
    const decision = decide(this.moment(), this.#state, event, this.#rules);
    this.#state = decision.state;
    this.#notice(before, decision);
    this.#pending.push(...decision.facts);
    this.#wakeAtMs = decision.wakeAtMonoMs === null ? null : Math.ceil(decision.wakeAtMonoMs - 5_000 + this.#bootedAtMs);
    if (decision.commit === 'now') this.#beginCommit(decision.actions);
    else {
      if (decision.commit === 'soon') this.#commitAtMs ??= this.#nowMs + commitSoonMs;
      for (const action of decision.actions) this.#perform(action);
    }
  }

  /** The disk takes its time; nothing is decided meanwhile, and what waited for it is done then. */
  #beginCommit(actions: readonly Action[]): void {
    this.#commitAtMs = null;
    const { kept } = this.#state;
    const facts = this.#pending;
    this.#pending = [];
    if (kept === this.#committed && facts.length === 0) {
      for (const action of actions) this.#perform(action);
      return;
    }
    this.#committing = { kept, facts };
    this.later(this.#nowMs + 3 + Math.round(this.#luck() * 25), () => {
      this.#committing = null;
      this.#store(kept, facts);
      this.#committed = kept;
      this.#sendRows();
      for (const action of actions) this.#perform(action);
      this.#drain();
    });
  }

  #store(kept: Kept, facts: readonly Fact[]): void {
    const rev = kept.want.applied?.rev;
    if (rev !== undefined && rev !== this.#disk.kept.want.applied?.rev) this.#ruled(rev, kept.want.appliedAtMs);
    else if (kept.want.appliedAtMs !== this.#disk.kept.want.appliedAtMs && rev !== undefined) this.#ruled(rev, kept.want.appliedAtMs);
    const active = kept.bulletins;
    if (active && active !== this.#disk.kept.bulletins) this.#boardsRule(kept, active.sinceMs);
    if (rev !== undefined && kept.want.appliedAtMs !== this.#disk.kept.want.appliedAtMs) this.#boardsRule(kept, kept.want.appliedAtMs);
    this.#disk.kept = kept;
    for (const fact of facts) {
      const row = { seq: this.#disk.rows.length + 1, fact, committedAtMs: this.#nowMs };
      this.#disk.rows.push(row);
      this.trace.rows.push(row);
    }
  }

  /** Boards follow when their files are complete. */
  #boardsRule({ want, bulletins }: Kept, fromWallMs: number): void {
    const plan = this.#plans.get(want.applied?.rev ?? 0);
    if (plan) this.trace.boards.push({ plan: ruling(plan, bulletins), fromWallMs });
  }

  #ruled(rev: number, fromWallMs: number): void {
    const plan = this.#plans.get(rev);
    const last = this.trace.applied.at(-1);
    // A first plan without time rules from when the time is known.
    if (last && last.plan.rev === rev) this.trace.applied.pop();
    if (plan) this.trace.applied.push({ plan, fromWallMs });
  }

  #notice(before: State, { state, facts }: Decision): void {
    if (
      before.kept.orders.active !== state.kept.orders.active ||
      before.live.plan !== state.live.plan ||
      before.live.cache !== state.live.cache
    )
      this.disturb();
    if (before.kept.muted !== state.kept.muted || before.live.trustedSince !== state.live.trustedSince) this.disturb();
    this.#hold('service', state.kept.service !== null);
    this.#hold('muted', state.kept.muted);
    this.#hold('battery', !state.live.mains.present);
    for (const fact of facts) this.line(describeFact(fact));
  }

  trouble(of: string, begins: boolean): void {
    this.disturb();
    const open = this.trace.troubles.find((one) => one.of === of && one.toMs === Number.POSITIVE_INFINITY);
    if (begins && !open) this.trace.troubles.push({ of, fromMs: this.#nowMs, toMs: Number.POSITIVE_INFINITY });
    else if (!begins && open) open.toMs = this.#nowMs;
  }

  /** Begins or ends a span in which the box holds sound back. */
  #hold(of: Hold, begins: boolean): void {
    const open = this.trace.holds.find((one) => one.of === of && one.toMs === Number.POSITIVE_INFINITY);
    if (begins === (open !== undefined)) return;
    this.disturb();
    if (open) open.toMs = this.#nowMs;
    else this.trace.holds.push({ of, fromMs: this.#nowMs, toMs: Number.POSITIVE_INFINITY });
  }

  /** A tone asked for at the box; zero length lets the button go. */
  askTone(output: string, durationMs: number, held: boolean): void {
    if (held) this.trace.heldTones.push(this.#nowMs);
    this.tell({ is: 'toneAsked', output, durationMs, held });
  }

  disturb(): void {
    if (this.trace.disturbances.at(-1) !== this.#nowMs) this.trace.disturbances.push(this.#nowMs);
  }

  line(text: string): void {
    this.trace.lines.push(`${stamp(this.#nowMs)}  ${readable(text)}`);
  }

  // ── hands ──

  #perform(action: Action) {
    switch (action.do) {
      case 'loadPlan':
        return this.later(this.#nowMs + 20, () => this.#load(action));
      case 'fetch':
        return this.#fetch(action);
      case 'evict':
        this.#cache.delete(action.sha256);
        return;
      case 'switchAmplifier':
        return this.horns.get(action.output)?.switchAmplifier(action);
      case 'play': {
        const mark = this.#state.kept.playing[action.output];
        const leaving = this.#state.live.outputs[action.output]?.leaving.find((one) => one.attempt === action.attempt)?.mark;
        const voice = mark?.attempt === action.attempt ? mark.voice : leaving?.voice;
        if (voice) this.horns.get(action.output)?.play(action, voice);
        return;
      }
      case 'stop':
        return this.horns.get(action.output)?.stop(action.attempt, action.fadeMs);
      case 'show':
        return this.horns.get(action.output)?.show(action);
      case 'switchFan':
        return; // no fan is wired in this world
      case 'flashBeacon':
        return this.#flash(action.pattern);
      case 'prepare':
        this.prepared.push(`${action.output} ${action.order.screen.title}`);
        return;
      case 'ask':
        return this.#answer(action.kind);
      case 'openLive':
        return this.#openLive(action.session.session);
      case 'closeLive':
        this.#streams.delete(action.session);
        return;
      case 'switchScreen':
        return this.tell({
          is: 'screenSwitched',
          output: action.output,
          attempt: action.attempt,
          page: 'confirmed',
          power: 'none',
          detail: '',
        });
      case 'endTrial':
        if (!action.keep) this.tell({ is: 'trialEnded', id: action.id });
        return;
      case 'takePicture':
      case 'publishPresence':
      case 'publishReport':
      case 'publishTelemetry':
      case 'newEpoch':
      case 'retire':
      case 'forgetRows':
        return;
      default:
        action satisfies never;
    }
  }

  #load({ attempt, want }: Extract<Action, { do: 'loadPlan' }>) {
    const plan = this.#plans.get(want.rev);
    const whole = want.parts.every((part) => this.#cache.has(part.sha256));
    if (plan && whole) return this.tell({ is: 'planLoaded', attempt, plan });
    this.tell({ is: 'planRefused', attempt, rev: want.rev, problem: { code: 'not-cached', path: '', detail: 'a part is missing' } });
  }

  #fetch({ attempt, sha256, bytes }: Extract<Action, { do: 'fetch' }>) {
    const ms = 50 + Math.min(20_000, bytes / 100);
    this.later(this.#nowMs + ms, () => {
      if (!this.#linkUp || this.missing.has(sha256) || this.#luck() < (this.#options.fetchFails ?? 0))
        return this.tell({ is: 'fetchEnded', attempt, sha256, problem: { code: 'offline', path: '', detail: 'scripted' } });
      this.#cache.set(sha256, bytes);
      this.trace.cachedAtMs.set(sha256, this.#nowMs);
      this.tell({ is: 'fetchEnded', attempt, sha256 });
      this.#tellCache();
    });
  }

  /** Orders whose pages were laid ready. */
  readonly prepared: string[] = [];

  #flash(pattern: BeaconPattern): void {
    const last = this.trace.beacon.at(-1);
    if (last && last.toMs === Number.POSITIVE_INFINITY) last.toMs = this.#nowMs;
    if (pattern !== 'off') this.trace.beacon.push({ pattern, fromMs: this.#nowMs, toMs: Number.POSITIVE_INFINITY });
    if ([...this.horns.values()].some(({ kind }) => kind === 'board')) this.line(`beacon ${pattern}`);
  }

  journaled(output: string, attempt: number, showing: number): boolean {
    return this.#disk.kept.screens.open.some((one) => one.output === output && one.attempt === attempt && one.showing === showing);
  }

  /** Items the centre does not have. */
  readonly missing = new Set<string>();

  #tellCache(): void {
    this.tell({ is: 'cacheSeen', has: [...this.#cache].map(([sha256, bytes]) => ({ sha256, bytes })), freeBytes: 8 * 1024 ** 3 });
  }

  #answer(kind: 'want' | 'time') {
    if (!this.#linkUp) return;
    if (kind === 'want') return this.later(this.#nowMs + 200, () => this.#deliverWant());
    if (!this.answersTime) return;
    this.later(this.#nowMs + 250, () => {
      if (!this.#linkUp) return;
      const stepMs = -this.#offMs;
      const was = trusted(this.#quality);
      this.#offMs = 0;
      this.#quality = 'signed';
      this.trouble('time', false);
      if (stepMs !== 0 && was) (this.trace as { stepped: boolean }).stepped = true;
      this.disturb();
      this.line('signed time');
      this.tell({ is: 'clockChanged' });
    });
  }
}
