// A card in fake time behind libasound's port: a ring that runs on when starved, read back to know what was heard.
import type { Pcm, PcmReading } from '../../hardware/alsa/pcm.ts';
import type { PcmState } from '../../hardware/alsa/proc-status.ts';
import { Failure } from '../../hardware/host/failure.ts';

export interface FakePcmOptions {
  readonly channels?: number;
  readonly bufferFrames?: number;
  readonly periodFrames?: number;
  readonly coarse?: boolean;
  readonly ppm?: number;
  readonly now: () => number;
}

export class FakePcm implements Pcm {
  readonly channels: number;
  readonly bufferFrames: number;
  readonly periodFrames: number;
  readonly coarse: boolean;
  readonly #now: () => number;
  readonly #framesPerMs: number;
  /** Every frame given, by its place since the card was opened (first channel). */
  readonly ring = new Map<number, number>();
  closed = false;
  state: PcmState = 'PREPARED';
  /** The pointer stands, as on a dead bus. */
  stuck = false;
  #startedMs = 0;
  #stoodAt = 0;
  #appl = 0;

  constructor(options: FakePcmOptions) {
    this.channels = options.channels ?? 1;
    this.bufferFrames = options.bufferFrames ?? 24_000;
    this.periodFrames = options.periodFrames ?? 480;
    this.coarse = options.coarse ?? false;
    this.#now = options.now;
    this.#framesPerMs = 48 * (1 + (options.ppm ?? 0) / 1e6);
  }

  start(): void {
    this.#startedMs = this.#now();
    this.state = 'RUNNING';
  }

  write(samples: Int16Array): number {
    this.#answer();
    const frames = Math.max(0, Math.min(samples.length / this.channels, this.bufferFrames - (this.#appl - this.#hw())));
    for (let i = 0; i < frames; i++) this.ring.set(this.#appl + i, samples[i * this.channels] ?? 0);
    this.#appl += frames;
    return frames;
  }

  /** As a capture device the card hears the numbers of its frames. */
  read(samples: Int16Array): number {
    this.#answer();
    const frames = Math.min(samples.length / this.channels, this.#hw() - this.#appl);
    for (let i = 0; i < frames * this.channels; i++) samples[i] = (this.#appl + Math.floor(i / this.channels)) % 30_000;
    this.#appl += frames;
    return frames;
  }

  reading(): PcmReading {
    this.#answer();
    const queued = this.#appl - this.#hw();
    return { state: this.state, delayFrames: queued, availFrames: this.bufferFrames - queued, atMonoMs: this.#now() };
  }

  rewind(frames: number): number {
    const most = Math.max(0, Math.min(frames, this.#appl - this.#hw()));
    this.#appl -= most;
    return most;
  }

  forward(frames: number): number {
    for (let i = 0; i < frames; i++) this.ring.set(this.#appl + i, 0);
    this.#appl += frames;
    return frames;
  }

  restart(): void {
    this.#answer();
    this.state = 'PREPARED';
    this.#appl = 0;
  }

  close(): void {
    this.closed = true;
  }

  /** Pull the card out. */
  unplug(): void {
    this.state = 'DISCONNECTED';
  }

  stand(): void {
    this.#stoodAt = this.#hw();
    this.stuck = true;
  }

  /** The driver stops by itself, as after an error on the bus. */
  stop(): void {
    this.state = 'XRUN';
  }

  #answer(): void {
    if (this.closed) throw new Error('a closed card is used: with libasound that is a crash');
    if (this.state === 'DISCONNECTED') throw new Failure('device-failed', 'hw:CARD=Fake,DEV=0 was unplugged');
  }

  #hw(): number {
    if (this.stuck) return this.#stoodAt;
    return this.state === 'RUNNING' ? Math.floor((this.#now() - this.#startedMs) * this.#framesPerMs) : 0;
  }
}

/** The same card as an input: what can be read is what has been captured. */
export class FakeCapture extends FakePcm {
  override reading(): PcmReading {
    const { state, delayFrames, atMonoMs } = super.reading();
    return { state, delayFrames: -delayFrames, availFrames: -delayFrames, atMonoMs };
  }
}
