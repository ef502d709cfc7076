// Relays and inputs on GPIO lines through the kernel's character device: the kernel opens the relays when this process dies.
import { BeaconLine, noBeacon } from '../beacon-line.ts';
import type { Board, BoardInput, RelayEvent } from '../board.ts';
import { FanLine, noFan } from '../fan-line.ts';
import { RelaySwitchboard } from '../relay-switchboard.ts';
import { lineFlags } from './gpio-abi.ts';
import { type GpioChip, type HeldLines, loadSystemCalls, openGpioChip } from './gpio-lines.ts';
import { debounceMs, type GpioWiring, type InputWiring, inputsOf } from './wiring.ts';

/**
 * Edges are asked for, not waited for: a read that waits would hold one of the process's four worker threads for ever, and
 * would keep the process from ending until somebody presses the button. Asking costs a microsecond; the kernel keeps the edges.
 */
const askEveryMs = 40;

export interface ChardevBoardOptions extends GpioWiring {
  /** Replaces the kernel's chip in tests. */
  readonly openChip?: () => Promise<Pick<GpioChip, 'label' | 'request' | 'close'>>;
}

type Lines = Pick<HeldLines, 'read' | 'set' | 'edges' | 'close'>;

export class ChardevBoard implements Board {
  readonly name = 'gpio-chardev';
  readonly #options: ChardevBoardOptions;
  readonly #switchboard: RelaySwitchboard;
  readonly #beacon: BeaconLine | undefined;
  readonly #fan: FanLine | undefined;
  readonly #inputListeners = new Set<(input: BoardInput, on: boolean) => void>();
  readonly #inputs: readonly { readonly input: BoardInput; readonly wiring: InputWiring }[];
  #relays: Lines | undefined;
  #edges: Lines | undefined;
  #asking: NodeJS.Timeout | undefined;

  constructor(options: ChardevBoardOptions) {
    this.#options = options;
    this.#inputs = inputsOf(options);
    this.#switchboard = new RelaySwitchboard({ wirings: options.wirings, drive: (event) => this.#drive(event) });
    this.#beacon = options.beacon && new BeaconLine({ drive: (on) => this.#put('beacon', on) });
    this.#fan = options.fan && new FanLine((on) => this.#put('fan', on));
  }

  /** Rejects with a `Failure`: driver-missing without koffi, device-busy with who holds a line, device-failed without the lines. */
  async start(): Promise<void> {
    const { chip: named, openChip } = this.#options;
    const chip = openChip ? await openChip() : openGpioChip(await loadSystemCalls(), named);
    try {
      this.#takeLines(chip);
    } catch (error) {
      this.#release();
      throw error;
    } finally {
      chip.close();
    }
    this.#switchboard.start();
    this.#beacon?.start();
    this.#fan?.start();
    this.#tellInputs();
    if (this.#edges) this.#asking = setInterval(() => this.#ask(), askEveryMs);
  }

  switchAmplifier(output: string, on: boolean): ReturnType<Board['switchAmplifier']> {
    return this.#switchboard.switchAmplifier(output, on);
  }

  amplifier(output: string): { readonly relay1: boolean; readonly relay2: boolean } {
    this.#switchboard.advance();
    return { relay1: this.#isActive(output, 1), relay2: this.#isActive(output, 2) };
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

  #takeLines(chip: Pick<GpioChip, 'request'>): void {
    const { wirings, activeLow = false } = this.#options;
    const lamps = this.#lamps();
    const turned = (low: boolean) => (low ? lineFlags.activeLow : 0n);
    // One request, so that either all relays are ours and open, or none is touched.
    this.#relays = chip.request({
      consumer: 'loa relays',
      offsets: [...wirings.flatMap(({ relay1Pin, relay2Pin }) => [relay1Pin, relay2Pin]), ...lamps.map(({ pin }) => pin)],
      flags: lineFlags.output | turned(activeLow),
      flagsOf: new Map(lamps.map(({ low }, i) => [wirings.length * 2 + i, lineFlags.output | turned(low)])),
    });
    if (this.#inputs.length === 0) return;
    const flags = lineFlags.input | lineFlags.edgeRising | lineFlags.edgeFalling;
    this.#edges = chip.request({
      consumer: 'loa inputs',
      offsets: this.#inputs.map(({ wiring }) => wiring.pin),
      flags,
      flagsOf: new Map(this.#inputs.map(({ wiring }, i) => [i, flags | turned(wiring.activeLow ?? false) | pullOf(wiring)])),
      debounceMs,
    });
  }

  #drive({ output, relay, closed }: RelayEvent): void {
    this.#relays?.set(this.#placeOf(output, relay), closed);
    if (this.#isActive(output, relay) !== closed) throw new Error('the line does not follow');
  }

  /** Beacon and fan, in the order of their lines behind those of the relays. */
  #lamps(): readonly { readonly name: 'beacon' | 'fan'; readonly pin: number; readonly low: boolean }[] {
    return (['beacon', 'fan'] as const).flatMap((name) => {
      const wired = this.#options[name];
      return wired ? [{ name, pin: wired.pin, low: wired.activeLow ?? false }] : [];
    });
  }

  #put(name: 'beacon' | 'fan', on: boolean): void {
    this.#relays?.set(this.#lampPlace(name), on);
    if (this.#isPut(name) !== on) throw new Error('the line does not follow');
  }

  #isPut(name: 'beacon' | 'fan'): boolean {
    try {
      return ((this.#relays?.read() ?? 0n) & (1n << BigInt(this.#lampPlace(name)))) !== 0n;
    } catch {
      return false;
    }
  }

  #lampPlace(name: 'beacon' | 'fan'): number {
    return this.#options.wirings.length * 2 + this.#lamps().findIndex((lamp) => lamp.name === name);
  }

  #placeOf(output: string, relay: 1 | 2): number {
    return this.#options.wirings.findIndex((wiring) => wiring.output === output) * 2 + relay - 1;
  }

  #isActive(output: string, relay: 1 | 2): boolean {
    const place = this.#placeOf(output, relay);
    if (place < 0) return false;
    try {
      return ((this.#relays?.read() ?? 0n) & (1n << BigInt(place))) !== 0n;
    } catch {
      return false; // without its chip a line drives nothing
    }
  }

  #tellInputs(): void {
    const values = this.#edges?.read() ?? 0n;
    for (const [i, { input }] of this.#inputs.entries()) this.#tell(input, (values & (1n << BigInt(i))) !== 0n);
  }

  #ask(): void {
    try {
      for (const { offset, rising } of this.#edges?.edges() ?? []) {
        const found = this.#inputs.find(({ wiring }) => wiring.pin === offset);
        if (found) this.#tell(found.input, rising);
      }
    } catch {
      clearInterval(this.#asking); // the chip was unplugged: its relays are open, which the next look at them tells
    }
  }

  #tell(input: BoardInput, on: boolean): void {
    for (const listener of this.#inputListeners) listener(input, on);
  }

  #release(): void {
    clearInterval(this.#asking);
    for (const lines of [this.#relays, this.#edges]) lines?.close();
    this.#relays = undefined;
    this.#edges = undefined;
  }
}

function pullOf({ pull }: InputWiring): bigint {
  if (pull === undefined) return 0n;
  return { up: lineFlags.pullUp, down: lineFlags.pullDown, none: lineFlags.pullNone }[pull];
}
