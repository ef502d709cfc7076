// What the guard does after each end of what it guards.
import { expect, test } from 'vitest';
import { decideAfter, type Life } from '../../agent/guard-watch.ts';

const died = (life: Partial<Life>) =>
  decideAfter({ exit: { code: 1, signal: null }, livedMs: 1_000, everLived: true, waitMs: 500, ...life });

test('deaths in a row wait twice as long each time, up to half a minute', () => {
  const waits = [];
  let waitMs = 500;
  for (let i = 0; i < 9; i++) {
    const after = died({ waitMs });
    if ('giveUp' in after) throw new Error('gave up');
    waits.push(after.againMs);
    waitMs = after.nextWaitMs;
  }
  expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
});

test('after a life of more than a minute the wait is short again', () => {
  expect(died({ waitMs: 30_000, livedMs: 60_001 })).toEqual({ againMs: 500, nextWaitMs: 1_000 });
  expect(died({ waitMs: 30_000, livedMs: 60_000 })).toMatchObject({ againMs: 30_000 });
});

test('what ends itself before its first beat is given up with its own code', () => {
  expect(died({ everLived: false, exit: { code: 3, signal: null } })).toEqual({ giveUp: 3 });
});

test('what cannot be started at all is given up', () => {
  const problem = { code: 'tool-missing' as const, path: '', detail: 'no such file' };
  expect(died({ everLived: false, exit: { code: null, signal: null, problem } })).toEqual({ giveUp: 1 });
});

test('what was ended before its first beat is tried again: it hung, or the kernel took its memory', () => {
  expect(died({ everLived: false, exit: { code: null, signal: 'SIGKILL' } })).toMatchObject({ againMs: 500 });
});

test('an orderly end that nobody asked for is started again too', () => {
  expect(died({ everLived: false, exit: { code: 0, signal: null } })).toMatchObject({ againMs: 500 });
});
