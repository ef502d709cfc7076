// An ear at a converter: which of the plays that may sound is heard when, told apart by the pitch of its items.
import type { Voice } from '../../agent/core/model.ts';
import type { Heard, Trace } from './trace.ts';

/** What an attempt may sound like: items have one pitch each, an order has any. */
export interface Audible {
  readonly attempt: number;
  readonly name: string;
  readonly voice: Voice;
  readonly pitchesHz: readonly number[] | null;
  /** Items in the order in which they must be heard. */
  readonly score: readonly number[];
}

interface Listening extends Audible {
  readonly heardItems: number[];
  open: Heard | undefined;
  stoppedAtMs: number | null;
  overAtMs: number;
}

const windowFrames = 960;
const audibleMin = 40;
/** So much of a window's energy must be the one pitch. */
const pureMin = 0.8;
/** A gap within one stretch: ramps, a starved output. */
const gapMsMax = 400;
/** Longer than any fade: nothing may be unknown, or two at once, for so long. */
const blurMsMax = 320;
const rememberedMax = 16;

export class Ear {
  readonly breaks: string[] = [];
  readonly #output: string;
  readonly #trace: Trace;
  #known: Listening[] = [];
  #window = new Int16Array(windowFrames);
  #fill = 0;
  #last: Heard | undefined;
  #windowMs = 0;
  #blurMs = 0;
  /** Where a sound not yet recognised began: a window may hold its first ramp only. */
  #blurFromMs = 0;

  constructor(output: string, trace: Trace) {
    this.#output = output;
    this.#trace = trace;
  }

  expect(audible: Audible): void {
    this.#known.push({ ...audible, heardItems: [], open: undefined, stoppedAtMs: null, overAtMs: Number.POSITIVE_INFINITY });
    if (this.#known.length > rememberedMax) this.#known.shift();
  }

  stopped(attempt: number, atMs: number): void {
    const one = this.#known.find((known) => known.attempt === attempt);
    if (!one) return;
    one.stoppedAtMs ??= atMs;
    if (one.open) one.open.stoppedAtMs ??= atMs;
  }

  /** The player says that it is over: heard after this it would be somebody else's sound. */
  over(attempt: number, atMs: number): void {
    const one = this.#known.find((known) => known.attempt === attempt);
    if (one) one.overAtMs = atMs;
  }

  /** Frames as they passed the converter; `frameMs` is the true length of one. */
  hear(atMs: number, frames: Int16Array, frameMs: number): void {
    for (let at = 0; at < frames.length; ) {
      if (this.#fill === 0) this.#windowMs = atMs + at * frameMs;
      const count = Math.min(windowFrames - this.#fill, frames.length - at);
      this.#window.set(frames.subarray(at, at + count), this.#fill);
      this.#fill += count;
      at += count;
      if (this.#fill < windowFrames) continue;
      this.#judge(frameMs);
      this.#fill = 0;
    }
  }

  /** The power is gone: what sounded is over, and nothing of before is expected any more. */
  deafen(): void {
    this.#known = [];
    this.#last = undefined;
    this.#fill = 0;
    this.#blurMs = 0;
  }

  #judge(frameMs: number): void {
    const first = firstSound(this.#window);
    if (first < 0) {
      this.#blurMs = 0;
      return;
    }
    const fromMs = this.#windowMs + first * frameMs;
    const toMs = this.#windowMs + (lastSound(this.#window) + 1) * frameMs;
    const found = this.#recognise();
    if (!found) {
      if (this.#blurMs === 0) this.#blurFromMs = fromMs;
      this.#blurMs += windowFrames * frameMs;
      if (this.#blurMs > blurMsMax) this.#note(`${this.#output}: unknown or mixed sound at ${Math.round(fromMs)}`);
      return;
    }
    this.#extend(found.one, this.#blurMs > 0 ? this.#blurFromMs : fromMs, toMs);
    this.#blurMs = 0;
    if (found.item !== undefined) this.#follow(found.one, found.item, fromMs);
  }

  #recognise(): { readonly one: Listening; readonly item?: number } | undefined {
    let any: Listening | undefined;
    const energy = energyOf(this.#window);
    for (let i = this.#known.length - 1; i >= 0; i -= 1) {
      const one = this.#known[i] as Listening;
      if (this.#windowMs > one.overAtMs + 20) continue;
      if (!one.pitchesHz) {
        any ??= one;
        continue;
      }
      const shares = one.pitchesHz.map((hz) => shareOf(this.#window, hz, energy));
      const item = shares.findIndex((share) => share >= pureMin);
      if (item >= 0) return { one, item };
      // One item hands over to the next within a window.
      if (one.open && one.pitchesHz.length > 1 && shares.reduce((sum, share) => sum + share, 0) >= pureMin / 2) return { one };
    }
    return any && { one: any };
  }

  #extend(one: Listening, soundedMs: number, toMs: number): void {
    let fromMs = soundedMs;
    const last = this.#last;
    // What a fade blurs belongs to neither: the new one begins where the old one ended.
    if (last && last.attempt !== one.attempt) fromMs = Math.max(fromMs, last.toMs);
    if (one.open && fromMs - one.open.toMs <= gapMsMax) {
      one.open.toMs = toMs;
      return;
    }
    const { attempt, name, voice, stoppedAtMs } = one;
    one.open = { output: this.#output, attempt, name, voice, fromMs, toMs, stoppedAtMs };
    this.#trace.heard.push(one.open);
    this.#last = one.open;
  }

  /** Items are heard in their order, each once a round. */
  #follow(one: Listening, item: number, atMs: number): void {
    if (one.heardItems.at(-1) === item) return;
    one.heardItems.push(item);
    const wrong = one.heardItems.some((heard, at) => heard !== one.score[at]);
    if (wrong && new Set(one.score).size > 1) this.#note(`${one.name}: item ${item} out of turn at ${Math.round(atMs)}`);
  }

  #note(text: string): void {
    if (this.breaks.length < 20) this.breaks.push(text);
  }
}

function firstSound(window: Int16Array): number {
  for (let i = 0; i < window.length; i += 1) if (Math.abs(window[i] as number) > audibleMin) return i;
  return -1;
}

function lastSound(window: Int16Array): number {
  for (let i = window.length - 1; i >= 0; i -= 1) if (Math.abs(window[i] as number) > audibleMin) return i;
  return -1;
}

function energyOf(window: Int16Array): number {
  let sum = 0;
  for (let i = 0; i < window.length; i += 1) sum += (window[i] as number) ** 2;
  return sum;
}

/** How much of the energy lies at one pitch (Goertzel). */
function shareOf(window: Int16Array, hz: number, energy: number): number {
  const turn = 2 * Math.cos((2 * Math.PI * hz) / 48_000);
  let a = 0;
  let b = 0;
  for (let i = 0; i < window.length; i += 1) {
    const next = (window[i] as number) + turn * a - b;
    b = a;
    a = next;
  }
  return (2 * (a * a + b * b - turn * a * b)) / (window.length * energy);
}
