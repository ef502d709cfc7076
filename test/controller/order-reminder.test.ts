// The desk is reminded of an order that boards still show; nothing is dropped for it.
import { afterEach, expect, test, vi } from 'vitest';
import { expectedUntilMs, overdueSinceMs, reminderDue } from '../../controller/core/order-reminder.ts';
import { OrderReminder } from '../../controller/emergency/order-reminder.ts';
import type { StoredOrder } from '../../controller/store/store.ts';
import { order } from '../world/build.ts';

const givenMs = 1_800_000_000_000;
const minuteMs = 60_000;
const standing = (changes: Partial<StoredOrder> = {}): StoredOrder => ({
  id: 'o-1',
  order: order(),
  template: 'lu-quet',
  groups: ['xa'],
  boxes: ['b1'],
  by: 'truc-ban-1',
  givenMs,
  expMs: givenMs + 60 * minuteMs,
  clearedMs: null,
  ...changes,
});

afterEach(() => void vi.useRealTimers());

test('a takeover should be over when it is spoken, a quarter of an hour at least', () => {
  expect(expectedUntilMs(standing())).toBe(givenMs + 15 * minuteMs);
  const long = order({ times: 20, pauseMs: 60_000 });
  expect(expectedUntilMs(standing({ order: long }))).toBe(givenMs + 20 * 13_000 + 19 * 60_000);
});

test.each([
  ['before it', 0, 15],
  ['at it, the next', 15, 30],
  ['later', 31, 45],
  ['the last before it expires', 45.5, null],
])('the reminder %s is due at the next quarter', (_, atMinute, dueMinute) => {
  expect(reminderDue(standing(), givenMs + atMinute * minuteMs)).toBe(dueMinute === null ? null : givenMs + dueMinute * minuteMs);
});

test('what expires sooner, an exercise, and what was ended need none', () => {
  expect(reminderDue(standing({ expMs: givenMs + 10 * minuteMs }), givenMs)).toBeNull();
  expect(reminderDue(standing({ order: order({ class: 'exercise' }) }), givenMs)).toBeNull();
  expect(overdueSinceMs(standing(), givenMs + 16 * minuteMs)).toBe(givenMs + 15 * minuteMs);
  expect(overdueSinceMs(standing({ clearedMs: givenMs + 5 }), givenMs + 16 * minuteMs)).toBeNull();
  expect(overdueSinceMs(standing(), givenMs + 61 * minuteMs)).toBeNull();
});

test('it is a row of the audit and an event each quarter, until the order is ended', async () => {
  vi.useFakeTimers({ now: givenMs });
  const acts: string[] = [];
  const told: string[] = [];
  const reminder = new OrderReminder({
    feed: { tell: (event, id) => void told.push(`${event} ${id}`) },
    audit: async (act) => void acts.push(`${act.act} ${act.subject} ${(act.atMs - givenMs) / minuteMs}`),
    warn: () => undefined,
    nowMs: Date.now,
  });
  reminder.given(standing());
  await vi.advanceTimersByTimeAsync(32 * minuteMs);
  reminder.ended('o-1');
  await vi.advanceTimersByTimeAsync(60 * minuteMs);
  expect(acts).toEqual(['order.reminded o-1 15', 'order.reminded o-1 30']);
  expect(told).toEqual(['order o-1', 'order o-1']);
});
