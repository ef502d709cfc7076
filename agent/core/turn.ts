// One decision under way: the state as it changes, and what is to be written and done when it is made.
import type { Fact } from '../../schemas/outbox.ts';
import { type BoxSettings, defaultBoxSettings } from '../../schemas/settings.ts';
import { type Moment, trusted } from '../../schemas/time.ts';
import type { Action, Decision, Kept, Live, OutputState, State } from './model.ts';
import type { Rules } from './rules.ts';

/** Local to one `decide`; cells are replaced, never changed, so what a rule leaves alone keeps its reference. */
export class Turn {
  readonly now: Moment;
  readonly before: State;
  readonly rules: Rules;
  state: State;
  readonly #facts: Fact[] = [];
  readonly #actions: Action[] = [];
  #urgent = false;
  #wakeAtMonoMs: number | null = null;

  constructor(now: Moment, state: State, rules: Rules) {
    this.now = now;
    this.before = state;
    this.rules = rules;
    this.state = state;
  }

  get kept(): Kept {
    return this.state.kept;
  }

  get live(): Live {
    return this.state.live;
  }

  get settings(): BoxSettings {
    const { plan, ownOutputs } = this.state.live;
    return plan?.settings ?? (ownOutputs.length > 0 ? { ...defaultBoxSettings, outputs: [...ownOutputs] } : defaultBoxSettings);
  }

  /** Whether the wall clock may decide what sounds. */
  get timeKnown(): boolean {
    return trusted(this.now.quality);
  }

  keep(cells: Partial<Kept>): void {
    this.state = { ...this.state, kept: { ...this.state.kept, ...cells } };
  }

  be(cells: Partial<Live>): void {
    this.state = { ...this.state, live: { ...this.state.live, ...cells } };
  }

  output(id: string, cells: Partial<OutputState>): void {
    const output = this.live.outputs[id];
    if (output) this.be({ outputs: { ...this.live.outputs, [id]: { ...output, ...cells } } });
  }

  tell(fact: Fact): void {
    this.#facts.push(fact);
  }

  act(action: Action): void {
    this.#actions.push(action);
  }

  /** What was decided must be on the disk before its acts. */
  urgent(): void {
    this.#urgent = true;
  }

  /** The next number for an asynchronous act; its outcome echoes it. */
  attempt(): number {
    const attempt = this.live.nextAttempt;
    this.be({ nextAttempt: attempt + 1 });
    return attempt;
  }

  monoOf(wallMs: number): number {
    return this.now.monoMs + (wallMs - this.now.wallMs);
  }

  wallOf(monoMs: number): number {
    return Math.round(this.now.wallMs + (monoMs - this.now.monoMs));
  }

  /** Decide again then, even if nothing happens. Instants that have passed change nothing. */
  wakeAtMono(monoMs: number): void {
    if (monoMs > this.now.monoMs && (this.#wakeAtMonoMs === null || monoMs < this.#wakeAtMonoMs)) this.#wakeAtMonoMs = monoMs;
  }

  wakeAtWall(wallMs: number): void {
    this.wakeAtMono(this.monoOf(wallMs));
  }

  decision(): Decision {
    const changed = this.state.kept !== this.before.kept || this.#facts.length > 0;
    return {
      state: this.state,
      facts: this.#facts,
      actions: this.#actions,
      commit: !changed ? 'none' : this.#urgent ? 'now' : 'soon',
      wakeAtMonoMs: this.#wakeAtMonoMs,
    };
  }
}
