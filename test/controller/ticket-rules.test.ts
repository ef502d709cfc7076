// Repairs: the table of states under any wishes, what a self-test says, whose work comes first.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { distanceM, judgeTest, orderWork, stepTicket, type TicketWish, ticketTable } from '../../controller/core/tickets.ts';
import { testOf } from '../../controller/ticket-desk.ts';
import { defaultBoxSettings } from '../../schemas/settings.ts';
import { type Ticket, ticketActs, ticketStates } from '../../schemas/tickets.ts';
import { ticket } from './register-rig.ts';

const wishOf = (act: (typeof ticketActs)[number]): TicketWish => {
  const whole = { note: '', assignee: 'binh', when: 'after', sha256: 'a'.repeat(64), commands: ['c1'], faultTimes: 1, fault: 'f2' };
  return { ...whole, act } as unknown as TicketWish;
};

describe('the table', () => {
  const steps = fc.array(fc.tuple(fc.constantFrom(...ticketActs), fc.constantFrom('an', 'binh')), { maxLength: 40 });

  test('only a passed test and an administrator close, only a return opens again, and nothing is done that it does not hold', () => {
    fc.assert(
      fc.property(steps, (acts) => {
        let now: Ticket = ticket();
        acts.forEach(([act, by], at) => {
          const done = stepTicket(now, wishOf(act), by, at);
          if (!done.ok) return;
          expect(ticketTable[act][now.state]).toBe(done.value.state);
          if (done.value.state === 'closed') expect([['pass', 'close'].includes(act), done.value.closed !== null]).toEqual([true, true]);
          if (act === 'pass') expect([now.state, now.testing !== null]).toEqual(['accepted', true]);
          if (now.state === 'closed') expect(act).toBe('return');
          now = done.value;
          expect(now.steps.at(-1)).toMatchObject({ act, by });
        });
      }),
    );
  });

  test('whatever was done, somebody has the work exactly when it is given or taken, and tests run only there', () => {
    fc.assert(
      fc.property(steps, (acts) => {
        let now: Ticket = ticket();
        for (const [act, by] of acts) {
          const done = stepTicket(now, wishOf(act), by, 1);
          if (!done.ok) continue;
          now = done.value;
          if (now.state !== 'closed') expect(now.assignee !== null).toBe(now.state !== 'open');
          if (now.testing) expect(now.state).toBe('accepted');
          expect(now.closed !== null).toBe(now.state === 'closed');
        }
      }),
    );
  });

  test('every act stands in the table, and from every open state there is a way to the end', () => {
    expect(Object.keys(ticketTable).sort()).toEqual([...ticketActs].sort());
    for (const state of ticketStates) expect(ticketTable.close[state]).toBe(state === 'closed' ? undefined : 'closed');
  });

  test('nobody gives back, accepts or tests another’s work', () => {
    const assigned = ticket({ state: 'assigned', assignee: 'an' });
    expect(stepTicket(assigned, wishOf('accept'), 'binh', 1)).toMatchObject({ problem: { code: 'conflict', path: '/assignee' } });
    expect(stepTicket(assigned, wishOf('give-back'), 'binh', 1)).toMatchObject({ ok: false });
    expect(stepTicket(assigned, wishOf('accept'), 'an', 1)).toMatchObject({ ok: true, value: { state: 'accepted' } });
    const testing = { commands: ['c1'], askedMs: 0, by: 'an' };
    expect(stepTicket({ ...assigned, state: 'accepted', testing }, wishOf('test'), 'an', 1)).toMatchObject({
      problem: { path: '/testing' },
    });
  });
});

describe('a self-test', () => {
  const asked = ticket({ testing: { commands: ['a', 'b'], askedMs: 0, by: 'an' } });
  const done = { state: 'done', detail: '', dark: false } as const;
  const judge = (told: object, stands = false, nowMs = 1) => judgeTest(asked, new Map(Object.entries(told)) as never, stands, 100, nowMs);

  test('passes when all outputs answered and the box no longer says the trouble', () => {
    expect(judge({ a: done, b: done })).toMatchObject({ passed: true });
    expect([judge({ a: done }), judge({ a: done, b: done }, true)], 'waits').toEqual([undefined, undefined]);
    expect(judge({ a: done }, false, 100)).toMatchObject({ passed: false });
    expect(judge({ a: done, b: done }, true, 100)).toMatchObject({ passed: false, note: 'hộp vẫn báo sự cố' });
    expect(judge({ a: { state: 'refused', detail: 'device-failed: x', dark: false } })).toEqual({
      passed: false,
      note: 'device-failed: x',
    });
    expect(judge({ a: { ...done, dark: true } })).toMatchObject({ passed: false });
  });

  test('asks every output of the box', () => {
    const outputs = [...defaultBoxSettings.outputs, { ...defaultBoxSettings.outputs[0], id: 'screen', kind: 'board' }];
    const settings = { ...defaultBoxSettings, outputs: outputs as typeof defaultBoxSettings.outputs };
    expect(testOf({ settings }).map((command) => command.do)).toEqual(['tone', 'screenshot']);
  });
});

describe('the order of work', () => {
  test('alarms, then the nearest, then the oldest; the order does not hang on how it came', () => {
    const place = fc.record({
      latitude: fc.double({ min: -90, max: 90, noNaN: true }),
      longitude: fc.double({ min: -180, max: 180, noNaN: true }),
    });
    fc.assert(
      fc.property(place, place, (a, b) => {
        expect([distanceM(a, a), distanceM(a, b), distanceM(a, b) <= 20_020_000]).toEqual([0, distanceM(b, a), true]);
      }),
    );
    expect(distanceM({ latitude: 21, longitude: 105 }, { latitude: 21.01, longitude: 105 })).toBe(1112);
    const one = (id: string, severity: Ticket['severity'], far: number | null, openedMs = 1) => ({
      ticket: { id, severity, openedMs },
      distanceM: far,
    });
    const work = [one('a', 'notice', 1), one('b', 'alarm', null), one('c', 'alarm', 9), one('d', 'alarm', 9, 0), one('e', 'alarm', 5)];
    fc.assert(
      fc.property(fc.shuffledSubarray(work, { minLength: 5 }), (mixed) => {
        expect(orderWork(mixed).map(({ ticket: { id } }) => id)).toEqual(['e', 'd', 'c', 'b', 'a']);
      }),
    );
  });
});
