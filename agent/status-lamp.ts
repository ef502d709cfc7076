// Drives the lamp on the case with one timer: looks how the box is, shows one signal whole, then looks again.
import type { LampState, StatusLamp } from '../hardware/status-lamp.ts';
import type { BoxSignalName } from '../schemas/box-signals.ts';
import type { Problem } from '../schemas/problems.ts';
import { type BoxSigns, lampPhase, signalOf } from './core/status-lamp.ts';

/** An order is shown this soon, whatever is being counted out. */
const lookMs = 1_000;

export interface StatusLampDriverOptions {
  readonly lamp: StatusLamp;
  /** How the box is; nothing while it is not known. */
  readonly look: () => BoxSigns | undefined;
  readonly warn: (event: string, problem: Problem) => void;
}

/** INVARIANT: a lamp that fails, or is not there, is told once and stops nothing. */
export class StatusLampDriver {
  readonly #options: StatusLampDriverOptions;
  #state: LampState | undefined;
  #shown: BoxSignalName = 'off';
  #sinceMs = 0;
  #lit: boolean | undefined;
  #troubled = false;
  #stopped = false;
  #timer: NodeJS.Timeout | undefined;
  #turning: Promise<void> = Promise.resolve();

  constructor(options: StatusLampDriverOptions) {
    this.#options = options;
  }

  /** Nothing before `start`. */
  get state(): LampState | undefined {
    return this.#state;
  }

  async start(): Promise<void> {
    const begun = await this.#options.lamp.start();
    this.#state = begun.ok ? { is: 'ready' } : { is: 'no-lamp', problem: begun.problem };
    if (!begun.ok) return this.#options.warn('statusLamp', begun.problem);
    if (this.#stopped) return this.#options.lamp.stop();
    this.#sinceMs = performance.now();
    this.#next();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#turning;
    if (this.#state?.is === 'ready') await this.#options.lamp.stop();
  }

  #next(): void {
    this.#turning = this.#turn();
  }

  async #turn(): Promise<void> {
    this.#choose();
    const phase = lampPhase(this.#shown, performance.now() - this.#sinceMs);
    if (phase.on !== this.#lit) {
      const { problem } = await this.#options.lamp.light(phase.on);
      if (problem && !this.#troubled) this.#options.warn('statusLamp', problem);
      this.#troubled = problem !== undefined;
      this.#lit = problem ? undefined : phase.on;
    }
    if (!this.#stopped) this.#timer = setTimeout(() => this.#next(), Math.max(1, Math.ceil(Math.min(phase.forMs, lookMs))));
  }

  /** Half a code would be another code: a rhythm is ended before the next begins, but an order waits for none. */
  #choose(): void {
    const nowMs = performance.now();
    const signal = signalOf(this.#options.look());
    const { cycleMs } = lampPhase(this.#shown, 0);
    const over = nowMs - this.#sinceMs >= cycleMs;
    if (!over && signal !== 'orderSounds') return;
    if (signal === this.#shown && !over) return;
    // The same rhythm goes on from where it should have begun, so that a late timer does not stretch it.
    this.#sinceMs = signal === this.#shown ? nowMs - ((nowMs - this.#sinceMs) % cycleMs) : nowMs;
    this.#shown = signal;
  }
}
