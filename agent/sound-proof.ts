// Was it heard? A microphone near the horn listens while an order sounds, and what it hears is compared with what was played.
import { type Bands, bestEcho, follow, proves } from '../hardware/audio-in/echo.ts';
import type { AudioIn } from '../hardware/audio-in.ts';
import type { AudioOut } from '../hardware/audio-out.ts';
import { problemOf } from '../hardware/host/failure.ts';
import type { Problem } from '../schemas/problems.ts';
import type { Event, PlayAction } from './core/model.ts';

const judgeEveryMs = 500;

export interface SoundProofOptions {
  readonly openInput: () => AudioIn;
  readonly warn: (problem: Problem) => void;
}

type Tell = (event: Event) => void;

/** INVARIANT: the microphone is open only while an order sounds and is not proven; no sample leaves this object. */
export class SoundProof {
  readonly #options: SoundProofOptions;
  #given: Bands | undefined;
  #captured: Bands | undefined;
  #before: { match: number; delayMs: number } | undefined;
  #input: AudioIn | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SoundProofOptions) {
    this.#options = options;
  }

  /** The same output; what is written to it is noted while the microphone listens. */
  tap(out: AudioOut): AudioOut {
    const note = (frames: Int16Array) => {
      if (!this.#input || frames.length === 0) return;
      const { playedFrames, writtenFrames, atMonoMs } = out.position();
      this.#given = follow(this.#given, atMonoMs + (writtenFrames - playedFrames) / 48, frames);
    };
    return {
      name: out.name,
      rewinds: out.rewinds,
      leadMs: out.leadMs,
      open: () => out.open(),
      write: (frames) => {
        note(frames);
        out.write(frames);
      },
      position: () => out.position(),
      discardAhead: () => out.discardAhead(),
      onFailure: (listener) => out.onFailure(listener),
      close: () => out.close(),
    };
  }

  /** What the player tells of an order's play, with the proof between when there is one. */
  watch({ output, attempt }: PlayAction, tell: Tell): Tell {
    return (event) => {
      tell(event);
      if (event.is === 'playbackStarted' && event.attempt === attempt)
        this.#begin(() => tell({ is: 'soundProven', output, attempt, by: 'microphone' }));
      if (event.is === 'playbackEnded' && event.attempt === attempt) this.stop();
    };
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    const input = this.#input;
    this.#input = undefined;
    void input?.close().catch(() => undefined);
  }

  #begin(proven: () => void): void {
    this.stop();
    [this.#given, this.#captured, this.#before] = [undefined, undefined, undefined];
    const input = this.#options.openInput();
    this.#input = input;
    input.onBlock(({ atMonoMs, frames }) => {
      if (this.#input === input) this.#captured = follow(this.#captured, atMonoMs, frames);
    });
    input.onFailure((problem) => this.#options.warn(problem));
    input.open().catch((error: unknown) => this.#options.warn(problemOf(error)));
    this.#timer = setInterval(() => this.#judge(proven), judgeEveryMs);
  }

  #judge(proven: () => void): void {
    if (!this.#given || !this.#captured) return;
    const now = bestEcho(this.#given, this.#captured);
    const heard = proves(this.#before, now);
    this.#before = now;
    if (!heard) return;
    this.stop();
    proven();
  }
}
