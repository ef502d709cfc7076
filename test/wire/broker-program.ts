// The broker as a process of its own for wire tests: its files in a folder, its log lines as they come.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach } from 'vitest';
import type { TestAuthority } from './certificates.ts';

const program = join(import.meta.dirname, '..', '..', 'dist', 'broker.js');

export type LogLine = { readonly event?: string } & Readonly<Record<string, unknown>>;

export class BrokerProcess {
  readonly folder: string;
  readonly logs: LogLine[] = [];
  readonly exited: Promise<number | null>;
  stderr = '';
  readonly #child: ChildProcess;
  readonly #first: Promise<string>;
  #watchers: (() => void)[] = [];

  constructor(folder: string) {
    this.folder = folder;
    const child = spawn(process.execPath, [program, '--config', join(folder, 'broker.json')], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    createInterface({ input: child.stderr }).on('line', (line) => {
      this.stderr += `${line}\n`;
      if (line.startsWith('{')) this.logs.push(JSON.parse(line));
      for (const look of this.#watchers.splice(0)) look();
    });
    this.exited = new Promise((resolve) => child.once('close', resolve));
    this.#first = new Promise((resolve) => createInterface({ input: child.stdout }).once('line', resolve));
  }

  async ready(): Promise<{ port: number; metricsPort: number }> {
    return JSON.parse(await this.#first);
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** The first line of this event after `from` lines. */
  async nextLog(event: string, from = 0): Promise<LogLine> {
    for (;;) {
      const line = this.logs.slice(from).find((one) => one.event === event);
      if (line) return line;
      await new Promise<void>((resolve) => this.#watchers.push(resolve));
    }
  }

  /** Send SIGHUP and wait for the word on it. */
  async reload(event: 'reloaded' | 'reload-refused' = 'reloaded'): Promise<LogLine> {
    const from = this.logs.length;
    this.signal('SIGHUP');
    return this.nextLog(event, from);
  }
}

export interface BrokerFolder {
  readonly folder: string;
  write(name: string, text: string): Promise<void>;
  /** The configuration, with these fields over what is usual. */
  configure(fields?: object): Promise<void>;
  start(): BrokerProcess;
}

const running: { child?: BrokerProcess; folder: string }[] = [];

/** Call in a test; everything is ended and removed after it. */
export async function makeBrokerFolder(authority: TestAuthority): Promise<BrokerFolder> {
  const folder = await mkdtemp(join(tmpdir(), 'loa-broker-'));
  const kept: (typeof running)[number] = { folder };
  running.push(kept);
  const write = (name: string, text: string) => writeFile(join(folder, name), text);
  const { ca, cert, key } = await authority.server();
  const files = { 'ca.pem': ca, 'cert.pem': cert, 'key.pem': key, 'registry.json': '{"boxes":["b1"],"centres":["xa-1"]}' };
  for (const [name, text] of Object.entries(files)) await write(name, text);
  const usual = { port: 0, owner: 'xa-1', tls: { ca: 'ca.pem', cert: 'cert.pem', key: 'key.pem' }, registry: 'registry.json', drainMs: 0 };
  const configure = (fields: object = {}) => write('broker.json', JSON.stringify({ ...usual, ...fields }));
  await configure();
  return {
    folder,
    write,
    configure,
    start() {
      kept.child = new BrokerProcess(folder);
      return kept.child;
    },
  };
}

afterEach(async () => {
  for (const { child, folder } of running.splice(0)) {
    child?.signal('SIGKILL');
    await rm(folder, { recursive: true });
  }
});
