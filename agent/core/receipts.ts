// Final receipts of plays that can no longer begin or go on, and of those the last boot left behind.
import type { Reason } from '../../schemas/receipt.ts';
import { sounds } from '../../schemas/settings.ts';
import { nextStartMs, unsettled } from './agenda.ts';
import { earFields } from './heard-fields.ts';
import { stilled } from './held.ts';
import { compact, pausedOf, settle } from './ledger.ts';
import { meetMs, receiptsPerDecisionMax } from './limits.ts';
import { closeLastSessions } from './live.ts';
import type { Occurrence, PausedPlay } from './model.ts';
import { heard, pauseAt } from './outcomes.ts';
import { cached, latestStartMs, leaving, playing, resumable, resumeUntilMs, waits } from './plays.ts';
import { writeAllTallies } from './showing-rows.ts';
import { closeLastShowings } from './showings.ts';
import type { Turn } from './turn.ts';

/** Settle what is past saving, a bounded number each time; then move the ledger's watermark up. */
export function closeReceipts(turn: Turn): void {
  if (!turn.timeKnown || !turn.live.agenda) return;
  const { wallMs } = turn.now;
  let left = receiptsPerDecisionMax;
  let firstOpenMs: number | null = null;
  for (const one of unsettled(turn, wallMs)) {
    const output = turn.live.outputs[one.output];
    const open =
      playing(output, one.id) || leaving(output, one.id) || pausedOf(turn.kept.ledger, one) || left <= 0 || !settleUnbegun(turn, one);
    if (open) firstOpenMs ??= one.startMs;
    else left--;
  }
  const nextMs = nextStartMs(turn, wallMs);
  if (nextMs !== null) turn.wakeAtWall(nextMs);
  if (left <= 0) turn.wakeAtMono(turn.now.monoMs + 1);
  for (const play of turn.kept.ledger.paused) closePaused(turn, play);
  compact(turn, earliest(firstOpenMs, turn));
}

/** First start that still waits for a word, withdrawn ones under way included. */
function earliest(firstOpenMs: number | null, turn: Turn): number | null {
  const leavingMarks = Object.values(turn.live.outputs).flatMap((output) => output.leaving.map(({ mark }) => mark));
  const voices = [...Object.values(turn.kept.playing), ...leavingMarks].map(({ voice }) => voice);
  const open = voices.flatMap((voice) => (voice.kind === 'occurrence' ? [voice.occurrence.startMs] : []));
  open.push(...turn.kept.ledger.paused.map(({ occurrence }) => occurrence.startMs));
  if (firstOpenMs !== null) open.push(firstOpenMs);
  return open.length > 0 ? Math.min(...open) : null;
}

/** True when the play, which has not begun, got its final word. */
function settleUnbegun(turn: Turn, one: Occurrence): boolean {
  if (one.refused !== null) {
    settle(turn, one, { outcome: 'refused-by-policy', reason: one.refused });
    return true;
  }
  if (stilled(turn, one) === 'muted') {
    settle(turn, one, { outcome: 'missed', reason: 'muted' });
    return true;
  }
  const untilMs = latestStartMs(turn, one);
  if (turn.now.wallMs <= untilMs) {
    turn.wakeAtWall(untilMs + 1);
    return false;
  }
  const reason = missedBecause(turn, one, untilMs);
  const failed = reason === 'output-failed' || reason === 'amplifier-failed';
  settle(turn, one, { outcome: failed ? 'failed' : 'missed', reason });
  return true;
}

/** What stood in the way: first what ruled out the whole time it could have begun, then what stands in the way now. */
function missedBecause(turn: Turn, one: Occurrence, untilMs: number): Reason {
  const { bootedAt, trustedSince } = turn.live;
  const bootMs = bootedAt ? turn.wallOf(bootedAt.monoMs) : turn.now.wallMs;
  const knownMs = trustedSince ? turn.wallOf(trustedSince.monoMs) : turn.now.wallMs;
  if (untilMs < bootMs) return 'box-off';
  if (untilMs < knownMs) return 'no-time';
  const held = stilled(turn, one);
  if (held) return held;
  if (!cached(turn, one)) return 'not-cached';
  const output = turn.live.outputs[one.output];
  if (output && !output.working) return 'output-failed';
  if (output?.amplifier.is === 'failed') return 'amplifier-failed';
  if (output && (output.player.is !== 'idle' || output.player.quietSinceMonoMs >= turn.monoOf(untilMs) - meetMs)) return 'output-busy';
  if (one.startMs < bootMs) return 'box-off';
  return one.startMs < knownMs ? 'no-time' : 'too-late';
}

function closePaused(turn: Turn, play: PausedPlay) {
  const { occurrence, reason, startedMs, startErrorMs, audibleMs, amplifierOnMs, ear } = play;
  const output = turn.live.outputs[occurrence.output];
  if (leaving(output, occurrence.id) || playing(output, occurrence.id)) return;
  const gone = !turn.live.agenda?.occurrences.some((one) => one.id === occurrence.id) && occurrence.startMs >= turn.kept.ledger.settledToMs;
  if (!gone && (resumable(turn, play) || (stilled(turn, occurrence) && waits(turn, play)))) return turn.wakeAtWall(resumeUntilMs(play) + 1);
  const preempted = reason === 'emergency' || reason === 'higher-class';
  const withdrawn = gone || reason === 'withdrawn';
  settle(turn, occurrence, {
    outcome: withdrawn ? 'withdrawn' : preempted ? 'preempted' : 'partial',
    reason: withdrawn ? 'withdrawn' : reason,
    startedMs,
    endedMs: Math.round(startedMs + audibleMs),
    startErrorMs,
    audibleMs,
    ...(amplifierOnMs === undefined || amplifierOnMs === null ? {} : { amplifierOnMs: Math.round(amplifierOnMs) }),
    ...earFields(ear),
  });
}

/** Marks found at boot: the power went in mid-play. What had sounded is `partial`; what had not may still begin. */
export function closeLastBoot(turn: Turn): void {
  closeLastSessions(turn);
  closeLastShowings(turn);
  writeAllTallies(turn);
  for (const mark of Object.values(turn.kept.playing)) {
    if (mark.voice.kind !== 'occurrence' || mark.startedMs === null) continue;
    const totalMs = mark.earlierAudibleMs + mark.audibleMs;
    const { occurrence } = mark.voice;
    if (!sounds(occurrence.kind)) {
      pauseAt(turn, occurrence, mark, 'power-cut');
      continue;
    }
    settle(turn, occurrence, { ...heard(mark, totalMs), outcome: 'partial', reason: 'power-cut' });
  }
  if (Object.keys(turn.kept.playing).length > 0) turn.keep({ playing: {} });
}
