// Questions about one play: is it under way, may it still begin, may it go on.
import { hoursRule } from '../../schemas/policy.ts';
import { pausedOf } from './ledger.ts';
import { overrunMs, punctualMs } from './limits.ts';
import type { Occurrence, OutputState, PausedPlay, Voice } from './model.ts';
import { lengthMs } from './session.ts';
import type { Turn } from './turn.ts';

export function isOccurrence(voice: Voice, id: string): boolean {
  return voice.kind === 'occurrence' && voice.occurrence.id === id;
}

/** Armed or playing on its output now. */
export function playing(output: OutputState | undefined, id: string): boolean {
  return output !== undefined && output.player.is !== 'idle' && isOccurrence(output.player.voice, id);
}

/** Told to stop, its end not heard yet. */
export function leaving(output: OutputState | undefined, id: string): boolean {
  return output?.leaving.some(({ mark }) => isOccurrence(mark.voice, id)) ?? false;
}

/** Playing, fading or waiting to go on: it has a receipt to come. */
export function underWay(turn: Turn, { id, output }: Pick<Occurrence, 'id' | 'output'>): boolean {
  const on = turn.live.outputs[output];
  return playing(on, id) || leaving(on, id) || turn.kept.ledger.paused.some((one) => one.occurrence.id === id);
}

/** The planned instant on this box: neighbours far apart are heard together by their delays. */
export function dueMs(turn: Turn, occurrence: Occurrence): number {
  return occurrence.startMs + (occurrence.kind === 'loudspeaker' ? turn.settings.delayMs : 0);
}

/** After this it may no longer begin. */
export function latestStartMs(turn: Turn, occurrence: Occurrence): number {
  const { rule, withinMs } = occurrence.missedStart;
  const lateMs = rule === 'join' ? Math.max(withinMs, punctualMs) : punctualMs;
  return dueMs(turn, occurrence) + Math.min(lateMs, lengthMs(occurrence) - 1);
}

/** Mute stills scheduled sound; boards have none. */
export function stilled(turn: Turn, occurrence: Occurrence): boolean {
  return turn.kept.muted && occurrence.kind === 'loudspeaker';
}

export function cached(turn: Turn, occurrence: Occurrence): boolean {
  return occurrence.items.every((item) => turn.live.cache.has.has(item.sha256));
}

/** A paused play may go on while the output's hours allow its rest and its time has not run out. */
export function resumable(turn: Turn, play: PausedPlay): boolean {
  const { occurrence, reason } = play;
  if (occurrence.interrupted === 'skip' || (reason !== 'emergency' && reason !== 'higher-class')) return false;
  if (stilled(turn, occurrence) || turn.now.wallMs > resumeUntilMs(play)) return false;
  const restMs = lengthMs(occurrence) - resumeOffsetMs(play);
  return restMs > 0 && mayBeHeard(turn, occurrence, turn.now.wallMs, turn.now.wallMs + restMs);
}

export function resumeUntilMs({ occurrence }: PausedPlay): number {
  return occurrence.endMs + occurrence.missedStart.withinMs;
}

export function resumeOffsetMs({ occurrence, offsetMs }: PausedPlay): number {
  return occurrence.interrupted === 'restart' ? 0 : offsetMs;
}

/** Hours of the policy for a stretch that was not in the plan. */
export function mayBeHeard(turn: Turn, occurrence: Pick<Occurrence, 'kind'>, fromMs: number, toMs: number): boolean {
  const { plan } = turn.live;
  return plan !== null && (occurrence.kind === 'board' || hoursRule(plan.policy, Math.floor(fromMs), Math.ceil(toMs)) === null);
}

/** May this play have its output now, begun or not? The winner is chosen among these. */
export function eligible(turn: Turn, occurrence: Occurrence): boolean {
  const output = turn.live.outputs[occurrence.output];
  if (occurrence.refused !== null || stilled(turn, occurrence) || leaving(output, occurrence.id)) return false;
  if (output && output.player.is !== 'idle' && playing(output, occurrence.id)) {
    const { untilMs } = output.player;
    return untilMs === null || turn.now.wallMs <= untilMs + overrunMs;
  }
  const paused = pausedOf(turn.kept.ledger, occurrence);
  if (paused) return resumable(turn, paused) && cached(turn, paused.occurrence);
  return turn.now.wallMs <= latestStartMs(turn, occurrence) && cached(turn, occurrence);
}
