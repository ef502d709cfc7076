// What a run of the benches stood on: processor, memory, kernel, Node, and the peers and programs that are here, with their versions.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { arch, cpus, platform, release, totalmem } from 'node:os';
import { findProgram } from '../../../hardware/host/processes.ts';

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly system: string;
  readonly kernel: string;
  readonly node: string;
  readonly sqlite: string;
  /** By the program's name; those that are not installed are left out. */
  readonly programs: Readonly<Record<string, string>>;
}

const asked: Readonly<Record<string, readonly string[]>> = {
  mosquitto: ['-h'],
  chromium: ['--version'],
  ffmpeg: ['-version'],
  mpg123: ['--version'],
  opusdec: ['--version'],
  'espeak-ng': ['--version'],
  mpv: ['--version'],
  snapserver: ['--version'],
  aplay: ['--version'],
  sox: ['--version'],
};
const withinMs = 10_000;

export function machineHere(): Machine {
  const programs = Object.entries(asked).flatMap(([name, words]) => {
    const path = findProgram(name);
    const version = path && versionOf(path, words);
    return version ? [[name, version] as const] : [];
  });
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: systemName(),
    kernel: `${platform()} ${release()} ${arch()}`,
    node: process.version,
    sqlite: (process.versions as Record<string, string | undefined>)['sqlite'] ?? packageVersion('sqlite3'),
    programs: Object.fromEntries(programs),
  };
}

function versionOf(path: string, words: readonly string[]): string | undefined {
  const { stdout, stderr } = spawnSync(path, [...words], { encoding: 'utf8', timeout: withinMs });
  return /\d+\.\d+(?:\.\d+)*(?:-\d+)?/.exec(`${stdout ?? ''}${stderr ?? ''}`)?.[0];
}

function systemName(): string {
  try {
    return /^PRETTY_NAME="?([^"\n]*)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'unknown';
  } catch {
    return 'unknown';
  }
}

function packageVersion(name: string): string {
  try {
    const { version } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8')) as { readonly version: string };
    return `${name} ${version}`;
  } catch {
    return 'not installed';
  }
}
