// The judge of `chaos kill9`: what is right passes, and each broken promise is told as what it is.
import { describe, expect, test } from 'vitest';
import type { Fact } from '../../schemas/outbox.ts';
import type { Receipt } from '../../schemas/receipt.ts';
import { type Heard, judge } from '../chaos/kill9/heard.ts';
import { judgeRows, type RowsSeen, type StoredRow } from '../chaos/kill9/rows.ts';

const second = 48_000;

function frames(parts: readonly { readonly fromMs: number; readonly toMs: number; readonly hz: number }[], ms = 60_000): Int16Array {
  const all = new Int16Array((ms / 1000) * second);
  for (const { fromMs, toMs, hz } of parts)
    for (let i = fromMs * 48; i < toMs * 48; i++) all[i] = Math.round(8_000 * Math.sin((2 * Math.PI * hz * i) / second));
  return all;
}

const tone = { fromMs: 30_000, toMs: 31_200, hz: 440 };
const right: Heard = {
  box: 'loa-1',
  fromMs: 0,
  frames: frames([tone]),
  due: [{ startMs: 30_000, endMs: 31_200, hz: 440 }],
  orders: [],
  lives: [{ fromMs: 0, toMs: 60_000 }],
  relays: [],
  maySound: true,
  holdMs: 1_000,
};
const looks = (fromMs: number, toMs: number, on: boolean) =>
  Array.from({ length: (toMs - fromMs) / 100 }, (_, at) => ({ atMs: fromMs + at * 100, on }));

describe('what was heard', () => {
  test('is right where the due tone sounds in its time', () => {
    expect(judge(right)).toMatchObject({ violations: [], calm: 1 });
  });

  test.each<[string, string, Partial<Heard>]>([
    ['a due tone is silent', '0 due is heard', { frames: frames([]) }],
    ['a sound has no reason', '1 authorised', { frames: frames([tone, { fromMs: 50_000, toMs: 50_400, hz: 440 }]) }],
    ['another tone sounds', '1 one voice', { frames: frames([{ ...tone, hz: 620 }]) }],
    ['a box sounds whose policy is shut', '4 policy', { maySound: false }],
    ['the amplifier is off under a sound', '2 amplifier', { relays: looks(29_000, 32_000, false) }],
    ['the amplifier stays on', '2 idle amplifier', { relays: looks(45_000, 47_000, true) }],
  ])('%s', (_name, invariant, change) => {
    const { violations } = judge({ ...right, ...change });
    expect([...new Set(violations.map((one) => one.invariant))]).toEqual([invariant]);
  });

  test('lets a tone slip at a box that had just come up, and at no other', () => {
    const late = { frames: frames([{ fromMs: 31_300, toMs: 31_900, hz: 440 }]) };
    expect(judge({ ...right, ...late, lives: [{ fromMs: 29_500, toMs: 60_000 }] }).violations).toEqual([]);
    expect(judge({ ...right, ...late }).violations.map((one) => one.invariant)).toContain('1 authorised');
  });

  test('does not ask for a tone of a box that had just come up, nor in an order', () => {
    expect(judge({ ...right, frames: frames([]), lives: [{ fromMs: 29_000, toMs: 60_000 }] })).toMatchObject({ violations: [], calm: 0 });
    const orders = [{ fromMs: 28_000, toMs: 33_000 }];
    expect(judge({ ...right, frames: frames([{ fromMs: 28_500, toMs: 32_000, hz: 900 }]), orders }).violations).toEqual([]);
  });
});

const entry = (fact: Fact) => JSON.stringify({ boot: 'b1', atMs: 1, monoMs: 1, clock: 'signed', fact });
const receipt = (startMs: number): Fact => ({
  kind: 'receipt',
  receipt: {
    ...{ occurrence: `s1@${startMs}@main`, what: 'occurrence', schedule: 's1', output: 'main', class: 'normal', outcome: 'missed' },
    ...{ reason: 'box-off', plannedStartMs: startMs, plannedEndMs: startMs + 1, audibleMs: 0, items: [] },
    ...{ gainDb: 0, proof: 'none', clock: 'signed' },
  } as Receipt,
});
const row = (seq: number, fact: Fact, hash = String(seq).repeat(64).slice(0, 64)): StoredRow => ({
  dev: 'loa-1',
  epoch: 'e-1',
  seq,
  hash,
  entry: entry(fact),
});
const act: Fact = { kind: 'act', act: 'tone', detail: 'x' };
const ended: Fact = { kind: 'order', order: 'o-1', state: 'ended' };
const rows: readonly StoredRow[] = [row(1, act), row(2, ended), row(3, act)];
const kept: RowsSeen = { produced: rows, ackedTo: { 'loa-1': 3 }, received: rows, conflicts: 0, boxes: ['loa-1'], planned: [] };

test.each<[string, string[], Partial<RowsSeen>]>([
  ['all is there', [], {}],
  ['one is owed still', [], { ackedTo: { 'loa-1': 2 }, received: rows.slice(0, 2) }],
  ['an acknowledged one is not at the centre', ['3 rows'], { received: rows.slice(0, 2) }],
  ['the centre has another one', ['3 rows'], { received: [...rows.slice(0, 2), row(3, act, 'f'.repeat(64))] }],
  ['the box lost one that the centre has', ['3 rows'], { produced: rows.slice(0, 2) }],
  ['a hole', ['3 rows'], { produced: [], received: [row(1, act), row(3, act)] }],
  ['a contradiction', ['3 rows'], { conflicts: 1 }],
  ['a row that nobody can read', ['3 rows'], { produced: [], received: [{ ...row(1, act), entry: '{}' }] }],
  ['an order ends twice', ['5 one end'], { produced: [...rows, row(4, ended)], received: [...rows, row(4, ended)] }],
  ['a planned start has no receipt', ['3 one receipt'], { planned: [{ schedule: 's1', startMs: 7 }] }],
])('rows: %s', (_name, invariants, change) => {
  expect(judgeRows({ ...kept, ...change }).map(({ invariant }) => invariant)).toEqual(invariants);
});

test('rows: a planned start has its one receipt, and not two', () => {
  const planned = [{ schedule: 's1', startMs: 7 }];
  const once = [...rows, row(4, receipt(7))];
  const judged = (all: readonly StoredRow[]) => judgeRows({ ...kept, produced: all, received: all, planned }).map(({ detail }) => detail);
  expect(judged(once)).toEqual([]);
  expect(judged([...once, row(5, receipt(7))])).toEqual(['loa-1: s1 at 7 has 2']);
});
