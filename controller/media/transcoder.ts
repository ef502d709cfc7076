// Port to whatever reads and encodes sound at the centre, and the one recipe its implementations share.
import * as v from 'valibot';
import { parseJson } from '../../schemas/parse.ts';
import { bad, ok, type Problem, type Result } from '../../schemas/problems.ts';

export interface Probed {
  readonly durationMs: number;
  readonly codec: string;
}

/** EBU R128 figures of the first pass, as loudnorm prints them. */
export interface Loudness {
  readonly integratedLufs: number;
  readonly truePeakDb: number;
  readonly rangeLu: number;
  readonly thresholdLufs: number;
  readonly offsetLu: number;
}

export interface Transcoder {
  /** Problems: media-unreadable, tool-missing, tool-timeout. */
  probe(source: string): Promise<Result<Probed>>;
  /** First pass. Problems: media-unreadable (also: silence), tool-missing, tool-timeout. */
  measure(source: string): Promise<Result<Loudness>>;
  /** Second pass: Opus 48 kHz mono in Ogg, normalised. Problems: as above. */
  encode(source: string, target: string, loudness: Loudness): Promise<Result<void>>;
}

export const targetLufs = -16;
export const truePeakMaxDb = -1.5;
const rangeLu = 20;
const silentBelowLufs = -70;
export const probeWithinMs = 20_000;
export const passWithinMs = 15 * 60_000;

/** Containers people upload. Playlists and scripts that name other files are not among them. */
const formats = 'mp3,wav,w64,ogg,flac,mov,mp4,m4a,aac,matroska,webm,asf,aiff,amr,caf';
export const inputGuards = ['-protocol_whitelist', 'file', '-format_whitelist', formats];

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
export const measureOptions = ['-map', '0:a:0', '-vn', '-sn', '-dn', '-f', 'null'];

/** Mixed down first: two channels measure louder than the one that is left of them. */
const mono = 'aformat=channel_layouts=mono';

export const measureFilter = `${mono},loudnorm=I=${targetLufs}:TP=${truePeakMaxDb}:LRA=${rangeLu}:print_format=json`;

export function encodeFilter(measured: Loudness): string {
  return [
    `${mono},loudnorm=I=${targetLufs}:TP=${truePeakMaxDb}:LRA=${rangeLu}:linear=true`,
    `measured_I=${measured.integratedLufs}:measured_TP=${measured.truePeakDb}`,
    `measured_LRA=${measured.rangeLu}:measured_thresh=${measured.thresholdLufs}:offset=${measured.offsetLu}`,
  ].join(':');
}

const Figure = v.pipe(v.string(), v.transform(Number), v.number());
const Printed = v.object({ input_i: Figure, input_tp: Figure, input_lra: Figure, input_thresh: Figure, target_offset: Figure });

/** Read the last JSON object of loudnorm's words. Problem: media-unreadable. */
export function readLoudness(stderr: string): Result<Loudness> {
  const text = stderr.slice(stderr.lastIndexOf('{'), stderr.lastIndexOf('}') + 1);
  const read = parseJson(Printed, text);
  if (!read.ok) return unreadable('no sound could be measured');
  const { input_i, input_tp, input_lra, input_thresh, target_offset } = read.value;
  if (!(input_i > silentBelowLufs)) return unreadable('the file is silent');
  return ok({ integratedLufs: input_i, truePeakDb: input_tp, rangeLu: input_lra, thresholdLufs: input_thresh, offsetLu: target_offset });
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

/** A tool that refuses a file says something about the file; a missing or slow one does not. */
export function blameFile(problem: Problem): Result<never> {
  return problem.code === 'tool-failed' ? unreadable(problem.detail) : { ok: false, problem };
}
