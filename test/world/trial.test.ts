// A trial in a whole world: the box loses its centre by what it was told, the power goes in the middle, and it comes back by itself.
import { expect, test } from 'vitest';
import { hourMs, minuteMs, mondayMs, plan } from './build.ts';
import { World } from './world.ts';

const startMs = mondayMs + 9 * hourMs;

/** Applies a second policy; then the centre is away. Heartbeats each five minutes while it is there. */
function world(seed: number): World {
  const made = new World({ seed, startMs });
  made.offerPlan(plan(1));
  made.boot();
  beats(made);
  made.runUntil(startMs + 4 * minuteMs);
  made.offerPlan(plan(2));
  made.runUntil(startMs + 4 * minuteMs + 20_000);
  return made;
}

/** For the rest of two hours; a boot forgets what was to come. */
function beats(made: World): void {
  for (let at = startMs + minuteMs; at < startMs + 2 * hourMs; at += 5 * minuteMs)
    if (at > made.nowMs()) made.later(at, () => made.heartbeat());
}

const told = (made: World, words: string) => made.trace.lines.filter((line) => line.includes(words)).length;

test('met again within ten minutes: the new policy stays', () => {
  const made = world(1);
  made.setCentre(false);
  made.runUntil(startMs + 9 * minuteMs);
  made.setCentre(true);
  made.runUntil(startMs + 40 * minuteMs);
  expect([told(made, 'trial of policy kept'), told(made, 'trial of policy reverted')]).toEqual([1, 0]);
});

test.each(Array.from({ length: 20 }, (_, i) => i + 1))(
  'the power goes in the middle (%i): it is taken back once, and what was there rules',
  (seed) => {
    const made = world(seed);
    made.setCentre(false);
    // At another point each time, also within the write itself.
    const cutMs = startMs + 5 * minuteMs + seed * 37_111;
    made.runUntil(cutMs);
    made.crash();
    made.runUntil(cutMs + minuteMs);
    made.boot();
    beats(made);
    made.runUntil(startMs + 40 * minuteMs);
    made.setCentre(true);
    made.runUntil(startMs + 44 * minuteMs);
    expect(told(made, 'trial of policy reverted')).toBe(1);
    expect(told(made, 'want 1 applied')).toBe(2);
    // Met again, it is tried once more and stays.
    made.runUntil(startMs + 80 * minuteMs);
    expect(told(made, 'trial of policy kept')).toBe(1);
  },
);
