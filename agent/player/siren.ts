// Loa's own attention sounds, as functions of the sample number: a siren for each class of hazard, for exercises and for the end, and a chime. Pure.
import type { Order } from '../../schemas/order.ts';
import type { Wave } from './sources/generated.ts';

/**
 * `alarm` wails (whatever has no sound of its own), `water` climbs again and again, `ground` whoops fast, `weather` calls once a second,
 * `fire` is the three-pulse evacuation signal (ISO 8201), `exercise` alternates two tones, `all-clear` holds one tone.
 */
export type HazardSiren = 'alarm' | 'water' | 'ground' | 'weather' | 'fire';
export type SirenKind = HazardSiren | 'exercise' | 'all-clear';

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

/** From 450 to 1100 Hz in two seconds; whole turns in each climb, so that the next begins without a step. */
function climb(sample: number): number {
  const seconds = (sample % (2 * rateHz)) / rateHz;
  return horn(450 * seconds + (325 / 2) * seconds ** 2);
}

/** From 600 to 1100 Hz twice a second. */
function whoop(sample: number): number {
  const seconds = (sample % (rateHz / 2)) / rateHz;
  return horn(600 * seconds + 500 * seconds ** 2);
}

/** 0.8 s of each second. */
function call(sample: number): number {
  const at = sample % rateHz;
  return horn((at * 740) / rateHz) * pulse(at, 0.8 * rateHz);
}

/** Half a second on, half off, three times, and a second more of silence. */
function threePulses(sample: number): number {
  const at = sample % (4 * rateHz);
  const place = at % rateHz;
  return at < 3 * rateHz ? horn((at * 950) / rateHz) * pulse(place, rateHz / 2) : 0;
}

/** 1 for so many samples, soft at both ends. */
function pulse(at: number, samples: number): number {
  const edge = rateHz / 100;
  return Math.max(0, Math.min(1, at / edge, (samples - at) / edge));
}

const waves = {
  water: climb,
  ground: whoop,
  weather: call,
  fire: threePulses,
  alarm: wail,
  exercise: twoTone,
  'all-clear': steady,
} as const satisfies Record<SirenKind, Wave>;

/** The siren as a wave without an end. */
export function sirenWave(kind: SirenKind): Wave {
  return waves[kind];
}

/** A length of siren as 16-bit samples. */
export function siren(kind: SirenKind, durationMs: number): Int16Array {
  const wave = waves[kind];
  return Int16Array.from({ length: Math.round(durationMs * 48) }, (_, sample) => Math.round(wave(sample) * 32_767));
}

const ofHazard: Readonly<Record<Order['hazard'], SirenKind>> = {
  'flash-flood': 'water',
  'river-flood': 'water',
  'reservoir-release': 'water',
  tsunami: 'water',
  landslide: 'ground',
  earthquake: 'ground',
  storm: 'weather',
  thunderstorm: 'weather',
  cold: 'weather',
  'forest-fire': 'fire',
  'house-fire': 'fire',
  epidemic: 'alarm',
  other: 'alarm',
  correction: 'all-clear',
  'all-clear': 'all-clear',
};

/** What an order sounds like: an exercise must never be taken for the real thing. */
export function sirenOf(order: Pick<Order, 'class' | 'hazard'>): SirenKind {
  if (order.class !== 'actual') return 'exercise';
  return ofHazard[order.hazard];
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
