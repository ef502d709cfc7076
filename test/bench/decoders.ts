// npm run bench -- decoders: what each decoder costs from its start to the first sample, in memory and in time for a whole file.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandsFor } from '../../agent/player/sources/decoder.ts';
import { findAudioTools } from '../../hardware/host/audio-tools.ts';
import { startTool } from '../../hardware/host/processes.ts';

const runs = 12;
const lengthS = 60;
const limits = { dataBytes: 192 * 1024 * 1024, cpuSeconds: 60, niceness: 0 };

interface Run {
  readonly firstPcmMs: number;
  readonly wholeMs: number;
  readonly peakKb: number;
}

async function main(): Promise<void> {
  const tools = await findAudioTools();
  const folder = mkdtempSync(join(tmpdir(), 'loa-decoders-'));
  const make = (name: string, codec: string[]) => {
    const from = ['-f', 'lavfi', '-i', `anoisesrc=d=${lengthS}:a=0.3:c=pink`];
    execFileSync(tools.ffmpeg ?? 'ffmpeg', ['-v', 'error', '-y', ...from, '-ac', '1', '-ar', '48000', ...codec, join(folder, name)]);
    return join(folder, name);
  };
  const files = [
    { path: make('a.mp3', ['-c:a', 'libmp3lame', '-b:a', '96k']), type: 'audio/mpeg' as const },
    { path: make('a.ogg', ['-c:a', 'libopus', '-b:a', '32k']), type: 'audio/ogg' as const },
  ];
  const rows: Record<string, unknown>[] = [];
  for (const file of files) {
    for (const { name, program, args } of commandsFor(file, readFileSync(file.path).subarray(0, 4_096), tools)) {
      const all: Run[] = [];
      for (let i = 0; i < runs; i += 1) all.push(await decode(program, args));
      const middle = (of: (run: Run) => number) => Math.round((all.map(of).sort((a, b) => a - b)[runs >> 1] ?? 0) * 10) / 10;
      rows.push({
        type: file.type,
        decoder: name,
        firstPcmMs: middle((run) => run.firstPcmMs),
        wholeMs: middle((run) => run.wholeMs),
        timesRealTime: Math.round((lengthS * 1_000) / middle((run) => run.wholeMs)),
        peakRssMb: Math.round(middle((run) => run.peakKb) / 102.4) / 10,
      });
    }
  }
  rmSync(folder, { recursive: true, force: true });
  if (!process.argv.includes('--json')) for (const row of rows) console.log(Object.values(row).join('  '));
  console.log(JSON.stringify({ bench: 'decoders', runs, lengthS, rows }));
}

function decode(program: string, args: readonly string[]): Promise<Run> {
  return new Promise((resolve) => {
    const startedMs = performance.now();
    let firstPcmMs = 0;
    let peakKb = 0;
    const tool = startTool(program, args, {
      limits,
      onExit: () => resolve({ firstPcmMs, wholeMs: performance.now() - startedMs, peakKb }),
    });
    tool.stdin.end();
    tool.stderr.resume();
    tool.stdout.on('data', () => {
      if (firstPcmMs === 0) firstPcmMs = performance.now() - startedMs;
      peakKb = Math.max(peakKb, peakOf(tool.pid));
    });
  });
}

function peakOf(pid: number | undefined): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

await main();
