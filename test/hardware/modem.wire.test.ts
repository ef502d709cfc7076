// A modem through a real pair of pseudo-terminals keeps the same promises as in memory.
import { describe } from 'vitest';
import { SimulatedModem } from '../../hardware/serial/simulated-modem.ts';
import { openSerial } from '../../hardware/serial.ts';
import { promiseModem } from '../contract/modem.ts';
import { programPath } from '../tell.ts';
import { PtyLine } from './pty-line.ts';

describe.skipIf(!programPath('socat'))('a modem on a serial port [needs socat]', () => {
  promiseModem(async () => {
    const device = new SimulatedModem();
    const line = new PtyLine(device);
    await line.plugIn();
    return {
      device,
      open: () => openSerial({ path: line.near, baudRate: 115_200 }),
      unplug: () => line.unplug(),
      plugIn: () => line.plugIn(),
      end: () => line.end(),
    };
  });
});
