// What was heard of one box, held against what may sound: the invariants of DESIGN §8 that an ear and the relays can tell. Pure.
import { share } from '../emergency/bed.ts';
import type { Life, RelaySeen } from './recording.ts';

export interface DueTone {
  readonly startMs: number;
  readonly endMs: number;
  readonly hz: number;
}

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** All instants on the monotonic clock. */
export interface Heard {
  readonly box: string;
  readonly fromMs: number;
  /** From `fromMs` on, 48 kHz. */
  readonly frames: Int16Array;
  readonly due: readonly DueTone[];
  /** From when an order was given until this box told its end. */
  readonly orders: readonly Span[];
  readonly lives: readonly Life[];
  readonly relays: readonly RelaySeen[];
  /** False: its policy lets nothing sound. */
  readonly maySound: boolean;
  readonly holdMs: number;
}

export interface Violation {
  /** Number and name as in DESIGN §8. */
  readonly invariant: string;
  readonly detail: string;
}

const windowMs = 50;
const audible = 500;
/** Fades, and what is between a sample and its loudspeaker. */
const edgeMs = 200;
const mineMin = 0.6;
/** The tones of the plan are further from one another. */
const pitchShare = 0.15;
/** A voice lasts. */
const othersMin = 3;
const dueWithinMs = 1_000;
/** A box that has lived so long has nothing left to begin with. */
const grownMs = 6_000;
const slipMs = 1_000;
const idleMaxMs = 6_000;

export function judge(heard: Heard): { readonly violations: Violation[]; readonly calm: number; readonly soundingMs: number } {
  const violations: Violation[] = [];
  const sounding = windowsOf(heard);
  const others: number[] = [];
  const say = (invariant: string, detail: string) => void violations.push({ invariant, detail: `${heard.box}: ${detail}` });
  for (const window of sounding) {
    const at = Math.round(window.atMs);
    if (!heard.maySound) {
      say('4 policy', `sound at ${at} where nothing may`);
      continue;
    }
    const due = heard.due.find(({ startMs, endMs }) => window.atMs > startMs - edgeMs && window.atMs < endMs + lateMs(heard, startMs));
    if (!due && !heard.orders.some(({ fromMs, toMs }) => window.atMs >= fromMs && window.atMs <= toMs))
      say('1 authorised', `sound at ${at} that nothing asked for`);
    if (due && inner(window.atMs, due) && !nearOrder(heard, window.atMs, window.atMs + windowMs) && isOther(window.frames, due.hz)) {
      others.push(window.atMs);
      const run = others.slice(-othersMin);
      if (run.length === othersMin && window.atMs - (run[0] ?? 0) < othersMin * windowMs)
        say('1 one voice', `at ${at} about ${turnsHz(window.frames)} Hz where ${due.hz} Hz was due`);
    }
    if (relayOpenAt(heard.relays, window.atMs)) say('2 amplifier', `sound at ${at} into an amplifier that is off`);
  }
  const calm = heard.maySound ? heard.due.filter((due) => isCalm(heard, due)) : [];
  for (const due of calm)
    if (!sounding.some(({ atMs }) => atMs >= due.startMs - edgeMs && atMs <= due.startMs + dueWithinMs))
      say('0 due is heard', `${due.hz} Hz due at ${Math.round(due.startMs)} was silent`);
  for (const at of idleOn(heard, sounding)) say('2 idle amplifier', `on at ${Math.round(at)} without need`);
  return { violations: distinct(violations), calm: calm.length, soundingMs: sounding.length * windowMs };
}

interface Window {
  readonly atMs: number;
  readonly frames: Int16Array;
}

function windowsOf({ fromMs, frames }: Heard): Window[] {
  const step = windowMs * 48;
  const found: Window[] = [];
  for (let at = 0; at + step <= frames.length; at += step) {
    const part = frames.subarray(at, at + step);
    if (part.some((sample) => Math.abs(sample) > audible)) found.push({ atMs: fromMs + at / 48, frames: part });
  }
  return found;
}

/** Sound all through the window that is not this tone: where a sound begins or is cut off it is none. */
function isOther(frames: Int16Array, hz: number): boolean {
  const step = 5 * 48;
  for (let at = 0; at + step <= frames.length; at += step)
    if (!frames.subarray(at, at + step).some((sample) => Math.abs(sample) > audible)) return false;
  // A tone that was set right by some samples is one still: its phase leaps, its pitch does not.
  return share(hz, frames) < mineMin && Math.abs(turnsHz(frames) - hz) > hz * pitchShare;
}

/** A box that came up beside a start joins it at the right place, and what it plays then may slip while the rest of it starts. */
function lateMs({ lives }: Heard, startMs: number): number {
  return lives.some(({ fromMs }) => Math.abs(fromMs - startMs) < grownMs) ? slipMs : edgeMs;
}

/** By its changes of sign. */
function turnsHz(frames: Int16Array): number {
  let turns = 0;
  for (let i = 1; i < frames.length; i++) if ((frames[i - 1] ?? 0) < 0 !== (frames[i] ?? 0) < 0) turns++;
  return Math.round((turns / 2 / frames.length) * 48_000);
}

function inner(atMs: number, { startMs, endMs }: DueTone): boolean {
  return atMs > startMs + edgeMs && atMs + windowMs < endMs - edgeMs;
}

function nearOrder({ orders }: Heard, fromMs: number, toMs: number): boolean {
  return orders.some((order) => order.fromMs < toMs + edgeMs && order.toMs > fromMs - edgeMs);
}

/** Lived through from long before it until it must be heard, and no order near. */
function isCalm(heard: Heard, { startMs }: DueTone): boolean {
  const lived = heard.lives.some((life) => life.fromMs < startMs - grownMs && life.toMs > startMs + dueWithinMs);
  return (
    lived &&
    startMs > heard.fromMs &&
    startMs + dueWithinMs < heard.fromMs + heard.frames.length / 48 &&
    !nearOrder(heard, startMs - 5_000, startMs + dueWithinMs)
  );
}

/** Seen open shortly before and shortly after. */
function relayOpenAt(relays: readonly RelaySeen[], atMs: number): boolean {
  const near = relays.filter((one) => Math.abs(one.atMs - atMs) < 150);
  return near.some((one) => one.atMs < atMs) && near.some((one) => one.atMs > atMs) && near.every(({ on }) => !on);
}

/** Looks at a closed relay with no sound, nothing due and no order for long before and soon after. */
function idleOn(heard: Heard, sounding: readonly Window[]): number[] {
  const marginMs = idleMaxMs + heard.holdMs;
  const busy = (atMs: number) =>
    sounding.some((one) => atMs - one.atMs < marginMs && one.atMs - atMs < marginMs) ||
    (heard.maySound && heard.due.some(({ startMs, endMs }) => atMs > startMs - marginMs && atMs < endMs + marginMs)) ||
    nearOrder(heard, atMs - marginMs, atMs + marginMs);
  const listened = (atMs: number) => atMs - marginMs > heard.fromMs && atMs + marginMs < heard.fromMs + heard.frames.length / 48;
  return heard.relays.filter(({ atMs, on }) => on && listened(atMs) && !busy(atMs)).map(({ atMs }) => atMs);
}

/** One of each within a second. */
function distinct(all: readonly Violation[]): Violation[] {
  const seen = new Set<string>();
  return all.filter(({ invariant, detail }) => {
    const key = `${invariant} ${detail.replace(/\d{3}\b(?! Hz)/, '')}`;
    return !seen.has(key) && seen.add(key);
  });
}
