// Boxes that all come at once under mutual TLS, and the bare server they could come to at best.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { connect, createServer } from 'node:tls';
import { generate, parser } from 'mqtt-packet';
import { BrokerServer } from '../../../broker/server.ts';
import { warmUp } from '../../../broker/warm-up.ts';
import { makeAuthority, type TlsFiles } from '../../wire/certificates.ts';
import { owner } from './plain-broker.ts';

interface Files {
  readonly server: TlsFiles;
  readonly boxes: readonly TlsFiles[];
}

const topicsOf = (i: number) => ['loa/1/g/xa-1/order', `loa/1/d/hop-${i}/dn/want`].map((topic) => ({ topic, qos: 1 as const }));

/** Certificates once for all passes: each box its own, as identity is taken from it. */
export class HerdFiles {
  readonly folder = mkdtempSync(join(tmpdir(), 'loa-herd-'));
  readonly path = join(this.folder, 'files.json');

  async make(boxes: number): Promise<void> {
    const authority = await makeAuthority();
    const files: TlsFiles[] = [];
    for (let i = 0; i < boxes; i++) files.push(await authority.client(`box:hop-${i}`));
    writeFileSync(this.path, JSON.stringify({ server: await authority.server(), boxes: files } satisfies Files), { mode: 0o600 });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Seconds until all are connected and subscribed, server and clients on a core each. */
export async function herdSeconds(entry: string, kind: 'tls-loa' | 'tls-floor', path: string): Promise<number> {
  const server = child(0, [entry, '--serve', kind, '--files', path]);
  try {
    const { port } = await line<{ port: number }>(server);
    const clients = child(1, [entry, '--serve', 'tls-clients', '--files', path, '--port', String(port)]);
    try {
      return (await line<{ seconds: number }>(clients)).seconds;
    } finally {
      clients.kill('SIGKILL');
    }
  } finally {
    server.kill('SIGKILL');
  }
}

/** One of the three programs of the measurement. */
export async function serveTls(kind: string, path: string, port: number): Promise<void> {
  const files = JSON.parse(readFileSync(path, 'utf8')) as Files;
  process.stdin.resume();
  process.stdin.on('end', () => process.exit(0));
  if (kind === 'tls-clients') return comeAll(files, port);
  process.stdout.write(`${JSON.stringify({ port: kind === 'tls-loa' ? await serveLoa(files) : await serveBare(files) })}\n`);
}

async function serveLoa({ server }: Files): Promise<number> {
  const broker = new BrokerServer({ host: '127.0.0.1', port: 0, tls: server, owner, mayConnect: () => true });
  await warmUp();
  return (await broker.start()).port;
}

/** The handshake, and two fixed answers. */
async function serveBare({ server: files }: Files): Promise<number> {
  const options = { ...files, requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.2', noDelay: true } as const;
  const server = createServer(options, (socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.write(Buffer.from([0x20, 2, 0, 0]));
      socket.once('data', () => socket.write(Buffer.from([0x90, 4, 0, 1, 1, 1])));
    });
  });
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0, backlog: 16_384 }, resolve));
  return (server.address() as { port: number }).port;
}

function comeAll({ boxes }: Files, port: number): void {
  const beganMs = performance.now();
  let ready = 0;
  const come = (i: number): void => {
    const socket = connect({ host: '127.0.0.1', port, servername: 'localhost', ...(boxes[i] as TlsFiles) });
    const packets = parser();
    let done = false;
    packets.on('packet', ({ cmd }) => {
      if (cmd === 'connack') socket.write(generate({ cmd: 'subscribe', messageId: 1, subscriptions: topicsOf(i) }));
      if (cmd !== 'suback' || done) return;
      done = true;
      if (++ready === boxes.length) process.stdout.write(`${JSON.stringify({ seconds: (performance.now() - beganMs) / 1000 })}\n`);
    });
    socket.on('data', (chunk) => packets.parse(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (!done) setTimeout(come, 100, i);
    });
    socket.on('secureConnect', () =>
      socket.write(
        generate({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, clientId: `box:hop-${i}`, keepalive: 300 }),
      ),
    );
  };
  for (let i = 0; i < boxes.length; i++) come(i);
}

function child(core: number, args: readonly string[]): ChildProcess {
  return spawn('taskset', ['-c', String(core), process.execPath, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
}

async function line<T>(of: ChildProcess): Promise<T> {
  if (!of.stdout) throw new Error('no standard output');
  const { value } = await createInterface({ input: of.stdout })[Symbol.asyncIterator]().next();
  if (value === undefined) throw new Error('it ended without a word');
  return JSON.parse(value) as T;
}
