// A broker we do not run, as a real process on its generated configuration, with real certificates.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { makeAuthority, type TestAuthority } from './certificates.ts';
import { until } from './waiting.ts';

const loaBroker = join(import.meta.dirname, '..', '..', 'broker', 'loa-broker.mjs');

export interface OuterBed {
  readonly folder: string;
  readonly port: number;
  readonly authority: TestAuthority;
  /** Write the registry, and the broker's files from it. */
  configure(registry: { boxes: string[]; centres: string[] }): Promise<void>;
  remove(): Promise<void>;
}

/** Where a program of Debian is, or undefined where it is not installed. */
export function programPath(name: string, ...folders: string[]): string | undefined {
  const places = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', ...folders];
  return places.map((folder) => join(folder, name)).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Does somebody listen there? */
export function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    }).once('error', () => resolve(false));
  });
}

export async function makeOuterBed(broker: string, more: readonly string[] = [], extra: object = {}): Promise<OuterBed> {
  const authority = await makeAuthority();
  const folder = await mkdtemp(join(tmpdir(), `loa-${broker}-`));
  const port = await freePort();
  // The broker may run as a user of its own.
  await chmod(folder, 0o755);
  const { ca, cert, key } = await authority.server();
  const config = { port, owner: 'xa-1', tls: { ca: 'ca.pem', cert: 'cert.pem', key: 'key.pem' }, registry: 'registry.json', ...extra };
  const files = { 'ca.pem': ca, 'cert.pem': cert, 'key.pem': key, 'broker.json': JSON.stringify(config) };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return {
    folder,
    port,
    authority,
    async configure(registry) {
      await writeFile(join(folder, 'registry.json'), JSON.stringify(registry));
      const args = ['configure', broker, '--config', join(folder, 'broker.json'), '--into', folder, ...more];
      const { stdout } = await promisify(execFile)(process.execPath, [loaBroker, ...args]);
      for (const path of stdout.trim().split(' ').slice(1)) await chmod(path, 0o644);
    },
    remove: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/** A child process whose output is kept for the one who asks why. */
export class OuterProcess {
  readonly #child: ChildProcess;
  readonly #withChildren: boolean;
  #said = '';
  readonly ended: Promise<number | null>;

  /** `withChildren`: signals go to the processes it started as well. */
  constructor(
    program: string,
    args: readonly string[],
    { env = {}, withChildren = false }: { env?: NodeJS.ProcessEnv; withChildren?: boolean } = {},
  ) {
    this.#withChildren = withChildren;
    this.#child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env }, detached: withChildren });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on('data', (bytes: Buffer) => {
        this.#said = `${this.#said}${bytes}`.slice(-200_000);
      });
    this.ended = new Promise((resolve) => this.#child.once('exit', (code) => resolve(code)));
  }

  get said(): string {
    return this.#said;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Resolves when somebody listens there; rejects with what the program said when it ended instead. */
  async listens(port: number, withinMs = 30_000): Promise<void> {
    const settled = async () => (!this.running || (await isOpen(port)) ? true : undefined);
    await until('the broker listens', settled, withinMs).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${this.#said}`);
    });
    if (!this.running) throw new Error(`the broker ended: ${this.#said}`);
  }

  signal(name: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (pid === undefined || !this.running) return;
    process.kill(this.#withChildren ? -pid : pid, name);
  }

  async stop(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (!this.running) return;
    this.signal(signal);
    await this.ended;
  }
}
