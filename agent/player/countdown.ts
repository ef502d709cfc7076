// The warning before sound comes back to a horn where somebody may still be: a number each second, a beep where it cannot be spoken.
import type { Problem, Result } from '../../schemas/problems.ts';
import type { Source } from './sources/source.ts';
import type { Tape } from './tape.ts';

const secondSamples = 48_000;
const beepSamples = 5_760;
const edgeSamples = 480;
const beepHz = 880;

export type Speak = (text: string, language: string) => Promise<Result<Buffer>>;

export class CountdownSource implements Source {
  readonly #seconds: number;
  readonly #languages: readonly string[];
  readonly #speak: Speak;
  /** Spoken numbers by the second they belong to; what is not ready by then is a beep. */
  readonly #words = new Map<number, Buffer>();
  #at = 0;
  #stopped = false;

  constructor(durationMs: number, languages: readonly string[], speak: Speak) {
    this.#seconds = Math.round(durationMs / 1_000);
    this.#languages = languages;
    this.#speak = speak;
  }

  start(): void {
    void this.#prepare();
  }

  ready(): boolean {
    return true;
  }

  pour(tape: Tape, wanted: number): number {
    const count = Math.min(wanted, this.#seconds * secondSamples - this.#at);
    for (let i = this.#at; i < this.#at + count; i += 1) tape.append(this.#sample(i));
    this.#at += count;
    return count;
  }

  ended(): boolean {
    return this.#at >= this.#seconds * secondSamples;
  }

  soundUpTo(samples: number): number {
    return samples;
  }

  problem(): Problem | undefined {
    return undefined;
  }

  stop(): void {
    this.#stopped = true;
  }

  #sample(i: number): number {
    const second = Math.floor(i / secondSamples);
    const within = i % secondSamples;
    const word = this.#words.get(second);
    if (word) return within * 2 + 1 < word.length ? word.readInt16LE(within * 2) / 32_768 : 0;
    if (within >= beepSamples) return 0;
    const edge = Math.min(1, within / edgeSamples, (beepSamples - within) / edgeSamples);
    return 0.6 * edge * Math.sin((2 * Math.PI * beepHz * within) / secondSamples);
  }

  async #prepare(): Promise<void> {
    for (let second = 0; second < this.#seconds && !this.#stopped; second += 1) {
      const word = await this.#say(String(this.#seconds - second));
      if (!word) return;
      // A number never breaks into its own beep.
      if (second * secondSamples >= this.#at) this.#words.set(second, word);
    }
  }

  async #say(text: string): Promise<Buffer | undefined> {
    for (const language of this.#languages) {
      const spoken = await this.#speak(text, language).catch(() => undefined);
      if (spoken?.ok) return spoken.value;
    }
    return undefined;
  }
}
