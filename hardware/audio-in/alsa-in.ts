// A microphone or line input on a card: blocks with the instant of their first frame, read without ever blocking.
import type { Problem } from '../../schemas/problems.ts';
import type { Pcm } from '../alsa/pcm.ts';
import type { AudioIn, CapturedBlock } from '../audio-in.ts';
import { StallWatch } from '../audio-out/stall-watch.ts';
import { sampleRateHz } from '../audio-out.ts';
import { Failure, problemOf } from '../host/failure.ts';
import { monoMs } from '../host/system-clock.ts';

export interface AlsaInOptions {
  /** As it is told: `alsa hw:CARD=Device,DEV=0`. */
  readonly name: string;
  /** Open the card. Rejects with Failure: device-busy, device-failed, driver-missing. */
  readonly openPcm: () => Promise<Pcm>;
}

const readEveryMs = 20;
const blockFramesMax = 4_800;
const framesPerMs = sampleRateHz / 1_000;

export class AlsaIn implements AudioIn {
  readonly name: string;
  readonly #options: AlsaInOptions;
  readonly #stall = new StallWatch();
  readonly #blockListeners = new Set<(block: CapturedBlock) => void>();
  readonly #failureListeners = new Set<(problem: Problem) => void>();
  #pcm: Pcm | undefined;
  #opening = false;
  #readFrames = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: AlsaInOptions) {
    this.#options = options;
    this.name = options.name;
  }

  async open(): Promise<void> {
    if (this.#pcm || this.#opening) throw new Failure('device-busy', `${this.name} is open already`);
    this.#opening = true;
    try {
      const pcm = await this.#options.openPcm();
      pcm.start();
      this.#pcm = pcm;
    } finally {
      this.#opening = false;
    }
    this.#readFrames = 0;
    this.#stall.restart(monoMs());
    this.#timer = setInterval(() => this.#take(), readEveryMs);
  }

  onBlock(listener: (block: CapturedBlock) => void): () => void {
    this.#blockListeners.add(listener);
    return () => this.#blockListeners.delete(listener);
  }

  onFailure(listener: (problem: Problem) => void): void {
    this.#failureListeners.add(listener);
  }

  async close(): Promise<void> {
    this.#shut();
  }

  #take(): void {
    try {
      if (this.#pcm) this.#takeFrom(this.#pcm);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      this.#fail(problemOf(error));
    }
  }

  #takeFrom(pcm: Pcm): void {
    const { state, availFrames, delayFrames, atMonoMs } = pcm.reading();
    if (state === 'DISCONNECTED') throw new Failure('device-failed', `${this.name} was unplugged`);
    if (state !== 'RUNNING') {
      pcm.restart();
      pcm.start();
      return;
    }
    if (this.#stall.stalled(this.#readFrames + availFrames, monoMs()))
      throw new Failure('device-failed', `${this.name}: no sound comes any more`);
    // We came so late that the card has overwritten the oldest: a gap, seen in the next block's instant.
    const lost = availFrames > pcm.bufferFrames ? pcm.forward(availFrames - pcm.bufferFrames / 2) : 0;
    this.#readFrames += lost;
    let ageFrames = delayFrames - lost;
    for (let left = availFrames - lost; left > 0 && this.#pcm; ) {
      const samples = new Int16Array(Math.min(blockFramesMax, left) * pcm.channels);
      const count = pcm.read(samples);
      if (count === 0) return;
      const frames = mixed(samples.subarray(0, count * pcm.channels), pcm.channels);
      const block = { atMonoMs: atMonoMs - ageFrames / framesPerMs, frames };
      for (const listener of this.#blockListeners) listener(block);
      this.#readFrames += count;
      ageFrames -= count;
      left -= count;
    }
  }

  #fail(problem: Problem): void {
    this.#shut();
    for (const listener of this.#failureListeners) listener(problem);
  }

  #shut(): void {
    clearInterval(this.#timer);
    const pcm = this.#pcm;
    this.#pcm = undefined;
    pcm?.close();
  }
}

/** The mean of all channels. */
function mixed(samples: Int16Array, channels: number): Int16Array {
  if (channels === 1) return samples;
  const out = new Int16Array(samples.length / channels);
  for (let i = 0; i < out.length; i++) {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += samples[i * channels + c] ?? 0;
    out[i] = sum / channels;
  }
  return out;
}
