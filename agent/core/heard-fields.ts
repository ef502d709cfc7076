// The ear's word as receipts carry it: which of two words counts, which fields it fills, what it proves.
import type { Receipt } from '../../schemas/receipt.ts';
import type { HeardHere } from './model.ts';

/** The newest word that is one. */
export function later(before: HeardHere | undefined, now: HeardHere | undefined): HeardHere | undefined {
  if (!now || (now.heard === 'unknown' && before)) return before;
  return now;
}

/** The fields of a receipt. */
export function earFields(ear: HeardHere | undefined): Pick<Receipt, 'heard' | 'heardBecause' | 'heardDb'> {
  if (!ear) return {};
  const { heard, because, levelDb } = ear;
  return { heard, ...(because && { heardBecause: because }), ...(levelDb !== undefined && { heardDb: levelDb }) };
}

/** What proves sound, with the ear's word: a simulation stays one, whatever it hears. */
export function provenBy(by: Receipt['proof'], ear: HeardHere | undefined): Receipt['proof'] {
  return ear?.heard === 'yes' && by !== 'simulated' && by !== 'none' ? 'microphone' : by;
}
