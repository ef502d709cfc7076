// A board without hardware: relays that obey their sequence, a watchdog that cuts a stuck amplifier, inputs to press.
import type { Problem } from '../schemas/problems.ts';
import type { AmplifierWiring, Board, BoardInput, RelayEvent } from './board.ts';
import { monoMs } from './host/system-clock.ts';
import { isClosed, moveRelay, openRelays, planRelays, type RelayStep, type Relays } from './relay-sequence.ts';

export interface SimulatedBoardOptions {
  /** Replaces the monotonic clock; then nothing moves by itself and `advance` must be called. */
  readonly now?: () => number;
}

type Switched = Awaited<ReturnType<Board['switchAmplifier']>>;

interface Amplifier {
  readonly wiring: AmplifierWiring;
  relays: Relays;
  failed: boolean;
  steps: RelayStep[];
  settle: ((switched: Switched) => void) | undefined;
}

export const watchdogMs = 10_000;
const eventsKept = 1_000;

/** INVARIANT: at most one unsettled switch per amplifier; relays move only in `#move`, in the order of time. */
export class SimulatedBoard implements Board {
  readonly name = 'simulated';
  readonly outputs: readonly string[];
  readonly #amplifiers: ReadonlyMap<string, Amplifier>;
  readonly #now: () => number;
  readonly #movesItself: boolean;
  readonly #inputListeners = new Set<(input: BoardInput, on: boolean) => void>();
  readonly #relayListeners = new Set<(event: RelayEvent) => void>();
  #events: RelayEvent[] = [];
  #fedMonoMs = Number.NEGATIVE_INFINITY;
  #running = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(wirings: readonly AmplifierWiring[], options: SimulatedBoardOptions = {}) {
    this.outputs = wirings.map((wiring) => wiring.output);
    this.#amplifiers = new Map(
      wirings.map((wiring) => [wiring.output, { wiring, relays: openRelays, failed: false, steps: [], settle: undefined }]),
    );
    this.#now = options.now ?? monoMs;
    this.#movesItself = options.now === undefined;
  }

  async start(): Promise<void> {
    this.#running = true;
  }

  switchAmplifier(output: string, on: boolean): Promise<Switched> {
    this.advance();
    const amplifier = this.#amplifiers.get(output);
    if (!amplifier) return Promise.resolve({ problem: problem('not-found', `no amplifier ${output}`) });
    if (!this.#running) return Promise.resolve({ problem: problem('device-failed', 'the board is stopped') });
    if (amplifier.failed) return Promise.resolve({ problem: problem('device-failed', `amplifier ${output} does not answer`) });
    this.#settle(amplifier, { superseded: true });
    const now = this.#now();
    amplifier.steps = planRelays(amplifier.relays, on, amplifier.wiring.relayDelayMs, now);
    if (on) this.#fedMonoMs = Math.max(this.#fedMonoMs, now);
    const settled = new Promise<Switched>((resolve) => {
      amplifier.settle = resolve;
    });
    this.advance();
    return settled;
  }

  amplifier(output: string): { readonly relay1: boolean; readonly relay2: boolean } {
    this.advance();
    const { relay1, relay2 } = this.#amplifiers.get(output)?.relays ?? openRelays;
    return { relay1, relay2 };
  }

  feedWatchdog(): void {
    this.advance(); // a deadline that has passed is not undone
    this.#fedMonoMs = this.#now();
    this.#arm();
  }

  onInput(listener: (input: BoardInput, on: boolean) => void): void {
    this.#inputListeners.add(listener);
  }

  async stop(): Promise<void> {
    this.advance();
    this.#running = false;
    for (const amplifier of this.#amplifiers.values()) this.#openNow(amplifier, 'stop', this.#now(), { superseded: true });
    clearTimeout(this.#timer);
  }

  /** The last movements, oldest first. */
  relayEvents(): readonly RelayEvent[] {
    return this.#events;
  }

  onRelay(listener: (event: RelayEvent) => void): () => void {
    this.#relayListeners.add(listener);
    return () => this.#relayListeners.delete(listener);
  }

  /** Work an input: press the button, open the case, cut the mains. */
  press(input: BoardInput, on: boolean): void {
    for (const listener of this.#inputListeners) listener(input, on);
  }

  /** Break an amplifier's relays, or mend them. */
  fail(output: string, failed = true): void {
    const amplifier = this.#amplifiers.get(output);
    if (!amplifier) throw new Error(`no amplifier ${output}`);
    amplifier.failed = failed;
    if (failed)
      this.#openNow(amplifier, 'failed', this.#now(), { problem: problem('device-failed', `amplifier ${output} does not answer`) });
  }

  /** Do what is due by now. Own timers call it; fake time calls it by hand. */
  advance(): void {
    const now = this.#now();
    // The watchdog is a part of its own: it acts at its instant even while this process is halted.
    const tripMs = this.#fedMonoMs + watchdogMs;
    if (now >= tripMs && this.#anyClosed()) {
      const late = { problem: problem('device-failed', 'the watchdog was not fed') };
      for (const amplifier of this.#amplifiers.values()) this.#openNow(amplifier, 'watchdog', tripMs, late);
    }
    for (const amplifier of this.#amplifiers.values()) {
      for (let step = amplifier.steps[0]; step && step.atMonoMs <= now; step = amplifier.steps[0]) {
        amplifier.steps.shift();
        this.#move(amplifier, step.relay, step.closed, { atMonoMs: now, why: 'asked' });
      }
      if (amplifier.steps.length === 0) this.#settle(amplifier, {});
    }
    this.#arm();
  }

  #openNow(amplifier: Amplifier, why: RelayEvent['why'], atMonoMs: number, switched: Switched): void {
    amplifier.steps = [];
    for (const relay of [2, 1] as const) if (isClosed(amplifier.relays, relay)) this.#move(amplifier, relay, false, { atMonoMs, why });
    this.#settle(amplifier, switched);
  }

  #move(amplifier: Amplifier, relay: 1 | 2, closed: boolean, how: Pick<RelayEvent, 'atMonoMs' | 'why'>): void {
    amplifier.relays = moveRelay(amplifier.relays, relay, closed, how.atMonoMs);
    const event: RelayEvent = { output: amplifier.wiring.output, relay, closed, ...how };
    this.#events = [...this.#events.slice(1 - eventsKept), event];
    for (const listener of this.#relayListeners) listener(event);
  }

  #settle(amplifier: Amplifier, switched: Switched): void {
    const { settle } = amplifier;
    amplifier.settle = undefined;
    settle?.(switched);
  }

  #anyClosed(): boolean {
    return [...this.#amplifiers.values()].some(({ relays }) => relays.relay1 || relays.relay2);
  }

  #arm(): void {
    clearTimeout(this.#timer);
    if (!this.#movesItself || !this.#running) return;
    const instants = [...this.#amplifiers.values()].flatMap(({ steps }) => steps[0]?.atMonoMs ?? []);
    if (this.#anyClosed()) instants.push(this.#fedMonoMs + watchdogMs);
    if (instants.length === 0) return;
    this.#timer = setTimeout(() => this.advance(), Math.max(0, Math.ceil(Math.min(...instants) - this.#now())));
  }
}

function problem(code: Problem['code'], detail: string): Problem {
  return { code, path: '', detail };
}
