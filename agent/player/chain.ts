// The playback chain of one output without timers: positions in, paced blocks out, voices begun, faded, taken back and ended.
//
// INVARIANTS: the output always has `leadMs` queued while pumped in time, silence when no voice sounds; one voice sounds at a
// time (a new one fades the old); frames taken back are rendered again from the same samples.
import type { AudioOut } from '../../hardware/audio-out.ts';
import type { Moment } from '../../schemas/time.ts';
import { blockFrames, framesPerMs, toPcm } from './mixer.ts';
import { PositionEstimator } from './position-estimator.ts';
import { type Pace, Voice, type VoiceOptions } from './voice.ts';
import { WallOffset } from './wall-offset.ts';

/** How fast the voice beneath gives way. */
const giveWayMs = 20;

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
  readonly #mixed = new Float32Array(blockFrames);
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
    this.#played = 0;
  }

  /** Read the position, then keep the output fed. Call at least each `leadMs / 4`. */
  pump(): void {
    this.#listen();
    if (this.#out.rewinds && this.voices.some((voice) => this.#waitsToBeginAtOnce(voice))) this.#takeBack();
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
    const frame = this.#out.rewinds ? this.#takeBack() : this.#written;
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

  #listen(): void {
    const now = this.#clock.now();
    const stepMs = this.#offset.add(this.#clock.differenceMs?.() ?? now.wallMs - now.monoMs, now.monoMs);
    const position = this.#out.position();
    this.estimator.add(position);
    this.#written = position.writtenFrames;
    this.#played = position.playedFrames;
    this.#xruns = position.xruns;
    if (stepMs !== 0) for (const voice of this.voices) voice.wallStepped(stepMs);
    if (this.estimator.restarts === this.#restarts) return;
    this.#restarts = this.estimator.restarts;
    for (const voice of this.voices) voice.outputJumped(this.#written);
  }

  /** Take back what is queued; returns the frame from which all is rendered again. */
  #takeBack(): number {
    this.#out.discardAhead();
    this.#written = this.#out.position().writtenFrames;
    for (const voice of this.voices) voice.rewindTo(this.#written);
    return this.#written;
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
    const whole = missing >= this.#silence.length;
    this.#out.write(whole ? this.#silence : this.#silence.subarray(0, missing));
    return Math.min(missing, this.#silence.length);
  }

  #feedBlock(): number {
    const frame = this.#written;
    for (const voice of this.voices) if (voice.startFrame === undefined) this.#maybeBegin(voice, frame);
    this.#mixed.fill(0);
    let sounds = false;
    for (const voice of this.voices) sounds = voice.render(this.#mixed, frame, this) || sounds;
    if (sounds) toPcm(this.#mixed, this.#pcm);
    else this.#pcm.fill(0);
    this.#out.write(this.#pcm);
    return blockFrames;
  }

  #maybeBegin(voice: Voice, frame: number): void {
    if (!this.#mayBegin(voice, frame)) return;
    const { atOnce, startAtMs } = voice.options;
    const target = atOnce ? frame : this.estimator.frameAt(this.#offset.monoOf(startAtMs));
    if (target >= frame + blockFrames) return;
    voice.begin(frame, target, this);
    const { startFrame } = voice;
    if (startFrame === undefined) return;
    for (const other of this.voices) {
      if (other !== voice && other.startFrame !== undefined) other.fade(Math.max(startFrame, other.startFrame), giveWayMs * framesPerMs);
    }
  }

  /** A voice waits for its source, and while a higher one sounds. */
  #mayBegin(voice: Voice, frame: number): boolean {
    if (!voice.options.source.ready()) return false;
    return !this.voices.some((other) => other !== voice && outranks(other, voice) && soundsAt(other, frame));
  }

  #waitsToBeginAtOnce(voice: Voice): boolean {
    return voice.options.atOnce && voice.startFrame === undefined && this.#mayBegin(voice, Math.ceil(this.#played));
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
