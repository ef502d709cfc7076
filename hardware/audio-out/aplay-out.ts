// Audio output on a card through a long-lived `aplay`: raw frames in by its pipe, the position from /proc. For boxes without libasound.
//
// INVARIANTS: the writer paces itself by the position, never by back-pressure; nothing queued can be taken back;
// a failure is told once; aplay ends with the output.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { bad, ok, type Problem, type Result } from '../../schemas/problems.ts';
import { busyFailure, type Device, pcmFolder, streamsOf, writeDeviceName } from '../alsa/device.ts';
import { type PcmStatus, readBoundary, readHwParams, readPcmStatus } from '../alsa/proc-status.ts';
import { type AudioOut, type Position, sampleRateHz } from '../audio-out.ts';
import { Failure } from '../host/failure.ts';
import { type Exit, startTool, type Tool } from '../host/processes.ts';
import { procFolder } from '../host/sound-cards.ts';
import { monoMs } from '../host/system-clock.ts';
import { AplayCount } from './aplay-count.ts';
import { spread, stalledProblem } from './libasound-out.ts';
import { StallWatch } from './stall-watch.ts';

export interface AplayOutOptions {
  readonly device: Device;
  readonly leadMs?: number;
  /** Path of aplay. */
  readonly program: string;
  /** Where cards and processes are told of; a fake tree in tests. */
  readonly proc?: string;
}

interface Running {
  readonly tool: Tool;
  readonly gone: Promise<void>;
  readonly channels: number;
  exit: Exit | undefined;
  stderr: string;
}

interface Stream {
  readonly running: Running;
  readonly folder: string;
  readonly count: AplayCount;
  /** Frames played when the output was declared open. */
  readonly zero: number;
}

const bufferMs = 200;
const periodMs = 20;
/** The card starts with so much queued; `open` fills exactly that with silence. */
const startMs = 60;
const openMsMax = 2_000;
const watchEveryMs = 200;
const aheadMsMax = 5_000;
const stderrCharactersMax = 2_000;

export class AplayOut implements AudioOut {
  readonly name: string;
  readonly rewinds = false;
  readonly leadMs: number;
  readonly #options: AplayOutOptions;
  readonly #proc: string;
  readonly #stall = new StallWatch();
  readonly #listeners = new Set<(problem: Problem) => void>();
  #stream: Stream | undefined;
  #opening = false;
  /** Some cards know stereo only; learnt at the first open. */
  #channels = 1;
  /** Frames sent since `aplay` began. */
  #sent = 0;
  #timer: NodeJS.Timeout | undefined;
  #last: Position = { playedFrames: 0, writtenFrames: 0, atMonoMs: 0, xruns: 0 };

  constructor(options: AplayOutOptions) {
    this.#options = options;
    this.#proc = options.proc ?? procFolder;
    this.name = `aplay ${writeDeviceName(options.device)}`;
    this.leadMs = options.leadMs ?? 250;
  }

  async open(): Promise<void> {
    if (this.#stream || this.#opening) throw new Failure('device-busy', `${this.name} is open already`);
    this.#opening = true;
    try {
      const stream = await this.#openWith(this.#channels);
      this.#stream = stream;
      this.#stall.restart(monoMs());
      this.#timer = setInterval(() => this.#watch(), watchEveryMs);
      if (stream.running.exit) this.#fail(ended(this.name, stream.running));
    } finally {
      this.#opening = false;
    }
  }

  write(frames: Int16Array): void {
    const { writtenFrames, playedFrames } = this.position();
    if (!this.#stream || frames.length === 0) return;
    const queued = writtenFrames - playedFrames + frames.length;
    const most = (aheadMsMax * sampleRateHz) / 1_000;
    if (queued > most) throw new RangeError(`writer runs ${Math.round(queued)} frames ahead, at most ${most}`);
    this.#send(this.#stream.running, frames);
  }

  position(): Position {
    const stream = this.#stream;
    if (!stream) return this.#last;
    const beforeMs = monoMs();
    const status = statusIn(stream.folder);
    const atMonoMs = (beforeMs + monoMs()) / 2;
    if (!status.ok) {
      this.#fail({ ...status.problem, detail: `${this.name}: ${status.problem.detail}` });
      return this.#last;
    }
    const playedFrames = Math.max(0, stream.count.add(status.value) - stream.zero);
    const writtenFrames = Math.max(this.#sent - stream.zero, Math.ceil(playedFrames));
    this.#last = { playedFrames, writtenFrames, atMonoMs, xruns: stream.count.xruns };
    return this.#last;
  }

  discardAhead(): number {
    return 0;
  }

  onFailure(listener: (problem: Problem) => void): void {
    this.#listeners.add(listener);
  }

  async close(): Promise<void> {
    await this.#shut();
  }

  async #openWith(channels: number): Promise<Stream> {
    const running = this.#start(channels);
    this.#sent = 0;
    this.#send(running, new Int16Array((startMs * sampleRateHz) / 1_000));
    try {
      const folder = await this.#untilRunning(running);
      const params = readHwParams(textIn(folder, 'hw_params'));
      if (params && params.rateHz !== sampleRateHz)
        throw new Failure('device-failed', `${this.name} runs at ${params.rateHz} Hz, ${sampleRateHz} is needed`);
      const count = new AplayCount(readBoundary(textIn(folder, 'sw_params')));
      const status = statusIn(folder);
      const zero = status.ok ? count.add(status.value) : 0;
      this.#channels = channels;
      return { running, folder, count, zero };
    } catch (error) {
      running.tool.kill();
      await running.gone;
      if (channels === 1 && /Channels count non available/.test(running.stderr)) return this.#openWith(2);
      throw error;
    }
  }

  #start(channels: number): Running {
    const { program, device } = this.#options;
    const shape = ['-t', 'raw', '-f', 'S16_LE', '-r', String(sampleRateHz), '-c', String(channels)];
    const times = [`--buffer-time=${bufferMs}000`, `--period-time=${periodMs}000`, `--start-delay=${startMs}000`];
    let settle = (): void => undefined;
    const gone = new Promise<void>((resolve) => {
      settle = resolve;
    });
    const onExit = (exit: Exit): void => {
      running.exit = exit;
      settle();
      if (this.#stream?.running === running) this.#fail(ended(this.name, running));
    };
    const env = { ...process.env, LC_ALL: 'C' };
    const tool = startTool(program, ['-D', writeDeviceName(device), ...shape, ...times, '-'], { onExit, env });
    const running: Running = { tool, gone, channels, exit: undefined, stderr: '' };
    tool.stderr.on('data', (chunk: Buffer) => {
      running.stderr = (running.stderr + chunk.toString()).slice(-stderrCharactersMax);
    });
    tool.stdout.resume();
    return running;
  }

  /** The folder of the stream that our aplay holds, once it runs. */
  async #untilRunning(running: Running): Promise<string> {
    const folder = pcmFolder(this.#options.device, 'playback', this.#proc);
    const untilMs = monoMs() + openMsMax;
    while (monoMs() < untilMs) {
      if (running.exit) throw this.#refused(running);
      const own = streamsOf(folder).find(({ ownerPid }) => ownerPid !== undefined && ownerPid === running.tool.pid);
      const status = own && statusIn(own.path);
      // A slow machine may look only after the first silence is over: it has run.
      if (own && status?.ok && ['RUNNING', 'XRUN'].includes(status.value.state)) return own.path;
      await Promise.race([wait(5), running.gone]);
    }
    throw new Failure('device-failed', `${this.name} did not start within ${openMsMax} ms`);
  }

  #refused(running: Running): Failure {
    if (/resource busy/i.test(running.stderr)) return busyFailure(this.#options.device, 'playback', this.#proc);
    const { code, detail } = ended(this.name, running);
    return new Failure(code, detail);
  }

  #send(running: Running, frames: Int16Array): void {
    this.#sent += frames.length;
    const samples = spread(frames, running.channels);
    // The writer may use its block again before the pipe has taken it.
    running.tool.stdin.write(Buffer.from(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)));
  }

  #watch(): void {
    const { playedFrames, writtenFrames } = this.position();
    const nowMs = monoMs();
    const queued = writtenFrames - playedFrames;
    // Less than two periods may lie in aplay for ever: it hands on whole ones.
    if (queued < (2 * periodMs * sampleRateHz) / 1_000) this.#stall.restart(nowMs);
    else if (this.#stall.stalled(playedFrames, nowMs)) this.#fail(stalledProblem(this.name, playedFrames));
  }

  #fail(problem: Problem): void {
    if (!this.#stream) return;
    void this.#shut();
    // Not now: the owner may be in the middle of a write.
    setImmediate(() => {
      for (const listener of this.#listeners) listener(problem);
    });
  }

  async #shut(): Promise<void> {
    clearInterval(this.#timer);
    const running = this.#stream?.running;
    this.#stream = undefined;
    running?.tool.kill();
    // The card is free again only when aplay is gone.
    await running?.gone;
  }
}

function ended(name: string, { exit, stderr }: Running): Problem {
  if (exit?.problem) return exit.problem;
  const words = stderr.trim().split('\n').at(-1) ?? '';
  return { code: 'device-failed', path: '', detail: `${name} ended with ${exit?.code ?? exit?.signal}: ${words}`.slice(0, 500) };
}

function statusIn(folder: string): Result<PcmStatus> {
  const text = textIn(folder, 'status');
  if (text === '') return bad('device-failed', 'the card is gone');
  const status = readPcmStatus(text);
  if (!status.ok) return status;
  return status.value === 'closed' ? bad('device-failed', 'the device was closed') : ok(status.value);
}

function textIn(folder: string, name: string): string {
  try {
    return readFileSync(join(folder, name), 'utf8');
  } catch {
    return '';
  }
}
