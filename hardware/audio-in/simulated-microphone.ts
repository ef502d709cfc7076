// A microphone without hardware: hears a WAV file, or a voice-like murmur, over and over in real time by a clock that may drift.
import { readFile } from 'node:fs/promises';
import type { Problem, ProblemCode } from '../../schemas/problems.ts';
import type { AudioIn, CapturedBlock } from '../audio-in.ts';
import { sampleRateHz } from '../audio-out.ts';
import { Failure } from '../host/failure.ts';
import { resample } from '../host/resample.ts';
import { monoMs } from '../host/system-clock.ts';
import { readWav } from '../host/wav.ts';
import { murmur } from './murmur.ts';

export interface SimulatedMicrophoneOptions {
  /** 16-bit PCM, first channel taken; the generated murmur unless named. */
  readonly wav?: string;
  /** Error of the crystal, parts per million. */
  readonly ppm?: number;
  /** Replaces the monotonic clock; then `pump` must be called. */
  readonly now?: () => number;
}

const pumpEveryMs = 20;
const blockFramesMax = 4_800;
/** A halt of the whole process longer than this is a gap, not a burst of blocks. */
const behindMsMax = 1_000;
const wavBytesMax = 200 * 1024 * 1024;

export class SimulatedMicrophone implements AudioIn {
  readonly name = 'simulated';
  readonly #options: SimulatedMicrophoneOptions;
  readonly #now: () => number;
  readonly #framesPerMs: number;
  readonly #blockListeners = new Set<(block: CapturedBlock) => void>();
  readonly #failureListeners = new Set<(problem: Problem) => void>();
  #sound: Int16Array | undefined;
  #openedMonoMs: number | undefined;
  #told = 0;
  #timer: NodeJS.Timeout | undefined;
  #nextOpen: Problem | undefined;

  constructor(options: SimulatedMicrophoneOptions = {}) {
    this.#options = options;
    this.#now = options.now ?? monoMs;
    this.#framesPerMs = (sampleRateHz / 1_000) * (1 + (options.ppm ?? 0) / 1e6);
  }

  async open(): Promise<void> {
    const refused = this.#nextOpen;
    this.#nextOpen = undefined;
    if (refused) throw new Failure(refused.code, refused.detail);
    if (this.#openedMonoMs !== undefined) throw new Failure('device-busy', 'the simulated microphone is open already');
    this.#openedMonoMs = this.#now();
    this.#told = 0;
    try {
      this.#sound ??= await this.#load();
    } catch (error) {
      this.#openedMonoMs = undefined;
      throw error;
    }
    if (this.#openedMonoMs === undefined) return; // closed meanwhile
    this.#openedMonoMs = this.#now();
    if (this.#options.now === undefined) this.#timer = setInterval(() => this.pump(), pumpEveryMs);
  }

  onBlock(listener: (block: CapturedBlock) => void): () => void {
    this.#blockListeners.add(listener);
    return () => this.#blockListeners.delete(listener);
  }

  onFailure(listener: (problem: Problem) => void): void {
    this.#failureListeners.add(listener);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#openedMonoMs = undefined;
  }

  /** Tell what has been captured since the last time. The own timer calls it; fake time calls it by hand. */
  pump(): void {
    const openedMs = this.#openedMonoMs;
    if (openedMs === undefined || !this.#sound) return;
    const captured = Math.floor((this.#now() - openedMs) * this.#framesPerMs);
    this.#told = Math.max(this.#told, captured - Math.floor(behindMsMax * this.#framesPerMs));
    while (this.#told < captured && this.#openedMonoMs !== undefined) {
      const frames = loopOf(this.#sound, this.#told, Math.min(blockFramesMax, captured - this.#told));
      const block = { atMonoMs: openedMs + this.#told / this.#framesPerMs, frames };
      this.#told += frames.length;
      for (const listener of this.#blockListeners) listener(block);
    }
  }

  /** Refuse the next `open`, as a card held by another program does. */
  failNext(code: ProblemCode = 'device-busy'): void {
    this.#nextOpen = { code, path: '', detail: 'asked to fail' };
  }

  /** Fail now, as a card pulled out of its socket does. */
  unplug(): void {
    if (this.#openedMonoMs === undefined) return;
    clearInterval(this.#timer);
    this.#openedMonoMs = undefined;
    for (const listener of this.#failureListeners) listener({ code: 'device-failed', path: '', detail: 'the microphone was unplugged' });
  }

  async #load(): Promise<Int16Array> {
    const { wav } = this.#options;
    if (wav === undefined) return murmur();
    const bytes = await readFile(wav).catch((error: Error) => {
      throw new Failure('device-failed', `simulated microphone: ${error.message}`, error);
    });
    const sound = bytes.length <= wavBytesMax ? readWav(bytes) : undefined;
    if (!sound || sound.samples.length < sound.channels) throw new Failure('device-failed', `${wav} is no 16-bit PCM WAV with sound`);
    const mono = sound.channels === 1 ? sound.samples : sound.samples.filter((_, i) => i % sound.channels === 0);
    return resample(mono, sound.rateHz, sampleRateHz);
  }
}

function loopOf(sound: Int16Array, firstFrame: number, count: number): Int16Array {
  const out = new Int16Array(count);
  for (let at = 0; at < count; ) {
    const from = (firstFrame + at) % sound.length;
    const part = sound.subarray(from, from + count - at);
    out.set(part, at);
    at += part.length;
  }
  return out;
}
