// The meter's promises over a line in memory.
import { describe } from 'vitest';
import { SimulatedLine } from '../../hardware/serial/simulated-line.ts';
import { promiseMeter } from './meter.ts';

describe('a power meter on a line in memory', () => {
  promiseMeter(async (device) => {
    const line = new SimulatedLine(device);
    return { open: () => line.open(), unplug: async () => line.unplug(), plugIn: async () => line.plugIn(), end: async () => undefined };
  });
});
