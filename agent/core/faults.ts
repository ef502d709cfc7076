// Faults: a row when one begins, a row when it ends, nothing between.
import type { Turn } from './turn.ts';

export function raiseFault(turn: Turn, fault: string, detail: string): void {
  if (turn.live.faults.includes(fault)) return;
  turn.be({ faults: [...turn.live.faults, fault] });
  turn.tell({ kind: 'fault', fault, state: 'raised', detail: detail.slice(0, 300) });
}

export function endFault(turn: Turn, fault: string): void {
  if (!turn.live.faults.includes(fault)) return;
  turn.be({ faults: turn.live.faults.filter((one) => one !== fault) });
  turn.tell({ kind: 'fault', fault, state: 'ended', detail: '' });
}
