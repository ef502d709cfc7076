// One opened card as the audio doors need it: never blocking, positions with their instant. libasound and a test's fake honour it.
import type { PcmState } from './proc-status.ts';

export interface PcmReading {
  readonly state: PcmState;
  /** Frames between the application's pointer and the converter; negative when the card ran past what was written. */
  readonly delayFrames: number;
  /** Frames that can be written (or read) now; more than the buffer when the card ran past. */
  readonly availFrames: number;
  /** When the card said so, monotonic ms. */
  readonly atMonoMs: number;
}

/** Methods throw `Failure` (device-failed) when the card does not answer any more. */
export interface Pcm {
  readonly channels: number;
  readonly bufferFrames: number;
  readonly periodFrames: number;
  /** The card tells its position in whole periods only. */
  readonly coarse: boolean;
  start(): void;
  /** Interleaved samples; answers how many frames were taken, 0 when the buffer is full. */
  write(samples: Int16Array): number;
  /** Fills interleaved samples; answers how many frames there were. */
  read(samples: Int16Array): number;
  reading(): PcmReading;
  /** Take back so many frames; answers how many really. */
  rewind(frames: number): number;
  /** Skip so many frames; answers how many really. */
  forward(frames: number): number;
  /** Make the card ready again after it stopped by itself; nothing is queued then. */
  restart(): void;
  close(): void;
}
