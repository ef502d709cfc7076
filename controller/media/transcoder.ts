// Port to whatever reads and encodes sound at the centre, and the one recipe its implementations share.
import * as v from 'valibot';
import { gainTowards } from '../../hardware/host/loudness.ts';
import type { ToolLimits } from '../../hardware/host/processes.ts';
import { bad, ok, type Problem, type Result } from '../../schemas/problems.ts';

export interface Probed {
  readonly durationMs: number;
  readonly codec: string;
}

/** EBU R128 figures. No integrated loudness: shorter than one block of 400 ms. */
export interface Loudness {
  readonly integratedLufs: number | undefined;
  readonly truePeakDb: number;
}

export interface Transcoder {
  /** Problems: media-unreadable, tool-missing, tool-timeout. */
  probe(source: string): Promise<Result<Probed>>;
  /** First pass. Problems: media-unreadable (also: silence), tool-missing, tool-timeout. */
  measure(source: string): Promise<Result<Loudness>>;
  /**
   * Second pass: Opus 48 kHz mono in Ogg, louder or quieter by so much and in no other way. Problems: as above.
   * `onTime` may hear how far it is, in ms of the source.
   */
  encode(source: string, target: string, gainDb: number, onTime?: OnTime): Promise<Result<void>>;
  /** For pages and old phones: MP3, 48 kHz mono, 64 kbit/s. Problems: as above. */
  encodeWeb(source: string, target: string, gainDb: number): Promise<Result<void>>;
}

export type OnTime = (atMs: number) => void;

export const targetLufs = -16;
export const truePeakMaxDb = -1.5;
/** Figures come with one digit: half of it stays free under the peak's limit. */
const aim = { lufs: targetLufs, truePeakDb: truePeakMaxDb - 0.05 };
/** A whisper is not raised to a shout together with its noise. */
const gainRangeDb = 30;
/** What the coder changed; more is not its doing. */
const trimMaxDb = 3;
const trimMinDb = -12;
const silentPeakDb = -60;
const silentBelowLufs = -70;
export const probeWithinMs = 20_000;
export const passWithinMs = 15 * 60_000;

/** Containers people upload. Playlists and scripts that name other files are not among them. */
const formats = 'mp3,wav,w64,ogg,flac,mov,mp4,m4a,aac,matroska,webm,asf,aiff,amr,caf';
/** Side of a picture that is read at all: a larger one is there to fill memory. */
export const sideMax = 4096;
/** Covers are looked at while a file is probed, and a film may grow in its middle: both are held to the dots that we read. */
export const inputGuards = ['-protocol_whitelist', 'file', '-format_whitelist', formats, '-max_pixels', String(sideMax * sideMax)];

/** Longest sound of the library. */
export const durationMaxMs = 4 * 3600_000;
/** A file that says it is short is not read for ever: just beyond the limit, so that passing it is seen. */
export const soundGuards = [...inputGuards, '-t', String(durationMaxMs / 1000 + 1)];

/** What ffprobe and ffmpeg may use for one stranger's file; the kernel ends them beyond it. */
export const probeLimits: ToolLimits = { dataBytes: 512 * 1024 ** 2, cpuSeconds: 15, niceness: 10 };
export const passLimits: ToolLimits = { dataBytes: 1024 ** 3, cpuSeconds: 30 * 60, niceness: 10 };
export const filmLimits: ToolLimits = { dataBytes: 2 * 1024 ** 3, cpuSeconds: 60 * 60, niceness: 10 };

export const encoderOptions = [
  '-map',
  '0:a:0',
  '-vn',
  '-sn',
  '-dn',
  '-map_metadata',
  '-1',
  '-ac',
  '1',
  '-ar',
  '48000',
  '-c:a',
  'libopus',
  '-b:a',
  '48k',
  '-vbr',
  'on',
  '-application',
  'audio',
  '-fflags',
  '+bitexact',
  '-flags:a',
  '+bitexact',
  '-f',
  'ogg',
];
/** MPEG-1 Layer III, which every telephone plays. */
export const webOptions = [
  ...['-map', '0:a:0', '-vn', '-sn', '-dn', '-map_metadata', '-1', '-ac', '1', '-ar', '48000'],
  ...['-c:a', 'libmp3lame', '-b:a', '64k', '-fflags', '+bitexact', '-flags:a', '+bitexact', '-f', 'mp3'],
];
export const measureOptions = ['-map', '0:a:0', '-vn', '-sn', '-dn', '-f', 'null'];

/** Mixed down first: two channels measure louder than the one that is left of them. */
const mono = 'aformat=channel_layouts=mono';

/**
 * The measure itself, not loudnorm's first pass: that one misses the last moments of a sound.
 * Both ears hear the one channel, so it counts twice. One line for each 100 ms of four hours is nobody's to read.
 */
export const measureFilter = `${mono},ebur128=peak=true:dualmono=true:framelog=verbose`;

export function encodeFilter(gainDb: number): string {
  return `${mono},volume=${gainDb.toFixed(2)}dB:precision=float`;
}

/** What the file itself is raised by. Where the peak forbids more, it stays quieter than the rest: nothing is squeezed. */
export function fileGainDb(source: Loudness): number {
  return Math.max(-gainRangeDb, Math.min(gainRangeDb, gainTowards(source, aim)));
}

/** The item's own gain, found by measuring what was encoded. */
export function itemGainDb(encoded: Loudness): number {
  const wished = Math.floor(gainTowards(encoded, aim) * 100) / 100;
  return Math.max(trimMinDb, Math.min(trimMaxDb, wished)) || 0;
}

/** Read the summary of ebur128. Problem: media-unreadable. */
export function readLoudness(stderr: string): Result<Loudness> {
  const summary = stderr.slice(stderr.lastIndexOf('Summary:'));
  const lufs = /\bI:\s+(-?(?:inf|[\d.]+)) LUFS/.exec(summary)?.[1];
  const peak = /\bPeak:\s+(-?(?:inf|[\d.]+)) dBFS/.exec(summary)?.[1];
  if (lufs === undefined || peak === undefined) return unreadable('no sound could be measured');
  const integratedLufs = figureOf(lufs);
  const truePeakDb = figureOf(peak);
  if (!(truePeakDb > silentPeakDb)) return unreadable('the file is silent');
  return ok({ integratedLufs: integratedLufs > silentBelowLufs ? integratedLufs : undefined, truePeakDb });
}

function figureOf(text: string): number {
  return text.endsWith('inf') ? Number.NEGATIVE_INFINITY : Number(text);
}

const ProbeAnswer = v.object({
  format: v.object({ duration: v.optional(v.union([v.string(), v.number()])) }),
  streams: v.array(
    v.object({
      codec_type: v.optional(v.string()),
      codec_name: v.optional(v.string()),
      duration: v.optional(v.union([v.string(), v.number()])),
    }),
  ),
});

/** Read ffprobe's JSON. Problem: media-unreadable. */
export function readProbe(answer: unknown): Result<Probed> {
  const read = v.safeParse(ProbeAnswer, answer);
  const sound = read.success ? read.output.streams.find((stream) => stream.codec_type === 'audio') : undefined;
  if (!read.success || !sound) return unreadable('the file has no sound');
  const seconds = Number(read.output.format.duration ?? sound.duration ?? 0);
  // Browsers' own recordings name no length; the decoded one counts in the end.
  const durationMs = Number.isFinite(seconds) ? Math.round(seconds * 1000) : 0;
  return ok({ durationMs, codec: sound.codec_name ?? 'unknown' });
}

export function unreadable(detail: string): Result<never> {
  return bad('media-unreadable', detail);
}

/** A tool that refuses a file, is ended at its limits or drowns us in words says something about the file; one that is missing, slow or ended by others does not. */
export function blameFile(problem: Problem): Result<never> {
  return problem.code === 'tool-failed' || problem.code === 'too-large' ? unreadable(problem.detail) : { ok: false, problem };
}
