// An input of the box as a live source: its blocks with their wall instants, a recording of what went on the air.
import { closedSquelch, listen } from '../../hardware/audio-in/squelch.ts';
import type { AudioIn } from '../../hardware/audio-in.ts';
import type { LiveSession } from '../../schemas/live.ts';
import type { Problem } from '../../schemas/problems.ts';
import type { Clock } from '../ports.ts';
import type { LivePiece } from './feed.ts';
import { Recording } from './recording.ts';

const sampleHz = 48_000;
/** A line that stays without sound for so long gives the output back to the schedule until it speaks again. */
const squelchedMsMax = 30_000;

export interface LineStreamOptions {
  readonly input: AudioIn;
  /** Below this level the line is silent; absent: it never is. */
  readonly squelchDb?: number;
  readonly clock: Clock;
  readonly session: Pick<LiveSession, 'session' | 'openMs' | 'untilMs'>;
  readonly recordingsDir?: string;
  readonly onPiece: (piece: LivePiece) => void;
  readonly onFailure: (problem: Problem) => void;
  readonly warn: (event: string, problem: Problem) => void;
}

/** INVARIANT: nothing passes before `start` or after `stop`, nor outside the session's time. */
export class LineStream {
  readonly #options: LineStreamOptions;
  readonly #recording: Recording | undefined;
  #unhear: (() => void) | undefined;
  #stopped = false;
  #squelch = closedSquelch;
  #squelchedMs = 0;

  constructor(options: LineStreamOptions) {
    this.#options = options;
    const { recordingsDir, session, warn } = options;
    if (recordingsDir !== undefined)
      this.#recording = new Recording({ dir: recordingsDir, name: `${session.openMs}-${session.session}`, warn });
  }

  async start(): Promise<void> {
    const { input, onFailure } = this.#options;
    input.onFailure((problem) => !this.#stopped && onFailure(problem));
    await this.#recording?.start();
    await input.open();
    // Stopped while it opened.
    if (this.#stopped) return input.close();
    this.#unhear = input.onBlock(({ atMonoMs, frames }) => this.#take(atMonoMs, frames));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#unhear?.();
    await this.#options.input.close();
    await this.#recording?.stop();
  }

  #take(atMonoMs: number, frames: Int16Array): void {
    const { clock, session, onPiece } = this.#options;
    const { wallMs, monoMs } = clock.now();
    const capturedMs = atMonoMs + (wallMs - monoMs);
    const spanMs = (frames.length / sampleHz) * 1_000;
    if (this.#stopped || frames.length === 0 || wallMs < session.openMs || wallMs >= session.untilMs) return;
    const pcm = this.#audible(frames, spanMs);
    if (!pcm) return;
    this.#recording?.write(pcm);
    onPiece({ capturedMs, spanMs, sound: { pcm }, ends: false });
  }

  /** Comfort silence while the squelch is closed, and nothing at all after a while. */
  #audible(frames: Int16Array, spanMs: number): Int16Array | undefined {
    const { squelchDb } = this.#options;
    if (squelchDb === undefined) return frames;
    this.#squelch = listen(this.#squelch, frames, { openDb: squelchDb });
    this.#squelchedMs = this.#squelch.open ? 0 : this.#squelchedMs + spanMs;
    if (this.#squelch.open) return frames;
    return this.#squelchedMs < squelchedMsMax ? new Int16Array(frames.length) : undefined;
  }
}
