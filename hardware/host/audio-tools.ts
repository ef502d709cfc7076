// Which audio programs this machine really has: named path, then PATH, then the packaged static ffmpeg for decoding.
import { findProgram, runTool } from './processes.ts';

/** Absolute paths of programs that answered when asked for their version. */
export interface AudioTools {
  readonly ffmpeg?: string;
  /** True when `ffmpeg` is the packaged static build: it decodes well, but must not encode or reach devices. */
  readonly ffmpegDecodesOnly?: boolean;
  readonly ffprobe?: string;
  readonly mpg123?: string;
  readonly opusdec?: string;
  readonly aplay?: string;
  readonly espeak?: string;
}

type ToolName = Exclude<keyof AudioTools, 'ffmpegDecodesOnly'>;

interface Search {
  readonly program: string;
  readonly ask: string;
  /** Environment variable that names the program's path. */
  readonly variable: string;
}

const searches = {
  ffmpeg: { program: 'ffmpeg', ask: '-version', variable: 'FFMPEG_BIN' },
  ffprobe: { program: 'ffprobe', ask: '-version', variable: 'FFPROBE_BIN' },
  mpg123: { program: 'mpg123', ask: '--version', variable: 'MPG123_BIN' },
  opusdec: { program: 'opusdec', ask: '--version', variable: 'OPUSDEC_BIN' },
  aplay: { program: 'aplay', ask: '--version', variable: 'APLAY_BIN' },
  espeak: { program: 'espeak-ng', ask: '--version', variable: 'ESPEAK_BIN' },
} as const satisfies Record<ToolName, Search>;

const answerWithinMs = 5_000;

/** Look for every tool at once. A candidate counts only if it runs; a missing one is simply absent. */
export async function findAudioTools(env: NodeJS.ProcessEnv = process.env): Promise<AudioTools> {
  const names = Object.keys(searches) as ToolName[];
  const found = await Promise.all(names.map((name) => findTool(searches[name], env)));
  const tools = Object.fromEntries(names.flatMap((name, i) => (found[i] === undefined ? [] : [[name, found[i]]]))) as AudioTools;
  if (tools.ffmpeg !== undefined) return tools;
  const packaged = await findPackagedFfmpeg();
  return packaged === undefined ? tools : { ...tools, ffmpeg: packaged, ffmpegDecodesOnly: true };
}

async function findTool({ program, ask, variable }: Search, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  for (const candidate of [env[variable], program]) {
    const path = candidate ? findProgram(candidate, env) : undefined;
    if (path !== undefined && (await answers(path, ask))) return path;
  }
  return undefined;
}

/** The optional package may be absent, or present with no file behind its path (its download is allowed to fail). */
async function findPackagedFfmpeg(): Promise<string | undefined> {
  const loaded = await import('ffmpeg-static').catch(() => undefined);
  const path = loaded?.default;
  if (typeof path !== 'string' || findProgram(path) === undefined) return undefined;
  return (await answers(path, '-version')) ? path : undefined;
}

async function answers(path: string, ask: string): Promise<boolean> {
  return (await runTool(path, [ask], { timeoutMs: answerWithinMs, outputBytesMax: 256 * 1024 })).ok;
}
