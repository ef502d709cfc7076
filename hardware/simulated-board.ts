// A board without hardware: relays that obey their sequence, a watchdog that cuts a stuck amplifier, inputs to press.
import { BeaconLine, noBeacon } from './beacon-line.ts';
import type { AmplifierWiring, Board, BoardInput, RelayEvent } from './board.ts';
import { FanLine, noFan } from './fan-line.ts';
import { monoMs } from './host/system-clock.ts';
import { RelaySwitchboard } from './relay-switchboard.ts';

export { watchdogMs } from './relay-switchboard.ts';

export interface SimulatedBoardOptions {
  /** Replaces the monotonic clock; then nothing moves by itself and `advance` must be called. */
  readonly now?: () => number;
  readonly beacon?: boolean;
  readonly fan?: boolean;
}

const eventsKept = 1_000;

export class SimulatedBoard implements Board {
  readonly name = 'simulated';
  readonly outputs: readonly string[];
  readonly #switchboard: RelaySwitchboard;
  readonly #beacon: BeaconLine | undefined;
  readonly #fan: FanLine | undefined;
  readonly #broken = new Set<string>();
  readonly #inputListeners = new Set<(input: BoardInput, on: boolean) => void>();
  readonly #relayListeners = new Set<(event: RelayEvent) => void>();
  #events: RelayEvent[] = [];
  readonly #lamp: { readonly on: boolean; readonly atMonoMs: number }[] = [];

  constructor(wirings: readonly AmplifierWiring[], { beacon = false, fan = false, ...options }: SimulatedBoardOptions = {}) {
    this.#beacon = beacon
      ? new BeaconLine({ drive: (on) => this.#lamp.push({ on, atMonoMs: (options.now ?? monoMs)() }), ...options })
      : undefined;
    this.#fan = fan ? new FanLine(() => undefined) : undefined;
    this.outputs = wirings.map((wiring) => wiring.output);
    this.#switchboard = new RelaySwitchboard({ wirings, drive: (event) => this.#drive(event), ...options });
  }

  async start(): Promise<void> {
    this.#switchboard.start();
    this.#beacon?.start();
    this.#fan?.start();
  }

  switchAmplifier(output: string, on: boolean): ReturnType<Board['switchAmplifier']> {
    return this.#switchboard.switchAmplifier(output, on);
  }

  amplifier(output: string): { readonly relay1: boolean; readonly relay2: boolean } {
    return this.#switchboard.amplifier(output);
  }

  feedWatchdog(): void {
    this.#switchboard.feedWatchdog();
  }

  onInput(listener: (input: BoardInput, on: boolean) => void): void {
    this.#inputListeners.add(listener);
  }

  onLost(listener: Parameters<Board['onLost']>[0]): void {
    this.#switchboard.onLost(listener);
  }

  async stop(): Promise<void> {
    this.#switchboard.stop();
    this.#beacon?.stop();
    this.#fan?.stop();
  }

  switchBeacon(on: boolean): ReturnType<Board['switchBeacon']> {
    return this.#beacon?.switch(on) ?? { problem: noBeacon };
  }

  beacon(): boolean | undefined {
    return this.#beacon?.on();
  }

  switchFan(on: boolean): ReturnType<Board['switchFan']> {
    return this.#fan?.switch(on) ?? { problem: noFan };
  }

  fan(): boolean | undefined {
    return this.#fan?.on();
  }

  /** Every movement of the beacon, oldest first. */
  flashes(): readonly { readonly on: boolean; readonly atMonoMs: number }[] {
    return this.#lamp;
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

  /** Break an amplifier's relays so that they fall open and cannot close, or mend them. */
  fail(output: string, failed = true): void {
    if (!failed) {
      this.#broken.delete(output);
      return;
    }
    const detail = `amplifier ${output} does not answer`;
    this.#switchboard.openNow(output, 'failed', { problem: { code: 'device-failed', path: '', detail } });
    this.#broken.add(output);
  }

  /** Do what is due by now; for fake time. */
  advance(): void {
    this.#switchboard.advance();
    this.#beacon?.advance();
  }

  #drive(event: RelayEvent): void {
    if (this.#broken.has(event.output)) {
      if (event.closed) throw new Error('does not answer');
      return; // it never closed
    }
    this.#events = [...this.#events.slice(1 - eventsKept), event];
    for (const listener of this.#relayListeners) listener(event);
  }
}
