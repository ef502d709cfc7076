// An audio output without hardware: converts in real time by a clock that may drift, and tells exactly what was heard when.
import type { Problem, ProblemCode } from '../../schemas/problems.ts';
import { type AudioOut, type Heard, type Position, sampleRateHz } from '../audio-out.ts';
import { Failure } from '../host/failure.ts';
import { monoMs } from '../host/system-clock.ts';
import { SampleRing } from './sample-ring.ts';
import { StallWatch } from './stall-watch.ts';

export interface VirtualDacOptions {
  /** Error of the converter's crystal, parts per million. */
  readonly ppm?: number;
  readonly leadMs?: number;
  readonly rewinds?: boolean;
  /** Steps in which the pointer is told, as drivers that count periods do; 0 tells fractions of a frame. */
  readonly quantumMs?: number;
  /** Replaces the monotonic clock; then nothing runs by itself and `pump` must be called. */
  readonly now?: () => number;
}

export type HeardChunk = Parameters<Parameters<Heard['onHeard']>[0]>[0];

/** What stays queued at a rewind: frames already at the converter's door. */
export const rewindMarginMs = 10;
const pumpEveryMs = 20;
const capacityMs = 5_000;
const chunkFramesMax = 4_800;
/** After a longer halt of the whole process, the silence before this is not told. */
const toldMsMax = 60_000;

export class VirtualDac implements AudioOut, Heard {
  readonly name = 'virtual';
  readonly rewinds: boolean;
  readonly leadMs: number;
  readonly #framesPerMs: number;
  readonly #quantumFrames: number;
  readonly #now: () => number;
  readonly #pumpsItself: boolean;
  readonly #heardListeners = new Set<(chunk: HeardChunk) => void>();
  readonly #failureListeners = new Set<(problem: Problem) => void>();
  readonly #ring = new SampleRing((sampleRateHz * capacityMs) / 1000);
  #openedMonoMs: number | undefined;
  #written = 0;
  #toldTo = 0;
  #starved = true;
  #pumping = false;
  #xruns = 0;
  /** Where a stuck pointer stands. */
  #stuckAt: number | undefined;
  readonly #stall = new StallWatch();
  #last: Position = { playedFrames: 0, writtenFrames: 0, atMonoMs: 0, xruns: 0 };
  #nextOpen: Problem | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: VirtualDacOptions = {}) {
    this.rewinds = options.rewinds ?? false;
    this.leadMs = options.leadMs ?? 250;
    this.#framesPerMs = (sampleRateHz / 1000) * (1 + (options.ppm ?? 0) / 1e6);
    this.#quantumFrames = ((options.quantumMs ?? 0) * sampleRateHz) / 1000;
    this.#now = options.now ?? monoMs;
    this.#pumpsItself = options.now === undefined;
  }

  async open(): Promise<void> {
    const refused = this.#nextOpen;
    this.#nextOpen = undefined;
    if (refused) throw new Failure(refused.code, refused.detail);
    if (this.#openedMonoMs !== undefined) throw new Failure('device-busy', 'the virtual output is open already');
    this.#openedMonoMs = this.#now();
    this.#written = 0;
    this.#toldTo = 0;
    this.#stuckAt = undefined;
    this.#stall.restart(this.#now());
    this.#starved = true; // nothing is lost before the first frame
    if (this.#pumpsItself) this.#timer = setInterval(() => this.pump(), pumpEveryMs);
  }

  write(frames: Int16Array): void {
    if (this.#openedMonoMs === undefined) return;
    this.#catchUp();
    const queued = this.#written - this.#toldTo + frames.length;
    if (queued > this.#ring.capacity) throw new RangeError(`writer runs ${queued} frames ahead, at most ${this.#ring.capacity}`);
    if (frames.length === 0) return;
    this.#ring.put(this.#written, frames);
    this.#written += frames.length;
    this.#starved = false;
  }

  position(): Position {
    if (this.#openedMonoMs === undefined) return this.#last;
    const atMonoMs = this.#now();
    const exact = this.#playedAt(atMonoMs);
    if (exact > this.#written) this.#catchUp();
    const played = this.#quantumFrames > 0 ? Math.floor(exact / this.#quantumFrames) * this.#quantumFrames : exact;
    this.#last = { playedFrames: played, writtenFrames: this.#written, atMonoMs, xruns: this.#xruns };
    return this.#last;
  }

  discardAhead(): number {
    if (!this.rewinds || this.#openedMonoMs === undefined) return 0;
    const from = Math.ceil(this.#playedAt(this.#now())) + (rewindMarginMs * sampleRateHz) / 1000;
    const dropped = Math.max(0, this.#written - from);
    this.#written -= dropped;
    return dropped;
  }

  onHeard(listener: (chunk: HeardChunk) => void): () => void {
    this.#heardListeners.add(listener);
    return () => this.#heardListeners.delete(listener);
  }

  onFailure(listener: (problem: Problem) => void): void {
    this.#failureListeners.add(listener);
  }

  async close(): Promise<void> {
    this.#shut();
  }

  /** Tell what has been heard since the last time, and a pointer that stands. The own timer calls it; fake time calls it by hand. */
  pump(): void {
    this.#catchUp();
    if (this.#stuckAt !== undefined && this.#stall.stalled(this.#stuckAt, this.#now())) this.#fail('the position stands');
  }

  #catchUp(): void {
    if (this.#openedMonoMs === undefined || this.#pumping) return;
    this.#pumping = true;
    this.#tellHeard();
    this.#pumping = false;
  }

  #tellHeard(): void {
    const exact = this.#playedAt(this.#now());
    const played = Math.floor(exact);
    const sounding = Math.min(played, this.#written);
    while (this.#toldTo < sounding) {
      const count = Math.min(chunkFramesMax, sounding - this.#toldTo);
      this.#tell(this.#ring.take(this.#toldTo, count));
    }
    this.#fillUnderrun(Math.ceil(exact));
    this.#toldTo = Math.max(this.#toldTo, Math.floor(played - toldMsMax * this.#framesPerMs));
    while (this.#toldTo < played) this.#tell(new Int16Array(Math.min(chunkFramesMax, played - this.#toldTo)));
  }

  /** Refuse the next `open`, as a card held by another program does. */
  failNext(code: ProblemCode = 'device-busy'): void {
    this.#nextOpen = { code, path: '', detail: 'asked to fail' };
  }

  /** Fail now, as a card pulled out of its socket does. */
  unplug(): void {
    this.#fail('the virtual output was unplugged');
  }

  /** Stop converting without a word, as a card on a dead bus does; the door notices, as that of a real card must. */
  stick(): void {
    if (this.#openedMonoMs === undefined) return;
    this.#catchUp();
    this.#stuckAt ??= this.#playedAt(this.#now());
    this.#stall.restart(this.#now());
  }

  /** Lose everything queued, as a starved driver does. */
  injectXrun(): void {
    if (this.#openedMonoMs === undefined) return;
    this.#catchUp();
    this.#written = Math.min(this.#written, Math.ceil(this.#playedAt(this.#now())));
    this.#starved = true;
    this.#xruns++;
  }

  #fail(detail: string): void {
    if (this.#openedMonoMs === undefined) return;
    this.#shut();
    for (const listener of this.#failureListeners) listener({ code: 'device-failed', path: '', detail });
  }

  #shut(): void {
    this.#catchUp();
    this.position();
    clearInterval(this.#timer);
    this.#openedMonoMs = undefined;
  }

  #playedAt(atMonoMs: number): number {
    if (this.#stuckAt !== undefined) return this.#stuckAt;
    return this.#openedMonoMs === undefined ? 0 : Math.max(0, (atMonoMs - this.#openedMonoMs) * this.#framesPerMs);
  }

  #tell(frames: Int16Array): void {
    const firstFrame = this.#toldTo;
    this.#toldTo += frames.length;
    const atMonoMs = (this.#openedMonoMs ?? 0) + firstFrame / this.#framesPerMs;
    for (const listener of this.#heardListeners) listener({ firstFrame, atMonoMs, frames });
  }

  /** The frame being converted now cannot be written any more: it is silence when it was missing. */
  #fillUnderrun(begun: number): void {
    if (begun <= this.#written) return;
    this.#ring.put(begun - 1, new Int16Array(1));
    this.#written = begun;
    if (!this.#starved) this.#xruns++;
    this.#starved = true;
  }
}
