// One sound on its way to the output: when it begins and ends, its ramps, and which of its samples goes into which frame.
import { framesPerMs, rampFramesMin, riseAt } from './mixer.ts';
import type { Source } from './sources/source.ts';
import { Tape } from './tape.ts';
import { Trail } from './trail.ts';

/** What a voice needs to know of time: wall instants of frames, and source samples a frame that keep step with the clock. */
export interface Pace {
  wallAt(frame: number): number;
  readonly rate: number;
  /** False while instants may still be wrong by some milliseconds. */
  readonly settled: boolean;
}

export interface VoiceOptions {
  readonly source: Source;
  /** 0 is the highest: emergency. */
  readonly rank: number;
  readonly gain: number;
  readonly fadeInMs: number;
  readonly startAtMs: number;
  /** Begin as soon as possible; `startAtMs` has passed. */
  readonly atOnce: boolean;
  /** After a gap skip what should have sounded meanwhile, to stay in step with neighbours; otherwise go on where it was. */
  readonly keepsStep: boolean;
  /** Sound that is not known long before its instant: nothing is written further ahead while this voice is there. */
  readonly leadMs?: number;
}

/** Stretch is capped so; most of it may serve to make good an error, over some seconds. 0.1 % is 1.7 cents: nobody hears it. */
const stretchMax = 0.001;
const correctionMax = 0.0008;
const correctionFrames = 4_000 * framesPerMs;
/** An error beyond this is not stretched away: the sound jumps to its place. */
const resyncFrames = 50 * framesPerMs;
/** A break is left as near to its place as this; where the position was rough then, it is aimed once more. */
const rightFrames = 0.3 * framesPerMs;
/** Sound may be heard again for so much at a jump. */
const backFrames = 20 * framesPerMs;
const pourMax = 8_192;

interface Span {
  readonly from: number;
  readonly until: number;
  readonly rate: number;
  readonly fallsAtEnd: boolean;
}

export class Voice {
  readonly options: VoiceOptions;
  /** Frame of the first sample, once decided. */
  startFrame: number | undefined;
  /** Frame after the last sample, once known. */
  endFrame: number | undefined;
  /** True when the end is the source's own. */
  completed = false;
  /** Interruptions of the source or the output while sounding. */
  gaps = 0;
  readonly #tape: Tape;
  readonly #trail = new Trail();
  /** The next frame to render and the source position there. */
  #frame = 0;
  #sample = 0;
  #skipped = 0;
  /** The source stood at `#anchorSample` when the wall clock read `#anchorWallMs`. */
  #anchorWallMs = 0;
  #anchorSample = 0;
  #riseFrom = 0;
  #riseFrames = rampFramesMin;
  #fallFrom = Number.POSITIVE_INFINITY;
  #fallFrames = 1;
  #starved = false;
  #catchUp = false;
  #aimsAgain = false;

  constructor(options: VoiceOptions, historyFrames: number) {
    this.options = options;
    this.#tape = new Tape(historyFrames + 2 * pourMax);
  }

  /** True once the source has given samples. */
  get touched(): boolean {
    return this.#tape.end > 0;
  }

  /** True when a fall has been decided. */
  get fading(): boolean {
    return Number.isFinite(this.#fallFrom);
  }

  /** Decide the first frame: `target` may lie in the past, then the voice is late and catches up if it keeps step. */
  begin(frame: number, target: number, pace: Pace): void {
    const late = target < frame;
    this.startFrame = late ? frame : Math.ceil(target);
    this.#frame = this.startFrame;
    const onTime = !this.options.atOnce && (!late || this.options.keepsStep);
    this.#sample = late ? 0 : (this.startFrame - target) * pace.rate;
    this.#anchorWallMs = onTime ? this.options.startAtMs : pace.wallAt(this.startFrame);
    this.#anchorSample = onTime ? 0 : this.#sample;
    this.#catchUp = onTime && late;
    this.#riseFrom = this.startFrame;
    this.#riseFrames = Math.max(rampFramesMin, this.options.fadeInMs * framesPerMs);
  }

  /** Fall silent over `frames` from `frame` on; an earlier fall stands. */
  fade(frame: number, frames: number): void {
    if (frame >= this.#fallFrom) return;
    this.#fallFrom = frame;
    this.#fallFrames = Math.max(rampFramesMin, frames);
    const end = frame + this.#fallFrames;
    if (this.endFrame !== undefined && this.endFrame <= end) return;
    this.endFrame = end;
    this.completed = false;
  }

  /** Frames from `frame` on were taken back: render them again. */
  rewindTo(frame: number): void {
    if (this.startFrame === undefined || frame >= this.#frame) return;
    if (frame <= this.startFrame) {
      this.#forgetStart();
      return;
    }
    this.#sample = this.#trail.sampleAt(frame);
    this.#skipped = this.#trail.skippedAt(frame);
    this.#trail.cutFrom(frame);
    this.#frame = frame;
    if (this.completed) {
      this.completed = false;
      this.endFrame = Number.isFinite(this.#fallFrom) ? this.#fallFrom + this.#fallFrames : undefined;
    }
  }

  /** The output lost frames or time and goes on at `frame`: what should have sounded meanwhile is skipped, or the mark moved. */
  outputJumped(frame: number): void {
    this.rewindTo(frame);
    if (this.startFrame === undefined || this.#trail.empty) return;
    if (frame > this.#frame) {
      this.#trail.add(this.#frame, this.#sample, 0, this.#skipped);
      this.#frame = frame;
    }
    this.gaps += 1;
    this.#catchUp = true;
    this.#starved = true;
  }

  /** The wall clock stepped: keep sounding evenly, on the new reading. */
  wallStepped(byMs: number): void {
    if (this.startFrame !== undefined) this.#anchorWallMs += byMs;
  }

  /** Samples of sound, pauses of the source not counted, that have passed the converter when `frame` does. */
  heardAt(frame: number): number {
    if (this.startFrame === undefined || frame <= this.startFrame) return 0;
    const until = Math.min(frame, this.endFrame ?? frame);
    const sample = Math.min(this.#trail.sampleAt(until), this.#tape.end);
    return Math.max(0, this.options.source.soundUpTo(sample) - this.#trail.skippedAt(until));
  }

  /** Add this voice to the block that begins at `frame`; false when it adds nothing. */
  render(mixed: Float32Array, frame: number, pace: Pace): boolean {
    const blockEnd = frame + mixed.length;
    if (this.startFrame === undefined || blockEnd <= this.startFrame) return false;
    if (this.endFrame !== undefined && frame >= this.endFrame) return false;
    const from = Math.max(frame, this.startFrame);
    this.#watchStep(from, pace);
    if (this.#catchUp) this.#makeUp(from, pace);
    const rate = this.#rateAt(from, pace);
    const there = this.#catchUp ? 0 : this.#pourFor(blockEnd - from, rate);
    if (there > 0 && this.#starved) {
      this.#starved = false;
      this.#riseFrom = from;
      if (!this.#trail.empty) this.#riseFrames = rampFramesMin;
    }
    const until = Math.min(from + there, this.endFrame ?? blockEnd);
    const dry = until < Math.min(blockEnd, this.endFrame ?? blockEnd) && !this.options.source.ended();
    if (until > from) {
      this.#trail.add(from, this.#sample, rate, this.#skipped);
      this.#addTo(mixed, frame, { from, until, rate, fallsAtEnd: dry });
    }
    this.#frame = until;
    this.#sample += (until - from) * rate;
    if (dry) this.#starve(blockEnd);
    else if (until < Math.min(blockEnd, this.endFrame ?? blockEnd)) this.#complete(until);
    return until > from;
  }

  #forgetStart(): void {
    this.startFrame = undefined;
    this.#trail.clear();
    this.#frame = 0;
    this.#sample = 0;
    this.#skipped = 0;
    this.#starved = false;
    this.#catchUp = false;
    this.#aimsAgain = false;
    if (this.completed) this.endFrame = undefined;
    this.completed = false;
  }

  #rateAt(frame: number, pace: Pace): number {
    const error = this.#idealAt(frame, pace) - this.#sample;
    const correction = Math.min(correctionMax, Math.max(-correctionMax, error / correctionFrames));
    return Math.min(1 + stretchMax, Math.max(1 - stretchMax, pace.rate + correction));
  }

  #idealAt(frame: number, pace: Pace): number {
    return this.#anchorSample + (pace.wallAt(frame) - this.#anchorWallMs) * framesPerMs;
  }

  /** Far from its place, or aimed while the position was rough: to be put right. */
  #watchStep(frame: number, pace: Pace): void {
    if (this.#catchUp || !this.options.keepsStep || this.#trail.empty) return;
    const off = Math.abs(this.#idealAt(frame, pace) - this.#sample);
    if (this.#aimsAgain && pace.settled) {
      this.#aimsAgain = false;
      this.#catchUp = off > rightFrames;
    } else if (off > resyncFrames) {
      this.gaps += 1;
      this.#catchUp = true;
    }
  }

  /** After a break: go on where the clock says, or take the present as the new mark. */
  #makeUp(frame: number, pace: Pace): void {
    if (!this.options.keepsStep) {
      this.#anchorWallMs = pace.wallAt(frame);
      this.#anchorSample = this.#sample;
      this.#catchUp = false;
      return;
    }
    const target = Math.max(this.#idealAt(frame, pace), this.#sample - backFrames, 0);
    const { source } = this.options;
    while (this.#tape.end < target && source.pour(this.#tape, Math.min(pourMax, Math.ceil(target) - this.#tape.end)) > 0);
    if (this.#tape.end < target && !source.ended()) return;
    const jumpTo = Math.min(target, this.#tape.end);
    // Pauses were never sound: passing over them loses none.
    this.#skipped += source.soundUpTo(jumpTo) - source.soundUpTo(this.#sample);
    this.#sample = jumpTo;
    this.#starved = true;
    this.#aimsAgain = !pace.settled;
    this.#catchUp = false;
  }

  /** Have samples for `frames` poured; answers for how many frames they reach. */
  #pourFor(frames: number, rate: number): number {
    const { source } = this.options;
    const needed = Math.ceil(this.#sample + frames * rate) + 2;
    while (this.#tape.end < needed && source.pour(this.#tape, Math.min(pourMax, needed - this.#tape.end)) > 0);
    const reach = this.#tape.end - this.#sample - (source.ended() ? 0 : 1);
    return Math.min(frames, Math.max(0, source.ended() ? Math.ceil(reach / rate) : Math.floor(reach / rate)));
  }

  #starve(blockEnd: number): void {
    if (this.#trail.empty) {
      // Nothing has sounded yet: it simply begins later.
      this.#forgetStart();
      return;
    }
    if (!this.#starved) this.gaps += 1;
    this.#starved = true;
    this.#catchUp = true;
    this.#trail.add(this.#frame, this.#sample, 0, this.#skipped);
    this.#frame = blockEnd;
  }

  #complete(frame: number): void {
    this.endFrame = frame;
    this.completed = true;
  }

  #addTo(mixed: Float32Array, blockFrame: number, span: Span): void {
    const { from, until, rate } = span;
    const { samples, mask } = this.#tape;
    const { gain } = this.options;
    const end = this.#tape.end;
    const cutFrames = span.fallsAtEnd ? Math.min(until - from, rampFramesMin) : 0;
    const plain = from >= this.#riseFrom + this.#riseFrames && until <= this.#fallFrom && cutFrames === 0;
    let sample = this.#sample;
    for (let frame = from; frame < until; frame += 1) {
      const whole = Math.floor(sample);
      const here = samples[whole & mask] ?? 0;
      const next = whole + 1 < end ? (samples[(whole + 1) & mask] ?? 0) : 0;
      let level = gain;
      if (!plain) {
        level *= riseAt(frame, this.#riseFrom, this.#riseFrames) * (1 - riseAt(frame, this.#fallFrom, this.#fallFrames));
        if (frame > until - cutFrames) level *= (until - frame) / cutFrames;
      }
      const slot = frame - blockFrame;
      mixed[slot] = (mixed[slot] ?? 0) + level * (here + (next - here) * (sample - whole));
      sample += rate;
    }
  }
}
