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

test('the first beat says READY, those after it only that the program lives', async () => {
  const told: string[] = [];
  const beat = await systemdNotifier({ NOTIFY_SOCKET: '/one' }, async () => (state) => void told.push(state));
  for (let i = 0; i < 3; i++) beat?.();
  expect(told).toEqual(['READY=1\nWATCHDOG=1', 'WATCHDOG=1', 'WATCHDOG=1']);
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
    const beat = await systemdNotifier(process.env);
    beat?.();
    beat?.();
    await until('both words', () => (heard === 'READY=1\nWATCHDOG=1WATCHDOG=1' ? true : undefined), 5_000);
  } finally {
    reader.kill();
    await rm(dir, { recursive: true });
  }
});
