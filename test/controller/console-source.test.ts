// What the pages of source information decide by themselves: orders that are moved in, rows of a board, fields of a form.
import { describe, expect, test } from 'vitest';
import { pairsOf, textOf } from '../../controller/console/pages/neighbours/pairs.ts';
import { pageRows, percentOf, shownRows, stateLooks, stateOrder } from '../../controller/console/pages/source/board-rows.ts';
import { decided, moved } from '../../controller/console/pages/source/order.ts';
import { instantOf, wallOf } from '../../controller/console/pages/source/wall.ts';
import { contentOf, wishOf } from '../../controller/console/pages/source/wish.ts';
import { type HandlingLine, type HandlingState, handlingStates } from '../../schemas/source-issue.ts';
import { content } from './source-rig.ts';

describe('an order of programmes', () => {
  test.each([
    [[], 'a', 'b', ['a', 'b']],
    [['b'], 'a', 'b', ['a', 'b']],
    [['b', 'x', 'a'], 'a', 'b', ['a', 'b', 'x']],
    [['a'], 'a', 'b', ['a', 'b']],
    [['x', 'y'], 'a', 'b', ['x', 'y', 'a', 'b']],
    [['x', 'a', 'y', 'b'], 'a', 'b', ['x', 'y', 'a', 'b']],
  ])('%j with %s before %s is %j', (order, first, second, expected) => {
    expect(decided(order, first, second)).toEqual(expected);
  });

  test('a step moves one place and stops at the ends', () => {
    expect(moved(['a', 'b', 'c'], 'b', -1)).toEqual(['b', 'a', 'c']);
    expect(moved(['a', 'b', 'c'], 'b', 1)).toEqual(['a', 'c', 'b']);
    expect(moved(['a', 'b'], 'a', -1)).toEqual(['a', 'b']);
    expect(moved(['a', 'b'], 'b', 1)).toEqual(['a', 'b']);
    expect(moved(['a', 'b'], 'z', 1)).toEqual(['a', 'b']);
  });
});

describe('the board item × unit', () => {
  const line = (name: string, state: HandlingState) => ({ unit: { name }, state }) as HandlingLine;
  const named = (lines: readonly HandlingLine[]) => lines.map(({ unit }) => unit.name);

  test('what needs somebody stands first, then by name', () => {
    const lines = [line('Xã C', 'played'), line('Xã B', 'waiting'), line('Xã A', 'overdue'), line('Xã D', 'overdue')];
    expect(named(shownRows(lines, '', '', 0).lines)).toEqual(['Xã A', 'Xã D', 'Xã B', 'Xã C']);
    expect(named(shownRows(lines, 'played', '', 0).lines)).toEqual(['Xã C']);
  });

  test('a unit is found without marks, and đ as d', () => {
    const lines = [line('Xã Sơn Dương', 'waiting'), line('Xã Tân Trào', 'waiting'), line('Đồng Hỷ', 'waiting')];
    expect(named(shownRows(lines, '', 'son duong', 0).lines)).toEqual(['Xã Sơn Dương']);
    expect(named(shownRows(lines, '', 'dong', 0).lines)).toEqual(['Đồng Hỷ']);
  });

  test('a large board has pages', () => {
    const lines = Array.from({ length: pageRows + 3 }, (_, n) => line(`Xã ${String(n).padStart(3, '0')}`, 'waiting'));
    expect(shownRows(lines, '', '', 1)).toMatchObject({ pages: 2 });
    expect(shownRows(lines, '', '', 1).lines).toHaveLength(3);
  });

  test('every state has its place and its look', () => {
    expect([...stateOrder].sort()).toEqual([...handlingStates].sort());
    expect(Object.keys(stateLooks).sort()).toEqual([...handlingStates].sort());
  });

  test('what nobody could measure is not 0 %', () => {
    expect([percentOf(null), percentOf(0), percentOf(0.5), percentOf(1)]).toEqual([undefined, '0 %', '50 %', '100 %']);
  });
});

describe('fields of a form', () => {
  test('date and time are the commune’s, whatever the computer’s zone', () => {
    expect(instantOf('2026-11-24T17:00')).toBe(Date.parse('2026-11-24T10:00:00Z'));
    expect(wallOf(Date.parse('2026-11-24T17:30:00Z'))).toBe('2026-11-25T00:30');
    expect([instantOf(''), instantOf('2026-11-24'), instantOf('2026-13-40T99:99')]).toEqual([undefined, undefined, undefined]);
    expect([wallOf(null), wallOf(undefined)]).toEqual(['', '']);
  });

  test('content goes through the form unchanged', () => {
    const full = content({
      ...{ essential: true, tier: 'priority', forms: ['station', 'sms'], keywords: ['rét', 'trâu bò'], media: 'a'.repeat(64) },
      ...{
        validFromMs: Date.parse('2026-11-24T00:00:00Z'),
        validUntilMs: Date.parse('2026-12-24T00:00:00Z'),
        attachments: ['b'.repeat(64)],
      },
    });
    expect(contentOf(wishOf(full))).toEqual(full);
    expect(contentOf(wishOf(content()))).toEqual(content());
  });

  test('keywords are each once, without blanks', () => {
    expect(contentOf({ ...wishOf(), keywords: ' rét, ,rét , gió' }).keywords).toEqual(['rét', 'gió']);
  });

  test('pairs of codes are lines; one without the sign is told by its number', () => {
    const text = 'chung = 01\n\nthoi-tiet=02';
    expect(pairsOf(text)).toEqual({
      pairs: [
        { ours: 'chung', theirs: '01' },
        { ours: 'thoi-tiet', theirs: '02' },
      ],
      wrong: undefined,
    });
    expect(pairsOf('chung = 01\nx').wrong).toBe(2);
    expect(pairsOf(textOf(pairsOf(text).pairs))).toEqual(pairsOf(text));
  });
});
