// What a play stands above, and how it hangs on the clock: programmes and live sound keep their instants, the rest just goes on.
import type { PlayAction } from '../core/model.ts';
import type { VoiceOptions } from './voice.ts';

const slots: readonly PlayAction['slot'][] = ['emergency', 'live', 'priority', 'normal', 'idle'];
const liveLeadMsMin = 80;

/** Live sound finds its own instants, late or early, never "at once"; it is written only a little ahead of them. */
export function timingOf(
  { sound, slot, startAtMs }: PlayAction,
  nowMs: number,
): Pick<VoiceOptions, 'rank' | 'atOnce' | 'keepsStep' | 'leadMs'> {
  const rank = slots.indexOf(slot);
  if (sound.of === 'live') return { rank, atOnce: false, keepsStep: true, leadMs: liveLeadMs(sound.delayMs) };
  return { rank, atOnce: startAtMs <= nowMs, keepsStep: sound.of === 'items' };
}

/** Time is left for frames to come and be verified; never so little that a busy moment is heard. */
function liveLeadMs(delayMs: number): number {
  return Math.max(liveLeadMsMin, delayMs / 3);
}

export function afterRealTime(delayMs: number, tick: () => void): () => void {
  const timer = setTimeout(tick, delayMs);
  return () => clearTimeout(timer);
}
