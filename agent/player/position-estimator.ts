// Which frame passes the converter when: a line through the positions seen, forgetting the old ones. Pure.
import type { Position } from '../../hardware/audio-out.ts';
import { PointerGrain } from './pointer-grain.ts';

const framesPerMs = 48;
/** A position this old counts 1/e. */
const memoryMs = 20_000;
/** Pull towards the last known rate, in the unit of Σ(x − x̄)² ms²; a few seconds of positions outweigh it. */
const rateInertia = 5e7;
/** No crystal is worse; a slope beyond is noise. */
const ratePpmMax = 500;
/** A pointer that stands so far from the line has jumped, whether the device admits an underrun or not. */
const jumpFrames = 30 * framesPerMs;
/** A pointer that steps must be seen so often before the mean of its readings is the middle of a step. */
const looksMin = 12;

export class PositionEstimator {
  #weight = 0;
  #sumX = 0;
  #sumU = 0;
  #sumXX = 0;
  #sumXU = 0;
  /** Newest position; sums are kept relative to it, so they never lose digits. */
  #monoMs = 0;
  #frame = 0;
  #xruns = 0;
  /** Frames a millisecond beyond 48, and the line's distance from the newest position. */
  #slope = 0;
  #offset = 0;
  /** The rate learnt before the last restart. */
  #learnt = 0;
  #restarts = 0;
  #looks = 0;
  readonly #grain = new PointerGrain();

  /** Take a position; the line begins anew after an underrun or a jump, keeping only the rate learnt. */
  add(position: Position): void {
    const jumped = this.known && Math.abs(position.playedFrames - this.frameAt(position.atMonoMs)) > jumpFrames + this.#grain.frames;
    if (this.known && (position.xruns !== this.#xruns || jumped)) this.restart();
    this.#xruns = position.xruns;
    if (this.known && position.atMonoMs <= this.#monoMs) return;
    if (this.known) this.#grain.moved(position.playedFrames - this.#frame, framesPerMs * (position.atMonoMs - this.#monoMs));
    this.#looks += 1;
    this.#moveOrigin(position.atMonoMs, position.playedFrames);
    this.#weight += 1;
    this.#fit();
  }

  /** Forget the line, keep the rate: it belongs to the crystal. */
  restart(): void {
    this.#weight = 0;
    this.#sumX = 0;
    this.#sumU = 0;
    this.#sumXX = 0;
    this.#sumXU = 0;
    this.#offset = 0;
    this.#looks = 0;
    this.#learnt = this.#slope;
    this.#restarts += 1;
  }

  get known(): boolean {
    return this.#weight > 0;
  }

  /** False for a moment after a restart where the pointer steps: the line may still be off by half a step. */
  get settled(): boolean {
    return this.#looks >= looksMin || (this.known && this.#grain.frames === 0);
  }

  /** How often the line began anew: a change tells that frames and time no longer match as before. */
  get restarts(): number {
    return this.#restarts;
  }

  /** The converter's crystal against the monotonic clock; positive runs fast. */
  get ppm(): number {
    return (this.#slope / framesPerMs) * 1e6;
  }

  /** Frame, with its fraction, that passes the converter at an instant. */
  frameAt(monoMs: number): number {
    return this.#frame + this.#lead + (framesPerMs + this.#slope) * (monoMs - this.#monoMs);
  }

  /** Instant at which a frame passes the converter. */
  monoAt(frame: number): number {
    return this.#monoMs + (frame - this.#frame - this.#lead) / (framesPerMs + this.#slope);
  }

  /** The line's distance from the newest position: a pointer that steps tells the beginning of its step, half a step too little. */
  get #lead(): number {
    return this.#offset + this.#grain.frames / 2;
  }

  #moveOrigin(monoMs: number, frame: number): void {
    const dx = monoMs - this.#monoMs;
    const du = frame - this.#frame - framesPerMs * dx;
    this.#monoMs = monoMs;
    this.#frame = frame;
    if (!this.known) return;
    this.#sumXU += -dx * this.#sumU - du * this.#sumX + this.#weight * dx * du;
    this.#sumXX += -2 * dx * this.#sumX + this.#weight * dx * dx;
    this.#sumX -= this.#weight * dx;
    this.#sumU -= this.#weight * du;
    const kept = Math.exp(-dx / memoryMs);
    this.#weight *= kept;
    this.#sumX *= kept;
    this.#sumU *= kept;
    this.#sumXX *= kept;
    this.#sumXU *= kept;
  }

  #fit(): void {
    const meanX = this.#sumX / this.#weight;
    const meanU = this.#sumU / this.#weight;
    const spreadXX = Math.max(0, this.#sumXX - this.#sumX * meanX);
    const spreadXU = this.#sumXU - this.#sumU * meanX;
    const slope = (spreadXU + rateInertia * this.#learnt) / (spreadXX + rateInertia);
    const most = (ratePpmMax * framesPerMs) / 1e6;
    this.#slope = Math.min(most, Math.max(-most, slope));
    this.#offset = meanU - this.#slope * meanX;
  }
}
