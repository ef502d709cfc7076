// The board's promises, kept by the simulation in fake and in real time.
import { setTimeout as wait } from 'node:timers/promises';
import { describe } from 'vitest';
import { SimulatedBoard } from '../../hardware/simulated-board.ts';
import { promiseBoard } from './board.ts';

describe('simulated board in fake time', () => {
  promiseBoard(async () => {
    const clock = { nowMs: 5000 };
    const board = new SimulatedBoard([{ output: 'main', relayDelayMs: 300 }], { now: () => clock.nowMs, beacon: true });
    const pass = async (ms: number) => {
      clock.nowMs += ms;
      board.advance();
    };
    return { board, output: 'main', relayDelayMs: 300, beacon: true, pass };
  });
});

describe('simulated board in real time', () => {
  promiseBoard(async () => {
    const board = new SimulatedBoard([{ output: 'main', relayDelayMs: 400 }], { beacon: true });
    return { board, output: 'main', relayDelayMs: 400, beacon: true, pass: (ms) => wait(ms) };
  });
});

describe('simulated board without a beacon', () => {
  promiseBoard(async () => {
    const board = new SimulatedBoard([{ output: 'main', relayDelayMs: 400 }]);
    return { board, output: 'main', relayDelayMs: 400, beacon: false, pass: (ms) => wait(ms) };
  });
});
