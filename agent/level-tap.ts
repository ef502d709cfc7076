// How loud an output is fed: RMS of the last two seconds, for whoever compares it with a measured current.
import type { AudioOut } from '../hardware/audio-out.ts';

const windowMs = 2_000;
export const silenceDb = -120;

export class LevelTap {
  readonly #now: () => number;
  #blocks: { readonly atMs: number; readonly squares: number; readonly frames: number }[] = [];

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** The same output, noted on its way. */
  tap(out: AudioOut): AudioOut {
    return {
      name: out.name,
      rewinds: out.rewinds,
      leadMs: out.leadMs,
      open: () => out.open(),
      write: (frames) => {
        this.#note(frames);
        out.write(frames);
      },
      position: () => out.position(),
      discardAhead: () => out.discardAhead(),
      onFailure: (listener) => out.onFailure(listener),
      close: () => out.close(),
    };
  }

  /** dBFS; a sine of full scale is −3. */
  levelDb(): number {
    this.#forget();
    let squares = 0;
    let frames = 0;
    for (const block of this.#blocks) {
      squares += block.squares;
      frames += block.frames;
    }
    return squares === 0 ? silenceDb : Math.max(silenceDb, 10 * Math.log10(squares / frames / 32_768 ** 2));
  }

  #note(frames: Int16Array): void {
    let squares = 0;
    for (const frame of frames) squares += frame * frame;
    this.#blocks.push({ atMs: this.#now(), squares, frames: frames.length });
    this.#forget();
  }

  #forget(): void {
    const fromMs = this.#now() - windowMs;
    while (this.#blocks.length > 0 && (this.#blocks[0]?.atMs ?? 0) < fromMs) this.#blocks.shift();
  }
}

/** The taps of one box. */
export class LevelTaps {
  readonly #taps: LevelTap[] = [];

  tap(out: AudioOut): AudioOut {
    const tap = new LevelTap();
    this.#taps.push(tap);
    return tap.tap(out);
  }

  /** Of the loudest, dBFS. */
  levelDb(): number {
    return Math.max(silenceDb, ...this.#taps.map((tap) => tap.levelDb()));
  }
}
