// Questions about one play: is it under way, may it still begin, may it go on.
import { filesOf, type Item } from '../../schemas/programme.ts';
import type { Reason } from '../../schemas/receipt.ts';
import { sounds } from '../../schemas/settings.ts';
import { showingMinMs } from '../../schemas/showings.ts';
import { stilled } from './held.ts';
import { pausedOf } from './ledger.ts';
import { cutMarginMs, overrunMs, punctualMs, worthHearingMs } from './limits.ts';
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
  return occurrence.startMs + (sounds(occurrence.kind) ? turn.settings.delayMs : 0);
}

/** After this it may no longer begin. */
export function latestStartMs(turn: Turn, occurrence: Occurrence): number {
  const { rule } = occurrence.missedStart;
  // What goes round may be joined as long as it does.
  const withinMs = occurrence.lastsMs ?? occurrence.missedStart.withinMs;
  const lateMs = rule === 'join' ? Math.max(withinMs, punctualMs) : punctualMs;
  return dueMs(turn, occurrence) + Math.min(lateMs, lengthMs(occurrence) - 1);
}

/** All files of an item are here. */
export function isHere(turn: Turn, item: Item): boolean {
  return filesOf(item).every(({ sha256 }) => turn.live.cache.has.has(sha256));
}

/**
 * Its sound is here, or the words to speak in its place. Bulletins that were complete once are shown without a page that
 * was lost since.
 */
export function cached(turn: Turn, occurrence: Occurrence): boolean {
  if (!sounds(occurrence.kind) && turn.kept.bulletins) return occurrence.items.some((item) => isHere(turn, item));
  return occurrence.items.every((item) => item.speak !== undefined || isHere(turn, item));
}

/** What a play waits out, to go on as its schedule says. */
export function passing(reason: Reason): boolean {
  return (
    reason === 'emergency' ||
    reason === 'higher-class' ||
    reason === 'held-service' ||
    reason === 'on-battery' ||
    reason === 'output-failed'
  );
}

/** A paused play may go on while its time has not run out and the hours allow enough of its rest to be worth hearing. */
export function resumable(turn: Turn, play: PausedPlay): boolean {
  const { occurrence } = play;
  if (!waits(turn, play) || stilled(turn, occurrence)) return false;
  const restMs = lengthMs(occurrence) - resumeOffsetMs(turn, play);
  return (
    restMs >= (sounds(occurrence.kind) ? 1 : showingMinMs) && worthHearing(turn, occurrence, turn.now.wallMs, turn.now.wallMs + restMs)
  );
}

/** It may still go on once nothing stands in its way. A mute by hand is meant to last. */
export function waits(turn: Turn, play: PausedPlay): boolean {
  const { occurrence, reason } = play;
  // A board knows what its schedule shows now: the power went, and came back.
  const passes = passing(reason) || (!sounds(occurrence.kind) && reason === 'power-cut');
  if (occurrence.interrupted === 'skip' || !passes || stilled(turn, occurrence) === 'muted') return false;
  return turn.now.wallMs <= resumeUntilMs(play);
}

/** A board goes back to what its schedule shows by then: beyond its end there is nothing. */
export function resumeUntilMs({ occurrence }: PausedPlay): number {
  if (!sounds(occurrence.kind)) return occurrence.endMs - 1;
  return occurrence.endMs + occurrence.missedStart.withinMs;
}

export function resumeOffsetMs(turn: Turn, { occurrence, offsetMs }: PausedPlay): number {
  if (!sounds(occurrence.kind)) return Math.max(0, turn.now.wallMs - dueMs(turn, occurrence));
  return occurrence.interrupted === 'restart' ? 0 : offsetMs;
}

/** Until when the policy's hours allow a stretch that was not in the plan. Boards have no hours. */
export function heardUntilMs(turn: Turn, occurrence: Pick<Occurrence, 'kind'>, fromMs: number, toMs: number): number {
  const { plan } = turn.live;
  if (!sounds(occurrence.kind)) return toMs;
  return plan ? turn.rules.soundUntil(plan.policy, fromMs, toMs) : fromMs;
}

/** All of the stretch, or some seconds of it before the hours end. */
export function worthHearing(turn: Turn, occurrence: Pick<Occurrence, 'kind'>, fromMs: number, toMs: number): boolean {
  const untilMs = heardUntilMs(turn, occurrence, fromMs, toMs);
  return untilMs >= toMs || untilMs - fromMs >= worthHearingMs + cutMarginMs;
}

/** May this play have its output now, begun or not? The winner is chosen among these. */
export function eligible(turn: Turn, occurrence: Occurrence): boolean {
  const output = turn.live.outputs[occurrence.output];
  if (occurrence.refused !== null || stilled(turn, occurrence) || leaving(output, occurrence.id)) return false;
  if (output && output.player.is !== 'idle' && playing(output, occurrence.id)) {
    const { untilMs, cutAtMs } = output.player;
    if (cutAtMs !== undefined && turn.now.wallMs >= cutAtMs) return false;
    if (cutAtMs !== undefined) turn.wakeAtWall(cutAtMs);
    return untilMs === null || turn.now.wallMs <= untilMs + overrunMs;
  }
  const paused = pausedOf(turn.kept.ledger, occurrence);
  if (paused) return resumable(turn, paused) && cached(turn, paused.occurrence);
  return turn.now.wallMs <= latestStartMs(turn, occurrence) && cached(turn, occurrence);
}
