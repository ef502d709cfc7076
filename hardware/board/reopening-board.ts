// A board whose lines may be missing or taken for a while: opened when it can be, and anew after a failure.
import type { Problem } from '../../schemas/problems.ts';
import type { Board, BoardInput } from '../board.ts';
import { problemOf } from '../host/failure.ts';

type Lost = Parameters<Board['onLost']>[0];

export class ReopeningBoard implements Board {
  readonly name: string;
  readonly #make: () => Promise<Board>;
  readonly #onTrouble: (problem: Problem) => void;
  readonly #inputListeners = new Set<(input: BoardInput, on: boolean) => void>();
  readonly #lostListeners = new Set<Lost>();
  readonly #on = new Set<string>();
  #board: Board | undefined;
  #opening: Promise<Problem | undefined> | undefined;
  #stopped = false;

  constructor(name: string, make: () => Promise<Board>, onTrouble: (problem: Problem) => void) {
    this.name = name;
    this.#make = make;
    this.#onTrouble = onTrouble;
  }

  /** Never rejects: what is wrong is told, and the next switch tries again. */
  async start(): Promise<void> {
    await this.#open();
  }

  async switchAmplifier(output: string, on: boolean): ReturnType<Board['switchAmplifier']> {
    const wrong = this.#board ? undefined : await this.#open();
    const board = this.#board;
    if (!board) return { problem: wrong ?? { code: 'device-failed', path: '', detail: 'the board is stopped' } };
    const switched = await board.switchAmplifier(output, on);
    if (switched.superseded) return switched;
    if (on && !switched.problem) this.#on.add(output);
    else this.#on.delete(output);
    if (switched.problem && switched.problem.code !== 'not-found') await this.#closeUnused(board);
    return switched;
  }

  amplifier(output: string): { readonly relay1: boolean; readonly relay2: boolean } {
    return this.#board?.amplifier(output) ?? { relay1: false, relay2: false };
  }

  switchBeacon(on: boolean): ReturnType<Board['switchBeacon']> {
    if (!this.#board) void this.#open();
    return this.#board?.switchBeacon(on) ?? { problem: { code: 'device-failed', path: '', detail: 'the board is not open' } };
  }

  beacon(): boolean | undefined {
    return this.#board?.beacon();
  }

  switchFan(on: boolean): ReturnType<Board['switchFan']> {
    if (!this.#board) void this.#open();
    return this.#board?.switchFan(on) ?? { problem: { code: 'device-failed', path: '', detail: 'the board is not open' } };
  }

  fan(): boolean | undefined {
    return this.#board?.fan();
  }

  feedWatchdog(): void {
    this.#board?.feedWatchdog();
  }

  onInput(listener: (input: BoardInput, on: boolean) => void): void {
    this.#inputListeners.add(listener);
  }

  onLost(listener: Lost): void {
    this.#lostListeners.add(listener);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#opening;
    await this.#board?.stop();
    this.#board = undefined;
  }

  #open(): Promise<Problem | undefined> {
    this.#opening ??= this.#tryOpen().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #tryOpen(): Promise<Problem | undefined> {
    if (this.#stopped || this.#board) return undefined;
    try {
      const board = await this.#make();
      board.onInput((input, on) => {
        for (const listener of this.#inputListeners) listener(input, on);
      });
      board.onLost((output, problem) => {
        this.#on.delete(output);
        for (const listener of this.#lostListeners) listener(output, problem);
      });
      await board.start();
      this.#board = board;
      return undefined;
    } catch (error) {
      const problem = problemOf(error);
      this.#onTrouble(problem);
      return problem;
    }
  }

  /** Other amplifiers on the same chip must not fall silent for the sake of one. */
  async #closeUnused(board: Board): Promise<void> {
    if (this.#on.size > 0 || this.#board !== board) return;
    this.#board = undefined;
    await board.stop();
  }
}
