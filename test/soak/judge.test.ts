// What a soak concludes from its samples: slopes behind the warm-up, and which limits are told as passed.
import { describe, expect, it } from 'vitest';
import { judgeSoak, type Look, lookOf, slope, soakLimits } from './judge.ts';
import { soakPicture } from './picture.ts';

const eachMs = 10_000;
const hourMs = 3_600_000;

/** An hour of samples: memory grows as told for the first twenty minutes and afterwards. */
function hour(change: (look: Look, minute: number) => Partial<Look> = () => ({})): Look[] {
  return Array.from({ length: 360 }, (_, at): Look => {
    const look = {
      atMs: 5_000 + at * eachMs,
      rssKb: 200_000,
      heapKb: 80_000,
      fds: 60,
      databaseBytes: 9_000_000,
      walBytes: 1_000_000,
      acks: 100,
      ackP50Ms: 10,
      ackP99Ms: 90,
    };
    return { ...look, ...change(look, (at * eachMs) / 60_000) };
  });
}

describe('a soak', () => {
  it('that stays as it is passes no limit', () => {
    const verdict = judgeSoak(hour());
    expect(verdict).toMatchObject({ exceeded: [], rssSlopeKbPerHour: 0, fdsGrowth: 0, ackP99Ms: 90, acks: 36_000, samples: 360 });
  });

  it('is not judged by its warm-up', () => {
    const verdict = judgeSoak(hour(({ rssKb }, minute) => ({ rssKb: rssKb - Math.max(0, 20 - minute) * 5_000 })));
    expect(verdict.exceeded).toEqual([]);
    expect(Math.abs(verdict.rssSlopeKbPerHour)).toBeLessThan(500);
    expect(verdict.rssKb).toEqual({ first: 100_000, last: 200_000, max: 200_000 });
  });

  it('that leaks memory is told, with its slope', () => {
    const verdict = judgeSoak(hour(({ rssKb }, minute) => ({ rssKb: rssKb + minute * 500 })));
    expect(verdict.rssSlopeKbPerHour).toBeCloseTo(30_000, -2);
    expect(verdict.exceeded).toEqual([expect.stringContaining('memory grew by')]);
  });

  it('whose tables fill their cache is no leak, and one beside them is', () => {
    const filling = (rssFactor: number) =>
      judgeSoak(
        hour(({ rssKb }, minute) => {
          const databaseKb = 10_000 + Math.max(0, minute - 20) * 1_000;
          return { databaseBytes: databaseKb * 1024, rssKb: rssKb + databaseKb * rssFactor };
        }),
      );
    expect(filling(1)).toMatchObject({ exceeded: [], cacheGrowthKb: expect.closeTo(40_000, -3) });
    expect(filling(1.5).exceeded).toEqual([expect.stringContaining('memory grew by')]);
  });

  it('that sways without growing is no leak', () => {
    const verdict = judgeSoak(hour(({ rssKb }, minute) => ({ rssKb: rssKb + 10_000 * Math.sin(minute * 2) })));
    expect(verdict.exceeded).toEqual([]);
  });

  it('that leaves files open, a WAL that grows or answers that come late is told', () => {
    expect(judgeSoak(hour((_, minute) => ({ fds: 60 + Math.floor(minute) }))).exceeded).toEqual([
      expect.stringContaining('files are open'),
    ]);
    expect(judgeSoak(hour((_, minute) => ({ walBytes: minute > 50 ? soakLimits.walBytesMax + 1 : 0 }))).exceeded).toEqual([
      expect.stringContaining('a WAL of'),
    ]);
    expect(judgeSoak(hour(() => ({ ackP99Ms: 6_000 }))).exceeded).toEqual([expect.stringContaining('p99 of receipts')]);
    expect(judgeSoak(hour(() => ({ acks: 0 }))).exceeded).toEqual([expect.stringContaining('no row was acknowledged')]);
  });

  it('of a few samples says so', () => {
    expect(judgeSoak(hour().slice(0, 3)).exceeded).toEqual([expect.stringContaining('samples behind the warm-up')]);
    expect(judgeSoak([]).exceeded).toEqual([expect.stringContaining('samples behind the warm-up'), 'no row was acknowledged']);
  });

  it('fits straight lines and keeps percentiles of each sample', () => {
    expect(
      slope([
        [0, 1],
        [1, 3],
        [2, 5],
      ]),
    ).toBeCloseTo(2);
    expect(slope([[1, 1]])).toBe(0);
    expect(lookOf({ atMs: 1, rssKb: 1, heapKb: 1, fds: 1, databaseBytes: 0, walBytes: 0, ackMs: [3, 1, 2] })).toMatchObject({
      acks: 3,
      ackP50Ms: 2,
      ackP99Ms: 3,
    });
    expect(lookOf({ atMs: 1, rssKb: 1, heapKb: 1, fds: 1, databaseBytes: 0, walBytes: 0, ackMs: [] })).toMatchObject({
      acks: 0,
      ackP99Ms: 0,
    });
  });

  it('is drawn with its slope', () => {
    const looks = hour(({ rssKb }, minute) => ({ rssKb: rssKb + minute * 500 }));
    const orders = [
      { atMs: 20 * 60_000, p50Ms: 300, p99Ms: 700 },
      { atMs: hourMs / 2, p50Ms: 310, p99Ms: 720 },
    ];
    const svg = soakPicture(looks, orders, judgeSoak(looks), soakLimits, 'a test');
    expect(svg).toContain('1 limit was passed');
    expect(svg).toMatch(/\+30,?\d{3} KiB an hour/);
    expect(svg).not.toContain('NaN');
  });
});
