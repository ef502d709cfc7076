// Drives the load program (test/bench/load/mqtt-load.c) against one broker program, each on a core of its own.
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { findProgram } from '../../../hardware/host/processes.ts';
import type { Ports } from './plain-broker.ts';

export type Kind = 'loa' | 'mosquitto' | 'floor';

export interface Broadcast {
  readonly wanted: number;
  readonly got: number;
  readonly firstMs: number;
  readonly medianMs: number;
  readonly lastMs: number;
}

/** Built programs lie in dist/bench. */
const source = fileURLToPath(new URL('../../test/bench/load/mqtt-load.c', import.meta.url));

const pinned = (core: number, command: readonly string[]): readonly string[] => ['taskset', '-c', String(core), ...command];

/** The folder of one benchmark run, with the load program built into it. */
export class LoadBench {
  readonly folder = mkdtempSync(join(tmpdir(), 'loa-load-'));
  readonly #entry: string;
  readonly #program = join(this.folder, 'mqtt-load');
  readonly #open = new Set<Bed>();

  /** `entry`: the program that answers `--serve KIND` by becoming that broker. */
  constructor(entry: string) {
    this.#entry = entry;
    execFileSync('cc', ['-O2', '-o', this.#program, source]);
  }

  /** A fresh broker with nobody connected, and clients that wait for their orders. */
  async bed(kind: Kind): Promise<Bed> {
    const broker = kind === 'mosquitto' ? await startMosquitto(this.folder) : await startOwn(this.#entry, kind);
    const load = spawn('taskset', ['-c', '1', this.#program, String(broker.ports.port), String(broker.ports.publisherPort)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const bed = new Bed(broker.process, load);
    this.#open.add(bed);
    return bed;
  }

  close(): void {
    for (const bed of this.#open) bed.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export class Bed {
  readonly #broker: ChildProcess;
  readonly #load: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(broker: ChildProcess, load: ChildProcess) {
    this.#broker = broker;
    this.#load = load;
    this.#lines = linesOf(load)[Symbol.asyncIterator]();
  }

  /** One line to the load program, its answer back. */
  async say<T>(line: string): Promise<T> {
    this.#load.stdin?.write(`${line}\n`);
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`the load program ended at: ${line}`);
    return JSON.parse(value) as T;
  }

  /** Clients connected with both subscriptions; the seconds it took. */
  async connect(boxes: number, window = 256, secondsMax = 120): Promise<number> {
    const { ready, seconds } = await this.say<{ ready: number; seconds: number }>(`connect ${boxes} ${window} ${secondsMax}`);
    if (seconds < 0) throw new Error(`${ready} of ${boxes} connected`);
    return seconds;
  }

  async broadcast(bytes: number): Promise<Broadcast> {
    const told = await this.say<Broadcast>(`broadcast ${bytes}`);
    if (told.got !== told.wanted) throw new Error(`${told.got} of ${told.wanted} got the message`);
    return told;
  }

  /** Processor time of the broker since its start, ms; the kernel counts in steps of 10. */
  cpuMs(): number {
    const fields = readFileSync(`/proc/${this.#broker.pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  }

  rssKb(): number {
    return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${this.#broker.pid}/status`, 'utf8'))?.[1]);
  }

  stop(): void {
    this.#load.kill('SIGKILL');
    this.#broker.kill('SIGKILL');
  }
}

export function mosquittoVersion(): string | undefined {
  if (!findProgram('mosquitto')) return undefined;
  return /version (\S+)/.exec(spawnSync('mosquitto', ['-h'], { encoding: 'utf8' }).stdout)?.[1];
}

async function startOwn(entry: string, kind: Kind): Promise<{ process: ChildProcess; ports: Ports }> {
  const [command, ...args] = pinned(0, [process.execPath, entry, '--serve', kind]);
  const child = spawn(command as string, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const { value } = await linesOf(child)[Symbol.asyncIterator]().next();
  if (value === undefined) throw new Error(`the ${kind} broker did not start`);
  return { process: child, ports: JSON.parse(value) as Ports };
}

/** As Debian ships it, but without the limits that would drop messages, and without TLS. */
async function startMosquitto(folder: string): Promise<{ process: ChildProcess; ports: Ports }> {
  const port = await freePort();
  const file = join(folder, `mosquitto-${port}.conf`);
  const lines = [
    `listener ${port} 127.0.0.1`,
    ...['allow_anonymous true', 'persistence false', 'max_queued_messages 0', 'max_inflight_messages 0', 'set_tcp_nodelay true'],
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  const [command, ...args] = pinned(0, [findProgram('mosquitto') ?? 'mosquitto', '-c', file]);
  const child = spawn(command as string, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  child.stderr?.resume();
  await new Promise((resolve) => setTimeout(resolve, 500));
  if (child.exitCode !== null) throw new Error('mosquitto did not start');
  return { process: child, ports: { port, publisherPort: port } };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

function linesOf(child: ChildProcess): Interface {
  if (!child.stdout) throw new Error('no standard output');
  return createInterface({ input: child.stdout });
}

export function median(list: readonly number[]): number {
  const sorted = [...list].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const one = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? one : ((sorted[middle - 1] ?? Number.NaN) + one) / 2;
}

export function rounded(value: number, digits = 2): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
