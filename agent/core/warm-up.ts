// How long an output is on before and after its sound: an amplifier warms up and holds, a bridge keys its carrier.
import { carrierStandard } from '../../schemas/settings.ts';
import type { Turn } from './turn.ts';

/** On for this long before the first audible sample. */
export function warmUpMsOf({ settings }: Turn, id: string): number {
  const output = settings.outputs.find((one) => one.id === id);
  return output?.kind === 'bridge' ? (output.carrierLeadMs ?? carrierStandard.leadMs) : settings.warmUpMs;
}

/** On for this long after the last. A carrier with nothing to say disturbs others; nobody at the horn wants hum in his ear. */
export function holdMsOf({ settings, kept }: Turn, id: string): number {
  const output = settings.outputs.find((one) => one.id === id);
  if (output?.kind === 'bridge') return output.carrierTailMs ?? carrierStandard.tailMs;
  return kept.service ? 0 : settings.holdMs;
}
