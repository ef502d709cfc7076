// The playback chain of one output without timers: positions in, paced blocks out, voices begun, faded, taken back and ended.
//
// INVARIANTS: the output always has `leadMs` queued while pumped in time, silence when no voice sounds; one voice sounds at a
// time (a new one fades the old); frames taken back are rendered again from the same samples; nothing leaves unlimited.
import type { AudioOut } from '../../hardware/audio-out.ts';
import type { Moment } from '../../schemas/time.ts';
import { Limiter, lookFrames } from './limiter.ts';
import { blockFrames, framesPerMs, rampFramesMin, toPcm } from './mixer.ts';
import { PositionEstimator } from './position-estimator.ts';
import { type Pace, Voice, type VoiceOptions } from './voice.ts';
import { WallOffset } from './wall-offset.ts';

/** How fast the voice beneath gives way: as fast as is no click. */
const giveWayFrames = rampFramesMin;

/** `differenceMs` is wall minus monotonic time with fractions, where the clock can tell. */
export interface FineClock {
  now(): Moment;
  differenceMs?(): number;
}

export class Chain implements Pace {
  readonly voices: Voice[] = [];
  readonly estimator = new PositionEstimator();
  readonly #out: AudioOut;
  readonly #clock: FineClock;
  readonly #offset = new WallOffset();
  readonly #limiter = new Limiter();
  /** Mixed and not yet limited: the frames from `#written` to `#mixedTo`. */
  readonly #raw = new Float32Array(blockFrames + lookFrames);
  #mixedTo = 0;
  readonly #limited = new Float32Array(blockFrames);
  readonly #pcm = new Int16Array(blockFrames);
  readonly #silence = new Int16Array(blockFrames * 8);
  #written = 0;
  #played = 0;
  #restarts = 0;
  #xruns = 0;

  constructor(out: AudioOut, clock: FineClock) {
    this.#out = out;
    this.#clock = clock;
  }

  /** The output was opened: frames count from 0 again. Voices of the time before are the owner's to drop. */
  opened(): void {
    this.estimator.restart();
    this.voices.length = 0;
    this.#written = 0;
    this.#mixedTo = 0;
    this.#played = 0;
  }

  /** Read the position, then keep the output fed. Call at least each `leadMs / 4`. */
  pump(): void {
    this.#listen();
    if (this.voices.some((voice) => this.#waitsToBeginAtOnce(voice))) this.#takeBack();
    this.#feed();
  }

  add(options: VoiceOptions): Voice {
    const voice = new Voice(options, Math.round(this.#out.leadMs * framesPerMs) * 2);
    this.voices.push(voice);
    return voice;
  }

  /** Fade a voice from the earliest frame that can still be changed. A voice not yet begun is removed. */
  fade(voice: Voice, fadeMs: number): void {
    if (voice.fading) return;
    this.#listen();
    const frame = this.#takeBack();
    if (voice.startFrame === undefined) this.remove(voice);
    else voice.fade(Math.max(frame, voice.startFrame), Math.round(fadeMs * framesPerMs));
    this.#feed();
  }

  remove(voice: Voice): void {
    const index = this.voices.indexOf(voice);
    if (index >= 0) this.voices.splice(index, 1);
  }

  /** Frames that have passed the converter, now. */
  get played(): number {
    return this.#played;
  }

  get xruns(): number {
    return this.#xruns;
  }

  get rate(): number {
    return 1 / (1 + this.estimator.ppm / 1e6);
  }

  wallAt(frame: number): number {
    return this.#offset.wallOf(this.estimator.monoAt(frame));
  }

  /** False for a moment after a break where the pointer is coarse. */
  get settled(): boolean {
    return this.estimator.settled;
  }

  #listen(): void {
    const now = this.#clock.now();
    const stepMs = this.#offset.add(this.#clock.differenceMs?.() ?? now.wallMs - now.monoMs, now.monoMs);
    const position = this.#out.position();
    this.estimator.add(position);
    const shifted = position.writtenFrames !== this.#written;
    const broke = shifted || position.xruns !== this.#xruns;
    if (shifted) this.#mixAnew();
    this.#written = position.writtenFrames;
    this.#played = position.playedFrames;
    this.#xruns = position.xruns;
    if (stepMs !== 0) for (const voice of this.voices) voice.wallStepped(stepMs);
    if (broke && this.estimator.restarts !== this.#restarts) for (const voice of this.voices) voice.outputJumped(this.#written);
    this.#restarts = this.estimator.restarts;
    if (shifted) this.#mixAnew();
  }

  /** Take back what can be of what is queued; returns the frame from which all is rendered again. */
  #takeBack(): number {
    if (this.#out.rewinds) {
      this.#out.discardAhead();
      this.#written = this.#out.position().writtenFrames;
    }
    this.#mixAnew();
    return this.#written;
  }

  /** What is mixed and not written yet is mixed again. */
  #mixAnew(): void {
    for (const voice of this.voices) voice.rewindTo(this.#written);
    this.#limiter.rewindTo(this.#written);
    this.#mixedTo = this.#written;
  }

  #feed(): void {
    let missing = Math.ceil(this.#played) + this.#leadFrames() - this.#written;
    while (missing > 0) {
      const frames = this.voices.length === 0 ? this.#feedSilence(missing) : this.#feedBlock();
      this.#written += frames;
      missing -= frames;
    }
  }

  #feedSilence(missing: number): number {
    const frames = Math.min(missing, this.#silence.length);
    this.#out.write(this.#silence.subarray(0, frames));
    this.#mixedTo = this.#written + frames;
    return frames;
  }

  #feedBlock(): number {
    this.#mixTo(this.#written + this.#raw.length);
    this.#limiter.process(this.#raw, this.#written, this.#limited);
    this.#raw.copyWithin(0, blockFrames);
    toPcm(this.#limited, this.#pcm);
    this.#out.write(this.#pcm);
    return blockFrames;
  }

  #mixTo(until: number): void {
    const from = Math.max(this.#mixedTo, this.#written);
    const stretch = this.#raw.subarray(from - this.#written);
    this.#render(stretch, from);
    // Only now is it known where in this stretch those that sound end.
    if (this.#begin(from, until)) this.#render(stretch, from);
    this.#mixedTo = until;
  }

  #render(stretch: Float32Array, from: number): void {
    stretch.fill(0);
    for (const voice of this.voices) voice.render(stretch, from, this);
  }

  /** Begin the voices whose time comes in this stretch, highest first; the others give way. True when one did. */
  #begin(from: number, until: number): boolean {
    const waiting = this.voices.filter(({ startFrame }) => startFrame === undefined).sort((a, b) => a.options.rank - b.options.rank);
    let begun = false;
    for (const voice of waiting) {
      const { atOnce, startAtMs, source } = voice.options;
      if (!source.ready()) continue;
      const earliest = this.#freeFrom(voice, from);
      const target = atOnce ? earliest : this.estimator.frameAt(this.#offset.monoOf(startAtMs));
      if (Math.max(earliest, target) >= until) continue;
      if (!begun) for (const other of this.voices) other.rewindTo(from);
      begun = true;
      voice.begin(earliest, target, this);
      this.#giveWay(voice);
    }
    return begun;
  }

  #giveWay(begun: Voice): void {
    const { startFrame } = begun;
    if (startFrame === undefined) return;
    for (const other of this.voices) {
      if (other !== begun && other.startFrame !== undefined) other.fade(Math.max(startFrame, other.startFrame), giveWayFrames);
    }
  }

  /** The first frame from `from` on at which no higher voice sounds, as far as is known. */
  #freeFrom(voice: Voice, from: number): number {
    const higher = this.voices.filter((other) => other !== voice && outranks(other, voice) && soundsAt(other, from));
    return higher.reduce((latest, { endFrame }) => Math.max(latest, endFrame ?? Number.POSITIVE_INFINITY), from);
  }

  #waitsToBeginAtOnce(voice: Voice): boolean {
    if (!voice.options.atOnce || voice.startFrame !== undefined || !voice.options.source.ready()) return false;
    return Number.isFinite(this.#freeFrom(voice, Math.ceil(this.#played)));
  }

  #leadFrames(): number {
    const leadMs = this.voices.reduce((least, { options }) => Math.min(least, options.leadMs ?? least), this.#out.leadMs);
    return Math.round(leadMs * framesPerMs);
  }
}

function outranks(other: Voice, voice: Voice): boolean {
  return other.options.rank < voice.options.rank;
}

function soundsAt(voice: Voice, frame: number): boolean {
  return voice.startFrame !== undefined && (voice.endFrame === undefined || voice.endFrame > frame);
}
