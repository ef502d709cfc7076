// What modem, meter and board measured, as lines of the box's page: only what was measured, each with its unit.
import type { Telemetry } from '../../../../schemas/report.ts';

export type Reading = readonly [key: string, value: string];

const mega = (bytes: number) => `${(bytes / 1e6).toFixed(bytes < 10e6 ? 1 : 0)} MB`;

/** `t` finds words by key. The order is that of a person who looks for why a box is away. */
export function readingsOf(telemetry: Telemetry, t: (key: string) => string): Reading[] {
  const { sim, registration, operator, signalDbm, dataMonthBytes, dataBudgetBytes } = telemetry;
  const { mainsV, currentMa, powerW, energyWh, memoryFreeBytes, diskWornPercent, throttled, clockSource, clockOffsetMs, fanPercent } =
    telemetry;
  const amplifiers = [
    mainsV !== undefined && `${mainsV.toFixed(0)} V`,
    currentMa !== undefined && `${Math.round(currentMa)} mA`,
    powerW !== undefined && `${powerW.toFixed(1)} W`,
    energyWh !== undefined && `${(energyWh / 1000).toFixed(1)} kWh`,
  ].filter((one) => one !== false);
  const network = [operator, registration && t(`boxes:registration.${registration}`)].filter(Boolean);
  const lines: (Reading | false | undefined)[] = [
    sim !== undefined && ['sim', t(`boxes:sim.${sim}`)],
    network.length > 0 && ['network', network.join(' · ')],
    signalDbm !== undefined && ['signal', `${signalDbm} dBm`],
    dataMonthBytes !== undefined && [
      'data',
      dataBudgetBytes === undefined ? mega(dataMonthBytes) : `${mega(dataMonthBytes)} / ${mega(dataBudgetBytes)}`,
    ],
    amplifiers.length > 0 && ['power', amplifiers.join(' · ')],
    memoryFreeBytes !== undefined && ['memory', `${Math.round(memoryFreeBytes / 2 ** 20)} MB`],
    diskWornPercent !== undefined && ['worn', `${diskWornPercent} %`],
    throttled !== undefined && [
      'throttled',
      throttled.length === 0 ? t('boxes:throttle.none') : throttled.map((one) => t(`boxes:throttle.${one}`)).join(', '),
    ],
    clockSource !== undefined && [
      'clockSource',
      clockOffsetMs === undefined ? clockSource : `${clockSource} · ${clockOffsetMs.toFixed(1)} ms`,
    ],
    fanPercent !== undefined && ['fan', `${fanPercent} %`],
  ];
  return lines.filter((line): line is Reading => Array.isArray(line));
}
