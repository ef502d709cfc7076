// The shape of a sound for pages, and its exact length: decoded once, streamed, never held whole.
import { endedByOthers, startTool } from '../../hardware/host/processes.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';

export interface Waveform {
  readonly durationMs: number;
  /** Highest absolute sample per equal slice, 0..1, two digits. */
  readonly peaks: readonly number[];
}

const rateHz = 16_000;
const windowSamples = rateHz / 20;
const slices = 200;
const decodeWithinMs = 5 * 60_000;

/** Problems: media-unreadable, tool-missing, tool-timeout. */
export function readWaveform(ffmpeg: string, path: string): Promise<Result<Waveform>> {
  return new Promise((resolve) => {
    const windows: number[] = [];
    let samples = 0;
    let odd: number | undefined;
    let tooLong = false;
    const late = setTimeout(() => {
      tooLong = true;
      tool.kill();
    }, decodeWithinMs);
    const args = ['-v', 'error', '-nostdin', '-i', path, '-ac', '1', '-ar', String(rateHz), '-f', 's16le', 'pipe:1'];
    const tool = startTool(ffmpeg, args, {
      onExit: (exit) => {
        clearTimeout(late);
        const problem = tooLong ? exit.problem : endedByOthers(ffmpeg, exit);
        if (problem) resolve({ ok: false, problem });
        else if (tooLong) resolve(bad('tool-timeout', `it was not decoded in ${decodeWithinMs} ms`));
        else if (exit.code !== 0 || samples === 0) resolve(bad('media-unreadable', 'the encoded file cannot be decoded'));
        else resolve(ok({ durationMs: Math.max(1, Math.floor((samples * 1000) / rateHz)), peaks: slicesOf(windows) }));
      },
    });
    tool.stdin.end();
    tool.stdout.on('data', (chunk: Buffer) => {
      let at = 0;
      const take = (sample: number) => {
        const window = Math.floor(samples++ / windowSamples);
        windows[window] = Math.max(windows[window] ?? 0, Math.abs(sample));
      };
      if (odd !== undefined && chunk.length > 0) {
        take(((((chunk[0] ?? 0) << 8) | odd) << 16) >> 16);
        at = 1;
      }
      for (; at + 1 < chunk.length; at += 2) take(chunk.readInt16LE(at));
      odd = at < chunk.length ? chunk[at] : undefined;
    });
  });
}

function slicesOf(windows: readonly number[]): number[] {
  const count = Math.min(slices, windows.length);
  return Array.from({ length: count }, (_, i) => {
    const part = windows.slice(Math.floor((i * windows.length) / count), Math.floor(((i + 1) * windows.length) / count));
    return Math.round((Math.max(0, ...part) / 32_768) * 100) / 100;
  });
}
