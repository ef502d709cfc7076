// What every board promises about an amplifier's relays and inputs.
import { expect, test } from 'vitest';
import type { Board } from '../../hardware/board.ts';

export interface BoardBench {
  readonly board: Board;
  readonly output: string;
  readonly relayDelayMs: number;
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

  test('an amplifier it does not have is a problem, not a crash', async () => {
    const { board } = await make();
    await board.start();
    expect((await board.switchAmplifier('nowhere', true)).problem?.code).toBe('not-found');
    await board.stop();
  });
}
