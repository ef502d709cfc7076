// Places where a microphone stands at a horn, made with sox and espeak-ng: horn, echo, street, voices; and what a box says of them.
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Listening } from '../../../agent/ear/listening.ts';
import { sweepMs, sweepWave } from '../../../agent/ear/sweep.ts';
import type { Calibration, HeardVerdict } from '../../../agent/ear/verdict.ts';
import { runTool } from '../../../hardware/host/processes.ts';
import { readWav } from '../../../hardware/host/wav.ts';

export const rooms = ['yard', 'valley'] as const;
export type Room = (typeof rooms)[number];
export const noises = ['traffic', 'voices'] as const;
export type Noise = (typeof noises)[number];

/** From here, or from where the bundle of a bench lies. */
const demo = ['../../..', '../..']
  .map((up) => join(import.meta.dirname, up, 'controller/demo/data/audio'))
  .find((folder) => existsSync(folder));
/** A horn lets little through beside this. */
const horn = ['sinc', '300-5000'];
const roomEffects: Readonly<Record<Room, readonly string[]>> = {
  yard: ['reverb', '40', '50', '40'],
  valley: ['echos', '0.8', '0.7', '220', '0.5', '480', '0.35', '700', '0.2', 'reverb', '70', '50', '100'],
};
const crowd = [
  'Chợ hôm nay đông quá. Rau tươi đây, cá tươi đây, mời bà con ghé xem. Trời sắp mưa rồi, thu dọn nhanh lên.',
  'Cháu ơi đi đâu đấy? Ngày mai nhà ai có đám cưới thì đi cùng nhau nhé, đường này xe chạy đông lắm.',
  'Mấy giờ rồi? Sắp đến giờ tan trường, đứng chờ ở cổng bên kia kìa, cẩn thận xe tải.',
];

export class EarRooms {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** A programme of the demo as it is given to the output. */
  async programme(name: string): Promise<Int16Array> {
    const out = join(this.#folder, `${name}.wav`);
    await run('ffmpeg', ['-v', 'error', '-y', '-i', join(demo ?? '', `${name}.opus`), '-ac', '1', '-ar', '48000', out]);
    return this.#samples(out);
  }

  /** What a horn makes of it in a place; the same length and a little. */
  async heardIn(room: Room, played: Int16Array): Promise<Int16Array> {
    const [raw, out] = [join(this.#folder, `${room}.raw`), join(this.#folder, `${room}.wav`)];
    await this.#write(raw, played);
    await run('sox', [...rawArgs, raw, '-b', '16', out, 'gain', '-9', ...horn, 'pad', '0', '2', ...roomEffects[room], 'remix', '1']);
    return this.#samples(out);
  }

  /** A minute of what else there is, within the horn's band. */
  async noise(noise: Noise): Promise<Int16Array> {
    const out = join(this.#folder, `${noise}.wav`);
    if (noise === 'voices') {
      const voices = crowd.map((_, i) => join(this.#folder, `voice-${i}.wav`));
      for (const [i, text] of crowd.entries()) {
        const spoken = join(this.#folder, `spoken-${i}.wav`);
        await run('espeak-ng', ['-v', 'vi', '-s', String(140 + 25 * i), '-p', String(20 + 30 * i), '-w', spoken, text]);
        await run('sox', [spoken, '-r', '48000', '-c', '1', '-b', '16', voices[i] ?? '', 'repeat', '30', 'trim', String(1.3 * i), '60']);
      }
      await run('sox', ['-m', ...voices, '-b', '16', out, ...horn, 'gain', '-n', '-3']);
      return this.#samples(out);
    }
    const [low, high] = [join(this.#folder, 'low.wav'), join(this.#folder, 'high.wav')];
    const made = (to: string) => ['-R', '-n', '-r', '48000', '-c', '1', '-b', '16', to, 'synth', '60'];
    await run('sox', [...made(low), 'brownnoise', 'tremolo', '0.3', '60']);
    await run('sox', [...made(high), 'pinknoise', 'tremolo', '0.13', '80']);
    await run('sox', ['-m', low, high, '-b', '16', out, ...horn, 'gain', '-n', '-3']);
    return this.#samples(out);
  }

  /** As a recorder with automatic gain levels it. */
  async levelled(sound: Int16Array): Promise<Int16Array> {
    const [raw, out] = [join(this.#folder, 'agc.raw'), join(this.#folder, 'agc.wav')];
    await this.#write(raw, sound);
    await run('sox', [...rawArgs, raw, '-b', '16', out, 'compand', '0.05,0.5', '-60,-30,-30,-18,-10,-12', '0', '-30', '0.05']);
    return this.#samples(out);
  }

  async #samples(file: string): Promise<Int16Array> {
    const wav = readWav(await readFile(file));
    if (!wav) throw new Error(`${file} is no WAV`);
    return wav.samples;
  }

  async #write(file: string, samples: Int16Array): Promise<void> {
    await writeFile(file, Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength));
  }
}

const rawArgs = ['-t', 'raw', '-r', '48000', '-e', 'signed', '-b', '16', '-c', '1'];

async function run(program: string, args: readonly string[]): Promise<void> {
  const done = await runTool(program, args, { timeoutMs: 120_000 });
  if (!done.ok) throw new Error(`${program}: ${done.problem.detail}`);
}

/** RMS of what sounds, full scale 1. */
export function rmsOf(sound: Int16Array): number {
  let sum = 0;
  for (const sample of sound) sum += (sample / 32_768) ** 2;
  return Math.sqrt(sum / Math.max(1, sound.length));
}

/** Sounds laid over one another, each with its gain and its delay; as long as the first. */
export function mixed(
  length: number,
  ...parts: readonly { readonly sound: Int16Array; readonly gain: number; readonly delayMs?: number }[]
): Int16Array {
  const out = new Float32Array(length);
  for (const { sound, gain, delayMs = 0 } of parts) {
    const shift = Math.round(delayMs * 48);
    for (let i = shift; i < length; i++) out[i] = (out[i] ?? 0) + gain * (sound[(i - shift) % sound.length] ?? 0);
  }
  return Int16Array.from(out, (sample) => Math.max(-32_768, Math.min(32_767, Math.round(sample))));
}

/** `snrDb` below the sound at the microphone. */
export function noiseGain(sound: Int16Array, noise: Int16Array, snrDb: number): number {
  return (rmsOf(sound) / rmsOf(noise)) * 10 ** (-snrDb / 20);
}

const blockSamples = 2_400;
/** Sound is written so long before it passes the converter. */
const aheadMs = 250;
const fromMonoMs = 1_000_000;

export interface Play {
  readonly played: Int16Array;
  readonly captured: Int16Array;
  readonly calibration: Calibration | undefined;
  /** How much faster the microphone's crystal runs, parts per million. */
  readonly ppm?: number;
}

/** What a box hears of a play, given in blocks as they come. */
export function listen({ played, captured, calibration, ppm = 0 }: Play): {
  readonly verdict: HeardVerdict;
  readonly listening: Listening;
  readonly cpuMs: number;
} {
  const before = process.cpuUsage();
  const listening = new Listening(calibration);
  listening.beginAt(fromMonoMs);
  const stretch = 1 + ppm / 1e6;
  for (let at = 0; at < captured.length; at += blockSamples) {
    const given = played.subarray(at, at + blockSamples);
    if (given.length > 0) listening.gave(fromMonoMs + at / 48, given);
    if (at >= aheadMs * 48) {
      const from = at - aheadMs * 48;
      listening.captured(fromMonoMs + from / 48 / stretch, captured.subarray(from, from + blockSamples));
    }
  }
  const { user, system } = process.cpuUsage(before);
  return { verdict: listening.verdict(), listening, cpuMs: (user + system) / 1_000 };
}

/** Calibrated as a technician does it: the sweep, through the place, on a quiet morning. */
export async function calibrated(place: EarRooms, room: Room, noise: Int16Array, delayMs: number): Promise<Calibration> {
  const sweep = Int16Array.from({ length: sweepMs * 48 }, (_, i) => Math.round(32_767 * sweepWave(i)));
  const sound = await place.heardIn(room, sweep);
  const captured = mixed(sound.length + 48_000, { sound, gain: 1, delayMs }, { sound: noise, gain: noiseGain(sound, noise, 15) });
  const found = listen({ played: sweep, captured, calibration: undefined }).listening.calibrated(0);
  if (!found) throw new Error(`no calibration in the ${room}`);
  return found;
}
