// The modem, its SIM and its network: which fault stands, as a table of what was seen. One cause is named, not all that follows from it.
import type { HardwareReason, Readings } from '../../schemas/readings.ts';
import type { Turn } from './turn.ts';
import { type ModemSeen, standing } from './wired.ts';

/** A cable that is moved, a modem that starts again: no fault yet. */
export const modemGoneMs = 5_000;
/** A network is found within this after a modem's start. */
export const unregisteredMs = 15_000;
export const weakMs = 15_000;
/** Below this lines break; a signal is well again this much above it. */
export const weakDbm = { rises: -115, ends: -110 } as const;
/** Of the month's budget. */
export const budgetShare = 0.8;

/** The first cause in the chain line → SIM → network → signal, and how long it has to stand. Pure. */
export function modemTrouble(modem: ModemSeen, wasWeak: boolean): { readonly fault: HardwareReason; readonly forMs: number } | null {
  if (modem.line === 'gone') return { fault: 'modem-gone', forMs: modemGoneMs };
  if (modem.line === 'silent') return { fault: 'modem-silent', forMs: 0 };
  switch (modem.sim) {
    case 'missing':
      return { fault: 'sim-missing', forMs: modemGoneMs };
    case 'pin':
      return { fault: 'sim-pin', forMs: modemGoneMs };
    case 'puk':
      return { fault: 'sim-locked', forMs: modemGoneMs };
    case 'failed':
      return { fault: 'sim-failed', forMs: modemGoneMs };
    case 'unknown':
      return null; // a card that starts
    case 'ready':
      break;
    default:
      modem.sim satisfies never;
  }
  if (modem.registration !== 'home' && modem.registration !== 'roaming') return { fault: 'modem-unregistered', forMs: unregisteredMs };
  const limitDbm = wasWeak ? weakDbm.ends : weakDbm.rises;
  return modem.signalDbm !== null && modem.signalDbm < limitDbm ? { fault: 'modem-weak', forMs: weakMs } : null;
}

const modemFaults = [
  'modem-gone',
  'modem-silent',
  'sim-missing',
  'sim-pin',
  'sim-locked',
  'sim-failed',
  'modem-unregistered',
  'modem-weak',
] as const satisfies readonly HardwareReason[];

export function closeModem(turn: Turn): void {
  const { modem, traffic } = turn.live.wired;
  if (modem) {
    const trouble = modemTrouble(modem, turn.live.faults.includes('modem-weak'));
    for (const fault of modemFaults) standing(turn, fault, trouble?.fault === fault, trouble?.forMs ?? 0, () => wordOf(modem));
  }
  if (!traffic) return;
  const { monthBytes, budgetBytes } = traffic;
  const over = budgetBytes !== null && monthBytes >= budgetBytes * budgetShare;
  standing(turn, 'data-budget', over, 0, () => `${megabytes(monthBytes)} of ${megabytes(budgetBytes ?? 0)} MB this month`);
}

/** Fields of telemetry. */
export function modemReadings(turn: Turn): Readings {
  const { modem, traffic } = turn.live.wired;
  const answers = modem?.line === 'answers';
  return {
    ...(modem && { sim: modem.sim, registration: modem.registration }),
    ...(answers && modem.operator !== null && { operator: modem.operator }),
    ...(answers && modem.signalDbm !== null && { signalDbm: modem.signalDbm }),
    ...(traffic && { dataMonthBytes: traffic.monthBytes }),
    ...(traffic && traffic.budgetBytes !== null && { dataBudgetBytes: traffic.budgetBytes }),
  };
}

function wordOf({ line, sim, registration, operator, signalDbm }: ModemSeen): string {
  return line === 'answers' ? `SIM ${sim}, ${registration}, ${operator ?? 'no operator'}, ${signalDbm ?? '?'} dBm` : `the modem is ${line}`;
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}
