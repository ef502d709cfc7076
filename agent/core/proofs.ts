// Heard, where something other than the player says so. Without a sensor nothing is claimed.
import type { Event } from './model.ts';
import type { Turn } from './turn.ts';

/** A sensor proved that the order an output plays was heard there: told once for the order, kept for the output's receipt. */
export function soundProven(turn: Turn, { output, attempt, by }: Event & { is: 'soundProven' }): void {
  const player = turn.live.outputs[output]?.player;
  if (player?.is !== 'playing' || player.attempt !== attempt || player.voice.kind !== 'order') return;
  const { order: id } = player.voice;
  const { orders } = turn.kept;
  const active = orders.active.find((one) => one.id === id);
  const sounding = active?.soundings?.[output];
  if (!active || !sounding || sounding.proved) return;
  if (!Object.values(active.soundings ?? {}).some(({ proved }) => proved))
    turn.tell({ kind: 'order', order: id, state: 'heard', proof: by });
  const proved = { ...active, soundings: { ...active.soundings, [output]: { ...sounding, proved: by } } };
  turn.keep({ orders: { ...orders, active: orders.active.map((one) => (one === active ? proved : one)) } });
}
