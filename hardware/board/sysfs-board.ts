// Relays and inputs on GPIO lines through sysfs, for kernels where the character device is not there. Used only when named.
// After SIGKILL sysfs leaves a line as it was: the unit's ExecStopPost and a watchdog relay must stand beside this door.
import type { Gpio } from 'onoff';
import type { AmplifierWiring, Board, BoardInput, RelayEvent } from '../board.ts';
import { Failure, problemOf } from '../host/failure.ts';
import { RelaySwitchboard } from '../relay-switchboard.ts';
import { listGpioChips, pickGpioChip } from './gpio-numbers.ts';

export interface PinWiring extends AmplifierWiring {
  /** Line numbers on the chip, as on the header (BCM on a Raspberry Pi). */
  readonly relay1Pin: number;
  readonly relay2Pin: number;
}

export interface SysfsBoardOptions {
  readonly wirings: readonly PinWiring[];
  readonly inputs?: Readonly<Partial<Record<BoardInput, number>>>;
  /** True for relay cards that close on a low level. */
  readonly activeLow?: boolean;
  readonly chipLabel?: string;
}

type GpioClass = typeof Gpio;

const debounceMs = 50;

export class SysfsBoard implements Board {
  readonly name = 'gpio-sysfs';
  readonly #options: SysfsBoardOptions;
  readonly #relays = new Map<string, Gpio>();
  readonly #inputs: Gpio[] = [];
  readonly #inputListeners = new Set<(input: BoardInput, on: boolean) => void>();
  readonly #switchboard: RelaySwitchboard;

  constructor(options: SysfsBoardOptions) {
    this.#options = options;
    this.#switchboard = new RelaySwitchboard({ wirings: options.wirings, drive: (event) => this.#drive(event) });
  }

  /** Rejects with a `Failure`: driver-missing without the package, device-failed without the lines. */
  async start(): Promise<void> {
    const GpioLine = await importDriver();
    const chip = pickGpioChip(await listGpioChips(), this.#options.chipLabel);
    if (!chip) throw new Failure('device-failed', 'the kernel shows no GPIO chip in /sys/class/gpio');
    try {
      this.#takeLines(GpioLine, chip.base);
    } catch (error) {
      this.#release();
      throw new Failure('device-failed', `GPIO lines of ${chip.label}: ${problemOf(error).detail}`, error);
    }
    this.#switchboard.start();
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
  }

  onInput(listener: (input: BoardInput, on: boolean) => void): void {
    this.#inputListeners.add(listener);
  }

  async stop(): Promise<void> {
    this.#switchboard.stop();
    this.#release();
  }

  #takeLines(GpioLine: GpioClass, base: number): void {
    const activeLow = this.#options.activeLow ?? false;
    for (const { output, relay1Pin, relay2Pin } of this.#options.wirings) {
      // `high` and `low` are levels of the line itself: the relay is open from the first instant.
      for (const [relay, pin] of [[1, relay1Pin] as const, [2, relay2Pin] as const])
        this.#relays.set(`${output}/${relay}`, new GpioLine(base + pin, activeLow ? 'high' : 'low', 'none', { activeLow }));
    }
    for (const [input, pin] of Object.entries(this.#options.inputs ?? {}) as [BoardInput, number][]) {
      const line = new GpioLine(base + pin, 'in', 'both', { debounceTimeout: debounceMs });
      this.#inputs.push(line);
      line.watch((error, value) => {
        if (!error) for (const listener of this.#inputListeners) listener(input, value === 1);
      });
    }
  }

  #drive({ output, relay, closed }: RelayEvent): void {
    this.#relays.get(`${output}/${relay}`)?.writeSync(closed ? 1 : 0);
  }

  #readBack(output: string, relay: 1 | 2): boolean {
    try {
      return this.#relays.get(`${output}/${relay}`)?.readSync() === 1;
    } catch {
      return false;
    }
  }

  #release(): void {
    for (const line of [...this.#relays.values(), ...this.#inputs]) {
      try {
        line.unexport();
      } catch {
        // The line is gone with its chip.
      }
    }
    this.#relays.clear();
    this.#inputs.length = 0;
  }
}

async function importDriver(): Promise<GpioClass> {
  try {
    return (await import('onoff')).Gpio;
  } catch (error) {
    throw new Failure('driver-missing', `the package onoff cannot be loaded: ${problemOf(error).detail}`, error);
  }
}
