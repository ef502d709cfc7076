// The modem's promises over a line in memory.
import { describe } from 'vitest';
import { SimulatedLine } from '../../hardware/serial/simulated-line.ts';
import { SimulatedModem } from '../../hardware/serial/simulated-modem.ts';
import { promiseModem } from './modem.ts';

describe('a modem on a line in memory', () => {
  promiseModem(async () => {
    const device = new SimulatedModem();
    const line = new SimulatedLine(device);
    const nothing = async () => undefined;
    return { device, open: () => line.open(), unplug: async () => line.unplug(), plugIn: async () => line.plugIn(), end: nothing };
  });
});
