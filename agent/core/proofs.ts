// Heard, where something other than the player says so: kept for the receipt, told for an order, a fault where the horn is silent.
import { endFault, raiseFault } from './faults.ts';
import { later } from './heard-fields.ts';
import type { Event, HeardHere } from './model.ts';
import { changeMark } from './outcomes.ts';
import type { Turn } from './turn.ts';

/** The microphone at a horn has a word on what plays there, or on what is just ending. */
export function soundHeard(turn: Turn, { output, attempt, heard, because, levelDb }: Event & { is: 'soundHeard' }): void {
  const here: HeardHere = { heard, ...(because && { because }), ...(levelDb !== undefined && { levelDb }) };
  const mark = changeMark(turn, output, attempt, (before) => ({ ...before, ear: later(before.ear, here) ?? here }));
  if (!mark) return;
  tellFaults(turn, output, here);
  if (mark.voice.kind === 'order') orderHeard(turn, mark.voice.order, output, here);
}

const silentHere = 'not heard at the horn though it was played: check the amplifier, the loudspeaker line and the horn';
const elsewhere = 'heard later or fainter than this horn is, from another one: check the amplifier and the loudspeaker line here';
const noEar = 'the microphone at the horn gives nothing: check its plug and cable';

function tellFaults(turn: Turn, output: string, { heard, because }: HeardHere): void {
  if (heard === 'no') raiseFault(turn, `unheard-${output}`, because === 'elsewhere' ? elsewhere : silentHere);
  if (heard === 'yes') endFault(turn, `unheard-${output}`);
  if (because === 'no-microphone') raiseFault(turn, `ear-${output}`, noEar);
  else endFault(turn, `ear-${output}`);
}

/** Told once for the order, kept for the output's receipt. */
function orderHeard(turn: Turn, id: string, output: string, here: HeardHere): void {
  const { orders } = turn.kept;
  const active = orders.active.find((one) => one.id === id);
  const sounding = active?.soundings?.[output];
  if (!active || !sounding) return;
  const told = Object.values(active.soundings ?? {}).some(({ ear }) => ear?.heard === 'yes');
  if (here.heard === 'yes' && !told) turn.tell({ kind: 'order', order: id, state: 'heard', proof: 'microphone' });
  // One repetition that was heard is enough for an order.
  const ear = sounding.ear?.heard === 'yes' ? sounding.ear : later(sounding.ear, here);
  if (!ear || ear === sounding.ear) return;
  const changed = { ...active, soundings: { ...active.soundings, [output]: { ...sounding, ear } } };
  turn.keep({ orders: { ...orders, active: orders.active.map((one) => (one === active ? changed : one)) } });
}

/** A person had the sweep played: what it found stands in the log. */
export function earCalibrated(turn: Turn, { output, found }: Event & { is: 'earCalibrated' }): void {
  const words = found
    ? `${Math.round(found.delayMs)} ms, ${Math.round(found.gainDb)} dB`
    : 'not made out: too far, too noisy, or not heard';
  turn.tell({ kind: 'act', act: 'calibrate', detail: `${output}: ${words}` });
  if (found) endFault(turn, `ear-${output}`);
}
