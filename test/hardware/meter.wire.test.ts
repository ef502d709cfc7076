// A power meter through a real pair of pseudo-terminals keeps the same promises as in memory.
import { describe } from 'vitest';
import { openSerial } from '../../hardware/serial.ts';
import { promiseMeter } from '../contract/meter.ts';
import { programPath } from '../tell.ts';
import { PtyLine } from './pty-line.ts';

describe.skipIf(!programPath('socat'))('a power meter on a serial port [needs socat]', () => {
  promiseMeter(async (device) => {
    const line = new PtyLine(device, 9_600);
    await line.plugIn();
    return {
      open: () => openSerial({ path: line.near, baudRate: 9_600 }),
      unplug: () => line.unplug(),
      plugIn: () => line.plugIn(),
      end: () => line.end(),
    };
  });
});
