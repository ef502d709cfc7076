// Transcoding by starting ffmpeg and ffprobe ourselves.
import { runTool } from '../../hardware/host/processes.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import {
  blameFile,
  encodeFilter,
  encoderOptions,
  inputGuards,
  type Loudness,
  measureFilter,
  measureOptions,
  type Probed,
  passWithinMs,
  probeWithinMs,
  readLoudness,
  readProbe,
  type Transcoder,
  unreadable,
  webOptions,
} from './transcoder.ts';

export class SpawnTranscoder implements Transcoder {
  readonly #ffmpeg: string;
  readonly #ffprobe: string;

  constructor(paths: { readonly ffmpeg: string; readonly ffprobe: string }) {
    this.#ffmpeg = paths.ffmpeg;
    this.#ffprobe = paths.ffprobe;
  }

  async probe(source: string): Promise<Result<Probed>> {
    const args = ['-v', 'error', ...inputGuards, '-show_format', '-show_streams', '-of', 'json', source];
    const ran = await runTool(this.#ffprobe, args, { timeoutMs: probeWithinMs, outputBytesMax: 1024 * 1024 });
    if (!ran.ok) return blameFile(ran.problem);
    try {
      return readProbe(JSON.parse(ran.value.stdout.toString('utf8')));
    } catch {
      return unreadable('ffprobe gave no JSON');
    }
  }

  async measure(source: string): Promise<Result<Loudness>> {
    const args = ['-hide_banner', '-nostats', '-nostdin', ...inputGuards, '-i', source, '-af', measureFilter, ...measureOptions, '-'];
    const ran = await runTool(this.#ffmpeg, args, { timeoutMs: passWithinMs });
    return ran.ok ? readLoudness(ran.value.stderr) : blameFile(ran.problem);
  }

  encode(source: string, target: string, gainDb: number): Promise<Result<void>> {
    return this.#encode(source, target, encodeFilter(gainDb), encoderOptions);
  }

  encodeWeb(source: string, target: string, gainDb: number): Promise<Result<void>> {
    return this.#encode(source, target, encodeFilter(gainDb), webOptions);
  }

  async #encode(source: string, target: string, filter: string, options: readonly string[]): Promise<Result<void>> {
    const args = ['-v', 'error', '-nostdin', '-y', ...inputGuards, '-i', source, '-af', filter, ...options, target];
    const ran = await runTool(this.#ffmpeg, args, { timeoutMs: passWithinMs });
    return ran.ok ? ok(undefined) : blameFile(ran.problem);
  }
}

/** Problem: tool-missing. */
export function requireTools(tools: { readonly ffmpeg?: string; readonly ffprobe?: string; readonly ffmpegDecodesOnly?: boolean }): Result<{
  readonly ffmpeg: string;
  readonly ffprobe: string;
}> {
  const { ffmpeg, ffprobe } = tools;
  if (ffmpeg === undefined || ffprobe === undefined || tools.ffmpegDecodesOnly)
    return bad('tool-missing', 'ffmpeg and ffprobe are not installed');
  return ok({ ffmpeg, ffprobe });
}
