// A card opened through libasound: 48 kHz s16, non-blocking; as an output it runs on over silence when starved instead of stopping.
import { constants } from 'node:os';
import { sampleRateHz } from '../audio-out.ts';
import { Failure } from '../host/failure.ts';
import { monoMs } from '../host/system-clock.ts';
import { busyFailure, type Device, type Direction, writeDeviceName } from './device.ts';
import type { Libasound } from './libasound.ts';
import type { Pcm, PcmReading } from './pcm.ts';
import type { PcmState } from './proc-status.ts';

export interface PcmWish {
  readonly device: Device;
  readonly direction: Direction;
  readonly bufferMs: number;
  readonly periodMs: number;
}

const nonBlocking = 1;
const interleaved = 3;
const s16LittleEndian = 2;
const stampsEnabled = 1;
const stampsMonotonic = 1;
/** In the order of libasound's numbers. */
const states: readonly PcmState[] = ['OPEN', 'SETUP', 'PREPARED', 'RUNNING', 'XRUN', 'DRAINING', 'PAUSED', 'SUSPENDED', 'DISCONNECTED'];
/** A stamp further from our own clock belongs to another clock. */
const stampOffMsMax = 100;
const { EBUSY, EAGAIN, EPIPE, ESTRPIPE, ENODEV } = { ...constants.errno, ESTRPIPE: 86 };

export class LibasoundPcm implements Pcm {
  readonly #lib: Libasound;
  readonly #pcm: unknown;
  readonly #status: unknown;
  readonly #name: string;
  readonly #stamp = new BigInt64Array(2);
  readonly channels: number;
  readonly bufferFrames: number;
  readonly periodFrames: number;
  readonly coarse: boolean;

  /** Opens the card. Throws Failure: device-busy with its holder, device-failed with what the card cannot do. */
  constructor(lib: Libasound, wish: PcmWish) {
    this.#lib = lib;
    this.#name = writeDeviceName(wish.device);
    const pcm: [unknown] = [null];
    const opened = lib.snd_pcm_open(pcm, this.#name, wish.direction === 'playback' ? 0 : 1, nonBlocking);
    if (opened === -EBUSY) throw busyFailure(wish.device, wish.direction);
    this.#check(opened, 'open');
    this.#pcm = pcm[0];
    try {
      const shape = this.#shape(wish);
      this.channels = shape.channels;
      this.bufferFrames = shape.bufferFrames;
      this.periodFrames = shape.periodFrames;
      this.coarse = shape.coarse;
      this.#tune(wish.direction);
      const status: [unknown] = [null];
      this.#check(lib.snd_pcm_status_malloc(status), 'status');
      this.#status = status[0];
      this.#check(lib.snd_pcm_prepare(this.#pcm), 'prepare');
    } catch (error) {
      lib.snd_pcm_close(this.#pcm);
      throw error;
    }
  }

  start(): void {
    this.#check(this.#lib.snd_pcm_start(this.#pcm), 'start');
  }

  write(samples: Int16Array): number {
    return this.#moved(this.#lib.snd_pcm_writei(this.#pcm, samples, samples.length / this.channels), 'write');
  }

  read(samples: Int16Array): number {
    return this.#moved(this.#lib.snd_pcm_readi(this.#pcm, samples, samples.length / this.channels), 'read');
  }

  reading(): PcmReading {
    const lib = this.#lib;
    const answer = lib.snd_pcm_status(this.#pcm, this.#status);
    if (answer === -ENODEV) throw new Failure('device-failed', `${this.#name} was unplugged`);
    this.#check(answer, 'status');
    const state = states[lib.snd_pcm_status_get_state(this.#status)] ?? 'DISCONNECTED';
    lib.snd_pcm_status_get_htstamp(this.#status, this.#stamp);
    const stampMs = Number(this.#stamp[0]) * 1_000 + Number(this.#stamp[1]) / 1e6;
    const nowMs = monoMs();
    return {
      state,
      delayFrames: lib.snd_pcm_status_get_delay(this.#status),
      availFrames: lib.snd_pcm_status_get_avail(this.#status),
      atMonoMs: Math.abs(nowMs - stampMs) < stampOffMsMax ? stampMs : nowMs,
    };
  }

  rewind(frames: number): number {
    const most = this.#lib.snd_pcm_rewindable(this.#pcm);
    return this.#moved(this.#lib.snd_pcm_rewind(this.#pcm, Math.max(0, Math.min(frames, most))), 'rewind');
  }

  forward(frames: number): number {
    return this.#moved(this.#lib.snd_pcm_forward(this.#pcm, frames), 'forward');
  }

  restart(): void {
    this.#lib.snd_pcm_drop(this.#pcm);
    this.#check(this.#lib.snd_pcm_prepare(this.#pcm), 'prepare');
  }

  close(): void {
    this.#lib.snd_pcm_drop(this.#pcm);
    this.#lib.snd_pcm_close(this.#pcm);
    this.#lib.snd_pcm_status_free(this.#status);
  }

  #shape({ bufferMs, periodMs }: PcmWish) {
    const lib = this.#lib;
    const pcm = this.#pcm;
    const made: [unknown] = [null];
    this.#check(lib.snd_pcm_hw_params_malloc(made), 'hw_params');
    const [params] = made;
    try {
      this.#check(lib.snd_pcm_hw_params_any(pcm, params), 'hw_params');
      this.#check(lib.snd_pcm_hw_params_set_access(pcm, params, interleaved), 'interleaved access');
      this.#check(lib.snd_pcm_hw_params_set_format(pcm, params, s16LittleEndian), 'S16_LE samples');
      this.#check(lib.snd_pcm_hw_params_set_rate(pcm, params, sampleRateHz, 0), `${sampleRateHz} Hz`);
      const channels: [number] = [1];
      this.#check(lib.snd_pcm_hw_params_set_channels_near(pcm, params, channels), 'channels');
      const period: [number] = [(periodMs * sampleRateHz) / 1_000];
      this.#check(lib.snd_pcm_hw_params_set_period_size_near(pcm, params, period, [0]), 'period');
      const buffer: [number] = [(bufferMs * sampleRateHz) / 1_000];
      this.#check(lib.snd_pcm_hw_params_set_buffer_size_near(pcm, params, buffer), 'buffer');
      this.#check(lib.snd_pcm_hw_params(pcm, params), 'hw_params');
      const coarse = lib.snd_pcm_hw_params_is_batch(params) === 1;
      return { channels: channels[0], periodFrames: period[0], bufferFrames: buffer[0], coarse };
    } finally {
      lib.snd_pcm_hw_params_free(params);
    }
  }

  /** Stamps from the monotonic clock; an output never stops by itself and what it has played is overwritten with silence. */
  #tune(direction: Direction): void {
    const lib = this.#lib;
    const pcm = this.#pcm;
    const made: [unknown] = [null];
    this.#check(lib.snd_pcm_sw_params_malloc(made), 'sw_params');
    const [params] = made;
    try {
      this.#check(lib.snd_pcm_sw_params_current(pcm, params), 'sw_params');
      this.#check(lib.snd_pcm_sw_params_set_tstamp_mode(pcm, params, stampsEnabled), 'stamps');
      this.#check(lib.snd_pcm_sw_params_set_tstamp_type(pcm, params, stampsMonotonic), 'monotonic stamps');
      const boundary: [number | bigint] = [0];
      this.#check(lib.snd_pcm_sw_params_get_boundary(params, boundary), 'boundary');
      this.#check(lib.snd_pcm_sw_params_set_stop_threshold(pcm, params, boundary[0]), 'stop threshold');
      if (direction === 'playback') {
        this.#check(lib.snd_pcm_sw_params_set_start_threshold(pcm, params, boundary[0]), 'start threshold');
        this.#check(lib.snd_pcm_sw_params_set_silence_threshold(pcm, params, 0), 'silence threshold');
        this.#check(lib.snd_pcm_sw_params_set_silence_size(pcm, params, boundary[0]), 'silence');
      }
      this.#check(lib.snd_pcm_sw_params(pcm, params), 'sw_params');
    } finally {
      lib.snd_pcm_sw_params_free(params);
    }
  }

  /** Frames moved; a stopped or full card moves none, which its next reading explains. */
  #moved(answer: number, what: string): number {
    if (answer === -EAGAIN || answer === -EPIPE || answer === -ESTRPIPE) return 0;
    return this.#check(answer, what);
  }

  #check(answer: number, what: string): number {
    if (answer >= 0) return answer;
    throw new Failure('device-failed', `${this.#name}: ${what}: ${this.#lib.snd_strerror(answer)}`);
  }
}
