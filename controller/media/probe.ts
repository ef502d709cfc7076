// A stranger's file looked at: what it says of itself, how long its packets really are, how loud it is. Bounded in time, memory and words.
import { runTool } from '../../hardware/host/processes.ts';
import { ok, type Result } from '../../schemas/problems.ts';
import {
  blameFile,
  inputGuards,
  type Loudness,
  measureFilter,
  measureOptions,
  type Probed,
  passLimits,
  passWithinMs,
  probeLimits,
  probeWithinMs,
  readLoudness,
  readProbe,
  soundGuards,
  unreadable,
} from './transcoder.ts';

const answerBytesMax = 256 * 1024;
/** One line of figures a second and more. */
const progressBytesMax = 4 * 1024 * 1024;
/** Packets of a gigabyte are read in seconds; nothing is decoded. */
const lengthWithinMs = 60_000;

/** Only what is judged is asked for: tags are a stranger's words, and may be a gigabyte of them. */
const asked = 'format=duration:stream=codec_type,codec_name,duration,width,height:stream_disposition=attached_pic';

/** ffprobe's JSON. Problems: media-unreadable, tool-missing, tool-timeout. */
export async function probeFile(ffprobe: string, source: string): Promise<Result<unknown>> {
  const args = ['-v', 'error', ...inputGuards, '-show_entries', asked, '-of', 'json', source];
  const ran = await runTool(ffprobe, args, { timeoutMs: probeWithinMs, outputBytesMax: answerBytesMax, limits: probeLimits });
  if (!ran.ok) return blameFile(ran.problem);
  try {
    return ok(JSON.parse(ran.value.stdout.toString('utf8')) as unknown);
  } catch {
    return unreadable('ffprobe gave no JSON');
  }
}

/** What a file holds, with the length of its packets where they have one: a head may say anything. */
export async function probeSound(paths: { readonly ffmpeg: string; readonly ffprobe: string }, source: string): Promise<Result<Probed>> {
  const found = await probeFile(paths.ffprobe, source);
  if (!found.ok) return found;
  const said = readProbe(found.value);
  if (!said.ok) return said;
  const args = ['-v', 'error', '-nostdin', '-nostats', ...inputGuards, '-i', source, '-map', '0:a:0', '-c', 'copy'];
  const ran = await runTool(paths.ffmpeg, [...args, '-progress', 'pipe:1', '-f', 'null', '-'], {
    ...{ timeoutMs: lengthWithinMs, outputBytesMax: progressBytesMax, limits: passLimits },
  });
  if (!ran.ok) return blameFile(ran.problem);
  const lasts = ran.value.stdout
    .toString('latin1')
    .match(/out_time_us=\d+/g)
    ?.at(-1);
  const packetsMs = Math.round(Number(lasts?.slice('out_time_us='.length) ?? 0) / 1000);
  return ok(packetsMs > 0 ? { ...said.value, durationMs: packetsMs } : said.value);
}

/** First pass. Problems: media-unreadable (also: silence), tool-missing, tool-timeout. */
export async function measureFile(ffmpeg: string, source: string): Promise<Result<Loudness>> {
  const args = ['-hide_banner', '-nostats', '-nostdin', ...soundGuards, '-i', source, '-af', measureFilter, ...measureOptions, '-'];
  const ran = await runTool(ffmpeg, args, { timeoutMs: passWithinMs, limits: passLimits });
  return ran.ok ? readLoudness(ran.value.stderr) : blameFile(ran.problem);
}
