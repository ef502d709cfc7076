// What people hear: the converter's sound while both relays of the amplifier are closed, silence otherwise.

import type { HeardChunk } from './audio-out/virtual-dac.ts';
import { type Heard, sampleRateHz } from './audio-out.ts';
import type { SimulatedBoard } from './simulated-board.ts';

/** A change of "both relays closed". */
interface Gate {
  readonly atMonoMs: number;
  readonly open: boolean;
}

const gatesKept = 200;

export class SimulatedLoudspeaker implements Heard {
  readonly #board: SimulatedBoard;
  readonly #output: string;
  readonly #listeners = new Set<(chunk: HeardChunk) => void>();
  #gates: Gate[] = [];
  #relay1 = false;
  #relay2 = false;

  constructor(dac: Heard, board: SimulatedBoard, output: string = board.outputs[0] ?? 'main') {
    this.#board = board;
    this.#output = output;
    const before = board.amplifier(output);
    this.#relay1 = before.relay1;
    this.#relay2 = before.relay2;
    this.#gates = [{ atMonoMs: Number.NEGATIVE_INFINITY, open: this.#relay1 && this.#relay2 }];
    board.onRelay((event) => {
      if (event.output !== output) return;
      if (event.relay === 1) this.#relay1 = event.closed;
      else this.#relay2 = event.closed;
      this.#gates = [...this.#gates.slice(1 - gatesKept), { atMonoMs: event.atMonoMs, open: this.#relay1 && this.#relay2 }];
    });
    dac.onHeard((chunk) => this.#pass(chunk));
  }

  onHeard(listener: (chunk: HeardChunk) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #pass(chunk: HeardChunk): void {
    if (this.#listeners.size === 0) return;
    this.#board.amplifier(this.#output); // movements due before now are known first
    const frames = Int16Array.from(chunk.frames);
    const frameOf = (atMonoMs: number) => Math.ceil(((atMonoMs - chunk.atMonoMs) * sampleRateHz) / 1000);
    for (const [i, gate] of this.#gates.entries()) {
      if (gate.open) continue;
      const next = this.#gates[i + 1];
      const from = Math.max(0, frameOf(gate.atMonoMs));
      const to = next ? Math.max(0, frameOf(next.atMonoMs)) : frames.length;
      frames.fill(0, from, to);
    }
    for (const listener of this.#listeners) listener({ ...chunk, frames });
  }
}
