// The boards behind a box's amplifiers: one chip's lines shared by all of them, or a simulated board for each.

import { ReopeningBoard } from '../hardware/board/reopening-board.ts';
import type { Board, BoardInput } from '../hardware/board.ts';
import { type GpioSettings, makeBoard } from '../hardware/open-board.ts';
import { SimulatedBoard } from '../hardware/simulated-board.ts';
import type { Problem } from '../schemas/problems.ts';
import { BeaconFlasher } from './beacon.ts';
import { type AgentConfig, boardSettings } from './config.ts';
import type { BeaconPattern } from './core/model.ts';

export interface BoardsOptions {
  readonly config: AgentConfig;
  readonly onInput: (input: BoardInput, on: boolean) => void;
  readonly onLost: (output: string, problem: Problem) => void;
  readonly onTrouble: (problem: Problem) => void;
}

export class Boards {
  readonly #options: BoardsOptions;
  readonly #simulated = new Map<string, SimulatedBoard>();
  #real: Board | undefined;
  #beacon: Board | undefined;
  #fan: Board | undefined;
  #fanTroubled = false;
  #flasher: Promise<BeaconFlasher | undefined> | undefined;

  constructor(options: BoardsOptions) {
    this.#options = options;
  }

  /** The started board of an output. A real one that cannot be opened yet is tried again at each switch. */
  async of(output: string): Promise<Board> {
    const settings = boardSettings(this.#options.config, output);
    if (settings.kind === 'simulated') {
      const board = new SimulatedBoard(settings.wirings);
      // One mains, one button, however many amplifiers there are.
      await this.#begin(board, this.#simulated.size === 0);
      this.#simulated.set(output, board);
      return board;
    }
    return this.#openReal(settings);
  }

  /** The beacon flashes so from now on; nothing where none is wired. */
  async flashBeacon(pattern: BeaconPattern): Promise<void> {
    // One flasher, however soon the next word comes.
    this.#flasher ??= this.#openBeacon();
    (await this.#flasher)?.flash(pattern);
  }

  /** Is the beacon lit? Undefined where none is wired or nothing was ever to be flashed. */
  beacon(): boolean | undefined {
    return this.#beacon?.beacon();
  }

  /** Turn the fan; answers how it stands now, null where none is wired. */
  async switchFan(on: boolean): Promise<boolean | null> {
    const { config, onTrouble } = this.#options;
    if (!config.board.fan) return null;
    const settings = boardSettings(config, 'fan');
    if (settings.kind === 'simulated') this.#fan ??= await this.#openSimulatedFan();
    else this.#fan ??= await this.#openReal(settings);
    const { problem } = this.#fan.switchFan(on);
    if (problem && !this.#fanTroubled) onTrouble(problem);
    this.#fanTroubled = problem !== undefined;
    return this.#fan.fan() ?? false;
  }

  async #openSimulatedFan(): Promise<Board> {
    const board = new SimulatedBoard([], { fan: true });
    await board.start();
    return board;
  }

  async #openBeacon(): Promise<BeaconFlasher | undefined> {
    const { config, onTrouble } = this.#options;
    const { board } = config;
    if (!board.beacon) return undefined;
    const settings = boardSettings(config, 'beacon');
    if (settings.kind === 'simulated') {
      this.#beacon = new SimulatedBoard([], { beacon: true });
      await this.#beacon.start();
    } else this.#beacon = await this.#openReal(settings);
    const lamp = this.#beacon;
    return new BeaconFlasher({ lamp: (on) => lamp.switchBeacon(on), onTrouble });
  }

  async #openReal(settings: GpioSettings): Promise<Board> {
    if (this.#real) return this.#real;
    this.#real = new ReopeningBoard(settings.kind, () => makeBoard(settings), this.#options.onTrouble);
    await this.#begin(this.#real, true);
    return this.#real;
  }

  /** Work an input of the simulated board, as a hand or the mains would. False where the board is real. */
  press(input: BoardInput, on: boolean): boolean {
    const [first] = this.#simulated.values();
    first?.press(input, on);
    return first !== undefined;
  }

  /** A board whose player hangs is not fed: its watchdog opens the relays over a sound that nobody steers. */
  feed(sane: (output: string) => boolean): void {
    for (const [output, board] of this.#simulated) if (sane(output)) board.feedWatchdog();
    const { board } = this.#options.config;
    if (board.kind !== 'simulated' && Object.keys(board.relays).every(sane)) this.#real?.feedWatchdog();
  }

  async stop(): Promise<void> {
    (await this.#flasher)?.flash('off');
    await Promise.all([this.#beacon?.stop(), this.#fan?.stop()]);
    await Promise.all([...this.#simulated.values(), ...(this.#real ? [this.#real] : [])].map((board) => board.stop()));
  }

  async #begin(board: Board, hasInputs: boolean): Promise<void> {
    if (hasInputs) board.onInput(this.#options.onInput);
    board.onLost(this.#options.onLost);
    await board.start();
  }
}
