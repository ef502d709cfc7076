// All that is measured around the box, as telemetry tells it: what no supply can be is a meter's mistake and is left out.
import type { Readings } from '../../schemas/readings.ts';
import { modemReadings } from './modem.ts';
import type { Turn } from './turn.ts';
import type { Measured } from './wired.ts';

export function readingsOf(turn: Turn): Readings {
  const { meter, fanPercent } = turn.live.wired;
  return { ...modemReadings(turn), ...meterReadings(meter?.measured ?? {}), ...(fanPercent !== null && { fanPercent }) };
}

const most = { mainsV: 500, currentMa: 200_000, powerW: 50_000, energyWh: 1e12 } as const;

function meterReadings(measured: Measured): Readings {
  const fields = Object.entries(measured).filter(([name, value]) => value >= 0 && value <= most[name as keyof Measured]);
  return Object.fromEntries(fields.map(([name, value]) => [name, name === 'energyWh' ? Math.round(value) : value]));
}
