// What every store promises of the course of readings: one row a quarter of an hour, eight days of them, and never more.
import { expect, test } from 'vitest';
import { readingPlaces, type StoredReading } from '../../controller/core/reading-series.ts';
import { readingEveryMs } from '../../schemas/reading-series.ts';
import { describeOnStore, type StoreBed } from './store-suite.ts';

const beginMs = 1_795_000_500_000 - (1_795_000_500_000 % readingEveryMs);
const at = (slot: number, temperatureC: number, dev = 'hop-1'): StoredReading => ({
  ...{ dev, atMs: beginMs + slot * readingEveryMs + 1_000 },
  values: { temperatureC },
});
const all = [0, Number.MAX_SAFE_INTEGER] as const;

export function describeReadingStore(name: string, makeBed: () => Promise<StoreBed>): void {
  describeOnStore(name, makeBed, (on) => {
    test('every kind comes back as it was measured, what nobody measured stays away, over a restart', async () => {
      const values = { temperatureC: -3.5, mainsV: 228.4, currentMa: 1204, signalDbm: -91, diskWornPercent: 30, dataMonthBytes: 5e10 };
      const [full, little] = [{ ...at(0, 1), values }, at(1, 0)];
      await on.store.readings.save([full, little, at(0, 20, 'hop-2')]);
      await on.reopen();
      expect(await on.store.readings.between('hop-1', ...all)).toEqual([full, little]);
      expect(await on.store.readings.between('hop-1', full.atMs, little.atMs)).toEqual([full]);
      expect(await on.store.readings.between('hop-3', ...all)).toEqual([]);
    });

    test('the later word of a quarter of an hour counts, also within one write', async () => {
      await on.store.readings.save([at(0, 40)]);
      await on.store.readings.save([at(0, 41), { ...at(0, 42), atMs: at(0, 42).atMs + 60_000 }]);
      expect((await on.store.readings.between('hop-1', ...all)).map(({ values }) => values)).toEqual([{ temperatureC: 42 }]);
    });

    test('a box has eight days, however long it tells', async () => {
      const count = readingPlaces + 50;
      await on.store.readings.save(Array.from({ length: count }, (_, slot) => at(slot, slot)));
      const kept = await on.store.readings.between('hop-1', ...all);
      expect(kept).toHaveLength(readingPlaces);
      expect([kept[0]?.values.temperatureC, kept.at(-1)?.values.temperatureC]).toEqual([50, count - 1]);
    });
  });
}
