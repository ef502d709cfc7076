// Work that comes round: one look at a time, a failed one told and due again, the last one waited for.
import { expect, test, vi } from 'vitest';
import { Rounds } from '../../controller/rounds.ts';

const soon = { timeout: 20_000 };

test('looks go one after the other, a failed one is told and ends nothing, and the end waits for the last', async () => {
  const [events, told]: [string[], unknown[]] = [[], []];
  const ends: (() => void)[] = [];
  const look = async () => {
    const n = events.push('begun');
    await new Promise<void>((resolve) => ends.push(resolve));
    events.push('ended');
    if (n === 1) throw new Error('lần đầu');
  };
  const rounds = new Rounds({ everyMs: 60_000, look, failed: (err) => told.push(err) });
  const [first, second] = [rounds.now(), rounds.now()];
  await vi.waitFor(() => expect(ends).toHaveLength(1), soon);
  ends[0]?.();
  await first;
  expect(String(told[0])).toContain('lần đầu');
  await vi.waitFor(() => expect(ends).toHaveLength(2), soon);
  let stopped = false;
  const stop = rounds.stop().then(() => {
    stopped = true;
  });
  expect([rounds.stopped, stopped]).toEqual([true, false]);
  ends[1]?.();
  await Promise.all([second, stop]);
  expect(events).toEqual(['begun', 'ended', 'begun', 'ended']);
});

test('comes round by itself until it is stopped', async () => {
  vi.useFakeTimers();
  try {
    let looks = 0;
    const rounds = new Rounds({ everyMs: 1_000, look: async () => void looks++, failed: () => undefined });
    rounds.start();
    await vi.advanceTimersByTimeAsync(3_500);
    expect(looks).toBe(3);
    await rounds.stop();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(looks).toBe(3);
  } finally {
    vi.useRealTimers();
  }
});
