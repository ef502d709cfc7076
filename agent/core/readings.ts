// All that is measured around the box, as telemetry tells it.
import type { Readings } from '../../schemas/readings.ts';
import { modemReadings } from './modem.ts';
import type { Turn } from './turn.ts';

export function readingsOf(turn: Turn): Readings {
  const { meter, fanPercent } = turn.live.wired;
  return { ...modemReadings(turn), ...meter?.measured, ...(fanPercent !== null && { fanPercent }) };
}
