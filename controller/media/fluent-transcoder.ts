// Transcoding through fluent-ffmpeg: file to file only. The one file that knows the package.
import ffmpeg from 'fluent-ffmpeg';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { type FilmCoder, filmGuards, filmOptions, type ProbedFilm, readFilmProbe } from './film-coder.ts';
import {
  encodeFilter,
  encoderOptions,
  inputGuards,
  type Loudness,
  measureFilter,
  measureOptions,
  type OnTime,
  type Probed,
  passWithinMs,
  probeWithinMs,
  readLoudness,
  readProbe,
  type Transcoder,
  unreadable,
  webOptions,
} from './transcoder.ts';

const stderrLines = 60;
/** Orders and receipts go first (nice(2)). */
const niceness = 10;

export class FluentTranscoder implements Transcoder, FilmCoder {
  readonly #ffmpeg: string;
  readonly #ffprobe: string;

  constructor(paths: { readonly ffmpeg: string; readonly ffprobe: string }) {
    this.#ffmpeg = paths.ffmpeg;
    this.#ffprobe = paths.ffprobe;
  }

  async probe(source: string): Promise<Result<Probed>> {
    const found = await this.#probe(source);
    return found.ok ? readProbe(found.value) : found;
  }

  async probeFilm(source: string): Promise<Result<ProbedFilm>> {
    const found = await this.#probe(source);
    return found.ok ? readFilmProbe(found.value) : found;
  }

  async encodeFilm(source: string, target: string, onTime?: OnTime): Promise<Result<void>> {
    const ran = await this.#run(this.#command(source).inputOptions(filmGuards).outputOptions(filmOptions), target, onTime);
    return ran.ok ? ok(undefined) : ran;
  }

  async measure(source: string, onTime?: OnTime): Promise<Result<Loudness>> {
    const ran = await this.#run(this.#command(source).audioFilters(measureFilter).outputOptions(measureOptions), '/dev/null', onTime);
    return ran.ok ? readLoudness(ran.value) : ran;
  }

  encode(source: string, target: string, gainDb: number, onTime?: OnTime): Promise<Result<void>> {
    return this.#encode(source, target, gainDb, encoderOptions, onTime);
  }

  encodeWeb(source: string, target: string, gainDb: number): Promise<Result<void>> {
    return this.#encode(source, target, gainDb, webOptions);
  }

  async #encode(source: string, target: string, gainDb: number, options: readonly string[], onTime?: OnTime): Promise<Result<void>> {
    const command = this.#command(source)
      .audioFilters(encodeFilter(gainDb))
      .outputOptions([...options]);
    const ran = await this.#run(command, target, onTime);
    return ran.ok ? ok(undefined) : ran;
  }

  #probe(source: string): Promise<Result<unknown>> {
    return new Promise((resolve) => {
      const late = setTimeout(() => resolve(bad('tool-timeout', `ffprobe ran longer than ${probeWithinMs} ms`)), probeWithinMs);
      this.#command(source).ffprobe(inputGuards, (error: Error | null, found: unknown) => {
        clearTimeout(late);
        resolve(error ? judge(error) : ok(found));
      });
    });
  }

  #command(source: string): ffmpeg.FfmpegCommand {
    const command = ffmpeg({ source, timeout: passWithinMs / 1000, stdoutLines: stderrLines, niceness });
    command.setFfmpegPath(this.#ffmpeg).setFfprobePath(this.#ffprobe);
    return command.inputOptions([...inputGuards, '-nostdin']);
  }

  #run(command: ffmpeg.FfmpegCommand, target: string, onTime?: OnTime): Promise<Result<string>> {
    return new Promise((resolve) => {
      if (onTime) command.on('progress', ({ timemark }: { timemark?: string }) => onTime(timemarkMs(timemark ?? '')));
      command
        .on('error', (error: Error) => resolve(judge(error)))
        .on('end', (_stdout: string | null, stderr: string | null) => resolve(ok(stderr ?? '')))
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
  if (/timeout/i.test(error.message)) return bad('tool-timeout', error.message);
  return unreadable(error.message.trim().slice(-300));
}
