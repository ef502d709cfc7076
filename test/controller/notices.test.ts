// Reminders: who is told when, once for each cause, whatever clocks and restarts do.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type IssuePhase,
  isFor,
  issuePhases,
  type Notice,
  noticesOf,
  phaseAt,
  phaseDue,
  remindedOf,
  remindWithinMs,
} from '../../controller/core/notices.ts';
import { waitingEntry } from '../../controller/core/source-issue.ts';
import { type HandlingState, handlingStates } from '../../schemas/source-issue.ts';

const issue = { id: 'p-1', atMs: 1_000, disseminateByMs: 3_000 };
const item = { id: 'tin-1', unit: 'tinh', title: 'Rét đậm' };
const handled = (unit: string, state: HandlingState) => ({ entry: waitingEntry({ ...issue, item: 'tin-1' } as never, unit), state });
const told = (phase: IssuePhase, ...rows: [string, HandlingState][]) =>
  noticesOf(
    phase,
    issue,
    item,
    rows.map(([unit, state]) => handled(unit, state)),
    5,
  ).map(({ why, unit, units }) => [why, unit, ...units]);

describe('the time of an issue', () => {
  test.each<[number, IssuePhase | null]>([
    [1_000, 'issued'],
    [1_999, 'issued'],
    [2_000, 'half-time'],
    [2_999, 'half-time'],
    [3_000, 'time-over'],
    [3_000 + remindWithinMs - 1, 'time-over'],
    [3_000 + remindWithinMs, null],
  ])('at %i it is %s', (atMs, phase) => {
    expect(phaseAt(issue, atMs)).toBe(phase);
  });

  test('an issue without a day has none', () => {
    expect(phaseAt({ atMs: 0, disseminateByMs: null }, 1)).toBeNull();
  });

  test('however a clock runs, jumps or is set back, each phase is gone through once at most and never after a later one', () => {
    const instants = fc.array(fc.integer({ min: 0, max: 5_000 }), { maxLength: 40 });
    fc.assert(
      fc.property(instants, (clock) => {
        const done: IssuePhase[] = [];
        for (const atMs of clock) {
          const due = phaseDue(issue, new Set(done), atMs);
          if (due) done.push(due);
        }
        const places = done.map((phase) => issuePhases.indexOf(phase));
        expect(places).toEqual([...new Set(places)].sort((a, b) => a - b));
        // The last word is said as soon as some look comes after the end.
        if (clock.some((atMs) => atMs >= 3_000)) expect(done).toContain('time-over');
      }),
    );
  });
});

describe('who is told', () => {
  const all = handlingStates.map((state): [string, HandlingState] => [state, state]);

  test('at the beginning every unit, at half time those that did nothing, at the end those that are overdue and who issued it', () => {
    expect(told('issued', ...all).map(([, unit]) => unit)).toEqual(handlingStates.filter((state) => state !== 'withdrawn'));
    expect(told('half-time', ...all)).toEqual([['half-time', 'waiting']]);
    expect(told('time-over', ...all, ['b', 'overdue'])).toEqual([
      ['time-over', 'overdue'],
      ['time-over', 'b'],
      ['escalated', 'tinh', 'overdue', 'b'],
    ]);
    expect(told('time-over', ['a', 'played'])).toEqual([]);
  });

  test('of what was withdrawn nobody is told', () => {
    for (const phase of issuePhases) expect(told(phase, ['a', 'withdrawn'])).toEqual([]);
  });

  test('it is for who holds the role for that very place; neither for rights above, nor below, nor for a token', () => {
    const roles = ['author', 'leader'] as const;
    const asks = (role: 'author' | 'approver', area: string) => isFor({ roles }, '08/1', [{ role, area }]);
    expect([asks('author', '08/1'), asks('approver', '08/1'), asks('author', '08'), asks('author', '08/1/thon')]).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect(isFor({ roles }, '08/1', [{ role: 'author', area: '08/1', only: ['read'] }])).toBe(false);
  });
});

test('a row of the table says when it was reminded last, told upward, and read by whichever came first', () => {
  const one = (change: Partial<Notice>): Notice => ({
    ...{ id: 'n', cause: 'c', why: 'issued', unit: 'a', roles: [], atMs: 1, dueMs: null, item: null, issue: 'p-1', programme: null },
    ...{ title: '', units: [], read: null },
    ...change,
  });
  const rows = remindedOf([
    one({ read: { by: 'an', atMs: 30 } }),
    one({ why: 'half-time', atMs: 20 }),
    one({ why: 'time-over', atMs: 40 }),
    one({ why: 'escalated', unit: 'tinh', atMs: 41, units: ['a'], read: { by: 'sep', atMs: 45 } }),
  ]);
  expect(rows('p-1', 'a', null)).toEqual({ remindedAtMs: 40, escalatedAtMs: 41, readAtMs: 30 });
  expect(rows('p-1', 'a', 25).readAtMs).toBe(25);
  expect(rows('p-1', 'b', null)).toEqual({ remindedAtMs: null, escalatedAtMs: null, readAtMs: null });
});
