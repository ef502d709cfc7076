// Door to switched things on a box: amplifier relays, inputs, watchdog. GPIO doors and a simulation honour one contract.
import type { Problem } from '../schemas/problems.ts';

/** Relay times of an amplifier: relay 1 (mains) → `relayDelayMs` → relay 2 (speaker line); reverse when switching off. */
export interface AmplifierWiring {
  readonly output: string;
  readonly relayDelayMs: number;
}

/** `key`: a switch held to start an order; contacts: rain gauge, float switch. */
export type BoardInput = 'button' | 'tamper' | 'mains' | 'key' | 'contact-1' | 'contact-2';

export interface Board {
  /** Technique, e.g. `simulated`, `gpio-chardev`. */
  readonly name: string;
  start(): Promise<void>;
  /**
   * Switch an amplifier with its relay sequence. Resolves when relay 2 (on) or relay 1 (off) has settled.
   * MUST leave both relays open on failure, on `stop`, and when the process dies. A newer call supersedes an older one,
   * which then resolves `{ superseded: true }`.
   */
  switchAmplifier(output: string, on: boolean): Promise<{ readonly superseded?: boolean; readonly problem?: Problem }>;
  /** Relay positions as read back from the lines. */
  amplifier(output: string): { readonly relay1: boolean; readonly relay2: boolean };
  /** Must be called at least each 10 s while an amplifier is on; the watchdog opens all relays otherwise. */
  feedWatchdog(): void;
  /**
   * Light the beacon or not; dark by itself 2 s after the last word, on `stop`, and when the process dies.
   * Problems: not-found (none is wired), device-failed.
   */
  switchBeacon(on: boolean): { readonly problem?: Problem };
  /** The beacon's line as read back; undefined where none is wired. */
  beacon(): boolean | undefined;
  /** Turn the fan on or off; off at `start`, on `stop`, and when the process dies. Problems: not-found (none is wired), device-failed. */
  switchFan(on: boolean): { readonly problem?: Problem };
  /** The fan's line as read back; undefined where none is wired. */
  fan(): boolean | undefined;
  /** Changes, and at `start` how each wired input stands. `mains` is on while there are mains. */
  onInput(listener: (input: BoardInput, on: boolean) => void): void;
  /** An amplifier went off without being asked: the watchdog tripped, or a relay failed. */
  onLost(listener: (output: string, problem: Problem) => void): void;
  stop(): Promise<void>;
}

/** A relay movement with its monotonic instant (`process.hrtime` ms), kept by the simulation and read by tests and pages. */
export interface RelayEvent {
  readonly output: string;
  readonly relay: 1 | 2;
  readonly closed: boolean;
  readonly atMonoMs: number;
  readonly why: 'asked' | 'watchdog' | 'stop' | 'failed';
}
