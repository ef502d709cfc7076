// Readings of boxes in SQL: whole numbers in narrow rows, for ten thousand boxes make seven million of them.
import { type ReadingValues, readingPlaces, readingSlot, type StoredReading } from '../core/reading-series.ts';
import { put } from './batch.ts';
import type { ReadingStore } from './reading-store.ts';
import type { Writer } from './writer.ts';

/** Column of each kind, and how many of its whole numbers make one of the unit. */
const columns: Readonly<Record<keyof ReadingValues, readonly [column: string, per: number]>> = {
  temperatureC: ['temperature_tenths', 10],
  mainsV: ['mains_tenths', 10],
  currentMa: ['current_ma', 1],
  signalDbm: ['signal_dbm', 1],
  diskWornPercent: ['disk_worn_percent', 1],
  dataMonthBytes: ['data_month_bytes', 1],
};
const kinds = Object.entries(columns) as [keyof ReadingValues, readonly [string, number]][];

export class SqlReadings implements ReadingStore {
  readonly #writer: Writer;

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  save(readings: readonly StoredReading[]): Promise<void> {
    const rows = readings.map(({ dev, atMs, values }) => [
      ...[dev, readingSlot(atMs) % readingPlaces, atMs],
      ...kinds.map(([kind, [, per]]) => {
        const value = values[kind];
        return value === undefined ? null : Math.round(value * per);
      }),
    ]);
    return this.#writer.write([put('readings', ['dev', 'place'], ['at_ms', ...kinds.map(([, [column]]) => column)], rows)]);
  }

  async between(dev: string, fromMs: number, toMs: number): Promise<StoredReading[]> {
    const sql = 'SELECT * FROM readings WHERE dev = ? AND at_ms >= ? AND at_ms < ? ORDER BY at_ms';
    return (await this.#writer.database.read(sql, [dev, fromMs, toMs])).map((row) => ({
      ...{ dev, atMs: Number(row['at_ms']) },
      values: Object.fromEntries(
        kinds.flatMap(([kind, [column, per]]) => (row[column] === null ? [] : [[kind, Number(row[column]) / per]])),
      ),
    }));
  }
}
