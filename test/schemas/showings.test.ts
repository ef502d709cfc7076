// What a board shows when: rounds and slots, validity at the millisecond, joining in the middle.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Item } from '../../schemas/programme.ts';
import { isValid, type Playlist, type Showing, showingAfter, showingAt, showingMinMs, showingsIn } from '../../schemas/showings.ts';

const startMs = 1_800_000_000_000;
const page = (title: string, durationMs: number, more: Partial<Item> = {}): Item => ({
  sha256: title.padEnd(64, '0'),
  bytes: 10,
  type: 'text/html',
  title,
  language: 'vi',
  durationMs,
  gainDb: 0,
  ...more,
});
const list = (items: Item[], more: Partial<Playlist> = {}): Playlist => ({ items, repeat: { times: 1, gapMs: 0 }, startMs, ...more });
const told = (showings: readonly Showing[]) =>
  showings.map(({ item, fromMs, untilMs }) => `${item?.title ?? '-'} ${(fromMs - startMs) / 1000}-${(untilMs - startMs) / 1000}`);
const all = (playlist: Playlist) => told(showingsIn(playlist, startMs, startMs + 24 * 3_600_000));

describe('what lasts', () => {
  test('goes round until the span ends, the last page cut at its end', () => {
    expect(all(list([page('a', 10_000), page('b', 20_000)], { lastsMs: 75_000 }))).toEqual([
      'a 0-10',
      'b 10-30',
      'a 30-40',
      'b 40-60',
      'a 60-70',
      'b 70-75',
    ]);
  });

  test('gives shares, and begins no page for less than a second', () => {
    const items = [page('a', 10_000, { share: 2 }), page('b', 10_000), page('c', 10_000)];
    expect(all(list(items, { lastsMs: 40_400 }))).toEqual(['a 0-10', 'b 10-20', 'a 20-30', 'c 30-40.4']);
  });

  test('passes over what is not valid yet or no more, and cuts a page at the end of its validity', () => {
    const items = [
      page('a', 10_000),
      page('b', 10_000, { validFromMs: startMs + 25_000 }),
      page('c', 10_000, { validUntilMs: startMs + 35_000 }),
    ];
    expect(all(list(items, { lastsMs: 60_000 }))).toEqual(['a 0-10', 'c 10-20', 'a 20-30', 'b 30-40', 'a 40-50', 'b 50-60']);
  });

  test('holds the last page through what is left, yet never past its validity', () => {
    const bound = (validUntilMs: number) => all(list([page('a', 10_000, { validUntilMs: startMs + validUntilMs })], { lastsMs: 10_900 }));
    expect(bound(10_700)).toEqual(['a 0-10.7']);
    expect(bound(10_000)).toEqual(['a 0-10']);
    expect(bound(20_000)).toEqual(['a 0-10.9']);
  });

  test('with nothing valid it is the safe page, until something is', () => {
    const items = [page('a', 10_000, { validFromMs: startMs + 15_000 })];
    expect(all(list(items, { lastsMs: 30_000 }))).toEqual(['- 0-15', 'a 15-25', 'a 25-30']);
  });
});

describe('what is repeated', () => {
  test('keeps its slots: gaps hold the page, a slot whose item is not valid all through is the safe page', () => {
    const items = [page('a', 10_000), page('b', 20_000, { validUntilMs: startMs + 40_000 })];
    expect(all(list(items, { repeat: { times: 2, gapMs: 5_000 } }))).toEqual(['a 0-10', 'b 10-35', 'a 35-45', '- 45-65']);
  });
});

const items = fc.array(
  fc.record({
    s: fc.integer({ min: 1, max: 40 }),
    share: fc.integer({ min: 1, max: 4 }),
    from: fc.option(fc.integer({ min: -50, max: 400 })),
    for: fc.option(fc.integer({ min: 1, max: 300 })),
  }),
  { minLength: 1, maxLength: 6 },
);
const playlist = fc
  .record({
    items,
    lasts: fc.option(fc.integer({ min: 1, max: 900 })),
    times: fc.integer({ min: 1, max: 4 }),
    gap: fc.integer({ min: 0, max: 9 }),
  })
  .map(
    (one): Playlist =>
      list(
        one.items.map(({ s, share, from, for: length }, at) =>
          page(`${at}`, s * 1000, {
            share,
            ...(from === null ? {} : { validFromMs: startMs + from * 1000 }),
            ...(length === null ? {} : { validUntilMs: startMs + ((from ?? 0) + length) * 1000 }),
          }),
        ),
        one.lasts === null ? { repeat: { times: one.times, gapMs: one.gap * 1000 } } : { lastsMs: one.lasts * 1000 },
      ),
  );

describe('any playlist', () => {
  test('shows one thing after another without a hole, each of its items only while it is valid', () => {
    fc.assert(
      fc.property(playlist, (one) => {
        const showings = showingsIn(one, startMs, startMs + 3_600_000);
        for (const [at, { item, fromMs, untilMs }] of showings.entries()) {
          expect(untilMs).toBeGreaterThan(fromMs);
          expect(fromMs).toBe(at === 0 ? startMs : showings[at - 1]?.untilMs);
          if (item && one.lastsMs !== undefined) expect(isValid(item, untilMs - 1) && isValid(item, fromMs)).toBe(true);
          else if (item) expect(isValid(item, fromMs)).toBe(true);
          if (item && one.lastsMs !== undefined) expect(untilMs - fromMs).toBeGreaterThanOrEqual(showingMinMs);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('answers the same to whoever asks in the middle', () => {
    fc.assert(
      fc.property(playlist, fc.integer({ min: 0, max: 900_000 }), (one, afterMs) => {
        const atMs = startMs + afterMs;
        const whole = showingsIn(one, startMs, startMs + 3_600_000).find(({ fromMs, untilMs }) => fromMs <= atMs && atMs < untilMs);
        const joined = showingAt(one, atMs);
        expect(joined && { ...joined, fromMs: whole?.fromMs }).toEqual(whole);
        if (whole && joined) expect(showingAfter(one, joined)).toEqual(showingAfter(one, whole));
      }),
      { numRuns: 500 },
    );
  });
});
