// The machine's clock and how far it can be trusted: signed time since boot, a battery clock, or only a floor.
import { existsSync } from 'node:fs';
import type { ClockQuality, Moment } from '../../schemas/time.ts';
import { FineWall } from './fine-wall.ts';

/** NTP may refine signed time within this; beyond it the signed time wins (DESIGN §4). */
const refineMs = 30_000;
/** Crystal drift allowed on top of it while no new signed time comes. */
const driftPerMs = 200e-6;
/** A change of wall against monotonic time greater than this is told as a step. */
const stepMs = 250;
const watchEveryMs = 1_000;
/** An answer that took longer than this says too little about now. */
const roundTripMsMax = 20_000;

export interface SystemClockOptions {
  /** Error of the machine's clock, for simulated boxes. */
  readonly offsetMs?: number;
  /** True when a battery clock was set from signed time recently enough; its owner keeps that record. */
  readonly rtc?: boolean;
  /** The last instant known to have passed. Its owner persists it. */
  readonly floorMs?: number;
  /** True once NTP has set the machine's clock. */
  readonly netSynchronised?: () => boolean;
  /** The machine's own readings, replaced in fake time. */
  readonly readWallMs?: () => number;
  readonly readMonoMs?: () => number;
}

export interface SignedTime {
  readonly timeMs: number;
  readonly askedMonoMs: number;
  readonly receivedMonoMs: number;
}

/** Milliseconds of CLOCK_MONOTONIC, one scale for all processes of the machine. */
export function monoMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

export class SystemClock {
  readonly #options: SystemClockOptions;
  readonly #fine: FineWall;
  readonly #readMonoMs: () => number;
  readonly #listeners = new Set<() => void>();
  /** Wall time known to be right at a monotonic instant: from a signature, a battery clock at the start, or the floor. */
  #anchor: { readonly wallMs: number; readonly atMonoMs: number };
  #quality: ClockQuality;
  #toldDifferenceMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SystemClockOptions = {}) {
    this.#options = options;
    this.#readMonoMs = options.readMonoMs ?? monoMs;
    this.#fine = new FineWall(options.readWallMs ?? Date.now, this.#readMonoMs);
    const mono = this.#readMonoMs();
    const machineMs = this.#machineAt(mono);
    const floorMs = options.floorMs ?? 0;
    this.#quality = options.rtc === true && machineMs >= floorMs ? 'rtc' : floorMs > 0 ? 'floor' : 'none';
    this.#anchor = { wallMs: this.#quality === 'rtc' ? machineMs : floorMs, atMonoMs: mono };
    this.#toldDifferenceMs = this.differenceMs();
  }

  /** Watch for steps of the machine's clock and for NTP. */
  start(): void {
    this.#timer ??= setInterval(() => this.watch(), watchEveryMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  now(): Moment {
    const mono = this.#readMonoMs();
    const moment = { wallMs: Math.floor(this.#wallAt(mono)), monoMs: mono, quality: this.#quality };
    return this.#quality === 'floor' ? { ...moment, floorMs: Math.floor(this.#anchoredAt(mono)) } : moment;
  }

  /** Wall minus monotonic time with fractions of a millisecond, for mapping start instants to audio frames. */
  differenceMs(): number {
    const mono = this.#readMonoMs();
    return this.#wallAt(mono) - mono;
  }

  /** Take over a signed instant. The machine's clock is kept while it lies within 30 s of it. */
  absorbSigned({ timeMs, askedMonoMs, receivedMonoMs }: SignedTime): void {
    const roundTripMs = receivedMonoMs - askedMonoMs;
    if (!(roundTripMs >= 0 && roundTripMs <= roundTripMsMax)) return;
    const better = this.#quality !== 'signed';
    this.#anchor = { wallMs: timeMs + roundTripMs / 2, atMonoMs: receivedMonoMs };
    this.#quality = 'signed';
    this.#tellStep(better);
  }

  /** Called after a step of the wall clock or a change of quality. Returns how to stop listening. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** One look at the machine's clock; the timer of `start` calls it. */
  watch(): void {
    const weak = this.#quality === 'none' || this.#quality === 'floor';
    const net =
      weak && this.#machineAt(this.#readMonoMs()) >= this.#anchor.wallMs && (this.#options.netSynchronised ?? timesyncdSynchronised)();
    if (net) this.#quality = 'net';
    this.#tellStep(net);
  }

  #machineAt(mono: number): number {
    return mono + this.#fine.differenceMs() + (this.#options.offsetMs ?? 0);
  }

  #wallAt(mono: number): number {
    const machineMs = this.#machineAt(mono);
    const passedMs = mono - this.#anchor.atMonoMs;
    const anchoredMs = this.#anchoredAt(mono);
    // What was trusted at the start stays the measure: whoever steps the machine's clock afterwards moves nothing.
    if (this.#quality !== 'signed' && this.#quality !== 'rtc') return Math.max(machineMs, anchoredMs);
    return Math.abs(machineMs - anchoredMs) <= refineMs + passedMs * driftPerMs ? machineMs : anchoredMs;
  }

  #anchoredAt(mono: number): number {
    return this.#anchor.wallMs + mono - this.#anchor.atMonoMs;
  }

  #tellStep(always: boolean): void {
    const differenceMs = this.differenceMs();
    if (!always && Math.abs(differenceMs - this.#toldDifferenceMs) < stepMs) return;
    this.#toldDifferenceMs = differenceMs;
    for (const listener of this.#listeners) listener();
  }
}

function timesyncdSynchronised(): boolean {
  return existsSync('/run/systemd/timesync/synchronized');
}
