// How readings went: one sample a quarter of an hour is kept by the centre's clock, told on a grid, and read by who sees the box.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readingOf, readingSeries, readingSpan } from '../../controller/core/reading-series.ts';
import { type ReadingSeriesAnswer, readingEveryMs } from '../../schemas/reading-series.ts';
import type { Telemetry } from '../../schemas/report.ts';
import { defaultBoxSettings } from '../../schemas/settings.ts';
import { type BuiltCentre, makeCentre, must, seedOf, startMs } from './built-centre.ts';

const dev = 'hop-1';
const told = (atMs: number, more: Partial<Telemetry> = {}): Telemetry => ({
  ...{ atMs, clock: 'signed', upMs: 1, rssBytes: 1, diskFreeBytes: 1, load1: 0, temperatureC: 40, health: { state: 'ok', reasons: [] } },
  ...more,
});

describe('the grid', () => {
  test('ends with the quarter of an hour that runs', () => {
    const span = readingSpan(7, 7 * 86_400_000 + 1);
    expect(span).toEqual({ fromMs: readingEveryMs, everyMs: readingEveryMs, count: 672 });
    expect(readingSpan(1, 2 * readingEveryMs).fromMs + 96 * readingEveryMs).toBe(3 * readingEveryMs);
  });

  test('what nobody measured is null, a kind that nobody measured is not there, what lies outside is left out', () => {
    const span = { fromMs: 0, count: 3 };
    const kept = [-1, 0, 2, 3].map((slot) => ({ dev, atMs: slot * readingEveryMs, values: { signalDbm: -90 - slot } }));
    expect(readingSeries(span, kept)).toEqual([{ kind: 'signalDbm', values: [-90, null, -92] }]);
  });

  test('a sample that measured nothing of it is none', () => {
    expect(readingOf(dev, told(1, { temperatureC: null }), 5)).toBeUndefined();
    expect(readingOf(dev, told(1, { mainsV: 12.4 }), 5)).toEqual({ dev, atMs: 5, values: { temperatureC: 40, mainsV: 12.4 } });
  });
});

describe('at the centre', () => {
  let built: BuiltCentre;
  beforeEach(async () => {
    built = await makeCentre(seedOf({}));
    const box = {
      ...{ id: dev, name: 'Cụm loa nhà văn hóa', area: '08/02536', groups: [], settings: defaultBoxSettings },
      ...{ createdMs: startMs, enrolledMs: startMs, signingKey: 'AA==', certificate: null },
    };
    must(await built.centre.store.estate.addBox(box, { atMs: startMs, actor: 'x', act: 'box.register', subject: dev, sha256: '' }));
    built.centre.registry.put(box);
  });
  afterEach(() => built.stop());

  const asked = async (query = ''): Promise<ReadingSeriesAnswer> => {
    const { status, body } = await (await built.as('duyet'))('GET', `/boxes/${dev}/readings${query}`);
    expect(status).toBe(200);
    return body;
  };

  test('keeps the first sample of each quarter of an hour, whatever the box thinks the time is', async () => {
    const begin = startMs - (startMs % readingEveryMs);
    for (const [minute, temperatureC] of [[0, 40] as const, [5, 90] as const, [15, 42] as const, [46, 44] as const]) {
      built.clock.nowMs = begin + minute * 60_000;
      await built.fromBox(dev, 'tm', told(7, { temperatureC, dataMonthBytes: minute, dataBudgetBytes: 1e9 }));
      await built.centre.registry.save();
    }
    const { series, fromMs, count, dataBudgetBytes } = await asked();
    expect(dataBudgetBytes).toBe(1e9);
    expect(fromMs + count * readingEveryMs).toBe(begin + 4 * readingEveryMs);
    expect(series.map(({ kind, values }) => [kind, values.slice(-5)])).toEqual([
      ['temperatureC', [null, 40, 42, null, 44]],
      ['dataMonthBytes', [null, 0, 15, null, 46]],
    ]);
    expect((await asked('?days=7')).count).toBe(7 * 96);
  });

  test('what a store would not take is kept in mind and saved later', async () => {
    await built.fromBox(dev, 'tm', told(1));
    const { readings } = built.centre.store;
    const real = readings.save.bind(readings);
    let refusals = 1;
    readings.save = (rows) => (refusals-- > 0 ? Promise.reject(new Error('full')) : real(rows));
    await expect(built.centre.registry.save()).rejects.toThrow('full');
    await built.centre.registry.save();
    expect((await asked()).series.map(({ kind }) => kind)).toEqual(['temperatureC']);
  });

  test('a box that told nothing has no series; another span or box is refused', async () => {
    expect((await asked()).series).toEqual([]);
    const ask = await built.as('duyet');
    for (const days of ['0', '8', '-1', 'x']) expect((await ask('GET', `/boxes/${dev}/readings?days=${days}`)).status).toBe(400);
    expect((await ask('GET', '/boxes/hop-9/readings')).status).toBe(404);
  });
});
