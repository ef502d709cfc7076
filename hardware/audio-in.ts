// Door to one microphone or line input: 48 kHz mono s16 blocks with the instant of their first sample. ALSA and a simulation honour one contract.
import type { Problem } from '../schemas/problems.ts';

export interface CapturedBlock {
  /** Monotonic ms (`process.hrtime`) at which the first frame passed the converter, as well as the door can know. */
  readonly atMonoMs: number;
  readonly frames: Int16Array;
}

export interface AudioIn {
  readonly name: string;
  /** Begin to capture. Rejects with a `Failure` (device-busy, device-failed, tool-missing). */
  open(): Promise<void>;
  /** Blocks in order; at most 100 ms each. */
  onBlock(listener: (block: CapturedBlock) => void): () => void;
  /** The device failed while open; the owner closes and may open again. */
  onFailure(listener: (problem: Problem) => void): void;
  close(): Promise<void>;
}
