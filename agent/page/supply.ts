// What the checklist reads of supply, card and mobile line: as the box itself measured them last. Pure.
import type { Live } from '../core/model.ts';
import type { Readings } from './checklist.ts';

export type Supplies = Partial<Pick<Readings, 'underVoltage' | 'wear' | 'modem'>>;

/** A part that nobody measured is absent. */
export function suppliesOf({ telemetry: { sample }, wired: { modem } }: Pick<Live, 'telemetry' | 'wired'>): Supplies {
  const { throttled, diskWornPercent } = sample ?? {};
  return {
    ...(throttled && { underVoltage: { now: throttled.includes('under-voltage') } }),
    ...(diskWornPercent !== undefined && { wear: { usedPercent: diskWornPercent } }),
    ...(modem && {
      modem: {
        line: modem.line,
        sim: modem.sim,
        registered: modem.registration === 'home' || modem.registration === 'roaming',
        operator: modem.operator,
        signalDbm: modem.signalDbm,
      },
    }),
  };
}
