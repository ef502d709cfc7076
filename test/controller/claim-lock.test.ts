// When a claim is locked, for how long, and who lets it go.
import { expect, test } from 'vitest';
import { claimLockName, claimTriesFree, lockedForMs, longestLockMs, wrongTry } from '../../controller/core/claim-lock.ts';
import type { TryCount } from '../../controller/core/sign-in-delay.ts';

const name = claimLockName('ab');

/** Wrong tries, each as soon as it may be made. */
function locks(tries: number): { readonly locks: number[]; readonly kept: TryCount | undefined; readonly nowMs: number } {
  let kept: TryCount | undefined;
  let nowMs = 1_000_000;
  const all: number[] = [];
  for (let i = 0; i < tries; i++) {
    nowMs += lockedForMs(kept, nowMs);
    const { count, lockMs } = wrongTry(kept, name, nowMs);
    expect(lockedForMs(count, nowMs)).toBe(lockMs);
    kept = count;
    all.push(lockMs);
  }
  return { locks: all, kept, nowMs };
}

test('some tries are free; then each lock is twice the one before, up to the longest', () => {
  const all = locks(claimTriesFree + 40).locks;
  expect(all.slice(0, claimTriesFree + 7)).toEqual([
    ...Array.from({ length: claimTriesFree }, () => 0),
    ...[30_000, 60_000, 120_000, 240_000, 480_000, longestLockMs, longestLockMs],
  ]);
  expect(Math.max(...all)).toBe(longestLockMs);
});

test('it ends by itself, and a day later it is forgotten', () => {
  const { kept, nowMs } = locks(claimTriesFree + 1);
  expect([lockedForMs(kept, nowMs + 29_999), lockedForMs(kept, nowMs + 30_000)]).toEqual([1, 0]);
  expect(wrongTry(kept, name, nowMs + 24 * 3600_000).lockMs).toBe(0);
});

test('a clock that was set back locks nobody for longer than the longest lock', () => {
  const { kept, nowMs } = locks(claimTriesFree + 1);
  expect(lockedForMs(kept, nowMs - longestLockMs)).toBe(0);
  expect(lockedForMs(undefined, nowMs)).toBe(0);
});
