// Audio output on a card through libasound in this process: exact positions, and what is queued can be taken back.
//
// INVARIANTS: no call blocks; the card never stops by itself (a starved one runs on over silence, counted as one underrun);
// a failure is told once, after the call that met it.
import type { Problem } from '../../schemas/problems.ts';
import type { Pcm, PcmReading } from '../alsa/pcm.ts';
import { type AudioOut, type Position, sampleRateHz } from '../audio-out.ts';
import { Failure, problemOf } from '../host/failure.ts';
import { monoMs } from '../host/system-clock.ts';
import { StallWatch } from './stall-watch.ts';

export interface LibasoundOutOptions {
  /** As it is told: `alsa hw:CARD=Device,DEV=0`. */
  readonly name: string;
  readonly leadMs?: number;
  /** Open the card. Throws Failure: device-busy, device-failed. */
  readonly openPcm: () => Pcm;
  /** Replaces the own watch: then `watch` must be called. */
  readonly watchesItself?: boolean;
  readonly now?: () => number;
}

/** Frames the card may already be fetching are never taken back; a card that tells whole periods gets one more. */
const safeMs = 10;
const watchEveryMs = 200;
const aheadMsMax = 5_000;

export class LibasoundOut implements AudioOut {
  readonly name: string;
  readonly rewinds = true;
  readonly leadMs: number;
  readonly #options: LibasoundOutOptions;
  readonly #now: () => number;
  readonly #stall = new StallWatch();
  readonly #listeners = new Set<(problem: Problem) => void>();
  #pcm: Pcm | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Frames given to the card since `open`, silence it put in included. */
  #given = 0;
  /** Written, but not yet taken by a full card. */
  #waiting: Int16Array[] = [];
  #waitingFrames = 0;
  #starved = true;
  #xruns = 0;
  #last: Position = { playedFrames: 0, writtenFrames: 0, atMonoMs: 0, xruns: 0 };

  constructor(options: LibasoundOutOptions) {
    this.#options = options;
    this.name = options.name;
    this.leadMs = options.leadMs ?? 250;
    this.#now = options.now ?? monoMs;
  }

  async open(): Promise<void> {
    if (this.#pcm) throw new Failure('device-busy', `${this.name} is open already`);
    const pcm = this.#options.openPcm();
    this.#given = 0;
    this.#starved = true; // nothing is lost before the first frame
    this.#waiting = [];
    this.#waitingFrames = 0;
    try {
      this.#begin(pcm);
    } catch (error) {
      pcm.close();
      throw error;
    }
    this.#pcm = pcm;
    this.#stall.restart(this.#now());
    if (this.#options.watchesItself !== false) this.#timer = setInterval(() => this.watch(), watchEveryMs);
  }

  write(frames: Int16Array): void {
    const reading = this.#settle();
    if (!this.#pcm || !reading || frames.length === 0) return;
    const queued = Math.max(0, reading.delayFrames) + this.#waitingFrames + frames.length;
    const most = (aheadMsMax * sampleRateHz) / 1_000;
    if (queued > most) throw new RangeError(`writer runs ${queued} frames ahead, at most ${most}`);
    this.#starved = false;
    this.#waiting.push(frames.slice());
    this.#waitingFrames += frames.length;
    this.#flush();
  }

  position(): Position {
    const reading = this.#settle();
    if (!reading) return this.#last;
    const playedFrames = this.#given - reading.delayFrames;
    const writtenFrames = Math.max(this.#given + this.#waitingFrames, Math.ceil(playedFrames));
    this.#last = { playedFrames, writtenFrames, atMonoMs: reading.atMonoMs, xruns: this.#xruns };
    return this.#last;
  }

  discardAhead(): number {
    const reading = this.#settle();
    if (!this.#pcm || !reading) return 0;
    const waiting = this.#waitingFrames;
    this.#waiting = [];
    this.#waitingFrames = 0;
    const takeable = this.#pcm.bufferFrames - reading.availFrames - safeFrames(this.#pcm);
    return waiting + this.#try(() => (takeable > 0 ? this.#rewind(takeable) : 0), 0);
  }

  onFailure(listener: (problem: Problem) => void): void {
    this.#listeners.add(listener);
  }

  async close(): Promise<void> {
    this.#shut();
  }

  /** Look whether the card still plays. The own timer calls it; fake time calls it by hand. */
  watch(): void {
    const position = this.position();
    if (!this.#pcm) return;
    this.#flush();
    if (this.#stall.stalled(position.playedFrames, this.#now())) this.#fail(stalledProblem(this.name, position.playedFrames));
  }

  /** Start the card on silence, so that positions run before the first sound. */
  #begin(pcm: Pcm): void {
    this.#given += pcm.write(new Int16Array(pcm.periodFrames * pcm.channels));
    pcm.start();
  }

  /** A reading of a card that runs; one that ran dry is set on again first. Nothing when it is closed or has just failed. */
  #settle(): PcmReading | undefined {
    return this.#try(() => {
      const pcm = this.#pcm;
      if (!pcm) return undefined;
      const reading = pcm.reading();
      if (reading.state === 'DISCONNECTED') throw new Failure('device-failed', `${this.name} was unplugged`);
      if (reading.state !== 'RUNNING') return this.#restart(pcm);
      const short = reading.availFrames - pcm.bufferFrames;
      if (short <= 0) return reading;
      this.#noteUnderrun();
      this.#given += pcm.forward(short + safeFrames(pcm));
      return pcm.reading();
    }, undefined);
  }

  /** The driver stopped by itself (bus error, suspend): what was queued is lost. */
  #restart(pcm: Pcm): PcmReading {
    this.#starved = true;
    this.#xruns++;
    this.#given = Math.max(this.#given, this.#last.writtenFrames);
    pcm.restart();
    this.#begin(pcm);
    return pcm.reading();
  }

  #noteUnderrun(): void {
    if (!this.#starved) this.#xruns++;
    this.#starved = true;
  }

  #rewind(frames: number): number {
    const dropped = this.#pcm?.rewind(frames) ?? 0;
    this.#given -= dropped;
    return dropped;
  }

  #flush(): void {
    this.#try(() => {
      for (let block = this.#waiting[0]; block && this.#pcm; block = this.#waiting[0]) {
        const taken = this.#pcm.write(spread(block, this.#pcm.channels));
        this.#given += taken;
        this.#waitingFrames -= taken;
        if (taken === block.length) this.#waiting.shift();
        else this.#waiting[0] = block.subarray(taken);
        if (taken < block.length) return;
      }
    }, undefined);
  }

  #try<T>(act: () => T, otherwise: T): T {
    try {
      return act();
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      this.#fail(problemOf(error));
      return otherwise;
    }
  }

  #fail(problem: Problem): void {
    if (!this.#pcm) return;
    this.#shut();
    // Not now: the owner may be in the middle of a write.
    setImmediate(() => {
      for (const listener of this.#listeners) listener(problem);
    });
  }

  #shut(): void {
    clearInterval(this.#timer);
    const pcm = this.#pcm;
    this.#pcm = undefined;
    pcm?.close();
  }
}

/** What every card door says of a pointer that stands. */
export function stalledProblem(name: string, playedFrames: number): Problem {
  return { code: 'device-failed', path: '', detail: `${name}: the position stands at ${Math.floor(playedFrames)} frames` };
}

/** Mono, on as many channels as the card insists on. */
export function spread(mono: Int16Array, channels: number): Int16Array {
  if (channels === 1) return mono;
  const out = new Int16Array(mono.length * channels);
  for (const [i, sample] of mono.entries()) out.fill(sample, i * channels, (i + 1) * channels);
  return out;
}

function safeFrames(pcm: Pcm): number {
  return (safeMs * sampleRateHz) / 1_000 + (pcm.coarse ? pcm.periodFrames : 0);
}
