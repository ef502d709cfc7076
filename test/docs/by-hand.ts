// Commands of the handbook that no test may run (they write disks, install packages, restart a machine's services): held against
// what there is. A program must be known here, its options must stand in its own help, what it names of ours must be in the project.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { backupUsage } from '../../controller/backup/backup-command.ts';
import { programPath } from '../tell.ts';
import { commandsOf } from './page-parts.ts';

const root = resolve(import.meta.dirname, '../..');
const { version, scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly version: string;
  readonly scripts: Readonly<Record<string, string>>;
};
const parts = join(root, 'hardware/package/parts');

/** A complaint of what is said to a program, or nothing. */
type Look = (words: readonly string[]) => string | undefined;

/** Packages and images have the names and the version of this project. */
const ours: Look = (words) => {
  const file = words.find((word) => /loa-[a-z]+_.*\.(deb|img)$/.test(word));
  const found = /^(?:\.\/|if=)?(loa-[a-z]+)_([^_]+)_(amd64|arm64)\.(deb|img)$/.exec(file ?? '');
  if (!found || found[2] !== version) return `${file ?? words.join(' ')}: no file of version ${version}`;
  return found[4] === 'img' || existsSync(join(parts, found[1] ?? '')) ? undefined : `${found[1]}: no package of that name`;
};

const unit: Look = (words) => {
  const name = words.at(-1) ?? '';
  return existsSync(join(parts, name, 'usr/lib/systemd/system', `${name}.service`)) ? undefined : `${name}: no unit of that name`;
};

const optionsInHelp =
  (program: string): Look =>
  (words) => {
    if (!programPath(program)) return undefined;
    const { stdout, stderr } = spawnSync(program, ['--help'], {
      encoding: 'utf8',
      timeout: 20_000,
      env: { PATH: process.env['PATH'], LC_ALL: 'C' },
    });
    const unknown = words.flatMap((word) => /^--[a-z-]+/.exec(word) ?? []).filter((option) => !`${stdout}${stderr}`.includes(option));
    return unknown.length > 0 ? `${program} has no ${unknown.join(', ')}` : undefined;
  };

const looks: Readonly<Record<string, Look>> = {
  apt: ours,
  cp: (words) => {
    const [from = ''] = words;
    const agent = join(parts, 'loa-agent');
    return existsSync(join(agent, from)) ? undefined : `${from}: not in the package`;
  },
  createdb: optionsInHelp('createdb'),
  createuser: optionsInHelp('createuser'),
  dd: (words) =>
    ours(words) ?? (words.some((word) => word.startsWith('of=/dev/sdX')) ? undefined : 'dd names a disk that somebody may have'),
  journalctl: (words) => optionsInHelp('journalctl')(words) ?? unit([words[words.indexOf('--unit') + 1] ?? '']),
  lsblk: optionsInHelp('lsblk'),
  npm: ([act, name]) =>
    (act === 'run' ? scripts[name ?? ''] : scripts[act ?? '']) === undefined ? `npm: no script ${name ?? act}` : undefined,
  npx: (words) => {
    const missing = words.filter((word) => word.includes('/') && !existsSync(join(root, word)));
    return words[0] === 'vitest' && missing.length === 0 ? undefined : `npx ${words[0]}: ${missing.join(', ')} is not there`;
  },
  pg_dump: optionsInHelp('pg_dump'),
  systemctl: unit,
  'loa-controller': (words) => {
    const unknown = words.filter((word) => word.startsWith('--') && !backupUsage.includes(word));
    return words[0] === 'backup' && unknown.length === 0
      ? undefined
      : `loa-controller ${words[0]}: ${unknown.join(', ')} is not in its help`;
  },
};

/** What is wrong with a block of commands; nothing where all is there. */
export function byHandComplaints(text: string): string[] {
  return commandsOf(text).flatMap(([program = '', ...words]) => {
    const look = looks[program];
    const complaint = look ? look(words) : `${program}: not known as a program for hands`;
    return complaint === undefined ? [] : [complaint];
  });
}
