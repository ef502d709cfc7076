// What the sweep said of the microphone at each output, kept over restarts: numbers alone, beside the card they belong to.
import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { problemOf } from '../../hardware/host/failure.ts';
import { writeFileAtomic } from '../../hardware/host/files.ts';
import { Id } from '../../schemas/ids.ts';
import { parseJson } from '../../schemas/parse.ts';
import type { Problem } from '../../schemas/problems.ts';
import { InstantMs } from '../../schemas/time.ts';
import type { Calibration } from './verdict.ts';

const Kept = v.record(
  Id,
  v.strictObject({
    /** The card it was made with: another one is not calibrated. */
    device: v.pipe(v.string(), v.maxLength(100)),
    atMs: InstantMs,
    delayMs: v.pipe(v.number(), v.minValue(0), v.maxValue(5_000)),
    gainDb: v.pipe(v.number(), v.minValue(-120), v.maxValue(60)),
    noiseDb: v.pipe(v.number(), v.minValue(-120), v.maxValue(10)),
  }),
);

export class Calibrations {
  readonly #file: string;
  readonly #warn: (problem: Problem) => void;
  #kept: v.InferOutput<typeof Kept> | undefined;

  constructor(file: string, warn: (problem: Problem) => void) {
    this.#file = file;
    this.#warn = warn;
  }

  of(output: string, device: string): Calibration | undefined {
    const found = this.#all()[output];
    return found?.device === device ? found : undefined;
  }

  keep(output: string, device: string, calibration: Calibration): void {
    this.#kept = { ...this.#all(), [output]: { ...calibration, device } };
    writeFileAtomic(this.#file, JSON.stringify(this.#kept), 0o600).catch((error: unknown) => this.#warn(problemOf(error)));
  }

  /** Read once; a damaged file is none: the microphone is calibrated again. */
  #all(): v.InferOutput<typeof Kept> {
    this.#kept ??= this.#read();
    return this.#kept;
  }

  #read(): v.InferOutput<typeof Kept> {
    try {
      const read = parseJson(Kept, readFileSync(this.#file, 'utf8'), 10_000);
      if (read.ok) return read.value;
      this.#warn(read.problem);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.#warn(problemOf(error));
    }
    return {};
  }
}
