// Pages that are coming to a board: which one is due, how long nothing is to be done, and when the last one is over.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type ComingPage,
  dueBy,
  endedBy,
  idleMs,
  isOver,
  lastLookMs,
  withoutAttempt,
  withoutLater,
  withPage,
} from '../../agent/board-coming.ts';

let showing = 0;
function page(atMs: number, change: Partial<ComingPage & { readonly untilMs: number; readonly last: boolean }> = {}): ComingPage {
  const { attempt = 1, order = false, untilMs = atMs + 10_000, last = false } = change;
  return { attempt, order, show: { do: 'show', output: 'screen', attempt, showing: ++showing, item: null, atMs, untilMs, last } };
}

const instants = (coming: readonly ComingPage[]) => coming.map(({ show }) => show.atMs);

describe('pages that are coming', () => {
  test('a bulletin is taken in hand a last look ahead, an order at its instant', () => {
    expect(dueBy([page(1_000)], 1_000 - lastLookMs).due).toBeDefined();
    expect(dueBy([page(1_000)], 999 - lastLookMs).due).toBeUndefined();
    expect(dueBy([page(1_000, { order: true })], 999).due).toBeUndefined();
    expect(dueBy([page(1_000, { order: true })], 1_000).due).toBeDefined();
  });

  test('of pages whose time has come the newest is taken and the others never were on', () => {
    const coming = [1_000, 2_000, 3_000, 9_000].map((atMs) => page(atMs));
    const { due, rest } = dueBy(coming, 3_000);
    expect([due?.show.atMs, instants(rest)]).toEqual([3_000, [9_000]]);
  });

  test('what is told anew of an attempt takes the place of what it was to show from then on; other attempts keep theirs', () => {
    const coming = [page(1_000), page(2_000), page(3_000), page(2_500, { attempt: 2 })];
    expect(instants(withoutLater(coming, page(2_000).show))).toEqual([1_000, 2_500]);
    expect(instants(withoutAttempt(coming, 1))).toEqual([2_500]);
  });

  test('a last page is over at its end, unless the next comes within three tenths of a second', () => {
    const { show } = page(0, { untilMs: 5_000, last: true });
    expect([isOver(show, [], 4_999), isOver(show, [], 5_000)]).toEqual([false, true]);
    expect([isOver(show, [page(5_300)], 5_100), isOver(show, [page(5_301)], 5_100)]).toEqual([false, true]);
    expect(isOver({ ...show, last: false }, [], 9_000)).toBe(false);
  });

  test('a page whose place is taken is completed near its end, and stopped before', () => {
    const { show } = page(0, { untilMs: 5_000 });
    expect([endedBy(show, 4_700), endedBy(show, 4_699)]).toEqual(['completed', 'stopped']);
  });

  test('are kept by their instants, and nobody sleeps past one, nor longer than half a second', () => {
    const at = fc.integer({ min: 0, max: 20_000 });
    const told = fc.array(fc.record({ atMs: at, order: fc.boolean() }), { maxLength: 12 });
    const playing = fc.option(fc.record({ progressInMs: fc.integer({ min: -500, max: 5_000 }), untilMs: at, last: fc.boolean() }), {
      nil: undefined,
    });
    fc.assert(
      fc.property(told, at, playing, (pages, wallMs, on) => {
        const coming = pages.reduce<readonly ComingPage[]>((all, { atMs, order }) => withPage(all, page(atMs, { order })), []);
        expect(instants(coming)).toEqual(pages.map(({ atMs }) => atMs).sort((a, b) => a - b));
        const { rest } = dueBy(coming, wallMs);
        const seen = on && { show: page(0, on).show, progressInMs: on.progressInMs };
        const ms = idleMs(rest, seen, wallMs);
        if (rest.length === 0 && !on) {
          expect(ms).toBeUndefined();
          return;
        }
        expect(ms).toBeGreaterThanOrEqual(0);
        expect(ms).toBeLessThanOrEqual(500);
        const [next] = rest;
        if (next) expect(wallMs + (ms ?? 0)).toBeLessThanOrEqual(Math.max(wallMs, next.show.atMs));
        if (on?.last) expect(wallMs + (ms ?? 0)).toBeLessThanOrEqual(Math.max(wallMs, on.untilMs));
      }),
    );
  });
});
