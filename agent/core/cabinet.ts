// The cabinet's switch: opened is a fault while it stands and a row for the audit each time, with what was told to the box before.
import { endFault, raiseFault } from './faults.ts';
import type { Turn } from './turn.ts';
import { be } from './wired.ts';

/** Doors rattle in the wind, and a switch that bounces is one opening. */
export const cabinetSettleMs = 500;

export function cabinetChanged(turn: Turn, open: boolean): void {
  const { cabinet } = turn.live.wired;
  if (cabinet?.said !== open) be(turn, { cabinet: { open: cabinet?.open ?? false, said: open, sinceMonoMs: turn.now.monoMs } });
}

export function closeCabinet(turn: Turn) {
  const { cabinet } = turn.live.wired;
  if (!cabinet || cabinet.said === cabinet.open) return;
  const atMonoMs = cabinet.sinceMonoMs + cabinetSettleMs;
  if (turn.now.monoMs < atMonoMs) return turn.wakeAtMono(atMonoMs);
  be(turn, { cabinet: { ...cabinet, open: cabinet.said } });
  const { service } = turn.kept;
  const word = service ? `in service, ${service.by}` : 'nobody is in service';
  turn.tell({ kind: 'act', act: cabinet.said ? 'case-open' : 'case-closed', detail: word.slice(0, 200) });
  if (cabinet.said) raiseFault(turn, 'case-open', word);
  else endFault(turn, 'case-open');
  turn.urgent();
}
