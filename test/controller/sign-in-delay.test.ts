// The delay at sign-in: it grows, it ends, and strangers keep nobody out for long.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Attempt,
  delayMs,
  delayRules,
  forgive,
  giveBack,
  judgeTry,
  namesOf,
  type TryCount,
} from '../../controller/core/sign-in-delay.ts';

const minuteMs = 60_000;
const dayMs = 1440 * minuteMs;

/** Counts as a store would keep them. */
class Book {
  readonly kept = new Map<string, TryCount>();
  nowMs = 1_000_000_000_000;

  /** How long it has to wait; none means that it was counted. */
  wrong(account: string, address: string, kind: Attempt['kind'] = 'password'): number {
    const verdict = judgeTry(this.kept, { account, address, kind }, this.nowMs);
    this.#keep(verdict.counts);
    return verdict.waitMs;
  }

  /** The right password, and a code where one is asked. */
  right(account: string, address: string, kind: Attempt['kind'] = 'password'): number {
    const attempt = { account, address, kind };
    const before = new Map(this.kept);
    const verdict = judgeTry(this.kept, attempt, this.nowMs);
    this.#keep(verdict.counts);
    if (verdict.waitMs === 0) this.#keep(forgive(this.kept, before, attempt, this.nowMs));
    return verdict.waitMs;
  }

  /** The right password where a code comes next. */
  half(account: string, address: string): number {
    const attempt: Attempt = { account, address, kind: 'password' };
    const before = new Map(this.kept);
    const verdict = judgeTry(this.kept, attempt, this.nowMs);
    this.#keep(verdict.counts);
    if (verdict.waitMs === 0) this.#keep(giveBack(this.kept, before, attempt));
    return verdict.waitMs;
  }

  /** Try until `count` were counted, waiting as told. */
  guess(account: string, address: string, count: number, kind: Attempt['kind'] = 'password'): void {
    for (let done = 0; done < count; ) {
      const waitMs = this.wrong(account, address, kind);
      if (waitMs === 0) done++;
      this.nowMs += waitMs;
    }
  }

  #keep(counts: readonly TryCount[]): void {
    for (const count of counts) this.kept.set(count.name, count);
  }
}

describe('the delay', () => {
  test('is none for the first tries, then doubles up to its end', () => {
    const { pair } = delayRules;
    expect([1, 2, 3, 4, 5, 6, 7].map((failures) => delayMs(failures, pair))).toEqual([0, 0, 0, 1000, 2000, 4000, 8000]);
    expect(delayMs(1e9, pair)).toBe(pair.maxMs);
  });

  test('never sinks with more failures and never passes its end', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.values(delayRules)), fc.nat(5_000), (rule, failures) => {
        const [now, next] = [delayMs(failures, rule), delayMs(failures + 1, rule)];
        expect(next).toBeGreaterThanOrEqual(now);
        expect(next).toBeLessThanOrEqual(rule.maxMs);
      }),
    );
  });

  test('counts many at once as many, and none that it refused', () => {
    const book = new Book();
    const waits = Array.from({ length: 100 }, () => book.wrong('x', 'a'));
    expect(waits.filter((waitMs) => waitMs === 0)).toHaveLength(4);
    expect(book.kept.get('pair x a')?.failures).toBe(4);
    book.nowMs += 1_000;
    expect(book.wrong('x', 'a')).toBe(0);
    expect(book.wrong('x', 'a')).toBe(2_000);
  });

  test('always ends: whoever waits as told is looked at, whatever came before', () => {
    const step = fc.record({
      who: fc.constantFrom('x', 'y'),
      from: fc.constantFrom('a', 'b'),
      kind: fc.constantFrom('password' as const, 'code' as const),
      does: fc.constantFrom('wrong' as const, 'right' as const),
      laterMs: fc.nat(dayMs),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const book = new Book();
        for (const { who, from, kind, does, laterMs } of steps) {
          book[does](who, from, kind);
          book.nowMs += laterMs;
        }
        const waitMs = book.right('x', 'a', 'code');
        expect(waitMs).toBeLessThanOrEqual(delayRules.code.maxMs);
        book.nowMs += waitMs;
        expect(book.right('x', 'a', 'code')).toBe(0);
      }),
    );
  });
});

describe('strangers', () => {
  test('who guess from elsewhere keep nobody out who signed in from an address before', () => {
    const book = new Book();
    expect(book.right('x', 'office')).toBe(0);
    for (const bot of Array.from({ length: 40 }, (_, i) => `bot-${i}`)) {
      book.nowMs += delayRules.account.maxMs;
      book.wrong('x', bot);
    }
    expect(book.wrong('x', 'bot-99')).toBeGreaterThan(0);
    expect(book.right('x', 'office')).toBe(0);
  });

  test('who sit behind the same address keep no account out but the one they guess at', () => {
    const book = new Book();
    book.right('x', 'office');
    book.guess('y', 'office', 30);
    expect(book.wrong('z', 'office')).toBeGreaterThan(0);
    expect(book.right('x', 'office')).toBe(0);
  });

  test('cannot reach the count of codes: their wrong passwords never touch it', () => {
    const book = new Book();
    book.guess('x', 'bot', 30);
    expect(book.kept.has(namesOf({ account: 'x', address: 'bot', kind: 'code' }).code)).toBe(false);
  });

  test('who make up names wait like those who know one', () => {
    const book = new Book();
    const waits = (account: string) => Array.from({ length: 6 }, () => book.wrong(account, account));
    expect(waits('real')).toEqual(waits('made-up'));
  });
});

describe('a sign-in', () => {
  test('begins the account anew and tells how many tries were refused before', () => {
    const book = new Book();
    book.guess('x', 'bot', 7);
    expect(book.kept.get('account x')?.total).toBe(7);
    book.nowMs += minuteMs;
    book.right('x', 'home');
    expect(book.kept.get('account x')).toMatchObject({ failures: 0, total: 0 });
    expect(book.kept.get('pair x home')?.goodMs).toBe(book.nowMs);
  });

  test('with the password alone gives back its own try and nothing more', () => {
    const book = new Book();
    book.guess('x', 'bot', 6);
    book.nowMs += minuteMs;
    const before = new Map(book.kept);
    expect(book.half('x', 'bot')).toBe(0);
    expect(book.kept.get('pair x bot')).toEqual(before.get('pair x bot'));
    expect(book.kept.get('account x')).toEqual(before.get('account x'));
  });

  test('with a stolen password does not free guesses at the code', () => {
    const book = new Book();
    const spent: number[] = [];
    for (let i = 0; i < 40; i++) {
      while (book.half('x', `bot-${i}`) > 0) book.nowMs += 1_000;
      const fromMs = book.nowMs;
      for (let waitMs = book.wrong('x', `bot-${i}`, 'code'); waitMs > 0; waitMs = book.wrong('x', `bot-${i}`, 'code')) book.nowMs += waitMs;
      spent.push(book.nowMs - fromMs);
    }
    expect(spent.slice(-10).every((ms) => ms >= delayRules.code.maxMs - minuteMs)).toBe(true);
  });

  test('after a clock was set back waits for no delay of the future', () => {
    const book = new Book();
    book.guess('x', 'a', 20);
    book.wrong('x', 'a');
    book.nowMs -= 30 * dayMs;
    expect(book.right('x', 'a')).toBe(0);
  });
});
