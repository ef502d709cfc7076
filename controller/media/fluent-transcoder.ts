// Transcoding through fluent-ffmpeg: file to file only. The one file that knows the package.
import ffmpeg from 'fluent-ffmpeg';
import { limitRunning, type ToolLimits } from '../../hardware/host/processes.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { type FilmCoder, filmGuards, filmOptions, type ProbedFilm, readFilmProbe } from './film-coder.ts';
import { measureFile, probeFile, probeSound } from './probe.ts';
import type { ToolPaths } from './spawn-transcoder.ts';
import {
  encodeFilter,
  encoderOptions,
  filmLimits,
  inputGuards,
  type Loudness,
  type OnTime,
  type Probed,
  passLimits,
  passWithinMs,
  soundGuards,
  type Transcoder,
  unreadable,
  webOptions,
} from './transcoder.ts';

const stderrLines = 60;

/** Encodes by the package; files are looked at without it, for it keeps every word that a file makes ffprobe say. */
export class FluentTranscoder implements Transcoder, FilmCoder {
  readonly #paths: ToolPaths;

  constructor(paths: ToolPaths) {
    this.#paths = paths;
  }

  probe(source: string): Promise<Result<Probed>> {
    return probeSound(this.#paths, source);
  }

  async probeFilm(source: string): Promise<Result<ProbedFilm>> {
    const found = await probeFile(this.#paths.ffprobe, source);
    return found.ok ? readFilmProbe(found.value) : found;
  }

  encodeFilm(source: string, target: string, onTime?: OnTime): Promise<Result<void>> {
    return this.#run(this.#command(source, [...inputGuards, ...filmGuards]).outputOptions(filmOptions), target, filmLimits, onTime);
  }

  measure(source: string): Promise<Result<Loudness>> {
    return measureFile(this.#paths.ffmpeg, source);
  }

  encode(source: string, target: string, gainDb: number, onTime?: OnTime): Promise<Result<void>> {
    const command = this.#command(source, soundGuards).audioFilters(encodeFilter(gainDb)).outputOptions(encoderOptions);
    return this.#run(command, target, passLimits, onTime);
  }

  encodeWeb(source: string, target: string, gainDb: number): Promise<Result<void>> {
    const command = this.#command(source, soundGuards).audioFilters(encodeFilter(gainDb)).outputOptions(webOptions);
    return this.#run(command, target, passLimits);
  }

  /** Errors and the time alone are said: a file's tags are a stranger's words. */
  #command(source: string, guards: readonly string[]): ffmpeg.FfmpegCommand {
    const command = ffmpeg({ source, timeout: passWithinMs / 1000, stdoutLines: stderrLines });
    command.setFfmpegPath(this.#paths.ffmpeg).setFfprobePath(this.#paths.ffprobe);
    return command.inputOptions(['-v', 'error', '-stats', ...guards, '-nostdin']);
  }

  #run(command: ffmpeg.FfmpegCommand, target: string, limits: ToolLimits, onTime?: OnTime): Promise<Result<void>> {
    return new Promise((resolve) => {
      if (onTime) command.on('progress', ({ timemark }: { timemark?: string }) => onTime(timemarkMs(timemark ?? '')));
      command
        .on('start', () =>
          limitRunning((command as unknown as { readonly ffmpegProc?: { readonly pid?: number } }).ffmpegProc?.pid, limits),
        )
        .on('error', (error: Error) => resolve(judge(error)))
        .on('end', () => resolve(ok(undefined)))
        .save(target);
    });
  }
}

/** `hh:mm:ss.cc` as the program tells it; `N/A` at first. */
function timemarkMs(mark: string): number {
  const [, hours = 0, minutes = 0, seconds = 0] = /^(\d+):(\d+):(\d+(?:\.\d+)?)$/.exec(mark) ?? [];
  return Math.round((Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000);
}

function judge(error: Error): Result<never> {
  if (/cannot find ff/i.test(error.message)) return bad('tool-missing', error.message);
  // It never began, or somebody else ended it: nothing that the file is to blame for.
  if (/^spawn |exited with code 12[67]\b/.test(error.message)) return bad('tool-missing', error.message);
  if (/was killed with signal (?!SIGXCPU)/.test(error.message) && !/timeout/i.test(error.message))
    return bad('internal-error', error.message);
  if (/timeout/i.test(error.message)) return bad('tool-timeout', error.message);
  return unreadable(error.message.trim().slice(-300));
}
