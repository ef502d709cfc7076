// Plays that follow one another without a gap: the next is armed while the one before still sounds, and ends by itself.
import { unsettled } from './agenda.ts';
import { type Beginning, beginOccurrence } from './beginnings.ts';
import { pause, pausedOf } from './ledger.ts';
import { meetMs, stopAnswerMs } from './limits.ts';
import type { Occurrence, OutputState, PlayingMark } from './model.ts';
import { dueMs, eligible, isOccurrence } from './plays.ts';
import { positionAfter } from './session.ts';
import type { Turn } from './turn.ts';
import { contenders } from './wanted.ts';

/** The beginning of the play that is due as the one that sounds ends; none while anything else is the matter. */
export function follower(turn: Turn, output: OutputState): Beginning | undefined {
  const { player } = output;
  if (player.is !== 'playing' || player.voice.kind !== 'occurrence' || player.untilMs === null || player.cutAtMs !== undefined)
    return undefined;
  if (output.leaving.length > 0 || !output.working) return undefined;
  const next = nextAfter(turn, output, player.untilMs);
  // Never into the end of the one before: what overlaps comes in a little late, on the right sample.
  const fromMonoMs = Math.max(turn.now.monoMs, turn.monoOf(player.untilMs));
  return next && beginOccurrence(turn, { kind: 'occurrence', occurrence: next, paused: null }, fromMonoMs);
}

function nextAfter(turn: Turn, output: OutputState, untilMs: number): Occurrence | undefined {
  const { voice } = output.player.is === 'idle' ? { voice: undefined } : output.player;
  const near = unsettled(turn, turn.now.wallMs + turn.settings.preRollMs).filter((one) => {
    if (one.output !== output.id || (voice && isOccurrence(voice, one.id)) || pausedOf(turn.kept.ledger, one)) return false;
    const fromMs = dueMs(turn, one);
    return fromMs > turn.now.wallMs && Math.abs(fromMs - untilMs) <= meetMs && eligible(turn, one);
  });
  return turn.rules.winner(contenders(turn, near), turn.live.plan?.schedules.localOrder ?? []);
}

/** The play that sounds ends by itself from now on. Should the power go before its end is told, it is written down as cut. */
export function handOver(turn: Turn, { id, player }: OutputState): void {
  const { [id]: mark, ...playing } = turn.kept.playing;
  if (player.is === 'idle' || !mark) return;
  turn.keep({ playing });
  pauseAsCut(turn, mark);
  const endsMonoMs = Math.max(turn.now.monoMs, turn.monoOf(player.untilMs ?? turn.now.wallMs));
  const one = { attempt: player.attempt, mark, because: 'superseded', sinceMonoMs: endsMonoMs, endsItself: true } as const;
  turn.output(id, { leaving: [...(turn.live.outputs[id]?.leaving ?? []), one], player: { is: 'idle', quietSinceMonoMs: turn.now.monoMs } });
  turn.wakeAtMono(endsMonoMs + stopAnswerMs);
}

function pauseAsCut(turn: Turn, mark: PlayingMark): void {
  if (mark.voice.kind !== 'occurrence' || mark.startedMs === null) return;
  const { occurrence } = mark.voice;
  const { startedMs, startErrorMs, audibleMs, earlierAudibleMs, amplifierOnMs, ear } = mark;
  pause(turn, {
    occurrence,
    offsetMs: positionAfter(occurrence, mark.offsetMs, audibleMs),
    audibleMs: earlierAudibleMs + audibleMs,
    startedMs,
    startErrorMs: startErrorMs ?? 0,
    reason: 'power-cut',
    amplifierOnMs,
    ...(ear && { ear }),
  });
}
