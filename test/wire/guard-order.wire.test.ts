// The guard's order of deeds, over a small program of the shell: silence, end, release, next start.
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Guard } from '../../agent/guard-watch.ts';
import { until } from './waiting.ts';

/** A program that writes down what it does, beats `beats` times a tenth of a second apart, then does `then`. */
function guardOver(then: string, release = 'echo released >> "$0"', beats = 3) {
  const file = join(mkdtempSync(join(tmpdir(), 'loa-guard-')), 'deeds');
  const beating = `for i in $(seq ${beats}); do printf . >&3; sleep 0.1; done`;
  const state: { ended: number | undefined } = { ended: undefined };
  const guard = new Guard({
    program: '/bin/sh',
    run: ['-c', `echo started >> "$0"; ${beating}; echo quiet >> "$0"; ${then}`, file],
    release: ['-c', release, file],
    say: () => undefined,
    onEnd: (code) => {
      state.ended = code;
    },
    silentMs: 600,
  });
  const deeds = () => readFileSync(file, 'utf8').trim().split('\n');
  return { guard, state, deeds };
}

test('what falls silent is ended and released before it is started again', async () => {
  const { guard, state, deeds } = guardOver('sleep 60');
  guard.start();
  await until('the second start', () => (deeds().length >= 4 ? true : undefined));
  expect(deeds().slice(0, 4)).toEqual(['started', 'quiet', 'released', 'started']);
  guard.stop();
  await until('its end', () => state.ended);
});

test('told to stop while relays are being opened, it lets that finish first', async () => {
  const { guard, state, deeds } = guardOver('exit 1', 'echo releasing >> "$0"; sleep 0.5; echo released >> "$0"');
  guard.start();
  await until('the release', () => (deeds().includes('releasing') ? true : undefined));
  guard.stop();
  expect(state.ended).toBeUndefined();
  expect(await until('its end', () => state.ended)).toBe(0);
  expect(deeds()).toEqual(['started', 'quiet', 'releasing', 'released']);
});

test('told to stop between two lives, it starts no third', async () => {
  const { guard, state, deeds } = guardOver('exit 0');
  guard.start();
  await until('its own end', () => (deeds().includes('quiet') ? true : undefined));
  await new Promise((go) => setTimeout(go, 200));
  guard.stop();
  expect(await until('its end', () => state.ended)).toBe(0);
  await new Promise((go) => setTimeout(go, 800));
  expect(deeds()).toEqual(['started', 'quiet']);
});
