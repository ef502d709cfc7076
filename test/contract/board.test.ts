// The board's promises, kept by the simulation, moved by hand and by its own timers.
import { afterEach, beforeEach, describe, vi } from 'vitest';
import { SimulatedBoard } from '../../hardware/simulated-board.ts';
import { promiseBoard } from './board.ts';

describe('simulated board in fake time', () => {
  promiseBoard(async () => {
    const clock = { nowMs: 5000 };
    const board = new SimulatedBoard([{ output: 'main', relayDelayMs: 300 }], { now: () => clock.nowMs, beacon: true, fan: true });
    const pass = async (ms: number) => {
      clock.nowMs += ms;
      board.advance();
    };
    return { board, output: 'main', relayDelayMs: 300, beacon: true, fan: true, pass };
  });
});

/** Its clock and its timers are the process's, and those stand still between two steps however busy the machine is. */
const pass = async (ms: number) => void (await vi.advanceTimersByTimeAsync(ms));

describe('simulated board by its own timers', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  promiseBoard(async () => {
    const board = new SimulatedBoard([{ output: 'main', relayDelayMs: 400 }], { beacon: true, fan: true });
    return { board, output: 'main', relayDelayMs: 400, beacon: true, fan: true, pass };
  });
});

describe('simulated board without a beacon', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  promiseBoard(async () => {
    const board = new SimulatedBoard([{ output: 'main', relayDelayMs: 400 }]);
    return { board, output: 'main', relayDelayMs: 400, beacon: false, pass };
  });
});
