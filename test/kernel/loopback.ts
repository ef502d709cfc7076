// A sound played by the box's own chain into a card and captured at its other end: what came, when, and what the pointer said.
import { setTimeout as wait } from 'node:timers/promises';
import { Chain } from '../../agent/player/chain.ts';
import { GeneratedSource } from '../../agent/player/sources/generated.ts';
import { murmur } from '../../hardware/audio-in/murmur.ts';
import type { AudioIn, CapturedBlock } from '../../hardware/audio-in.ts';
import { type AudioOut, sampleRateHz } from '../../hardware/audio-out.ts';
import { monoMs } from '../../hardware/host/system-clock.ts';
import { correlate } from '../wire/correlation.ts';

const pumpEveryMs = 21;
const soundMs = 2_000;
const comparedFrames = 24_000;

/** Wall and monotonic time are one in the lab: what is measured is the card. */
const clock = { now: () => ({ wallMs: monoMs(), monoMs: monoMs(), quality: 'signed' as const }), differenceMs: () => 0 };

/** A chain that is pumped as the player does. */
export class PumpedChain {
  readonly chain: Chain;
  readonly #timer: NodeJS.Timeout;
  /** How late the pump came, at worst. */
  latestMs = 0;

  constructor(out: AudioOut) {
    this.chain = new Chain(out, clock);
    this.chain.opened();
    this.chain.pump();
    let dueMs = monoMs() + pumpEveryMs;
    this.#timer = setInterval(() => {
      this.latestMs = Math.max(this.latestMs, monoMs() - dueMs);
      dueMs = monoMs() + pumpEveryMs;
      this.chain.pump();
    }, pumpEveryMs);
  }

  play(sound: Int16Array, startAtMs: number, rank: number, atOnce = false) {
    const source = new GeneratedSource((i) => (sound[i] ?? 0) / 32_768, (sound.length / sampleRateHz) * 1_000);
    return this.chain.add({ source, rank, gain: 1, fadeInMs: 0, startAtMs, atOnce, keepsStep: !atOnce });
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

export interface Captured {
  readonly frames: Int16Array;
  /** Instant of a captured frame: a line through the instants that the input told. */
  instantOf(frame: number): number;
}

/** Everything that an input hears until `stop`. */
export function record(input: AudioIn): { stop: () => Captured } {
  const blocks: CapturedBlock[] = [];
  const unhear = input.onBlock((block) => blocks.push(block));
  return {
    stop: () => {
      unhear();
      return joined(blocks);
    },
  };
}

export interface Heard {
  readonly correlation: number;
  /** Instant at which it began at the other end, less the instant asked for. */
  readonly startErrorMs: number;
  /** Instant that the pointer's line gives for the same frame, less the one captured. */
  readonly pointerErrorMs: number;
  readonly xruns: number;
  readonly latestPumpMs: number;
}

/** Play a voice-like sound at an instant, capture it, and compare. */
export async function playAndCapture(out: AudioOut, input: AudioIn): Promise<Heard> {
  const sound = murmur().slice(0, (soundMs * sampleRateHz) / 1_000);
  await out.open();
  await input.open();
  const pumped = new PumpedChain(out);
  await wait(3_000); // the line through the positions settles
  const { xruns } = out.position();
  const recording = record(input);
  const startAtMs = monoMs() + 800;
  const voice = pumped.play(sound, startAtMs, 2);
  await wait(800 + soundMs + 400);
  const captured = recording.stop();
  const saidMs = pumped.chain.estimator.monoAt(voice.startFrame ?? 0);
  const after = out.position().xruns;
  pumped.stop();
  await input.close();
  await out.close();
  const expected = Math.round((startAtMs - captured.instantOf(0)) * (sampleRateHz / 1_000));
  // Its beginning only: over seconds the chain stretches what it plays by up to 0.1 % to keep step.
  const { atFrame, peak } = correlate(captured.frames, sound.subarray(0, comparedFrames), expected, 100 * 48);
  const heardMs = captured.instantOf(atFrame);
  return {
    correlation: round(peak, 4),
    startErrorMs: round(heardMs - startAtMs),
    pointerErrorMs: round(saidMs - heardMs),
    xruns: after - xruns,
    latestPumpMs: round(pumped.latestMs),
  };
}

/** From asking for a sound above another to its first captured frame. */
export async function preempt(out: AudioOut, input: AudioIn): Promise<{ readonly toFirstFrameMs: number }> {
  const loud = new Int16Array(sampleRateHz).fill(20_000);
  await out.open();
  await input.open();
  const pumped = new PumpedChain(out);
  pumped.play(murmur(), monoMs() + 200, 3);
  await wait(1_200);
  const recording = record(input);
  await wait(100);
  const askedMs = monoMs();
  pumped.play(loud, askedMs, 0, true);
  pumped.chain.pump();
  await wait(1_000);
  const captured = recording.stop();
  pumped.stop();
  await input.close();
  await out.close();
  const first = captured.frames.findIndex((sample, i) => sample > 15_000 && (captured.frames[i + 48] ?? 0) > 15_000);
  return { toFirstFrameMs: first < 0 ? Number.NaN : round(captured.instantOf(first) - askedMs) };
}

function joined(blocks: readonly CapturedBlock[]): Captured {
  const frames = new Int16Array(blocks.reduce((sum, block) => sum + block.frames.length, 0));
  let at = 0;
  let offsetSum = 0;
  for (const block of blocks) {
    offsetSum += block.atMonoMs - (at * 1_000) / sampleRateHz;
    frames.set(block.frames, at);
    at += block.frames.length;
  }
  const originMs = offsetSum / Math.max(1, blocks.length);
  return { frames, instantOf: (frame) => originMs + (frame * 1_000) / sampleRateHz };
}

export function round(value: number, digits = 2): number {
  return Number(value.toFixed(digits));
}
