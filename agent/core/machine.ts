// The board itself: supply, heat, card, memory, clock. Which faults its readings lead to, as a table.
import type { Readings } from '../../schemas/readings.ts';
import type { Turn } from './turn.ts';
import { type StandingFault, standing } from './wired.ts';

/** Between ticks of its life a card tells nothing: at 80 % it is replaced in time. */
export const wornPercent = 80;
export const memoryLowBytes = 48 * 1024 * 1024;
export const clockOffMs = 1_000;
const shortMs = 5_000;
const longMs = 60_000;

interface Judged {
  readonly fault: StandingFault;
  readonly holds: boolean;
  readonly forMs: number;
  readonly detail: string;
}

/** Pure. A reading that is not there is no fault. */
export function machineTroubles(sample: Readings): Judged[] {
  const { throttled = [], diskWornPercent = 0, memoryFreeBytes = memoryLowBytes, clockOffsetMs = 0 } = sample;
  const slowed = throttled.filter((flag) => flag !== 'under-voltage');
  return [
    { fault: 'under-voltage', holds: throttled.includes('under-voltage'), forMs: 0, detail: 'the board measures less than 4.63 V' },
    { fault: 'throttled', holds: slowed.length > 0, forMs: shortMs, detail: slowed.join(', ') },
    { fault: 'disk-worn', holds: diskWornPercent >= wornPercent, forMs: 0, detail: `${diskWornPercent} % of the card's life` },
    {
      fault: 'memory-low',
      holds: memoryFreeBytes < memoryLowBytes,
      forMs: longMs,
      detail: `${Math.round(memoryFreeBytes / 2 ** 20)} MB are free`,
    },
    { fault: 'clock-off', holds: Math.abs(clockOffsetMs) > clockOffMs, forMs: longMs, detail: `${clockOffsetMs} ms from its source` },
  ];
}

export function closeMachine(turn: Turn): void {
  const { sample } = turn.live.telemetry;
  if (sample === null) return;
  for (const { fault, holds, forMs, detail } of machineTroubles(sample)) standing(turn, fault, holds, forMs, () => detail);
}
