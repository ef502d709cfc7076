// Lines of a box's page for what was measured: units stand beside figures, and what nobody measured is not there.
import { expect, test } from 'vitest';
import { readingsOf } from '../../controller/console/pages/boxes/readings.ts';
import type { Telemetry } from '../../schemas/report.ts';

const bare: Telemetry = {
  atMs: 1,
  clock: 'signed',
  upMs: 1,
  rssBytes: 1,
  diskFreeBytes: 1,
  load1: 0,
  temperatureC: 40,
  health: { state: 'ok', reasons: [] },
};

test('a box without modem and meter has no lines of them', () => {
  expect(readingsOf(bare, (key) => key)).toEqual([]);
});

test('figures stand with their units', () => {
  const all: Telemetry = {
    ...bare,
    sim: 'ready',
    registration: 'roaming',
    operator: 'Viettel',
    signalDbm: -91,
    dataMonthBytes: 3_400_000,
    dataBudgetBytes: 100e6,
    mainsV: 228.4,
    currentMa: 123.4,
    powerW: 26.5,
    energyWh: 12_345,
    memoryFreeBytes: 200 * 2 ** 20,
    diskWornPercent: 30,
    throttled: ['under-voltage'],
    clockSource: '1.vn.pool.ntp.org',
    clockOffsetMs: -1.2349,
    fanPercent: 0,
  };
  expect(Object.fromEntries(readingsOf(all, (key) => key.split('.').at(-1) ?? ''))).toEqual({
    sim: 'ready',
    network: 'Viettel · roaming',
    signal: '-91 dBm',
    data: '3.4 MB / 100 MB',
    power: '228 V · 123 mA · 26.5 W · 12.3 kWh',
    memory: '200 MB',
    worn: '30 %',
    throttled: 'under-voltage',
    clockSource: '1.vn.pool.ntp.org · -1.2 ms',
    fan: '0 %',
  });
});
