// Rates as plain arithmetic: what a bucket allows over any time, who is remembered, and clones that change places ever more rarely.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ArrivalLimits, Arrivals, networkOf } from '../../broker/arrivals.ts';
import { brokerLimits } from '../../broker/limits.ts';
import { debtMs, fullBucket, RateTable, taken } from '../../broker/rates.ts';
import { type TakeOvers, takeOver } from '../../broker/take-overs.ts';

const rate = { perSecond: 10, burst: 50 };

describe('a bucket', () => {
  it('gives a burst, then no more than its rate, however the time is cut up', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 60 }), (gapsMs) => {
        let bucket = fullBucket(rate, 0);
        let nowMs = 0;
        let given = 0;
        for (const gapMs of gapsMs) {
          nowMs += gapMs;
          while (debtMs(bucket, rate) === 0) {
            bucket = taken(bucket, rate, 1, nowMs);
            if (bucket.left < 0) break;
            given++;
          }
          bucket = taken(bucket, rate, 0, nowMs);
        }
        expect(given).toBeLessThanOrEqual(rate.burst + (nowMs * rate.perSecond) / 1000);
      }),
    );
  });

  it('says how long a debt takes, and time alone pays it', () => {
    const after = taken(fullBucket(rate, 0), rate, 80, 0);
    expect(debtMs(after, rate)).toBe(3000);
    expect(debtMs(taken(after, rate, 0, 2900), rate)).toBe(100);
    expect(debtMs(taken(after, rate, 0, 3000), rate)).toBe(0);
  });
});

describe('a table of buckets', () => {
  it('bounds a debt, forgets who is quiet and never grows beyond its names', () => {
    const table = new RateTable(rate, 3);
    expect(table.take('a', 1000, 0)).toBe(95_000);
    expect(table.waitMs('a', 0)).toBe(5000);
    for (const name of ['b', 'c', 'd', 'e']) table.take(name, 1, 0);
    expect(table.size).toBe(3);
    expect(table.waitMs('a', 0)).toBe(0);
    table.sweep(100);
    expect(table.size).toBe(0);
  });
});

describe('clones of one certificate', () => {
  const rules = { perMinuteMax: 3, holdMinMs: 5000, holdMaxMs: 60_000, calmMs: 300_000 };
  const play = (triesMs: readonly number[]) => {
    let state: TakeOvers | undefined;
    return triesMs.map((atMs) => {
      const verdict = takeOver(state, atMs, rules);
      state = verdict.state;
      return { atMs, ...verdict };
    });
  };

  it('are let change places three times, then after 5, 10, 20, 40 s and once a minute, told once', () => {
    const told = play(Array.from({ length: 400 }, (_, i) => i * 1000));
    expect(told.filter(({ welcome }) => welcome).map(({ atMs }) => atMs / 1000)).toEqual([0, 1, 2, 8, 18, 38, 78, 138, 198, 258, 318, 378]);
    expect(told.filter(({ loopBegins }) => loopBegins).map(({ atMs }) => atMs)).toEqual([3000]);
  });

  it('do not cost an honest box its place when its line breaks now and then', () => {
    expect(play(Array.from({ length: 100 }, (_, i) => i * 21_000)).every(({ welcome }) => welcome)).toBe(true);
  });

  it('are forgotten after a calm', () => {
    const told = play([0, 1, 2, 3, 4, 400_000, 400_001]);
    expect(told.map(({ welcome }) => welcome)).toEqual([true, true, true, false, false, true, true]);
  });
});

describe('arrivals', () => {
  const limits: ArrivalLimits = {
    addressRate: { perSecond: 10, burst: 100 },
    refusalRate: { perSecond: 1, burst: 5 },
    narrowRate: { perSecond: 2, burst: 4 },
    identityRate: { perSecond: 1, burst: 2 },
    takeOvers: { perMinuteMax: 1, holdMinMs: 1000, holdMaxMs: 2000, calmMs: 10_000 },
  };

  it('lets a crowd of one address in, and few of an address that is refused again and again', () => {
    const arrivals = new Arrivals(limits);
    const let1 = Array.from({ length: 120 }, () => arrivals.mayKnock('192.0.2.1', 0)).filter(Boolean).length;
    for (let i = 0; i < 20; i++) if (arrivals.mayKnock('192.0.2.2', 0)) arrivals.wasRefused('192.0.2.2', 0);
    expect({ let1, other: arrivals.mayKnock('192.0.2.2', 0), third: arrivals.mayKnock('192.0.2.3', 0) }).toEqual({
      let1: 101,
      other: false,
      third: true,
    });
    expect(arrivals.mayKnock('192.0.2.2', 10_000)).toBe(true);
  });

  it('never shut an address to its honest boxes for what a stranger behind it does', () => {
    const arrivals = new Arrivals(limits);
    let honest = 0;
    // An hour of a stranger that is refused some ten times a second, and a box that tries every ten seconds.
    for (let i = 0; i < 36_000; i++) {
      const atMs = i * 100 + ((i * 7919) % 97);
      if (arrivals.mayKnock('192.0.2.4', atMs)) arrivals.wasRefused('192.0.2.4', atMs);
      if (i % 97 === 43 && arrivals.mayKnock('192.0.2.4', i * 100 + 98)) honest++;
    }
    expect(honest).toBeGreaterThan(10);
  });

  it('hold nobody up for boxes whose certificates have ended and that go on trying', () => {
    const arrivals = new Arrivals(brokerLimits.arrivals);
    const tries = Array.from({ length: 600 * 30 }, (_, i) => {
      const nowMs = (i * 1000) / 30;
      // Thirty of them, once a second each for ten minutes; and a neighbour every second.
      if (arrivals.mayKnock('192.0.2.5', nowMs)) arrivals.wasRefused('192.0.2.5', nowMs);
      return i % 30 === 7 ? arrivals.mayKnock('192.0.2.5', nowMs) : true;
    });
    expect(tries.every(Boolean)).toBe(true);
  });

  it('holds an identity to its own rate', () => {
    const arrivals = new Arrivals(limits);
    expect([1, 2, 3, 4].map(() => arrivals.mayEnter('box:b1', 0))).toEqual([true, true, true, false]);
    expect([arrivals.mayEnter('box:b2', 0), arrivals.mayEnter('box:b1', 1000)]).toEqual([true, true]);
  });

  it('takes the /64 of IPv6 as one address and IPv4 in IPv6 as IPv4', () => {
    expect(networkOf('::ffff:192.0.2.1')).toBe('192.0.2.1');
    expect(networkOf('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64');
    expect(networkOf('2001:db8:1:2::9')).toBe('2001:db8:1:2::/64');
    expect(networkOf('2001:db8::1')).toBe('2001:db8:0:0::/64');
    expect(networkOf('fe80::1%eth0')).toBe('fe80:0:0:0::/64');
    expect(networkOf('::1')).toBe('0:0:0:0::/64');
  });
});
