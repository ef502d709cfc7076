// What every power meter door promises, whatever line it hangs on.
import { afterEach, expect, test } from 'vitest';
import { ModbusMeter } from '../../hardware/serial/meter.ts';
import { type Measured, type MeterMap, pzem004t } from '../../hardware/serial/meter-map.ts';
import { SimulatedMeter } from '../../hardware/serial/simulated-meter.ts';
import type { Serial } from '../../hardware/serial.ts';
import type { Result } from '../../schemas/problems.ts';
import { until } from '../wire/waiting.ts';

export interface MeterLine {
  readonly open: () => Promise<Result<Serial>>;
  readonly unplug: () => Promise<void>;
  readonly plugIn: () => Promise<void>;
  readonly end: () => Promise<void>;
}

const seenWithinMs = 30_000;
const figures = { mainsV: 228.4, currentMa: 70_123, powerW: 15_876.5, energyWh: 123_456 };

export function promiseMeter(make: (device: SimulatedMeter) => Promise<MeterLine>): void {
  const ends: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });
  async function metered(map: MeterMap = pzem004t) {
    const device = new SimulatedMeter(1);
    device.setPzem(figures);
    const line = await make(device);
    const meter = new ModbusMeter({ open: line.open, map, address: 1, readEveryMs: 50 });
    const told: { readonly measured: Measured | null; readonly detail: string }[] = [];
    meter.onMeasured((measured, detail) => told.push({ measured, detail }));
    meter.start();
    ends.push(line.end, () => meter.stop());
    const next = (fits: (one: (typeof told)[number]) => boolean) => {
      const from = told.length;
      return until(`a reading; last ${JSON.stringify(told.at(-1))}`, () => told.slice(from).find(fits), seenWithinMs);
    };
    return { device, line, next };
  }

  test('tells volts, milliamperes, watts and watt hours of a PZEM-004T', async () => {
    const { next } = await metered();
    expect((await next(({ measured }) => measured !== null)).measured).toEqual(figures);
  });

  test('reads any other meter by its map: function, word order, type, scale', async () => {
    const { device, next } = await metered({
      mainsV: { function: 3, register: 100, type: 'f32', wordOrder: 'high-first', scale: 1 },
      currentMa: { function: 3, register: 300, type: 'i32', wordOrder: 'low-first', scale: 10 },
      powerW: { function: 4, register: 0, type: 'i16', wordOrder: 'high-first', scale: 0.5 },
    });
    device.set(3, 100, [0x4366, 0x8000]); // 230.5 as IEEE 754
    device.set(3, 300, [0xfffe, 0xffff]);
    device.set(4, 0, [0xff9c]);
    expect((await next(({ measured }) => measured !== null)).measured).toEqual({ mainsV: 230.5, currentMa: -20, powerW: -50 });
  });

  test('reads again what came with a wrong CRC, and tells a line that spoils everything', async () => {
    const { device, next } = await metered();
    await next(({ measured }) => measured !== null);
    [device.fault, device.faultsLeft] = ['crc', 2];
    expect((await next(() => device.faultsLeft <= 0)).measured).toEqual(figures);
    [device.fault, device.faultsLeft] = ['crc', Number.POSITIVE_INFINITY];
    expect((await next(({ measured }) => measured === null)).detail).toContain('hash-mismatch');
    device.fault = 'none';
    expect((await next(({ measured }) => measured !== null)).measured).toEqual(figures);
  });

  test.each(['half', 'silent'] as const)(
    'tells a meter that says %s, and that it is back',
    async (fault) => {
      const { device, next } = await metered();
      await next(({ measured }) => measured !== null);
      device.fault = fault;
      expect((await next(({ measured }) => measured === null)).detail).toContain('tool-timeout');
      device.fault = 'none';
      expect((await next(({ measured }) => measured !== null)).measured).toEqual(figures);
    },
    90_000,
  );

  test('is not confused by its own echo', async () => {
    const { device, next } = await metered();
    device.fault = 'echo';
    expect((await next(({ measured }) => measured !== null)).measured).toEqual(figures);
  });

  test('tells registers that the meter does not have', async () => {
    const { next } = await metered({ powerW: { function: 3, register: 9, type: 'u16', wordOrder: 'high-first', scale: 1 } });
    expect((await next(({ measured }) => measured === null)).detail).toContain('exception 2');
  });

  test('is found again after unplugging', async () => {
    const { line, next } = await metered();
    await next(({ measured }) => measured !== null);
    await line.unplug();
    expect((await next(({ measured }) => measured === null)).detail).toContain('device-failed');
    await line.plugIn();
    expect((await next(({ measured }) => measured !== null)).measured).toEqual(figures);
  }, 90_000);
}
