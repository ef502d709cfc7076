import { expect, test } from 'vitest';
import { SimulatedBoard, watchdogMs } from '../../hardware/simulated-board.ts';

function bench() {
  const clock = { nowMs: 0 };
  const board = new SimulatedBoard(
    [
      { output: 'north', relayDelayMs: 200 },
      { output: 'south', relayDelayMs: 0 },
    ],
    { now: () => clock.nowMs },
  );
  const pass = (ms: number) => {
    clock.nowMs += ms;
    board.advance();
  };
  return { board, clock, pass };
}

const brief = (board: SimulatedBoard) =>
  board
    .relayEvents()
    .map(({ output, relay, closed, atMonoMs, why }) => `${output} ${relay} ${closed ? 'closed' : 'open'} ${atMonoMs} ${why}`);

test('each relay movement is kept with its instant and its reason', async () => {
  const { board, pass } = bench();
  await board.start();
  const on = board.switchAmplifier('north', true);
  pass(200);
  await on;
  void board.switchAmplifier('north', false);
  pass(200);
  expect(brief(board)).toEqual(['north 1 closed 0 asked', 'north 2 closed 200 asked', 'north 2 open 200 asked', 'north 1 open 400 asked']);
});

test('an unfed watchdog opens all relays at its exact instant, even when nobody looks for minutes', async () => {
  const { board, pass } = bench();
  await board.start();
  void board.switchAmplifier('north', true);
  await board.switchAmplifier('south', true);
  pass(200);
  pass(1000);
  board.feedWatchdog();
  pass(180_000);
  board.feedWatchdog();
  expect(brief(board).slice(-4)).toEqual([
    `north 2 open ${1200 + watchdogMs} watchdog`,
    `north 1 open ${1200 + watchdogMs} watchdog`,
    `south 2 open ${1200 + watchdogMs} watchdog`,
    `south 1 open ${1200 + watchdogMs} watchdog`,
  ]);
});

test('a fed watchdog leaves the amplifier on', async () => {
  const { board, pass } = bench();
  await board.start();
  await board.switchAmplifier('south', true);
  for (let i = 0; i < 10; i++) {
    pass(watchdogMs - 1);
    board.feedWatchdog();
  }
  expect(board.amplifier('south')).toEqual({ relay1: true, relay2: true });
});

test('a broken amplifier opens, tells so, and works again when mended', async () => {
  const { board, pass } = bench();
  await board.start();
  const on = board.switchAmplifier('north', true);
  board.fail('north');
  expect((await on).problem?.code).toBe('device-failed');
  expect((await board.switchAmplifier('north', true)).problem?.code).toBe('device-failed');
  expect(board.amplifier('north')).toEqual({ relay1: false, relay2: false });
  board.fail('north', false);
  const again = board.switchAmplifier('north', true);
  pass(200);
  expect(await again).toEqual({});
});

test('a change of mind while switching off waits only for what is left of the delay', async () => {
  const { board, pass } = bench();
  await board.start();
  const on = board.switchAmplifier('north', true);
  pass(200);
  await on;
  void board.switchAmplifier('north', false);
  pass(50);
  expect(await board.switchAmplifier('north', true)).toEqual({});
  expect(board.amplifier('north')).toEqual({ relay1: true, relay2: true });
});

test('a pressed input is told', async () => {
  const { board } = bench();
  const seen: string[] = [];
  board.onInput((input, on) => seen.push(`${input} ${on}`));
  await board.start();
  board.press('tamper', true);
  board.press('mains', false);
  expect(seen).toEqual(['tamper true', 'mains false']);
});
