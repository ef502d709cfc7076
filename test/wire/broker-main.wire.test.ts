// The broker as a program of its own: ready line, registry, reload, graceful stop.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeAuthority, type TestAuthority } from './certificates.ts';
import { MqttPeer } from './mqtt-peer.ts';

const program = join(import.meta.dirname, '..', '..', 'dist', 'broker.js');
let authority: TestAuthority;
let folder: string;
let child: ChildProcess | undefined;

beforeEach(async () => {
  authority = await makeAuthority();
  folder = await mkdtemp(join(tmpdir(), 'loa-broker-'));
  const { ca, cert, key } = await authority.server();
  const files = { 'ca.pem': ca, 'cert.pem': cert, 'key.pem': key, 'registry.json': '{"boxes":["b1"],"centres":["xa-1"]}' };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const config = { port: 0, owner: 'xa-1', tls: { ca: 'ca.pem', cert: 'cert.pem', key: 'key.pem' }, registry: 'registry.json' };
  await writeFile(join(folder, 'broker.json'), JSON.stringify(config));
});

afterEach(async () => {
  child?.kill('SIGKILL');
  await rm(folder, { recursive: true });
});

async function start(): Promise<{ port: number; nextLog: (event: string) => Promise<unknown>; exited: Promise<number | null> }> {
  const started = spawn(process.execPath, [program, '--config', join(folder, 'broker.json')], { stdio: ['ignore', 'pipe', 'pipe'] });
  child = started;
  const logs: { event?: string }[] = [];
  const watchers: (() => void)[] = [];
  createInterface({ input: started.stderr }).on('line', (line) => {
    if (line.startsWith('{')) logs.push(JSON.parse(line));
    for (const look of watchers.splice(0)) look();
  });
  const exited = new Promise<number | null>((resolve) => started.once('exit', resolve));
  const first = await new Promise<string>((resolve) => createInterface({ input: started.stdout }).once('line', resolve));
  const nextLog = async (event: string) => {
    while (!logs.some((line) => line.event === event)) await new Promise<void>((resolve) => watchers.push(resolve));
    return logs.find((line) => line.event === event);
  };
  return { port: JSON.parse(first).port, nextLog, exited };
}

describe('broker program', () => {
  it('carries messages between an owner and an enrolled box, refuses others until the registry names them, and stops', async () => {
    const { port, nextLog, exited } = await start();
    const tls = (name: string) => authority.client(name);
    const owner = await new MqttPeer(port, await tls('centre:xa-1')).ready('centre:xa-1', ['loa/1/d/+/up/+']);
    const box = await new MqttPeer(port, await tls('box:b1')).ready('box:b1', ['loa/1/d/b1/dn/want']);
    owner.publish('loa/1/d/b1/dn/want', 'w', { retain: true });
    box.publish('loa/1/d/b1/up/report', 'r', { retain: true });
    await Promise.all([owner.until(() => owner.messages.length === 1), box.until(() => box.messages.length === 1)]);

    const refused = await new MqttPeer(port, await tls('box:b2')).ready('box:b2');
    expect(refused.got('connack')[0]).toMatchObject({ returnCode: 5 });
    await writeFile(join(folder, 'registry.json'), '{"boxes":["b1","b2"],"centres":["xa-1"]}');
    child?.kill('SIGHUP');
    await nextLog('registry-read');
    const welcome = await new MqttPeer(port, await tls('box:b2')).ready('box:b2');
    expect(welcome.got('connack')[0]).toMatchObject({ returnCode: 0 });

    child?.kill('SIGTERM');
    expect(await exited).toBe(0);
    await box.until(() => box.closed);
  });

  it('says what is wrong with its configuration', async () => {
    await writeFile(join(folder, 'broker.json'), '{"port":"x"}');
    const started = spawn(process.execPath, [program, '--config', join(folder, 'broker.json')], { stdio: ['ignore', 'ignore', 'pipe'] });
    child = started;
    let text = '';
    started.stderr.on('data', (chunk) => {
      text += chunk;
    });
    const code = await new Promise((resolve) => started.once('close', resolve));
    expect(code).toBe(1);
    expect(text).toMatch(/^broker: bad-input at \/port: /);
  });
});
