// When a box says that it lives, and when it keeps silent so that its guard ends it.
import { expect, test } from 'vitest';
import { Heartbeat, type HeartbeatOptions } from '../../agent/heartbeat.ts';

/** A heart in fake time; `answers` decides what the loop says when it is asked. */
function heart(answers: () => Promise<void>, pumps: HeartbeatOptions['pumps'] = () => true) {
  const state = { nowMs: 0, beats: 0, asked: 0 };
  const heartbeat = new Heartbeat({
    settled: () => {
      state.asked++;
      return answers();
    },
    pumps,
    beat: () => {
      state.beats++;
    },
    now: () => state.nowMs,
  });
  /** One look a second. */
  const pass = async (seconds: number) => {
    const before = state.beats;
    for (let i = 0; i < seconds; i++) {
      state.nowMs += 1_000;
      heartbeat.look();
      await Promise.resolve();
      await Promise.resolve();
    }
    return state.beats - before;
  };
  return { state, pass };
}

const never = () => new Promise<void>(() => undefined);

test('it beats each second while the loop answers, and asks the loop every fifth', async () => {
  const { state, pass } = heart(() => Promise.resolve());
  expect(await pass(60)).toBe(60);
  expect(state.asked).toBe(12);
});

test('a loop that stalls for less than twenty seconds is waited for; after that the beats cease', async () => {
  const { state, pass } = heart(never);
  expect(await pass(20)).toBe(20);
  expect(await pass(30)).toBe(0);
  expect(state.asked).toBe(1);
});

test('beats come back with a late answer', async () => {
  let answer: () => void = () => undefined;
  const { pass } = heart(
    () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
  );
  await pass(25);
  expect(await pass(5)).toBe(0);
  answer();
  await Promise.resolve();
  expect(await pass(5)).toBe(5);
});

test('a journal that fails never beats again', async () => {
  const { state, pass } = heart(() => Promise.reject(new Error('the disk is gone')));
  expect(await pass(20)).toBe(20);
  expect(await pass(300)).toBe(0);
  expect(state.asked).toBe(1);
});

test('an output that is not fed silences the beat at once, and it comes back with the feed', async () => {
  let fed = true;
  const { pass } = heart(
    () => Promise.resolve(),
    () => fed,
  );
  await pass(3);
  fed = false;
  expect(await pass(3)).toBe(0);
  fed = true;
  expect(await pass(3)).toBe(3);
});
