// The demo's own folder: who may sign in with which random password, which boxes exist, what is running. Files of mode 0600.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { writeFileAtomic } from '../../hardware/host/files.ts';
import type { DemoAccount } from './demo-texts.ts';

const Passwords = v.record(v.string(), v.string());
const Running = v.strictObject({ pid: v.number(), control: v.string(), token: v.string() });
export type Running = v.InferOutput<typeof Running>;

export class DemoFolder {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  get centre(): string {
    return join(this.root, 'centre');
  }

  get isNew(): boolean {
    return !existsSync(join(this.root, 'seeded'));
  }

  get thief(): string {
    return join(this.root, 'thief');
  }

  box(id: string): string {
    return join(this.root, 'boxes', id);
  }

  log(name: string): string {
    return join(this.root, 'logs', `${name}.log`);
  }

  prepare(): void {
    mkdirSync(this.root, { recursive: true, mode: 0o700 });
  }

  /** Forget everything the demo made, and nothing else that may lie in this folder. */
  forget(): void {
    for (const name of ['centre', 'boxes', 'thief', 'logs', 'passwords.json', 'running.json', 'seeded'])
      rmSync(join(this.root, name), { recursive: true, force: true });
  }

  async markSeeded(): Promise<void> {
    await writeFileAtomic(join(this.root, 'seeded'), `${new Date().toISOString()}\n`);
  }

  /** The same passwords at each start; random ones for accounts that have none yet. */
  async passwords(accounts: readonly DemoAccount[]): Promise<ReadonlyMap<string, string>> {
    const path = join(this.root, 'passwords.json');
    const kept = existsSync(path) ? v.parse(Passwords, JSON.parse(readFileSync(path, 'utf8'))) : {};
    const all = Object.fromEntries(accounts.map(({ account }) => [account, kept[account] ?? randomBytes(12).toString('base64url')]));
    await writeFileAtomic(path, `${JSON.stringify(all, null, 2)}\n`, 0o600);
    return new Map(Object.entries(all));
  }

  /** Who runs on this folder now; a note left by a dead process counts for nothing. */
  running(): Running | undefined {
    const path = join(this.root, 'running.json');
    if (!existsSync(path)) return undefined;
    const note = v.safeParse(Running, JSON.parse(readFileSync(path, 'utf8')));
    if (!note.success || !isDemo(note.output.pid)) return undefined;
    return note.output;
  }

  async noteRunning(running: Running): Promise<void> {
    await writeFileAtomic(join(this.root, 'running.json'), JSON.stringify(running), 0o600);
  }

  noteStopped(): void {
    rmSync(join(this.root, 'running.json'), { force: true });
  }
}

function isDemo(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    const words = `/proc/${pid}/cmdline`;
    return !existsSync(words) || readFileSync(words, 'utf8').includes('demo.js');
  } catch {
    return false;
  }
}
