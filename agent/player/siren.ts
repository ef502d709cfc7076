// Loa's own attention sounds, as functions of the sample number: three sirens and a chime. Pure.
import type { Order } from '../../schemas/order.ts';
import type { Wave } from './sources/generated.ts';

/** `alarm` wails, `exercise` alternates two tones, `all-clear` holds one tone. */
export type SirenKind = 'alarm' | 'exercise' | 'all-clear';

const rateHz = 48_000;
const amplitude = 0.8;

/** Horn speakers give little below 400 Hz: harmonics carry the sound. */
function horn(turns: number): number {
  const angle = 2 * Math.PI * turns;
  return amplitude * (0.72 * Math.sin(angle) + 0.2 * Math.sin(2 * angle) + 0.08 * Math.sin(3 * angle));
}

/** Wail between 500 and 1100 Hz, 3 s a cycle; the phase is the integral of the frequency, so any sample can be asked for. */
function wail(sample: number): number {
  const seconds = sample / rateHz;
  const cycle = 3;
  return horn(800 * seconds - 300 * (cycle / (2 * Math.PI)) * Math.sin((2 * Math.PI * seconds) / cycle));
}

/** 600 and 800 Hz by turns, half a second each; both have whole periods in it, so the phase never jumps. */
function twoTone(sample: number): number {
  const half = rateHz / 2;
  const hz = Math.floor(sample / half) % 2 === 0 ? 600 : 800;
  return horn(((sample % half) * hz) / rateHz);
}

function steady(sample: number): number {
  return horn((sample * 520) / rateHz);
}

const waves = { alarm: wail, exercise: twoTone, 'all-clear': steady } as const satisfies Record<SirenKind, Wave>;

/** The siren as a wave without an end. */
export function sirenWave(kind: SirenKind): Wave {
  return waves[kind];
}

/** A length of siren as 16-bit samples. */
export function siren(kind: SirenKind, durationMs: number): Int16Array {
  const wave = waves[kind];
  return Int16Array.from({ length: Math.round(durationMs * 48) }, (_, sample) => Math.round(wave(sample) * 32_767));
}

/** What an order sounds like: an exercise must never be taken for the real thing. */
export function sirenOf(order: Pick<Order, 'class' | 'hazard'>): SirenKind {
  if (order.class !== 'actual') return 'exercise';
  return order.hazard === 'all-clear' || order.hazard === 'correction' ? 'all-clear' : 'alarm';
}

export const chimeMs = 2_400;
const notes = [659.26, 523.25, 783.99, 659.26];

/** Four struck notes, before announcements that have no siren. */
export function chimeWave(sample: number): number {
  let sum = 0;
  for (let i = 0; i < notes.length; i += 1) {
    const seconds = sample / rateHz - i * 0.38;
    if (seconds < 0) break;
    const angle = 2 * Math.PI * (notes[i] ?? 0) * seconds;
    const strike = Math.min(1, seconds / 0.006) * Math.exp(-seconds * 3.2);
    sum += strike * (Math.sin(angle) + 0.25 * Math.sin(2 * angle) + 0.1 * Math.sin(3 * angle));
  }
  return 0.42 * sum;
}
