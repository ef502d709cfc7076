// What became of a play: from the player's word to marks, pauses, repetitions and final receipts.
import type { Problem } from '../../schemas/problems.ts';
import type { Reason } from '../../schemas/receipt.ts';
import { sounds } from '../../schemas/settings.ts';
import { endFault, raiseFault } from './faults.ts';
import { earFields, provenBy } from './heard-fields.ts';
import { tellSoundsAgain } from './held.ts';
import { pause, pausedOf, proofOf, settle, type Verdict } from './ledger.ts';
import { deviceRestMs, shortfallMs } from './limits.ts';
import { end, hear, liveSounds } from './live.ts';
import type { Event, Leaving, Occurrence, OrderLanguages, OrderVoice, OutputState, PlayingMark } from './model.ts';
import { passing } from './plays.ts';
import { positionAfter, soundMs } from './session.ts';
import { closeShowingsOf, showingSeen } from './showings.ts';
import type { Turn } from './turn.ts';

/** An attempt is over, by the player's word or for want of it. */
export interface Over {
  readonly output: string;
  readonly attempt: number;
  readonly how: 'completed' | 'stopped' | 'failed';
  readonly audibleMs: number;
  readonly endedMs: number;
  readonly problem?: Problem;
  readonly voice?: OrderVoice;
  readonly languages?: OrderLanguages;
}

export function playbackStarted(turn: Turn, event: Event & { is: 'playbackStarted' }): void {
  const { output, attempt } = event;
  const startedMs = Math.round(event.startedMs);
  changeMark(turn, output, attempt, (mark) => ({
    ...mark,
    startedMs: mark.startedMs ?? startedMs,
    startErrorMs: mark.startErrorMs ?? startedMs - mark.plannedStartMs,
    markedMs: startedMs,
  }));
  const on = turn.live.outputs[output];
  if (on?.player.is !== 'armed' || on.player.attempt !== attempt) return;
  turn.output(output, { player: { ...on.player, is: 'playing', saidMonoMs: turn.now.monoMs } });
  endFault(turn, `player-${output}`);
  const { voice } = on.player;
  if (voice.kind === 'order') orderSounds(turn, voice.order, output, startedMs);
  if (voice.kind === 'live') liveSounds(turn, voice.session);
}

export function playbackProgressed(turn: Turn, event: Event & { is: 'playbackProgressed' }): void {
  const player = turn.live.outputs[event.output]?.player;
  if (player?.is === 'playing' && player.attempt === event.attempt)
    turn.output(event.output, { player: { ...player, saidMonoMs: turn.now.monoMs, doubted: false } });
  changeMark(turn, event.output, event.attempt, (mark) => ({
    ...mark,
    audibleMs: Math.max(mark.audibleMs, Math.round(event.audibleMs)),
    markedMs: Math.round(event.atMs),
  }));
  showingSeen(turn, event);
}

/** Told once until a play on this output ends well; the receipt has the outcome. */
export function sourceFailed(turn: Turn, { output, item, problem }: Event & { is: 'sourceFailed' }): void {
  raiseFault(turn, `source-${output}`, `${problem.code}: ${item.slice(0, 16)} ${problem.detail}`);
}

/** The mark of an attempt, current or leaving; a stale attempt has none. */
export function changeMark(turn: Turn, id: string, attempt: number, change: (mark: PlayingMark) => PlayingMark): PlayingMark | undefined {
  const current = turn.kept.playing[id];
  if (current?.attempt === attempt) {
    turn.keep({ playing: { ...turn.kept.playing, [id]: change(current) } });
    return current;
  }
  const output = turn.live.outputs[id];
  const gone = output?.leaving.find((one) => one.attempt === attempt);
  if (!output || !gone) return undefined;
  turn.output(id, { leaving: output.leaving.map((one) => (one === gone ? { ...one, mark: change(one.mark) } : one)) });
  return gone.mark;
}

export function playbackOver(turn: Turn, over: Over) {
  const output = turn.live.outputs[over.output];
  if (!output) return;
  const gone = output.leaving.find((one) => one.attempt === over.attempt);
  if (gone) {
    closeShowingsOf(turn, over.output, over.attempt, over.how === 'failed');
    turn.output(over.output, { leaving: output.leaving.filter((one) => one !== gone), ...quietUnlessPlaying(turn, output) });
    return conclude(turn, gone.mark, over, gone);
  }
  const mark = turn.kept.playing[over.output];
  if (output.player.is === 'idle' || output.player.attempt !== over.attempt || mark?.attempt !== over.attempt) return;
  closeShowingsOf(turn, over.output, over.attempt, over.how === 'failed');
  const { [over.output]: _mark, ...playing } = turn.kept.playing;
  turn.keep({ playing });
  const unheard = output.player.is === 'armed' && over.audibleMs === 0;
  const quietSinceMonoMs = (unheard ? output.player.quietSinceMonoMs : undefined) ?? turn.now.monoMs;
  turn.output(over.output, { player: { is: 'idle', quietSinceMonoMs } });
  conclude(turn, mark, over, undefined);
}

function quietUnlessPlaying(turn: Turn, { player }: OutputState): Partial<OutputState> {
  return player.is === 'idle' ? { player: { is: 'idle', quietSinceMonoMs: turn.now.monoMs } } : {};
}

function conclude(turn: Turn, before: PlayingMark, over: Over, gone: Leaving | undefined): void {
  const audibleMs = Math.max(before.audibleMs, Math.round(over.audibleMs));
  // Sound without a start heard of: the start is what the end implies.
  const startedMs = before.startedMs ?? (audibleMs > 0 ? Math.round(over.endedMs) - audibleMs : null);
  const mark = { ...before, audibleMs, startedMs, markedMs: Math.round(over.endedMs) };
  const { voice } = mark;
  if (voice.kind === 'occurrence') concludeOccurrence(turn, voice.occurrence, mark, over, gone);
  else if (voice.kind === 'order') concludeRepetition(turn, voice.order, mark, over);
  else if (voice.kind === 'live') concludeLive(turn, voice.session, mark, over, gone);
  else concludeTone(turn, voice.id, mark, over);
}

/** One stretch of a session. Its last batch ends it; what it cannot be decoded with ends it too. */
function concludeLive(turn: Turn, session: string, mark: PlayingMark, over: Over, gone: Leaving | undefined): void {
  const why =
    over.how === 'failed'
      ? reasonOf(over.problem)
      : over.how === 'completed' || gone?.because === 'superseded'
        ? null
        : (gone?.because ?? null);
  hear(turn, session, over.output, mark, why);
  const held = turn.kept.sessions.open.find((one) => one.session.session === session);
  if (held?.over !== null) return;
  if (over.how === 'completed') end(turn, held, 'ended');
  else if (why === 'decoder-failed') end(turn, held, why);
}

function concludeOccurrence(turn: Turn, occurrence: Occurrence, mark: PlayingMark, over: Over, gone: Leaving | undefined) {
  const totalMs = mark.earlierAudibleMs + mark.audibleMs;
  const whole = over.how === 'completed' || totalMs >= soundMs(occurrence) - shortfallMs;
  if (over.how === 'completed') endFault(turn, `source-${over.output}`);
  if (over.how === 'completed' || (totalMs > 0 && whole))
    return settle(turn, occurrence, playedVerdict(occurrence, mark, totalMs, over.voice === 'spoken'));
  if (over.how === 'failed') {
    const reason = reasonOf(over.problem);
    if (reason === 'output-failed') return outputGone(turn, occurrence, mark, over);
    return settle(turn, occurrence, { ...heard(mark, totalMs), outcome: totalMs > 0 ? 'partial' : 'failed', reason });
  }
  const because = gone?.because ?? 'superseded';
  if (passing(because)) {
    // Nothing was heard: it may still begin as if nothing had happened.
    if (mark.startedMs === null) return;
    return pauseAt(turn, occurrence, mark, because);
  }
  if (totalMs === 0 && because !== 'muted' && !pausedOf(turn.kept.ledger, occurrence)) return unheard(turn, occurrence, because);
  settle(turn, occurrence, {
    ...heard(mark, totalMs),
    outcome: because === 'withdrawn' ? 'withdrawn' : totalMs > 0 ? 'partial' : 'missed',
    reason: because,
  });
}

/** Stopped before its first sample. Withdrawn before it was due it was never planned; else it may still begin. */
function unheard(turn: Turn, occurrence: Occurrence, because: Reason): void {
  if (because === 'withdrawn' && occurrence.startMs < turn.kept.want.appliedAtMs)
    settle(turn, occurrence, { outcome: 'withdrawn', reason: 'withdrawn' });
}

/** The device went, not the programme: it goes on as its schedule says once the device is back, if that is in time. */
function outputGone(turn: Turn, occurrence: Occurrence, mark: PlayingMark, { output }: Over): void {
  turn.output(output, { restUntilMonoMs: turn.now.monoMs + deviceRestMs });
  turn.wakeAtMono(turn.now.monoMs + deviceRestMs);
  if (mark.startedMs !== null) pauseAt(turn, occurrence, mark, 'output-failed');
}

export function pauseAt(turn: Turn, occurrence: Occurrence, mark: PlayingMark, reason: Reason): void {
  pause(turn, {
    occurrence,
    offsetMs: positionAfter(occurrence, mark.offsetMs, mark.audibleMs),
    audibleMs: mark.earlierAudibleMs + mark.audibleMs,
    startedMs: mark.startedMs ?? mark.markedMs,
    startErrorMs: mark.startErrorMs ?? 0,
    reason,
    amplifierOnMs: mark.amplifierOnMs,
    ...(mark.ear && { ear: mark.ear }),
  });
}

function playedVerdict(occurrence: Occurrence, mark: PlayingMark, totalMs: number, spoken: boolean): Verdict {
  if (!sounds(occurrence.kind)) return shownVerdict(occurrence, mark, totalMs);
  const resumed = mark.earlierAudibleMs > 0;
  const whole = totalMs >= soundMs(occurrence) - shortfallMs || (mark.offsetMs === 0 && !resumed);
  if (spoken) return { ...heard(mark, totalMs), outcome: 'played', reason: 'spoken-instead' };
  if (!whole) return { ...heard(mark, totalMs), outcome: 'partial', reason: 'joined-late' };
  return { ...heard(mark, totalMs), outcome: 'played', ...(resumed ? { reason: 'resumed' as const } : {}) };
}

/** A board returns to its schedule, not to where it was: what was missed meanwhile stays missed. */
function shownVerdict(occurrence: Occurrence, mark: PlayingMark, totalMs: number): Verdict {
  if (totalMs > 0 && totalMs >= soundMs(occurrence) - shortfallMs)
    return { ...heard(mark, totalMs), outcome: 'played', ...(mark.cut ? { reason: 'resumed' } : {}) };
  const reason = mark.cut ?? (mark.offsetMs > 0 ? 'joined-late' : 'not-painted');
  return { ...heard(mark, totalMs), outcome: 'partial', reason };
}

/** The measured part of a receipt. */
export function heard(mark: PlayingMark, totalMs: number): Omit<Verdict, 'outcome'> {
  if (mark.startedMs === null) return {};
  return {
    startedMs: mark.startedMs,
    endedMs: mark.markedMs,
    audibleMs: totalMs,
    startErrorMs: mark.startErrorMs ?? mark.startedMs - mark.plannedStartMs,
    ...(mark.amplifierOnMs === null ? {} : { amplifierOnMs: Math.round(mark.amplifierOnMs) }),
    ...earFields(mark.ear),
  };
}

function reasonOf(problem: Problem | undefined): Reason {
  if (problem?.code === 'device-failed' || problem?.code === 'device-busy') return 'output-failed';
  const told = problem?.code;
  return told === 'not-cached' || told === 'no-voice' || told === 'bulletin-unsafe' ? told : 'decoder-failed';
}

// ── orders and tones ──

function orderSounds(turn: Turn, id: string, output: string, startedMs: number): void {
  const { orders } = turn.kept;
  const active = orders.active.find((one) => one.id === id);
  if (!active) return;
  turn.output(output, { failures: 0 });
  const soundings = active.soundings ?? {};
  if (Object.keys(soundings).length === 0) {
    turn.tell({ kind: 'order', order: id, state: 'sounding' });
    // The desk counts boxes by the second: this row shares no commit with ordinary ones.
    turn.urgent();
  } else tellSoundsAgain(turn, id);
  if (soundings[output]) return;
  const begun = { ...active, soundings: { ...soundings, [output]: { startedMs, endedMs: startedMs, audibleMs: 0 } } };
  turn.keep({ orders: { ...orders, active: orders.active.map((one) => (one === active ? begun : one)) } });
}

/** A whole repetition counts; one that was cut begins again when its turn comes. */
function concludeRepetition(turn: Turn, id: string, mark: PlayingMark, over: Over): void {
  const output = turn.live.outputs[over.output];
  if (!output) return;
  if (over.how !== 'stopped')
    turn.output(over.output, {
      lastOrder: { id, endedMonoMs: turn.now.monoMs },
      failures: over.how === 'failed' ? output.failures + 1 : 0,
    });
  const { orders } = turn.kept;
  const active = orders.active.find((one) => one.id === id);
  if (!active) return;
  const last = active.soundings?.[over.output];
  const startedMs = last?.startedMs ?? mark.startedMs;
  const heardHere = active.heard[over.output] ?? 0;
  const sounding = startedMs !== null && {
    startedMs,
    endedMs: mark.markedMs,
    audibleMs: (last?.audibleMs ?? 0) + mark.audibleMs,
    ...((over.voice ?? last?.voice) ? { voice: over.voice ?? last?.voice } : {}),
    ...((over.languages ?? last?.languages) ? { languages: over.languages ?? last?.languages } : {}),
    ...(last?.ear ? { ear: last.ear } : {}),
  };
  const changed = {
    ...active,
    heard: over.how === 'completed' ? { ...active.heard, [over.output]: heardHere + 1 } : active.heard,
    ...(sounding ? { soundings: { ...active.soundings, [over.output]: sounding as NonNullable<typeof last> } } : {}),
  };
  turn.keep({ orders: { ...orders, active: orders.active.map((one) => (one === active ? changed : one)) } });
}

function concludeTone(turn: Turn, id: string, mark: PlayingMark, over: Over): void {
  const output = turn.live.outputs[over.output];
  turn.tell({
    kind: 'receipt',
    receipt: {
      occurrence: `local:${id}@${over.output}`,
      what: 'local',
      output: over.output,
      class: 'local',
      outcome: over.how === 'completed' ? 'played' : mark.audibleMs > 0 ? 'partial' : 'failed',
      plannedStartMs: mark.plannedStartMs,
      plannedEndMs: mark.plannedEndMs,
      items: [],
      gainDb: mark.gainDb,
      proof: provenBy(proofOf(turn, output?.kind ?? 'loudspeaker', mark.audibleMs, over.output, id), mark.ear),
      clock: turn.now.quality,
      audibleMs: mark.audibleMs,
      ...heard(mark, mark.audibleMs),
    },
  });
}
