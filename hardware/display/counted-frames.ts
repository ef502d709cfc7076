// Painted frames of two displays as one number that never falls. Pure.

export interface Counted {
  readonly of: 'front' | 'behind';
  /** Its own count. */
  readonly frames: number;
  readonly total: number;
}

/** A display that began anew counts from nothing; of one that was away the frame that is seen counts, and no more is known. */
export function counted(before: Counted, of: Counted['of'], frames: number): Counted {
  const anew = frames < before.frames ? frames : frames - before.frames;
  return { of, frames, total: before.total + (before.of === of ? anew : Math.min(1, frames)) };
}
