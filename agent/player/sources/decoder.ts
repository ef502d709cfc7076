// Which decoders open a file, best first: WAV needs none, MP3 has mpg123, Opus has opusdec, ffmpeg takes the rest and stands in.
import { closeSync, openSync, readSync } from 'node:fs';
import { Readable } from 'node:stream';
import { type Exit, startTool, type ToolLimits } from '../../../hardware/host/processes.ts';
import { bad, ok, type Problem, type ProblemCode, type Result } from '../../../schemas/problems.ts';
import type { Item } from '../../../schemas/programme.ts';
import type { Rung } from './ladder.ts';
import { type Pipe, type PipeOptions, PipeSource } from './pipe.ts';
import { openWav, readWavHead } from './wav-file.ts';

/** Paths of the decoders this machine has. */
export interface DecoderTools {
  readonly ffmpeg?: string;
  readonly mpg123?: string;
  readonly opusdec?: string;
}

export interface MediaFile {
  readonly path: string;
  readonly type: Item['type'];
  readonly gain: number;
  readonly fromMs: number;
  readonly durationMsMax: number;
  /** The whole file where it lies in memory only; then `path` is `inMemory`. */
  readonly bytes?: Uint8Array;
}

/** What a decoder opens to read what it is given. */
export const inMemory = '/dev/stdin';

interface Command {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly channels: number;
}

interface Way {
  readonly name: string;
  readonly skipSamples: number;
  readonly open: PipeOptions['open'];
}

const headBytes = 4_096;
const wholeWithinMs = 20_000;
/** Several times what the hungriest decoder needs (measured: ffmpeg 64 MiB, the others 16). */
const dataBytesMax = 192 * 1024 * 1024;
const niceness = 5;

/** The ways a file can be decoded; one that fails gives way to the next. A lone decoder has a second try. */
export function decoderRungs(file: Omit<MediaFile, 'fromMs'>, tools: DecoderTools): Rung[] {
  const names = waysFor({ ...file, fromMs: 0 }, tools).map(({ name }) => name);
  return (names.length === 1 ? [...names, ...names] : names).map((name, at) => ({
    name,
    kind: name === 'wav' ? 'file' : 'decoder',
    open: (fromMs) => pipeOf(waysFor({ ...file, fromMs }, tools)[at % names.length], { ...file, fromMs }),
  }));
}

/** Decode a short file as a whole. Bounded in time and length; a file that gives nothing is a problem. */
export async function decodeWhole(file: Omit<MediaFile, 'gain' | 'fromMs'>, tools: DecoderTools): Promise<Result<Int16Array>> {
  let result: Result<Int16Array> = bad('media-unreadable', 'no way to decode the file');
  for (const way of waysFor({ ...file, fromMs: 0 }, tools)) {
    const next = await collect(pipeOf(way, { ...file, gain: 1, fromMs: 0 }));
    if (next.ok) return next;
    // The first complaint is about the file; a stand-in's may be about itself.
    if (result.ok || result.problem.code === 'media-unreadable') result = next;
  }
  return result;
}

function collect(source: PipeSource): Promise<Result<Int16Array>> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      source.stop();
      resolve(bad('tool-timeout', `decoding took longer than ${wholeWithinMs} ms`));
    }, wholeWithinMs);
    source.collect((pcm, problem) => {
      clearTimeout(timer);
      if (problem) resolve({ ok: false, problem });
      else resolve(pcm.length > 0 ? ok(pcm) : bad('media-unreadable', 'the file holds no sound'));
    });
  });
}

function pipeOf(way: Way | undefined, { gain, fromMs, durationMsMax }: MediaFile): PipeSource {
  const samplesMax = Math.max(0, Math.round((durationMsMax - fromMs) * 48));
  const { open, skipSamples } = way ?? refusal('not-cached', 'the file is gone');
  return new PipeSource({ open, skipSamples, gain, samplesMax });
}

function waysFor(file: Omit<MediaFile, 'gain'>, tools: DecoderTools): Way[] {
  const fromSample = Math.round(file.fromMs * 48);
  const head = file.bytes ? Buffer.from(file.bytes.subarray(0, headBytes)) : readHead(file.path);
  if (!head) return [refusal('not-cached', 'the file is not there')];
  if (head.length === 0) return [refusal('media-unreadable', 'the file is empty')];
  const wav = readWavHead(head);
  const limits: ToolLimits = { dataBytes: dataBytesMax, cpuSeconds: 60 + Math.ceil(file.durationMsMax / 2_000), niceness };
  const ways: Way[] = wav
    ? [{ name: 'wav', skipSamples: 0, open: (onEnd) => openWav(file.bytes ?? file.path, wav, fromSample, onEnd) }]
    : [];
  for (const command of commandsFor(file, head, tools))
    ways.push({ name: command.name, skipSamples: fromSample, open: (onEnd) => run(command, limits, onEnd, file.bytes) });
  return ways.length > 0 ? ways : [refusal('tool-missing', `no decoder for ${file.type} on this machine`)];
}

function refusal(code: ProblemCode, detail: string): Way {
  return { name: 'none', skipSamples: 0, open: (onEnd) => refuse(code, detail, onEnd) };
}

/** A file that names other files or addresses is not a sound: a box never opens an audio URL (DESIGN §5). */
const formats = 'mp3,wav,w64,ogg,flac,mov,mp4,m4a,aac,matroska,webm,aiff,caf';
const inputGuards = ['-protocol_whitelist', 'file', '-format_whitelist', formats];

/** Decoders write 48 kHz s16 to standard output. Offsets are dropped samples, for seeking by time is not exact in MP3. */
export function commandsFor(file: Pick<MediaFile, 'path' | 'type'>, head: Buffer, tools: DecoderTools): Command[] {
  const { path } = file;
  const commands: Command[] = [];
  const { kind, channels } = kindOf(head, file.type);
  if (kind === 'mp3' && tools.mpg123)
    commands.push({ name: 'mpg123', program: tools.mpg123, args: ['-q', '-s', '-r', '48000', '-m', '-e', 's16', '--', path], channels: 1 });
  if (kind === 'opus' && tools.opusdec) {
    const stereo = channels > 1;
    const args = ['--quiet', '--rate', '48000', ...(stereo ? ['--force-stereo'] : []), path, '-'];
    commands.push({ name: 'opusdec', program: tools.opusdec, args, channels: stereo ? 2 : 1 });
  }
  if (!tools.ffmpeg) return commands;
  const sound = ['-vn', '-f', 's16le', '-ac', '1', '-ar', '48000', 'pipe:1'];
  const args = ['-v', 'error', '-nostdin', '-threads', '1', ...inputGuards, '-i', `file:${path}`, ...sound];
  return [...commands, { name: 'ffmpeg', program: tools.ffmpeg, args, channels: 1 }];
}

/** What the first bytes say it is; the stated type only where they say nothing. */
function kindOf(head: Buffer, type: Item['type']): { readonly kind: 'mp3' | 'opus' | 'other'; readonly channels: number } {
  const opusChannels = channelsOfOpus(head);
  if (opusChannels !== undefined) return { kind: 'opus', channels: opusChannels };
  const mark = head.toString('latin1', 0, 4);
  if (mark === 'OggS' || mark === 'RIFF' || mark === 'fLaC') return { kind: 'other', channels: 1 };
  const frame = head[0] === 0xff && ((head[1] ?? 0) & 0xe6) === 0xe2;
  return { kind: frame || mark.startsWith('ID3') || type === 'audio/mpeg' ? 'mp3' : 'other', channels: 1 };
}

/** RFC 7845 §5.1: the channel count is the tenth byte of the head packet. */
function channelsOfOpus(head: Buffer): number | undefined {
  const at = head.indexOf('OpusHead', 0, 'latin1');
  return at >= 0 && at + 9 < head.length ? head[at + 9] : undefined;
}

function run(command: Command, limits: ToolLimits, onEnd: (problem?: Problem) => void, bytes?: Uint8Array): Pipe {
  let complaint = '';
  const onExit = ({ code, signal, problem }: Exit): void => {
    if (problem || code === 0) onEnd(problem);
    else onEnd({ code: 'tool-failed', path: '', detail: `decoder ended with ${code ?? signal}: ${complaint.trim().slice(-200)}` });
  };
  const tool = startTool(command.program, command.args, { onExit, limits });
  tool.stdin.end(bytes ?? '');
  tool.stderr.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-1_000);
  });
  return { stream: tool.stdout, channels: command.channels, stop: () => tool.kill() };
}

function refuse(code: ProblemCode, detail: string, onEnd: (problem?: Problem) => void): Pipe {
  onEnd({ code, path: '', detail });
  return { stream: Readable.from([]), channels: 1, stop: () => undefined };
}

function readHead(path: string): Buffer | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const head = Buffer.alloc(headBytes);
    return head.subarray(0, readSync(file, head, 0, headBytes, 0));
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
