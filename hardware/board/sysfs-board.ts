// Relays and inputs on GPIO lines through sysfs, for kernels where the character device is not there. Used only when named.
// After SIGKILL sysfs leaves a line as it was: whoever started this program must let the lines go (`agent.js release`).
import type { Gpio } from 'onoff';
import { BeaconLine, noBeacon } from '../beacon-line.ts';
import type { Board, BoardInput, RelayEvent } from '../board.ts';
import { FanLine, noFan } from '../fan-line.ts';
import { Failure, problemOf } from '../host/failure.ts';
import { RelaySwitchboard } from '../relay-switchboard.ts';
import { listGpioChips, pickGpioChip } from './gpio-numbers.ts';
import { debounceMs, type GpioWiring, inputsOf } from './wiring.ts';

type GpioClass = typeof Gpio;

export class SysfsBoard implements Board {
  readonly name = 'gpio-sysfs';
  readonly #options: GpioWiring;
  readonly #relays = new Map<string, Gpio>();
  readonly #inputs = new Map<BoardInput, Gpio>();
  readonly #inputListeners = new Set<(input: BoardInput, on: boolean) => void>();
  readonly #switchboard: RelaySwitchboard;
  readonly #beacon: BeaconLine | undefined;
  readonly #fan: FanLine | undefined;
  readonly #lamps = new Map<'beacon' | 'fan', Gpio>();

  constructor(options: GpioWiring) {
    this.#options = options;
    this.#switchboard = new RelaySwitchboard({ wirings: options.wirings, drive: (event) => this.#drive(event) });
    this.#beacon = options.beacon && new BeaconLine({ drive: (on) => this.#put('beacon', on) });
    this.#fan = options.fan && new FanLine((on) => this.#put('fan', on));
  }

  /** Rejects with a `Failure`: driver-missing without the package, device-failed without the lines. */
  async start(): Promise<void> {
    const GpioLine = await importDriver();
    const chip = pickGpioChip(await listGpioChips(), this.#options.chip);
    if (!chip) throw new Failure('device-failed', `the kernel shows no GPIO chip ${this.#options.chip ?? ''} in /sys/class/gpio`);
    try {
      this.#takeLines(GpioLine, chip.base);
    } catch (error) {
      this.#release();
      const { code, detail } = problemOf(error);
      throw new Failure(code, `GPIO lines of ${chip.label}: ${detail}`, error);
    }
    this.#switchboard.start();
    this.#beacon?.start();
    this.#fan?.start();
    for (const [input, line] of this.#inputs) this.#tell(input, line.readSync() === 1);
  }

  switchAmplifier(output: string, on: boolean): ReturnType<Board['switchAmplifier']> {
    return this.#switchboard.switchAmplifier(output, on);
  }

  amplifier(output: string): { readonly relay1: boolean; readonly relay2: boolean } {
    this.#switchboard.advance();
    return { relay1: this.#readBack(output, 1), relay2: this.#readBack(output, 2) };
  }

  feedWatchdog(): void {
    this.#switchboard.feedWatchdog();
    this.#switchboard.compare((output) => this.amplifier(output));
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
    this.#release();
  }

  switchBeacon(on: boolean): ReturnType<Board['switchBeacon']> {
    return this.#beacon?.switch(on) ?? { problem: noBeacon };
  }

  beacon(): boolean | undefined {
    return this.#beacon?.on() && this.#isPut('beacon');
  }

  switchFan(on: boolean): ReturnType<Board['switchFan']> {
    return this.#fan?.switch(on) ?? { problem: noFan };
  }

  fan(): boolean | undefined {
    return this.#fan && this.#isPut('fan');
  }

  #takeLines(GpioLine: GpioClass, base: number): void {
    const activeLow = this.#options.activeLow ?? false;
    for (const { output, relay1Pin, relay2Pin } of this.#options.wirings) {
      // `high` and `low` are levels of the line itself: the relay is open from the first instant.
      for (const [relay, pin] of [[1, relay1Pin] as const, [2, relay2Pin] as const])
        this.#relays.set(`${output}/${relay}`, new GpioLine(base + pin, activeLow ? 'high' : 'low', 'none', { activeLow }));
    }
    for (const name of ['beacon', 'fan'] as const) {
      const wired = this.#options[name];
      if (!wired) continue;
      const low = wired.activeLow ?? false;
      this.#lamps.set(name, new GpioLine(base + wired.pin, low ? 'high' : 'low', 'none', { activeLow: low }));
    }
    for (const { input, wiring } of inputsOf(this.#options)) {
      const options = { debounceTimeout: debounceMs, activeLow: wiring.activeLow ?? false };
      const line = new GpioLine(base + wiring.pin, 'in', 'both', options);
      this.#inputs.set(input, line);
      line.watch((error, value) => {
        if (!error) this.#tell(input, value === 1);
      });
    }
  }

  #tell(input: BoardInput, on: boolean): void {
    for (const listener of this.#inputListeners) listener(input, on);
  }

  #put(name: 'beacon' | 'fan', on: boolean): void {
    this.#lamps.get(name)?.writeSync(on ? 1 : 0);
    if (this.#isPut(name) !== on) throw new Error('the line does not follow');
  }

  #isPut(name: 'beacon' | 'fan'): boolean {
    try {
      return this.#lamps.get(name)?.readSync() === 1;
    } catch {
      return false;
    }
  }

  #drive({ output, relay, closed }: RelayEvent): void {
    this.#relays.get(`${output}/${relay}`)?.writeSync(closed ? 1 : 0);
    if (this.#readBack(output, relay) !== closed) throw new Error('the line does not follow');
  }

  #readBack(output: string, relay: 1 | 2): boolean {
    try {
      return this.#relays.get(`${output}/${relay}`)?.readSync() === 1;
    } catch {
      return false;
    }
  }

  #release(): void {
    for (const line of [...this.#relays.values(), ...this.#lamps.values(), ...this.#inputs.values()]) {
      try {
        line.unexport();
      } catch {
        // The line is gone with its chip.
      }
    }
    this.#relays.clear();
    this.#lamps.clear();
    this.#inputs.clear();
  }
}

async function importDriver(): Promise<GpioClass> {
  try {
    return (await import('onoff')).Gpio;
  } catch (error) {
    throw new Failure('driver-missing', `the package onoff cannot be loaded: ${problemOf(error).detail}`, error);
  }
}
