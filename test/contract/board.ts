// What every board promises about an amplifier's relays and inputs.
import { expect, test } from 'vitest';
import { litMaxMs } from '../../hardware/beacon-line.ts';
import type { Board } from '../../hardware/board.ts';

export interface BoardBench {
  readonly board: Board;
  readonly output: string;
  readonly relayDelayMs: number;
  /** A fan is wired. */
  readonly fan?: boolean;
  /** A beacon is wired. */
  readonly beacon: boolean;
  /** Let so much time pass for the board. */
  pass(ms: number): Promise<void>;
}

export function promiseBoard(make: () => Promise<BoardBench>): void {
  test('it starts with every relay open', async () => {
    const { board, output } = await make();
    await board.start();
    expect(board.amplifier(output)).toEqual({ relay1: false, relay2: false });
    await board.stop();
  });

  test('switching on closes the mains first and the speaker line after the delay', async () => {
    const { board, output, relayDelayMs, pass } = await make();
    await board.start();
    const switched = board.switchAmplifier(output, true);
    await pass(relayDelayMs / 2);
    expect(board.amplifier(output)).toEqual({ relay1: true, relay2: false });
    await pass(relayDelayMs);
    expect(await switched).toEqual({});
    expect(board.amplifier(output)).toEqual({ relay1: true, relay2: true });
    await board.stop();
  });

  test('switching off opens them in reverse', async () => {
    const { board, output, relayDelayMs, pass } = await make();
    await board.start();
    const on = board.switchAmplifier(output, true);
    await pass(relayDelayMs * 1.5);
    await on;
    const off = board.switchAmplifier(output, false);
    await pass(relayDelayMs / 2);
    expect(board.amplifier(output)).toEqual({ relay1: true, relay2: false });
    await pass(relayDelayMs);
    expect(await off).toEqual({});
    expect(board.amplifier(output)).toEqual({ relay1: false, relay2: false });
    await board.stop();
  });

  test('a newer call supersedes an older one', async () => {
    const { board, output, relayDelayMs, pass } = await make();
    await board.start();
    const on = board.switchAmplifier(output, true);
    await pass(relayDelayMs / 2);
    const off = board.switchAmplifier(output, false);
    expect(await on).toEqual({ superseded: true });
    await pass(relayDelayMs * 1.5);
    expect(await off).toEqual({});
    expect(board.amplifier(output)).toEqual({ relay1: false, relay2: false });
    await board.stop();
  });

  test('stopping opens every relay at once', async () => {
    const { board, output, relayDelayMs, pass } = await make();
    await board.start();
    const on = board.switchAmplifier(output, true);
    await pass(relayDelayMs * 1.5);
    await on;
    await board.stop();
    expect(board.amplifier(output)).toEqual({ relay1: false, relay2: false });
  });

  test('the beacon is dark at first, follows each word, and a board without one says so', async () => {
    const { board, beacon } = await make();
    await board.start();
    expect(board.beacon()).toBe(beacon ? false : undefined);
    const { problem } = board.switchBeacon(true);
    expect(problem?.code).toBe(beacon ? undefined : 'not-found');
    expect(board.beacon()).toBe(beacon ? true : undefined);
    board.switchBeacon(false);
    expect(board.beacon()).toBe(beacon ? false : undefined);
    await board.stop();
  });

  test('a beacon that nobody flashes any more goes dark by itself, amplifiers or not', async () => {
    const { board, beacon, pass } = await make();
    if (!beacon) return;
    await board.start();
    board.switchBeacon(true);
    await pass(litMaxMs / 2);
    expect(board.beacon()).toBe(true);
    await pass(litMaxMs);
    expect(board.beacon()).toBe(false);
    await board.stop();
  });

  test('stopping puts the beacon out', async () => {
    const { board, beacon } = await make();
    await board.start();
    board.switchBeacon(true);
    await board.stop();
    expect(board.beacon()).toBe(beacon ? false : undefined);
    board.switchBeacon(true);
    expect(board.beacon()).toBe(beacon ? false : undefined);
  });

  test('the fan is off at first, follows each word for as long as it likes, and is off once the board is stopped', async () => {
    const { board, fan = false, pass } = await make();
    await board.start();
    expect(board.fan()).toBe(fan ? false : undefined);
    expect(board.switchFan(true).problem?.code).toBe(fan ? undefined : 'not-found');
    await pass(3 * litMaxMs);
    expect(board.fan()).toBe(fan ? true : undefined);
    board.switchFan(false);
    expect(board.fan()).toBe(fan ? false : undefined);
    board.switchFan(true);
    await board.stop();
    expect(board.fan()).toBe(fan ? false : undefined);
    expect(board.switchFan(true).problem?.code).toBe(fan ? 'device-failed' : 'not-found');
    expect(board.fan()).toBe(fan ? false : undefined);
  });

  test('an amplifier it does not have is a problem, not a crash', async () => {
    const { board } = await make();
    await board.start();
    expect((await board.switchAmplifier('nowhere', true)).problem?.code).toBe('not-found');
    await board.stop();
  });
}
