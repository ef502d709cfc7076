// Two players told to begin together: how far apart they are heard. Loa beside mpv, ffmpeg | aplay and snapcast, in one run.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findProgram, runTool } from '../../hardware/host/processes.ts';
import { wavHead } from '../../hardware/host/wav.ts';
import { type Player, pairSkews } from './parts/peer-pair.ts';
import { percentile } from './parts/percentiles.ts';
import { snapcastSkews } from './parts/snapcast.ts';

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, trials: { type: 'string', default: '20' } },
  allowPositionals: true,
  strict: false,
});
const trials = Number(values['trials']);
const folder = mkdtempSync(join(tmpdir(), 'loa-peers-'));

interface Row {
  readonly peer: string;
  readonly version?: string;
  /** Trials asked for, and those of them that were not heard twice. */
  readonly trials: number;
  readonly misses?: number;
  readonly startSkewP50Ms?: number;
  readonly startSkewP99Ms?: number;
  readonly startSkewMaxMs?: number;
  /** Why there is no figure, and which programs that is about. */
  readonly state?: 'notInstalled' | 'nothingHeard' | 'failed';
  readonly missing?: readonly string[];
  readonly detail?: string;
}

/** 0.3 s of silence, then a loud square: where it begins is plain to see. */
function clickFile(): string {
  const frames = Int16Array.from({ length: 48_000 * 1.5 }, (_, i) => (i < 14_400 ? 0 : i % 48 < 24 ? 16_000 : -16_000));
  const path = join(folder, 'click.wav');
  writeFileSync(path, Buffer.concat([wavHead(48_000, frames.byteLength), Buffer.from(frames.buffer)]));
  return path;
}

/** ALSA on top of a pipe: what is played goes through it at the pace of whoever reads, as a card would take it. */
function alsaOn(fifo: string): NodeJS.ProcessEnv {
  const path = `${fifo}.conf`;
  writeFileSync(path, `</usr/share/alsa/alsa.conf>\npcm.ear { type file file "${fifo}" format "raw" slave.pcm "null" }\n`);
  return { ...process.env, ALSA_CONFIG_PATH: path };
}

function players(file: string): readonly Player[] {
  const mpv = ['--no-config', '--no-terminal', '--ao=alsa', '--audio-device=alsa/ear', '--audio-format=s16', '--audio-channels=mono'];
  return [
    { peer: 'mpv', programs: ['mpv'], command: (fifo) => ({ path: 'mpv', args: [...mpv, file], env: alsaOn(fifo) }) },
    {
      peer: 'ffmpeg | aplay',
      programs: ['ffmpeg', 'aplay'],
      command: (fifo) => ({
        path: '/bin/sh',
        args: ['-c', `ffmpeg -loglevel error -i '${file}' -f s16le -ac 1 -ar 48000 - | aplay -q -D ear -t raw -f S16_LE -c 1 -r 48000`],
        env: alsaOn(fifo),
      }),
    },
  ];
}

function rowOf(peer: string, skewsMs: readonly number[], version?: string): Row {
  const about = { peer, ...(version !== undefined && { version }), trials, misses: trials - skewsMs.length };
  if (skewsMs.length === 0) return { ...about, state: 'nothingHeard' };
  return {
    ...about,
    startSkewP50Ms: percentile(skewsMs, 0.5),
    startSkewP99Ms: percentile(skewsMs, 0.99),
    startSkewMaxMs: percentile(skewsMs, 1),
  };
}

function versionOf(program: string): string {
  const said = spawnSync(program, ['--version'], { encoding: 'utf8' });
  const short = spawnSync(program, ['-version'], { encoding: 'utf8' });
  return /\d+\.\d+(\.\d+)?/.exec(`${said.stdout}${said.stderr}${short.stdout}`)?.[0] ?? 'unknown';
}

/** Four boxes with wrong crystals and wrong clocks: every pair counts, the converter's part; peers are two on one machine's clock. */
async function loa(): Promise<Row> {
  const path = fileURLToPath(new URL('skew.js', import.meta.url));
  const done = await runTool(process.execPath, [path, '--json', '--minutes', '1', '--starts', String(trials)], { timeoutMs: 600_000 });
  if (!done.ok) return { peer: 'loa', trials, state: 'failed', detail: done.problem.detail };
  const last = done.value.stdout.toString().trim().split('\n').at(-1) ?? '{}';
  const { startSkew } = JSON.parse(last === '' ? '{}' : last) as {
    readonly startSkew?: { readonly p50Ms: number; readonly p99Ms: number; readonly maxMs: number };
  };
  if (!startSkew) return { peer: 'loa', trials, state: 'failed', detail: 'the skew benchmark said nothing' };
  return { peer: 'loa', trials, startSkewP50Ms: startSkew.p50Ms, startSkewP99Ms: startSkew.p99Ms, startSkewMaxMs: startSkew.maxMs };
}

const rows: Row[] = [];
try {
  const file = clickFile();
  for (const player of players(file)) {
    const absent = player.programs.filter((name) => findProgram(name) === undefined);
    if (absent.length > 0) rows.push({ peer: player.peer, trials, state: 'notInstalled', missing: absent });
    else rows.push(rowOf(player.peer, await pairSkews(player, folder, trials), player.programs.map(versionOf).join(', ')));
  }
  const absent = ['snapserver', 'snapclient'].filter((name) => findProgram(name) === undefined);
  if (absent.length > 0) rows.push({ peer: 'snapcast', trials, state: 'notInstalled', missing: absent });
  else rows.push(rowOf('snapcast', await snapcastSkews(folder, trials), versionOf('snapserver')));
  rows.push(await loa());
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (!values['json']) console.table(rows);
console.log(JSON.stringify({ name: 'peers', trials, peers: rows }));
