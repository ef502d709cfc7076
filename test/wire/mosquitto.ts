// A real Mosquitto on the configuration that `loa-broker configure` writes, certificates from `broker-files`: killed, and back with nothing in it.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { runConfigure } from '../../broker/configure/command.ts';

const program = ['/usr/sbin/mosquitto', '/usr/bin/mosquitto'].find((path) => spawnSync(path, ['-h']).error === undefined) ?? 'mosquitto';
const startWithinMs = 20_000;

export class Mosquitto {
  readonly port: number;
  readonly #dir: string;
  readonly #owner: string;
  readonly #boxes: readonly string[];
  readonly #more: readonly string[];
  #child: ChildProcess | undefined;

  /** `dir` holds what `broker-files` wrote; `more`: further lines of rights. */
  constructor(dir: string, port: number, owner: string, boxes: readonly string[], more: readonly string[] = []) {
    [this.#dir, this.port, this.#owner, this.#boxes, this.#more] = [dir, port, owner, boxes, more];
  }

  async start(): Promise<void> {
    await mkdir(this.#dir, { recursive: true });
    const at = (name: string) => join(this.#dir, name);
    const config = {
      ...{ host: '127.0.0.1', port: this.port, owner: this.#owner, registry: 'outer-registry.json' },
      tls: { ca: 'ca.pem', cert: 'broker.pem', key: 'broker.key.pem' },
    };
    await writeFile(at('outer-registry.json'), JSON.stringify({ boxes: this.#boxes, centres: [this.#owner] }));
    await writeFile(at('outer.json'), JSON.stringify(config));
    const said: string[] = [];
    const terminal = { print: () => undefined, complain: (text: string) => void said.push(text) };
    const code = await runConfigure(['mosquitto', '--config', at('outer.json'), '--into', this.#dir], terminal);
    if (code !== 0) throw new Error(said.join('\n'));
    // Else it becomes another user, who cannot read these files.
    if (process.getuid?.() === 0) await appendFile(at('mosquitto.conf'), 'user root\n');
    if (this.#more.length > 0) await appendFile(at('mosquitto.acl'), `\n${this.#more.join('\n')}\n`);
    this.#child = spawn(program, ['-c', at('mosquitto.conf')], { stdio: ['ignore', 'inherit', 'inherit'] });
    for (const until = Date.now() + startWithinMs; !(await listens(this.port)); await wait(20))
      if (Date.now() > until || this.#child.exitCode !== null) throw new Error('mosquitto does not listen');
  }

  /** As a power cut: nothing of it is kept. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
    return new Promise((resolve) => {
      child.once('exit', () => resolve());
      child.kill(signal);
    });
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
