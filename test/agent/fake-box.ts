// One box's playback chain pumped by hand in fake time: programmes of known sound on a converter with its own crystal.
import { Chain } from '../../agent/player/chain.ts';
import { GeneratedSource } from '../../agent/player/sources/generated.ts';
import type { Voice } from '../../agent/player/voice.ts';
import { VirtualDac, type VirtualDacOptions } from '../../hardware/audio-out/virtual-dac.ts';
import { bestFit, Recording } from './recording.ts';

const wallZeroMs = 1_800_000_000_000;

/** Smooth noise as a function of the sample number, so that any length has a truth to compare with. */
function wave(sample: number): number {
  const step = 12;
  const whole = Math.floor(sample / step);
  const part = sample / step - whole;
  return 0.6 * (hashed(whole) * (1 - part) + hashed(whole + 1) * part);
}

function hashed(n: number): number {
  let x = Math.imul(n ^ 0x9e37_79b9, 0x85eb_ca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2_ae35);
  return ((x ^ (x >>> 16)) >>> 0) / 2 ** 31 - 1;
}

export interface FakeBox {
  readonly heard: Recording;
  readonly voice: Voice;
  readonly chain: Chain;
}

export interface Course {
  readonly dac: VirtualDacOptions;
  readonly durationMs: number;
  readonly startAtMs: number;
  readonly at?: readonly { readonly ms: number; readonly act: (dac: VirtualDac) => void }[];
  readonly pumpEveryMs?: number;
}

/** One box from power-on, a programme from `startAtMs` to its end. */
export async function run({ dac: options, durationMs, startAtMs, at = [], pumpEveryMs = 21 }: Course): Promise<FakeBox> {
  let nowMs = 0;
  const dac = new VirtualDac({ ...options, now: () => nowMs });
  const heard = new Recording(dac);
  const chain = new Chain(dac, { now: () => ({ wallMs: Math.floor(wallZeroMs + nowMs), monoMs: nowMs, quality: 'signed' }) });
  await dac.open();
  chain.opened();
  const voice = chain.add({
    source: new GeneratedSource(wave, durationMs),
    rank: 3,
    gain: 1,
    fadeInMs: 0,
    startAtMs: wallZeroMs + startAtMs,
    atOnce: false,
    keepsStep: true,
  });
  const acts = [...at];
  for (; nowMs < startAtMs + durationMs + 300; nowMs += pumpEveryMs) {
    for (; acts[0] && acts[0].ms <= nowMs; acts.shift()) acts[0].act(dac);
    chain.pump();
    dac.pump();
  }
  return { heard, voice, chain };
}

/** How far the sound heard about an instant is from where the clock says it should be, ms, and how surely it is that sound. */
export function errorMs(box: FakeBox, startAtMs: number, atMs: number): { readonly ms: number; readonly correlation: number } {
  const frame = Math.round(atMs * 48);
  const piece = box.heard.pcm.subarray(frame, frame + 960);
  const wanted = (box.heard.monoAt(frame) - startAtMs) * 48;
  const from = Math.round(wanted) - 480;
  const truth = Int16Array.from({ length: 960 + 960 }, (_, i) => wave(from + i) * 32_767);
  const { frame: best, value } = bestFit(truth, piece, 0, 960);
  return { ms: (from + best - wanted) / 48, correlation: value };
}
