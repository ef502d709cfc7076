// Sums of plays as every store makes them: the same as reckoned of the receipts one by one.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keptOf, minutesOf, refusedOf, type ToldReceipt } from '../../controller/reports/sums.ts';
import type { StoredReceipt, StoredRow } from '../../controller/store/store.ts';
import { canonicalJson } from '../../schemas/canonical.ts';
import type { Fault } from '../../schemas/faults.ts';
import { Outcome, type Receipt } from '../../schemas/receipt.ts';
import { describeOnStore, type StoreBed } from './store-suite.ts';

const dayMs = 86_400_000;
const nothing = { rows: [], progress: [], conflicts: [], heads: [] };

const play = fc.record({
  dev: fc.constantFrom('a', 'b', 'c'),
  what: fc.constantFrom('occurrence', 'order', 'live'),
  class: fc.constantFrom('normal', 'priority'),
  programme: fc.constantFrom('p1', 'p2', undefined),
  outcome: fc.constantFrom(...Outcome.options),
  reason: fc.constantFrom('emergency', 'quiet-hours', undefined),
  proof: fc.constantFrom('relay', 'simulated', 'none'),
  atMs: fc.integer({ min: 0, max: 200 * dayMs }),
  lastsMs: fc.integer({ min: 1, max: 3_600_000 }),
  audibleMs: fc.integer({ min: 0, max: 3_600_000 }),
});

type Play = typeof play extends fc.Arbitrary<infer P> ? P : never;

function receiptsOf(plays: readonly Play[], run: number): ToldReceipt[] {
  return plays.map(({ dev, atMs, lastsMs, programme, reason, ...more }, at) => {
    const occurrence = `s${run}-${at}@${atMs}@main`;
    const times = { plannedStartMs: atMs, plannedEndMs: atMs + lastsMs };
    const fixed = { output: 'main', items: [], gainDb: 0, clock: 'signed' };
    return {
      dev,
      receipt: { ...more, ...(programme && { programme }), ...(reason && { reason }), ...fixed, ...times, occurrence } as Receipt,
    };
  });
}

const sorted = (list: readonly object[]) => list.map((one) => canonicalJson(one)).sort();

export function describePlayStore(name: string, makeBed: () => Promise<StoreBed>): void {
  describeOnStore(name, makeBed, (on) => {
    test('sums over a period, long or short, of all boxes or some, are those of its receipts', async () => {
      const all: ToldReceipt[] = [];
      let run = 0;
      const property = fc.asyncProperty(
        fc.array(play, { maxLength: 12 }),
        fc.integer({ min: 0, max: 200 * dayMs }),
        fc.integer({ min: 1, max: 200 * dayMs }),
        fc.constantFrom<readonly string[] | undefined>(undefined, ['a'], ['a', 'c'], ['x']),
        async (plays, fromMs, lastsMs, boxes) => {
          const fresh = receiptsOf(plays, run++);
          await on.store.log.commit({ ...nothing, receipts: fresh.map((one) => ({ ...one, receivedMs: 1 })) });
          all.push(...fresh);
          const period = { boxes, fromMs, toMs: fromMs + lastsMs };
          const within = all.filter(({ dev, receipt: { plannedStartMs } }) => {
            return plannedStartMs >= fromMs && plannedStartMs < period.toMs && (boxes === undefined || boxes.includes(dev));
          });
          expect(sorted(await on.store.plays.minutes(period))).toEqual(sorted(minutesOf(within)));
          expect(sorted(await on.store.plays.kept(period))).toEqual(sorted(keptOf(within)));
          expect(sorted(await on.store.plays.refused({ ...period, limit: 1_000 }))).toEqual(sorted(refusedOf(within)));
        },
      );
      await fc.assert(property, { numRuns: 60 });
    });

    test('the newest receipts, rows, faults and orders come in parts that together are the whole', async () => {
      const receipts = receiptsOf(fc.sample(play, { numRuns: 40, seed: 4 }), 0).map((one, at) => {
        // Some begin at the same instant.
        const plannedStartMs = Math.floor(at / 3) * 1_000;
        return { dev: one.dev, receipt: { ...one.receipt, plannedStartMs }, receivedMs: 1 };
      });
      const rows = Array.from({ length: 20 }, (_, at) => {
        return {
          dev: at % 2 ? 'a' : 'b',
          epoch: 'e',
          seq: at,
          hash: `${at}`,
          entry: '{}',
          kind: 'act',
          atMs: Math.floor(at / 4),
          receivedMs: 1,
        };
      });
      await on.store.log.commit({ ...nothing, receipts, rows });
      const partsOf = async <T>(read: (after?: T) => Promise<T[]>): Promise<T[]> => {
        const found: T[] = [];
        for (let part = await read(); part.length > 0; part = await read(part.at(-1))) found.push(...part);
        return found;
      };
      for (const of of [{}, { dev: 'a' }]) {
        expect(await partsOf((after?: StoredReceipt) => on.store.log.receipts({ ...of, after, limit: 7 }))).toEqual(
          await on.store.log.receipts({ ...of, limit: 100 }),
        );
        expect(await partsOf((after?: StoredRow) => on.store.log.rows({ ...of, after, limit: 3 }))).toEqual(
          await on.store.log.rows({ ...of, limit: 100 }),
        );
      }
      expect(await on.store.log.rows({ limit: 100 })).toHaveLength(20);
      const nobody = { answeredBy: null, answeredMs: null, assignee: null, resolvedBy: null, resolvedMs: null, note: '' };
      const faults = Array.from({ length: 11 }, (_, at) => {
        return { id: `f${at}`, box: 'a', reason: 'hot' as const, openedMs: at % 4, standingMs: 1, endedMs: null, times: 1, ...nobody };
      });
      await on.store.faults.save(faults);
      const every = await on.store.faults.faults({ open: true, limit: 100 });
      expect(every).toHaveLength(11);
      expect(await partsOf((after?: Fault) => on.store.faults.faults({ open: true, after, limit: 2 }))).toEqual(every);
    });
  });
}
