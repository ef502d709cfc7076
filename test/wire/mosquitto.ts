// A real Mosquitto with mutual TLS and exact rights, its certificates from `broker-files`: killed, and back with nothing in it.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

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
    const config = [
      `listener ${this.port} 127.0.0.1`,
      `cafile ${at('ca.pem')}`,
      `certfile ${at('broker.pem')}`,
      `keyfile ${at('broker.key.pem')}`,
      'require_certificate true',
      'use_identity_as_username true',
      'allow_anonymous false',
      `acl_file ${at('acl')}`,
      'persistence false',
      'max_inflight_messages 0',
      'max_queued_messages 0',
      // Else it becomes another user, who cannot read these files.
      ...(process.getuid?.() === 0 ? ['user root'] : []),
      'log_type error',
      'log_type warning',
    ];
    await writeFile(at('acl'), this.#rights(), { mode: 0o600 });
    await writeFile(at('mosquitto.conf'), `${config.join('\n')}\n`);
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

  #rights(): string {
    const owner = ['topic read loa/1/d/+/up/+', 'topic read loa/1/u/+/up/+', 'topic write loa/1/d/+/dn/+', 'topic write loa/1/u/+/dn/+'];
    const own = ['topic readwrite loa/1/g/+/+', `topic readwrite loa/1/c/${this.#owner}/on`];
    const box = (id: string) => [
      `user box:${id}`,
      `topic write loa/1/d/${id}/up/+`,
      `topic read loa/1/d/${id}/dn/+`,
      'topic read loa/1/g/+/+',
      'topic read loa/1/c/+/on',
    ];
    return `${[`user centre:${this.#owner}`, ...owner, ...own, ...this.#boxes.flatMap(box), ...this.#more].join('\n')}\n`;
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
