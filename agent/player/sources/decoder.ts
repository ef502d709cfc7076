// Which decoder opens a file: WAV needs none, MP3 has mpg123, Opus has opusdec, ffmpeg takes the rest and stands in for both.
import { closeSync, openSync, readSync } from 'node:fs';
import { Readable } from 'node:stream';
import { type Exit, startTool } from '../../../hardware/host/processes.ts';
import { bad, ok, type Problem, type ProblemCode, type Result } from '../../../schemas/problems.ts';
import type { Item } from '../../../schemas/programme.ts';
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
}

interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly channels: number;
}

const headBytes = 4_096;
const wholeWithinMs = 20_000;

/** A source for a file; a file that cannot be opened is a source that ends at once with a problem. */
export function openFile(file: MediaFile, tools: DecoderTools): PipeSource {
  const samplesMax = Math.max(0, Math.round((file.durationMsMax - file.fromMs) * 48));
  return new PipeSource({ ...openingOf(file, tools), gain: file.gain, samplesMax });
}

/** Decode a short file as a whole. Bounded in time and length; a file that gives nothing is a problem. */
export function decodeWhole(file: Omit<MediaFile, 'gain' | 'fromMs'>, tools: DecoderTools): Promise<Result<Int16Array>> {
  const source = openFile({ ...file, gain: 1, fromMs: 0 }, tools);
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

function openingOf(file: Pick<MediaFile, 'path' | 'type' | 'fromMs'>, tools: DecoderTools): Pick<PipeOptions, 'open' | 'skipSamples'> {
  const fromSample = Math.round(file.fromMs * 48);
  const head = readHead(file.path);
  if (!head) return { skipSamples: 0, open: (onEnd) => refuse('not-cached', 'the file is not there', onEnd) };
  const wav = file.type === 'audio/wav' ? readWavHead(head) : undefined;
  if (wav) return { skipSamples: 0, open: (onEnd) => openWav(file.path, wav, fromSample, onEnd) };
  const command = commandFor(file, head, tools);
  if (command) return { skipSamples: fromSample, open: (onEnd) => run(command, onEnd) };
  return { skipSamples: 0, open: (onEnd) => refuse('tool-missing', `no decoder for ${file.type} on this machine`, onEnd) };
}

/** A file that names other files or addresses is not a sound: a box never opens an audio URL (DESIGN §5). */
const formats = 'mp3,wav,w64,ogg,flac,mov,mp4,m4a,aac,matroska,webm,aiff,caf';
const inputGuards = ['-protocol_whitelist', 'file', '-format_whitelist', formats];

/** Decoders write 48 kHz s16 to standard output. Offsets are dropped samples, for seeking by time is not exact in MP3. */
export function commandFor(file: Pick<MediaFile, 'path' | 'type'>, head: Buffer, tools: DecoderTools): Command | undefined {
  const { path, type } = file;
  if (type === 'audio/mpeg' && tools.mpg123) {
    return { program: tools.mpg123, args: ['-q', '-s', '-r', '48000', '-m', '-e', 's16', '--', path], channels: 1 };
  }
  const opusChannels = type === 'audio/ogg' ? channelsOfOpus(head) : undefined;
  if (opusChannels !== undefined && tools.opusdec) {
    const stereo = opusChannels > 1;
    const args = ['--quiet', '--rate', '48000', ...(stereo ? ['--force-stereo'] : []), path, '-'];
    return { program: tools.opusdec, args, channels: stereo ? 2 : 1 };
  }
  if (!tools.ffmpeg) return undefined;
  const sound = ['-vn', '-f', 's16le', '-ac', '1', '-ar', '48000', 'pipe:1'];
  const args = ['-v', 'error', '-nostdin', ...inputGuards, '-i', `file:${path}`, ...sound];
  return { program: tools.ffmpeg, args, channels: 1 };
}

/** RFC 7845 §5.1: the channel count is the tenth byte of the head packet. */
function channelsOfOpus(head: Buffer): number | undefined {
  const at = head.indexOf('OpusHead', 0, 'latin1');
  return at >= 0 && at + 9 < head.length ? head[at + 9] : undefined;
}

function run(command: Command, onEnd: (problem?: Problem) => void): Pipe {
  let complaint = '';
  const onExit = ({ code, signal, problem }: Exit): void => {
    if (problem || code === 0) onEnd(problem);
    else onEnd({ code: 'tool-failed', path: '', detail: `decoder ended with ${code ?? signal}: ${complaint.trim().slice(-200)}` });
  };
  const tool = startTool(command.program, command.args, { onExit });
  tool.stdin.end();
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
