import { expect, test } from 'vitest';
import { monoMs, SystemClock, type SystemClockOptions } from '../../hardware/host/system-clock.ts';

const todayMs = 1_795_000_000_000;
const dayMs = 86_400_000;

function bench(options: SystemClockOptions = {}, machineMs = todayMs) {
  const time = { monoMs: 1000, wallMs: machineMs };
  const clock = new SystemClock({
    netSynchronised: () => false,
    ...options,
    readMonoMs: () => time.monoMs,
    readWallMs: () => Math.floor(time.wallMs),
  });
  let changes = 0;
  clock.onChange(() => changes++);
  const pass = (ms: number) => {
    time.monoMs += ms;
    time.wallMs += ms;
  };
  const sign = (timeMs: number, roundTripMs = 0) =>
    clock.absorbSigned({ timeMs, askedMonoMs: time.monoMs - roundTripMs, receivedMonoMs: time.monoMs });
  return { clock, time, pass, sign, changes: () => changes };
}

test('with nothing known the clock runs and is not trusted', () => {
  const { clock, pass } = bench();
  expect(clock.now().quality).toBe('none');
  const before = clock.now().wallMs;
  pass(500);
  expect(clock.now().wallMs - before).toBeCloseTo(500, -1);
});

test('a machine clock behind the floor is lifted to it and runs on from there', () => {
  const { clock, pass } = bench({ floorMs: todayMs }, 0);
  expect(clock.now()).toMatchObject({ wallMs: todayMs, quality: 'floor' });
  pass(5000);
  expect(clock.now().wallMs).toBe(todayMs + 5000);
});

test('a battery clock is trusted unless it lies behind the floor', () => {
  expect(bench({ rtc: true, floorMs: todayMs - dayMs }).clock.now().quality).toBe('rtc');
  expect(bench({ rtc: true, floorMs: todayMs + dayMs }).clock.now().quality).toBe('floor');
});

test('signed time near the machine clock is trusted without a step', () => {
  const { clock, sign, changes } = bench();
  const before = clock.now().wallMs;
  sign(todayMs + 12_000);
  expect(clock.now()).toMatchObject({ wallMs: before, quality: 'signed' });
  expect(changes()).toBe(1);
});

test('signed time far from the machine clock steps either way, by half the round trip', () => {
  for (const errorMs of [-3 * dayMs, 3 * dayMs]) {
    const { clock, sign, pass } = bench({}, todayMs + errorMs);
    sign(todayMs, 400);
    expect(clock.now()).toMatchObject({ wallMs: todayMs + 200, quality: 'signed' });
    pass(60_000);
    expect(clock.now().wallMs).toBe(todayMs + 60_200);
  }
});

test('after signed time the machine clock may be refined by seconds but not moved by minutes', () => {
  const { clock, time, sign, changes } = bench();
  sign(todayMs);
  time.wallMs += 5_000;
  clock.watch();
  expect(clock.now().wallMs - todayMs).toBeGreaterThan(4_990);
  expect(changes()).toBe(2);
  time.wallMs += 10 * 60_000;
  clock.watch();
  expect(Math.abs(clock.now().wallMs - todayMs)).toBeLessThan(1000);
  expect(clock.now().quality).toBe('signed');
});

test('an answer that was long under way or came before it was asked is not used', () => {
  const { clock, sign } = bench();
  sign(todayMs, 60_000);
  sign(todayMs, -1);
  expect(clock.now().quality).toBe('none');
});

test('NTP alone lifts the quality to net, never above signed', () => {
  const { clock, sign } = bench({ netSynchronised: () => true });
  clock.watch();
  expect(clock.now().quality).toBe('net');
  sign(todayMs);
  clock.watch();
  expect(clock.now().quality).toBe('signed');
});

test('a simulated error of the clock shows in its reading', () => {
  const { clock } = bench({ offsetMs: 7 });
  expect(clock.now().wallMs - todayMs).toBeGreaterThanOrEqual(7);
  expect(clock.now().wallMs - todayMs).toBeLessThanOrEqual(8);
});

test('two clocks of one machine agree to a fraction of a millisecond', () => {
  const apartMs = () => {
    const [a, b] = [new SystemClock(), new SystemClock()];
    return Math.abs(a.differenceMs() - b.differenceMs());
  };
  // A process that is put aside while it looks at both clocks knows less: the best of some pairs counts.
  expect(Math.min(...Array.from({ length: 20 }, apartMs))).toBeLessThan(0.3);
});

test('a clock of the machine tells the time of the machine', () => {
  const clock = new SystemClock();
  for (let look = 0; look < 100; look++) clock.now();
  const [earliestMs, { wallMs, monoMs: readMs }, latestMs] = [Date.now(), clock.now(), Date.now()];
  expect(wallMs).toBeGreaterThanOrEqual(earliestMs - 2);
  expect(wallMs).toBeLessThanOrEqual(latestMs + 2);
  expect(readMs).toBeLessThanOrEqual(monoMs());
});
