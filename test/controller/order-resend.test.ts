// Who is sent an order again and when; how boxes are counted.
import { describe, expect, test } from 'vitest';
import { countsOf, foremost, progressOf, type Told, type ToldFact, toldByBox } from '../../controller/core/order-progress.ts';
import {
  answerWithinMs,
  isUnanswered,
  type Listener,
  resendDueMs,
  resendsAtOnceMax,
  resendsOf,
} from '../../controller/core/order-resend.ts';
import type { BoxState } from '../../schemas/order-standing.ts';

const sentMs = 1_000_000;
const order = { sentMs, untilMs: sentMs + 900_000, clearedMs: null };
const cleared = { ...order, clearedMs: sentMs + 60_000 };
const told = (state: BoxState): Told => ({ state, atMs: sentMs + 500, problem: null, voice: null, sounded: state === 'sounding' });
const box = (changes: Partial<Listener> = {}): Listener => ({
  dev: 'hop-1',
  connectedMs: sentMs - 1,
  told: undefined,
  tries: 0,
  triedMs: null,
  ...changes,
});

describe('a box is sent the order again', () => {
  test.each([
    ['when it says nothing for five seconds', order, box(), sentMs + 5_000],
    ['five seconds after it came back', order, box({ connectedMs: sentMs + 30_000 }), sentMs + 35_000],
    ['never while it is away', order, box({ connectedMs: null }), null],
    ['never once it has said anything', order, box({ told: told('refused') }), null],
    ['ten seconds after the first time', order, box({ tries: 1, triedMs: sentMs + 5_000 }), sentMs + 15_000],
    ['twenty after the second', order, box({ tries: 2, triedMs: sentMs + 15_000 }), sentMs + 35_000],
    ['a minute apart at most', order, box({ tries: 9, triedMs: sentMs + 400_000 }), sentMs + 460_000],
    ['anew after a new connection', order, box({ tries: 4, triedMs: sentMs + 9_000, connectedMs: sentMs + 10_000 }), sentMs + 15_000],
    ['for its clear while it sounds on', cleared, box({ told: told('sounding') }), cleared.clearedMs + 5_000],
    ['for its clear while it is held back', cleared, box({ told: told('held') }), cleared.clearedMs + 5_000],
    ['not for a clear that it has told', cleared, box({ told: told('cleared') }), null],
    ['not for a clear of what was over', cleared, box({ told: told('ended') }), null],
    ['not for a clear of what it refused', cleared, box({ told: told('refused') }), null],
  ])('%s', (_when, of, one, dueMs) => {
    expect(resendDueMs(of, one)).toBe(dueMs);
  });

  test('those due longest first, fifty at once, the others a second later', () => {
    const many = Array.from({ length: 80 }, (_, i) => box({ dev: `hop-${i}`, connectedMs: sentMs - i }));
    const late = many.map((one, i) => ({ ...one, connectedMs: sentMs + 80 - i }));
    const nowMs = sentMs + 60_000;
    const { due, nextMs } = resendsOf(order, late, nowMs);
    expect(due).toHaveLength(resendsAtOnceMax);
    expect(due[0]).toBe('hop-79');
    expect(nextMs).toBe(nowMs + 1_000);
    expect(resendsOf(order, many, sentMs + 1)).toEqual({ due: [], nextMs: sentMs + answerWithinMs });
  });

  test('never after its end', () => {
    expect(resendsOf(order, [box()], order.untilMs)).toEqual({ due: [], nextMs: null });
    expect(resendsOf({ ...order, untilMs: sentMs + 4_000 }, [box()], sentMs + 1)).toEqual({ due: [], nextMs: null });
  });

  test('it is unanswered once it was sent again, or the order is over, and it is connected', () => {
    expect(isUnanswered(order, box(), sentMs + 1)).toBe(false);
    expect(isUnanswered(order, box({ tries: 1 }), sentMs + 1)).toBe(true);
    expect(isUnanswered(order, box(), order.untilMs)).toBe(true);
    expect(isUnanswered(order, box({ tries: 3, connectedMs: null }), order.untilMs)).toBe(false);
  });
});

describe('how far boxes are', () => {
  const fact = (dev: string, state: string, atMs = 1): ToldFact => ({ dev, state, atMs, voice: null, problem: null });
  const stateOf = (...facts: ToldFact[]) => progressOf(['a'], toldByBox(facts), () => 'sent')[0]?.state;

  test.each([
    [['accepted', 'sounding', 'heard'], 'heard'],
    [['heard', 'ended'], 'heard'],
    [['sounding', 'cleared', 'ended'], 'cleared'],
    [['accepted', 'expired'], 'failed'],
    [['accepted', 'sounding', 'expired'], 'expired'],
    [['accepted', 'failed'], 'failed'],
    [['accepted', 'word-of-a-newer-box'], 'accepted'],
  ])('%j comes to %s, in whatever order the rows came', (states, wanted) => {
    const facts = states.map((state, i) => fact('a', state, i));
    expect([stateOf(...facts), stateOf(...facts.reverse())]).toEqual([wanted, wanted]);
  });

  test('held and sounding follow one another as they were told', () => {
    expect(stateOf(fact('a', 'sounding', 5), fact('a', 'held', 9))).toBe('held');
    expect(stateOf(fact('a', 'sounding', 12), fact('a', 'held', 9))).toBe('sounding');
  });

  test('each box stands in one total, and the totals make up all boxes', () => {
    const states = [
      'sent',
      'offline',
      'unanswered',
      'refused',
      'accepted',
      'held',
      'sounding',
      'failed',
      'expired',
      'ended',
      'cleared',
      'heard',
    ];
    const counts = countsOf(states.map((state) => ({ state: state as BoxState })));
    expect(counts).toEqual({ sent: 1, received: 2, refused: 1, sounding: 1, ended: 3, heard: 1, failed: 1, offline: 1, unanswered: 1 });
    expect(Object.values(counts).reduce((sum, one) => sum + one)).toBe(states.length);
  });

  test('a short list begins with those in trouble and keeps the order of the rest', () => {
    const lines = ['sounding', 'offline', 'ended', 'unanswered', 'refused'].map((state, i) => ({ state: state as BoxState, i }));
    expect(foremost(lines, 4).map(({ state }) => state)).toEqual(['unanswered', 'refused', 'offline', 'sounding']);
    expect(foremost(lines, 5)).toEqual(lines);
  });
});
