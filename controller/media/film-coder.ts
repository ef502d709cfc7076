// Port to whatever reads and encodes films at the centre, and its recipe: what every board of ten years plays, without sound.
import * as v from 'valibot';
import { ok, type Result } from '../../schemas/problems.ts';
import { type OnTime, unreadable } from './transcoder.ts';

export interface ProbedFilm {
  readonly durationMs: number;
  readonly columns: number;
  readonly rows: number;
  readonly codec: string;
}

export interface FilmCoder {
  /** Problems: media-unreadable, tool-missing, tool-timeout. */
  probeFilm(source: string): Promise<Result<ProbedFilm>>;
  /** H.264 in MP4, at most 1280 × 720 lying or standing, 30 pictures a second, upright, without sound. Problems: as above. */
  encodeFilm(source: string, target: string, onTime?: OnTime): Promise<Result<void>>;
}

/** A board is passed by; what is longer nobody sees to its end. */
export const filmMaxMs = 6 * 60_000;
/** A film that says it is short is not encoded for ever. */
export const filmGuards = ['-t', String(filmMaxMs / 1000 + 1)];
const longMax = 1280;
const shortMax = 720;

/** Square dots first, then small enough either way, never enlarged; sides are even for the coder. */
const fitted = `scale=w=trunc(iw*sar/2)*2:h=trunc(ih/2)*2,setsar=1,scale=w='if(gte(iw,ih),min(${longMax},iw),min(${shortMax},iw))':h='if(gte(iw,ih),min(${shortMax},ih),min(${longMax},ih))':force_original_aspect_ratio=decrease:force_divisible_by=2,format=yuv420p`;

export const filmOptions = [
  // The first that is no cover, as it was probed.
  ...['-map', '0:V:0', '-an', '-sn', '-dn', '-map_metadata', '-1', '-map_chapters', '-1'],
  ...['-vf', fitted, '-fpsmax', '30'],
  ...['-c:v', 'libx264', '-preset', 'veryfast', '-profile:v', 'main', '-level:v', '3.1', '-crf', '23'],
  // Two and a half megabits a second at most: six minutes stay below what a box takes.
  ...['-maxrate', '2400k', '-bufsize', '4800k', '-g', '60', '-threads', '1'],
  ...['-fflags', '+bitexact', '-flags:v', '+bitexact', '-movflags', '+faststart', '-f', 'mp4'],
];

const figure = v.optional(v.union([v.string(), v.number()]));
const ProbeAnswer = v.object({
  format: v.object({ duration: figure }),
  streams: v.array(
    v.object({
      codec_type: v.optional(v.string()),
      codec_name: v.optional(v.string()),
      duration: figure,
      width: figure,
      height: figure,
      disposition: v.optional(v.object({ attached_pic: figure })),
    }),
  ),
});

/** Read ffprobe's JSON. Problem: media-unreadable. */
export function readFilmProbe(answer: unknown): Result<ProbedFilm> {
  const read = v.safeParse(ProbeAnswer, answer);
  if (!read.success) return unreadable('the file has no film');
  // The cover of a song is no film.
  const film = read.output.streams.find((one) => one.codec_type === 'video' && Number(one.disposition?.attached_pic ?? 0) === 0);
  if (!film) return unreadable('the file has no film');
  const [columns, rows] = [Number(film.width ?? 0), Number(film.height ?? 0)];
  if (!(columns > 0 && rows > 0)) return unreadable('the film has no size');
  const seconds = Number(read.output.format.duration ?? film.duration ?? 0);
  return ok({ durationMs: Number.isFinite(seconds) ? Math.round(seconds * 1000) : 0, columns, rows, codec: film.codec_name ?? 'unknown' });
}
