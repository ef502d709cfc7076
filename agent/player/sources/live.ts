// Live sound as a source: each piece at the samples its captured instant asks for, stretched to its span, silence where none came.
//
// INVARIANT: sample `s` sounds at `startAtMs + s / 48`; what comes after its instant is never heard late.
import type { Problem, Result } from '../../../schemas/problems.ts';
import type { LiveFeed, LivePiece } from '../../live/feed.ts';
import type { Tape } from '../tape.ts';
import { LiveDynamics } from './live-dynamics.ts';
import type { FrameDecoder } from './opus-frames.ts';
import { Pauses } from './pauses.ts';
import type { Source } from './source.ts';

const samplesPerMs = 48;
/** Sound held ahead of its instant: longer than the longest delay and feed together. */
const ringSamples = 2 ** 20;
/** An encoder looks ahead 312 samples (libopus at 48 kHz): decoded sound is that much late (RFC 7845 §4.2 calls it pre-skip). */
const lookAheadMs = 6.5;
/** Pieces this close follow on one another; the difference is drift and jitter of capture, spread over the piece. */
const seamSamples = 20 * samplesPerMs;
const rampSamples = 5 * samplesPerMs;

export interface LiveSourceOptions {
  readonly feed: LiveFeed;
  /** Wall instant of sample 0. */
  readonly startAtMs: number;
  readonly delayMs: number;
  readonly openDecoder: () => Promise<Result<FrameDecoder>>;
}

export class LiveSource implements Source {
  readonly #options: LiveSourceOptions;
  readonly #ring = new Float32Array(ringSamples);
  readonly #pauses = new Pauses();
  readonly #dynamics = new LiveDynamics();
  #decoder: FrameDecoder | undefined;
  #unhear: (() => void) | undefined;
  #problem: Problem | undefined;
  #stopped = false;
  /** The next sample to pour, and where known sound ends. */
  #at = 0;
  #end = 0;
  #ends = false;
  #sounds = false;
  #last = 0;
  #glitches = 0;
  #late = 0;
  readonly #holes: { readonly from: number; readonly to: number }[] = [];

  constructor(options: LiveSourceOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#unhear || this.#stopped) return;
    this.#unhear = () => undefined;
    void this.#options.openDecoder().then((opened) => {
      if (!opened.ok) this.#problem = opened.problem;
      else if (this.#stopped) opened.value.free();
      else {
        this.#decoder = opened.value;
        this.#unhear = this.#options.feed.listen((piece) => this.#take(piece));
      }
    });
  }

  ready(): boolean {
    return this.#decoder !== undefined || this.ended();
  }

  pour(tape: Tape, wanted: number): number {
    if (this.ended()) return 0;
    let poured = 0;
    while (poured < wanted && !this.ended()) {
      const known = this.#knownFrom(this.#at);
      const count = Math.min(wanted - poured, Math.abs(known), ringSamples);
      if (known > 0) this.#pourSound(tape, count);
      else this.#pourSilence(tape, count);
      poured += count;
    }
    return poured;
  }

  ended(): boolean {
    return this.#problem !== undefined || this.#stopped || (this.#ends && this.#at >= this.#end);
  }

  soundUpTo(samples: number): number {
    return this.#pauses.soundUpTo(samples);
  }

  problem(): Problem | undefined {
    return this.#problem;
  }

  /** Times the sound broke off and went on, and pieces that came too late. */
  get faults(): { readonly glitches: number; readonly late: number } {
    return { glitches: this.#glitches, late: this.#late };
  }

  stop(): void {
    this.#stopped = true;
    this.#unhear?.();
    this.#decoder?.free();
    this.#decoder = undefined;
  }

  /** Samples of sound from here, or of silence as a negative count: a hole between pieces, or all that is not known. */
  #knownFrom(at: number): number {
    while (this.#holes[0] && this.#holes[0].to <= at) this.#holes.shift();
    const hole = this.#holes[0];
    if (hole && hole.from <= at) return at - hole.to;
    const until = hole ? hole.from : this.#end;
    return until > at ? until - at : Number.NEGATIVE_INFINITY;
  }

  #pourSound(tape: Tape, count: number): void {
    if (!this.#sounds && this.#pauses.soundUpTo(this.#at) > 0) this.#glitches += 1;
    const rise = this.#sounds ? 0 : rampSamples;
    for (let i = 0; i < count; i += 1) {
      const sample = this.#ring[(this.#at + i) % ringSamples] ?? 0;
      this.#last = i < rise ? (sample * i) / rise : sample;
      tape.append(this.#last);
    }
    this.#sounds = true;
    this.#at += count;
  }

  /** The last sample dies away instead of breaking off. */
  #pourSilence(tape: Tape, count: number): void {
    for (let i = 0; i < count; i += 1) {
      this.#last = Math.abs(this.#last) < 1e-4 ? 0 : this.#last * 0.98;
      tape.append(this.#last);
    }
    this.#pauses.note(this.#at, count);
    this.#sounds = false;
    this.#at += count;
  }

  #take(piece: LivePiece): void {
    if (!this.#decoder || this.#stopped || this.#ends) return;
    const samples = this.#decoded(piece, this.#decoder);
    const lookMs = 'frames' in piece.sound ? lookAheadMs : 0;
    const from = this.#sampleAt(piece.capturedMs - lookMs);
    const to = this.#sampleAt(piece.capturedMs + piece.spanMs - lookMs);
    if (piece.ends) this.#ends = true;
    if (samples.length === 0 || to > this.#at + ringSamples) return;
    if (to <= Math.max(this.#at, this.#end)) {
      this.#late += 1;
      return;
    }
    const joins = Math.abs(from - this.#end) <= seamSamples && to > this.#end;
    const begin = joins ? this.#end : Math.max(from, this.#end);
    if (begin > this.#end) this.#holes.push({ from: this.#end, to: begin });
    this.#write(samples, begin, to);
    this.#end = Math.max(this.#end, to);
  }

  #decoded({ sound }: LivePiece, decoder: FrameDecoder): Float32Array {
    const samples = 'frames' in sound ? decoder.decode(sound.frames) : new Float32Array(sound.pcm.length);
    if ('pcm' in sound) for (let i = 0; i < samples.length; i += 1) samples[i] = (sound.pcm[i] ?? 0) / 32_768;
    this.#dynamics.process(samples);
    return samples;
  }

  #sampleAt(capturedMs: number): number {
    const { delayMs, startAtMs } = this.#options;
    return Math.round((capturedMs + delayMs - startAtMs) * samplesPerMs);
  }

  /** The whole of `samples` over [from, to): the microphone's clock is not the centre's, so the lengths differ a little. */
  #write(samples: Float32Array, from: number, to: number): void {
    const ratio = samples.length / (to - from);
    for (let at = Math.max(from, this.#at); at < to; at += 1) {
      const source = (at - from) * ratio;
      const whole = Math.floor(source);
      const here = samples[whole] ?? 0;
      const next = samples[whole + 1] ?? here;
      this.#ring[at % ringSamples] = here + (next - here) * (source - whole);
    }
  }
}
