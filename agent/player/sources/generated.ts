// A source that is computed as it sounds: tones, chimes, sirens. No memory, no waiting.
import type { Problem } from '../../../schemas/problems.ts';
import type { Tape } from '../tape.ts';
import type { Source } from './source.ts';

/** Sample number → amplitude in −1…1. */
export type Wave = (sample: number) => number;

const rampSamples = 960;

/** A wave of a given length, with ramps at both ends. `Infinity` goes on until stopped. */
export class GeneratedSource implements Source {
  readonly #wave: Wave;
  readonly #samples: number;
  #at = 0;

  constructor(wave: Wave, durationMs: number) {
    this.#wave = wave;
    this.#samples = Math.round(durationMs * 48);
  }

  start(): void {}

  ready(): boolean {
    return true;
  }

  pour(tape: Tape, wanted: number): number {
    const count = Math.min(wanted, this.#samples - this.#at);
    for (let i = this.#at; i < this.#at + count; i += 1) {
      const edge = Math.min(1, i / rampSamples, (this.#samples - i) / rampSamples);
      tape.append(this.#wave(i) * edge);
    }
    this.#at += count;
    return count;
  }

  ended(): boolean {
    return this.#at >= this.#samples;
  }

  soundUpTo(samples: number): number {
    return samples;
  }

  problem(): Problem | undefined {
    return undefined;
  }

  stop(): void {}
}

/** Pure sine of a test tone. */
export function toneWave(hz: number, amplitude = 0.7): Wave {
  const step = (2 * Math.PI * hz) / 48_000;
  return (sample) => amplitude * Math.sin(step * sample);
}

const risesFromDb = -36;
const risesForSamples = 1.5 * 48_000;

/** A test tone that nobody is startled by: it rises evenly in loudness for a second and a half. */
export function risingTone(hz: number): Wave {
  const tone = toneWave(hz);
  return (sample) => tone(sample) * 10 ** ((risesFromDb * Math.max(0, 1 - sample / risesForSamples)) / 20);
}
