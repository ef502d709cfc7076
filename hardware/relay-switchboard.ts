// Runs the relay sequences of several amplifiers, with a watchdog that opens all. Boards differ only in how a relay is moved.
import type { Problem } from '../schemas/problems.ts';
import type { AmplifierWiring, Board, RelayEvent } from './board.ts';
import { monoMs } from './host/system-clock.ts';
import { isClosed, moveRelay, openRelays, planRelays, type RelayStep, type Relays } from './relay-sequence.ts';

export const watchdogMs = 10_000;

export interface SwitchboardOptions {
  readonly wirings: readonly AmplifierWiring[];
  /** Moves the real thing. It may throw; then both relays are opened and the switch ends with a problem. */
  readonly drive: (event: RelayEvent) => void;
  /** Replaces the monotonic clock; then nothing moves by itself and `advance` must be called. */
  readonly now?: () => number;
}

type Switched = Awaited<ReturnType<Board['switchAmplifier']>>;

interface Amplifier {
  readonly wiring: AmplifierWiring;
  relays: Relays;
  steps: RelayStep[];
  settle: ((switched: Switched) => void) | undefined;
}

/** INVARIANT: at most one unsettled switch per amplifier; relays move only in `#move`, in the order of time. */
export class RelaySwitchboard {
  readonly #amplifiers: ReadonlyMap<string, Amplifier>;
  readonly #drive: (event: RelayEvent) => void;
  readonly #now: () => number;
  readonly #movesItself: boolean;
  readonly #lostListeners = new Set<(output: string, problem: Problem) => void>();
  #fedMonoMs = Number.NEGATIVE_INFINITY;
  #running = false;
  #timer: NodeJS.Timeout | undefined;

  constructor({ wirings, drive, now }: SwitchboardOptions) {
    this.#amplifiers = new Map(wirings.map((wiring) => [wiring.output, { wiring, relays: openRelays, steps: [], settle: undefined }]));
    this.#drive = drive;
    this.#now = now ?? monoMs;
    this.#movesItself = now === undefined;
  }

  start(): void {
    this.#running = true;
  }

  switchAmplifier(output: string, on: boolean): Promise<Switched> {
    this.advance();
    const amplifier = this.#amplifiers.get(output);
    if (!amplifier) return Promise.resolve({ problem: problem('not-found', `no amplifier ${output}`) });
    if (!this.#running) return Promise.resolve({ problem: problem('device-failed', 'the board is stopped') });
    settle(amplifier, { superseded: true });
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

  onLost(listener: (output: string, problem: Problem) => void): void {
    this.#lostListeners.add(listener);
  }

  /** What is closed for us and open in truth is lost: a line that another has taken, a chip that was unplugged. */
  compare(readBack: (output: string) => { readonly relay1: boolean; readonly relay2: boolean }): void {
    for (const [output, { relays }] of this.#amplifiers) {
      const { relay1, relay2 } = readBack(output);
      if ((!relays.relay1 || relay1) && (!relays.relay2 || relay2)) continue;
      this.openNow(output, 'failed', { problem: problem('device-failed', `a relay of ${output} is open and should be closed`) });
    }
  }

  /** Open everything at once and take no more orders. */
  stop(): void {
    this.advance();
    this.#running = false;
    for (const output of this.#amplifiers.keys()) this.openNow(output, 'stop', { superseded: true });
    clearTimeout(this.#timer);
  }

  /** Open one amplifier's relays without waiting; a switch under way ends with `switched`. */
  openNow(output: string, why: RelayEvent['why'], switched: Switched, atMonoMs = this.#now()): void {
    const amplifier = this.#amplifiers.get(output);
    if (!amplifier) throw new Error(`no amplifier ${output}`);
    amplifier.steps = [];
    const closed = ([2, 1] as const).filter((relay) => isClosed(amplifier.relays, relay));
    for (const relay of closed) this.#move(amplifier, relay, false, { atMonoMs, why });
    settle(amplifier, switched);
    if (why === 'stop' || closed.length === 0) return;
    const lost = switched.problem ?? problem('device-failed', `the relays of ${output} opened: ${why}`);
    for (const listener of this.#lostListeners) listener(output, lost);
  }

  /** Do what is due by now. Own timers call it; fake time calls it by hand. */
  advance(): void {
    const now = this.#now();
    // A watchdog is a part of its own: it acts at its instant even while this process is halted.
    const tripMs = this.#fedMonoMs + watchdogMs;
    if (now >= tripMs && this.#anyClosed()) {
      const late = { problem: problem('device-failed', 'the watchdog was not fed') };
      for (const output of this.#amplifiers.keys()) this.openNow(output, 'watchdog', late, tripMs);
    }
    for (const amplifier of this.#amplifiers.values()) {
      for (let step = amplifier.steps[0]; step && step.atMonoMs <= now; step = amplifier.steps[0]) {
        amplifier.steps.shift();
        this.#move(amplifier, step.relay, step.closed, { atMonoMs: now, why: 'asked' });
      }
      if (amplifier.steps.length === 0) settle(amplifier, {});
    }
    this.#arm();
  }

  #move(amplifier: Amplifier, relay: 1 | 2, closed: boolean, how: Pick<RelayEvent, 'atMonoMs' | 'why'>): void {
    const { output } = amplifier.wiring;
    amplifier.relays = moveRelay(amplifier.relays, relay, closed, how.atMonoMs);
    try {
      this.#drive({ output, relay, closed, ...how });
    } catch (error) {
      const failed = {
        problem: problem('device-failed', `relay ${relay} of ${output}: ${error instanceof Error ? error.message : error}`),
      };
      // When opening fails there is nothing more to move; the board's own watchdog relay is the last guard.
      if (closed) this.openNow(output, 'failed', failed);
      else settle(amplifier, failed);
    }
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

function settle(amplifier: Amplifier, switched: Switched): void {
  const { settle: resolve } = amplifier;
  amplifier.settle = undefined;
  resolve?.(switched);
}

function problem(code: Problem['code'], detail: string): Problem {
  return { code, path: '', detail };
}
