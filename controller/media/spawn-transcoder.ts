// Transcoding by starting ffmpeg and ffprobe ourselves.
import { runTool } from '../../hardware/host/processes.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { measureFile, probeSound } from './probe.ts';
import {
  blameFile,
  encodeFilter,
  encoderOptions,
  type Loudness,
  type Probed,
  passLimits,
  passWithinMs,
  soundGuards,
  type Transcoder,
  webOptions,
} from './transcoder.ts';

export class SpawnTranscoder implements Transcoder {
  readonly #paths: ToolPaths;

  constructor(paths: ToolPaths) {
    this.#paths = paths;
  }

  probe(source: string): Promise<Result<Probed>> {
    return probeSound(this.#paths, source);
  }

  measure(source: string): Promise<Result<Loudness>> {
    return measureFile(this.#paths.ffmpeg, source);
  }

  encode(source: string, target: string, gainDb: number): Promise<Result<void>> {
    return this.#encode(source, target, encodeFilter(gainDb), encoderOptions);
  }

  encodeWeb(source: string, target: string, gainDb: number): Promise<Result<void>> {
    return this.#encode(source, target, encodeFilter(gainDb), webOptions);
  }

  async #encode(source: string, target: string, filter: string, options: readonly string[]): Promise<Result<void>> {
    const args = ['-v', 'error', '-nostdin', '-y', ...soundGuards, '-i', source, '-af', filter, ...options, target];
    const ran = await runTool(this.#paths.ffmpeg, args, { timeoutMs: passWithinMs, limits: passLimits });
    return ran.ok ? ok(undefined) : blameFile(ran.problem);
  }
}

export interface ToolPaths {
  readonly ffmpeg: string;
  readonly ffprobe: string;
}

/** Problem: tool-missing. */
export function requireTools(tools: {
  readonly ffmpeg?: string;
  readonly ffprobe?: string;
  readonly ffmpegDecodesOnly?: boolean;
}): Result<ToolPaths> {
  const { ffmpeg, ffprobe } = tools;
  if (ffmpeg === undefined || ffprobe === undefined || tools.ffmpegDecodesOnly)
    return bad('tool-missing', 'ffmpeg and ffprobe are not installed');
  return ok({ ffmpeg, ffprobe });
}
