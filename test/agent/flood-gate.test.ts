// Commands pass at the pace of a centre; a flood of one topic stops neither another topic nor itself for long.
import { expect, test } from 'vitest';
import { FloodGate } from '../../agent/flood-gate.ts';

test('a burst passes, a flood does not, and a second later some do again', () => {
  const gate = new FloodGate();
  const admitted = (topic: string, count: number, atMonoMs: number) =>
    Array.from({ length: count }, () => gate.admit(topic, atMonoMs)).filter(Boolean).length;
  expect(admitted('a', 10_000, 0)).toBe(64);
  expect(admitted('b', 10, 0)).toBe(10);
  expect(admitted('a', 10_000, 1_000)).toBe(8);
  expect(gate.passedOver).toBe(10_000 - 64 + 10_000 - 8);
});
