// Door to one always-open PCM output, 48 kHz mono s16. ALSA and the virtual DAC honour one contract.
import type { Problem } from '../schemas/problems.ts';

export const sampleRateHz = 48_000;

/** Where the output is: the frame that passes the converter at `atMonoMs`, and how many have been written. */
export interface Position {
  /** Frames since `open` that have left the converter, with a fraction where the device can tell. */
  readonly playedFrames: number;
  /** Never below `playedFrames`: silence the device put in during an underrun counts as written. */
  readonly writtenFrames: number;
  readonly atMonoMs: number;
  /** Grows with every underrun; a change means the estimator must begin anew. */
  readonly xruns: number;
}

export interface AudioOut {
  readonly name: string;
  /** True when `discardAhead` can take back what is queued (libasound rewind). */
  readonly rewinds: boolean;
  /** How far ahead of `playedFrames` the writer keeps, ms. */
  readonly leadMs: number;
  open(): Promise<void>;
  /** Append frames; they sound after all that is queued. The writer MUST pace itself by `position`. */
  write(frames: Int16Array): void;
  position(): Position;
  /** Drop queued frames not yet at the converter; returns how many, 0 where unsupported. At least `marginFrames` stay. */
  discardAhead(): number;
  /** The device failed (unplugged, busy); the owner re-opens with back-off. */
  onFailure(listener: (problem: Problem) => void): void;
  close(): Promise<void>;
}

/** What was heard, for virtual outputs: recording, browser listening, tests. */
export interface Heard {
  /** `firstFrame` counts since `open`; `atMonoMs` is when that frame passed the converter. */
  onHeard(listener: (chunk: { readonly firstFrame: number; readonly atMonoMs: number; readonly frames: Int16Array }) => void): () => void;
}
