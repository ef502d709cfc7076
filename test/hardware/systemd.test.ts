// What systemd is told, read from a real socket of its kind.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { findProgram } from '../../hardware/host/processes.ts';
import { systemdNotifier } from '../../hardware/host/systemd.ts';
import { until } from '../wire/waiting.ts';

const before = process.env['NOTIFY_SOCKET'];
afterEach(() => {
  if (before === undefined) delete process.env['NOTIFY_SOCKET'];
  else process.env['NOTIFY_SOCKET'] = before;
});

test('nothing is told, and nothing loaded, where systemd did not ask', async () => {
  const open = () => Promise.reject(new Error('loaded all the same'));
  expect(await systemdNotifier({}, open)).toBeUndefined();
});

test('a machine without koffi has no beat, so that systemd never takes it for watched', async () => {
  expect(await systemdNotifier({ NOTIFY_SOCKET: '/none' }, () => Promise.reject(new Error('no koffi')))).toBeUndefined();
});

test('a beat says that the program lives and nothing more; READY is said once, by its own word', async () => {
  const told: string[] = [];
  const watcher = await systemdNotifier({ NOTIFY_SOCKET: '/one' }, async () => (state) => void told.push(state));
  watcher?.beat();
  for (let i = 0; i < 2; i++) {
    watcher?.ready();
    watcher?.beat();
  }
  expect(told).toEqual(['WATCHDOG=1', 'READY=1', 'WATCHDOG=1', 'WATCHDOG=1']);
});

test.runIf(findProgram('socat'))('the words arrive in a datagram socket [needs socat]', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'loa-notify-'));
  const socket = join(dir, 'notify');
  const reader = spawn('socat', ['-u', `UNIX-RECV:${socket}`, 'STDOUT'], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    let heard = '';
    reader.stdout.on('data', (bytes: Buffer) => {
      heard += bytes.toString();
    });
    await until('the socket', () => (existsSync(socket) ? true : undefined), 5_000);
    process.env['NOTIFY_SOCKET'] = socket; // read by libsystemd itself
    const watcher = await systemdNotifier(process.env);
    watcher?.ready();
    watcher?.beat();
    await until('both words', () => (heard === 'READY=1WATCHDOG=1' ? true : undefined), 5_000);
  } finally {
    reader.kill();
    await rm(dir, { recursive: true });
  }
});
