// A microphone near a horn listens while something sounds there, and what it hears is compared with what was played.
import type { AudioIn } from '../../hardware/audio-in.ts';
import type { AudioOut } from '../../hardware/audio-out.ts';
import { problemOf } from '../../hardware/host/failure.ts';
import { monoMs } from '../../hardware/host/system-clock.ts';
import type { Problem } from '../../schemas/problems.ts';
import type { Event, PlayAction } from '../core/model.ts';
import { Listening } from './listening.ts';
import type { Calibration } from './verdict.ts';

/** An order that is repeated is listened to as one. */
const lingerMs = 2_500;

export interface EarOptions {
  readonly openInput: () => AudioIn;
  readonly calibration: () => Calibration | undefined;
  /** Keep what a sweep said of the microphone. */
  readonly keep: (calibration: Calibration) => void;
  readonly wallMs: () => number;
  readonly warn: (problem: Problem) => void;
}

type Tell = (event: Event) => void;

/** One play, or the repetitions of one order. */
interface Hearing {
  readonly key: string;
  readonly listening: Listening;
  attempt: number;
  tell: () => void;
  told: boolean;
  /** Ends what lingers. */
  timer?: NodeJS.Timeout;
}

/** INVARIANT: the microphone is open only from the arming of a play to its end; no sample leaves this object or is kept in it. */
export class Ear {
  readonly #options: EarOptions;
  readonly #hearings = new Map<string, Hearing>();
  #input: AudioIn | undefined;
  #failed = false;

  constructor(options: EarOptions) {
    this.#options = options;
  }

  /** When a sweep was last made out here, wall ms; null: not yet. */
  get calibratedMs(): number | null {
    return this.#options.calibration()?.atMs ?? null;
  }

  /** The same output; what is written to it is noted while the microphone listens. */
  tap(out: AudioOut): AudioOut {
    const note = (frames: Int16Array) => {
      if (!this.#input || frames.length === 0) return;
      const { playedFrames, writtenFrames, atMonoMs } = out.position();
      const sounds = atMonoMs + (writtenFrames - playedFrames) / 48;
      for (const { listening } of this.#hearings.values()) listening.gave(sounds, frames);
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

  /** What the player tells of a play, with the word on whether it was heard before its end. */
  watch({ output, attempt, sound }: PlayAction, tell: Tell): Tell {
    const sweeps = sound.of === 'sweep';
    const hearing = this.#begin(sound.of === 'order' ? `order ${sound.id}` : `play ${attempt}`, attempt, sweeps);
    hearing.tell = () => tell({ is: 'soundHeard', output, attempt: hearing.attempt, ...hearing.listening.verdict() });
    return (event) => {
      if (!('attempt' in event) || event.attempt !== attempt) return tell(event);
      if (event.is === 'playbackStarted') hearing.listening.beginAt(monoMs());
      if (event.is === 'playbackEnded') {
        if (sweeps) this.#calibrate(output, hearing, tell);
        else if (event.audibleMs > 0) this.#tellHeard(output, hearing, tell);
        this.#end(hearing, sound.of === 'order' ? lingerMs : 0);
      }
      tell(event);
    };
  }

  stop(): void {
    for (const { timer } of this.#hearings.values()) clearTimeout(timer);
    this.#hearings.clear();
    this.#close();
  }

  #begin(key: string, attempt: number, sweeps: boolean): Hearing {
    const before = this.#hearings.get(key);
    if (before) clearTimeout(before.timer);
    const hearing = before ?? {
      key,
      listening: new Listening(sweeps ? undefined : this.#options.calibration()),
      attempt,
      told: false,
      tell: () => undefined,
    };
    hearing.attempt = attempt;
    this.#hearings.set(key, hearing);
    this.#open();
    return hearing;
  }

  #end(hearing: Hearing, afterMs: number): void {
    const { attempt } = hearing;
    hearing.timer = setTimeout(() => {
      if (this.#hearings.get(hearing.key) !== hearing || hearing.attempt !== attempt) return;
      this.#hearings.delete(hearing.key);
      if (this.#hearings.size === 0) this.#close();
    }, afterMs);
    hearing.timer.unref();
  }

  #tellHeard(output: string, { listening, attempt }: Hearing, tell: Tell): void {
    const trouble = this.#failed ? 'no-microphone' : this.#options.calibration() ? undefined : 'not-calibrated';
    tell({ is: 'soundHeard', output, attempt, ...listening.verdict(trouble) });
  }

  #calibrate(output: string, { listening }: Hearing, tell: Tell): void {
    const found = this.#failed ? undefined : listening.calibrated(Math.round(this.#options.wallMs()));
    if (found) this.#options.keep(found);
    tell({ is: 'earCalibrated', output, found: found ?? null });
  }

  #open(): void {
    if (this.#input) return;
    this.#failed = false;
    const input = this.#options.openInput();
    this.#input = input;
    const failed = (problem: Problem) => {
      if (this.#input !== input) return;
      this.#failed = true;
      this.#options.warn(problem);
    };
    input.onBlock(({ atMonoMs, frames }) => {
      if (this.#input !== input) return;
      for (const hearing of this.#hearings.values()) this.#hear(hearing, atMonoMs, frames);
    });
    input.onFailure(failed);
    input.open().catch((error: unknown) => failed(problemOf(error)));
  }

  /** A yes is told while it still sounds: the desk waits for it. */
  #hear(hearing: Hearing, atMonoMs: number, frames: Int16Array): void {
    hearing.listening.captured(atMonoMs, frames);
    if (hearing.told || !hearing.listening.proven) return;
    hearing.told = true;
    hearing.tell();
  }

  #close(): void {
    const input = this.#input;
    this.#input = undefined;
    void input?.close().catch(() => undefined);
  }
}
