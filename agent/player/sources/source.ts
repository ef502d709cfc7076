// What feeds a voice: samples on demand, 48 kHz mono, from memory or from a decoder that works ahead.
import type { Problem } from '../../../schemas/problems.ts';
import type { Tape } from '../tape.ts';

export interface Source {
  /** Begin to work ahead. Idempotent. */
  start(): void;
  /** True once enough is there to begin without a gap. */
  ready(): boolean;
  /** Append up to `wanted` samples and say how many; 0 means nothing is there just now, or the end. */
  pour(tape: Tape, wanted: number): number;
  /** True when all has been poured. */
  ended(): boolean;
  /** How many of the first `samples` poured are sound, pauses left out. */
  soundUpTo(samples: number): number;
  /** First thing that went wrong, although the source may go on with what follows. */
  problem(): Problem | undefined;
  stop(): void;
}
