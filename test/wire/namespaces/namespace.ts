// A network namespace of its own for one box, with a packet wire to this machine. Names and addresses are gone when it is stopped.
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { PacketWire } from './packet-wire.ts';

/** Of the block for trials between networks (RFC 2544), of which no machine has any. */
const block = '198.18';
export const centreAddress = `${block}.0.1`;

const run = promisify(execFile);
const ip = (...words: string[]) => execFileSync('ip', words, { stdio: ['ignore', 'pipe', 'pipe'] });

/** Why this machine has no namespaces for tests; undefined when it has. */
export function missing(): string | undefined {
  if (process.getuid?.() !== 0) return 'root';
  if (!existsSync('/dev/net/tun')) return '/dev/net/tun';
  const probe = `loa-probe-${process.pid}`;
  const made = spawnSync('ip', ['netns', 'add', probe], { encoding: 'utf8' });
  if (made.status !== 0) return `ip netns (${made.error?.message ?? made.stderr.trim()})`;
  spawnSync('ip', ['netns', 'del', probe]);
  return undefined;
}

/** The centre's address on this machine; answers how it goes again. */
export function openCentreAddress(): () => void {
  ip('addr', 'add', `${centreAddress}/32`, 'dev', 'lo');
  return () => void spawnSync('ip', ['addr', 'del', `${centreAddress}/32`, 'dev', 'lo']);
}

export class Namespace {
  readonly name: string;
  readonly address: string;
  readonly wire: PacketWire;

  constructor(number: number) {
    this.name = `loa-${process.pid}-${number}`;
    this.address = `${block}.${number}.2`;
    ip('netns', 'add', this.name);
    this.wire = new PacketWire(`loa${process.pid % 10_000}-${number}`, this.name);
    const { here, there } = this.wire.names;
    ip('link', 'set', here, 'up');
    ip('route', 'add', `${this.address}/32`, 'dev', here, 'src', centreAddress);
    ip('-n', this.name, 'link', 'set', 'lo', 'up');
    ip('-n', this.name, 'addr', 'add', `${this.address}/32`, 'dev', there);
    ip('-n', this.name, 'link', 'set', there, 'up');
    ip('-n', this.name, 'route', 'add', 'default', 'dev', there);
    this.wire.start();
  }

  /** Words before a program's own, so that it lives here. */
  get within(): readonly string[] {
    return ['ip', 'netns', 'exec', this.name];
  }

  /** What stands at an address within it, as JSON. */
  async ask(url: string): Promise<unknown> {
    const [file = '', ...words] = [
      ...this.within,
      process.execPath,
      '-e',
      'fetch(process.argv[1]).then(async (a) => console.log(await a.text()))',
      url,
    ];
    return JSON.parse((await run(file, words, { timeout: 20_000 })).stdout);
  }

  stop(): void {
    this.wire.stop();
    spawnSync('ip', ['netns', 'del', this.name]);
  }
}
