// Close the gap between what an output should sound and what it sounds: stop, mark, start.
import type { Reason } from '../../schemas/receipt.ts';
import { planned } from './agenda.ts';
import { answer } from './answer.ts';
import { type Beginning, begin } from './beginnings.ts';
import { raiseFault } from './faults.ts';
import { follower, handOver } from './hand-over.ts';
import { voiceHeld } from './held.ts';
import { pause, unpause } from './ledger.ts';
import { fadeEmergencyMs, fadeMs, lastWordMs, startAnswerMs, stepMs, stopAnswerMs, toneFadeInMs, wordSlackMs } from './limits.ts';
import { liveBecause } from './live.ts';
import type { Action, OutputState, PlayingMark, Voice } from './model.ts';
import { playbackOver } from './outcomes.ts';
import { positionAfter } from './session.ts';
import { openOrderShowing } from './showings.ts';
import type { Turn } from './turn.ts';
import { fulfils, type Wish, wanted } from './wanted.ts';

export function closePlayback(turn: Turn): void {
  for (const id of Object.keys(turn.live.outputs)) {
    giveUpSilentOnes(turn, id);
    const output = turn.live.outputs[id];
    if (!output) continue;
    const wish = wanted(turn, output);
    const { player } = output;
    const kept =
      player.is !== 'idle' && fulfils(player.voice, wish) && !misplaced(turn, output) && voiceHeld(turn, output, player.voice) === null;
    if (kept) {
      armFollower(turn, output);
      continue;
    }
    const successor = wish ? begin(turn, output, wish) : undefined;
    const because = player.is === 'idle' ? undefined : becauseOf(turn, output, player.voice, wish);
    const stopping = because && leave(turn, output, because);
    // The successor's `play` goes out first: an emergency does not wait for a fade.
    if (successor) start(turn, id, successor);
    if (stopping) turn.act(stopping);
    if (because) stopThoseEnding(turn, id, because);
  }
}

/** The next play is armed before this one ends, so that it begins on its instant. */
function armFollower(turn: Turn, output: OutputState): void {
  const next = follower(turn, output);
  if (!next) return;
  handOver(turn, output);
  start(turn, output.id, next);
}

/** What was to end by itself before a play that is now called off gives way as well. */
function stopThoseEnding(turn: Turn, id: string, because: Reason): void {
  const leaving = turn.live.outputs[id]?.leaving ?? [];
  if (!leaving.some((one) => one.endsItself)) return;
  for (const one of leaving) if (one.endsItself) turn.act({ do: 'stop', output: id, attempt: one.attempt, fadeMs: fadeFor(because) });
  const sinceMonoMs = turn.now.monoMs;
  turn.output(id, {
    leaving: leaving.map((one) => (one.endsItself ? { attempt: one.attempt, mark: one.mark, because, sinceMonoMs } : one)),
  });
}

function fadeFor(because: Reason): number {
  return because === 'emergency' || because === 'held-service' ? fadeEmergencyMs : fadeMs;
}

/** A play about to start whose wall instant has moved on the monotonic clock: the clock stepped. */
function misplaced(turn: Turn, { player }: OutputState): boolean {
  if (player.is === 'idle') return false;
  // Live sound hangs on wall instants all through; a programme that sounds goes on evenly.
  const hangs = player.voice.kind === 'live' || (player.is === 'armed' && player.voice.kind === 'occurrence');
  return hangs && Math.abs(turn.monoOf(player.startAtMs) - player.startAtMonoMs) > stepMs;
}

/** Outcomes that never came: the attempt is taken as failed, so a hung decoder cannot keep an output. */
function giveUpSilentOnes(turn: Turn, id: string): void {
  for (const one of turn.live.outputs[id]?.leaving ?? []) {
    turn.wakeAtMono(one.sinceMonoMs + stopAnswerMs);
    if (turn.now.monoMs < one.sinceMonoMs + stopAnswerMs) continue;
    playbackOver(turn, { output: id, attempt: one.attempt, how: 'stopped', audibleMs: one.mark.audibleMs, endedMs: one.mark.markedMs });
  }
  const player = turn.live.outputs[id]?.player;
  if (player?.is === 'playing') giveUpSpeechless(turn, id, player);
  if (player?.is !== 'armed') return;
  const byMonoMs = player.startAtMonoMs + startAnswerMs;
  turn.wakeAtMono(byMonoMs);
  if (turn.now.monoMs < byMonoMs) return;
  // A screen that is slow to begin is a device that is away, not a page that cannot be read.
  const code = turn.live.outputs[id]?.kind === 'board' ? 'device-failed' : 'tool-timeout';
  const problem = { code, path: '', detail: `nothing ${startAnswerMs} ms after its instant` } as const;
  turn.act({ do: 'stop', output: id, attempt: player.attempt, fadeMs: 0 });
  playbackOver(turn, { output: id, attempt: player.attempt, how: 'failed', audibleMs: 0, endedMs: turn.now.wallMs, problem });
}

/** A play that sounds tells how far it is. A player that says nothing more hangs: the output is taken from it. */
function giveUpSpeechless(turn: Turn, id: string, player: OutputState['player'] & { is: 'playing' | 'armed' }): void {
  if (player.saidMonoMs === undefined) return;
  const byMonoMs = player.saidMonoMs + (player.doubted ? lastWordMs : 2 * turn.settings.progressEveryMs + wordSlackMs);
  turn.wakeAtMono(byMonoMs);
  if (turn.now.monoMs < byMonoMs) return;
  if (!player.doubted) {
    // The whole box may have been halted: its player gets a moment to speak first.
    turn.output(id, { player: { ...player, saidMonoMs: turn.now.monoMs, doubted: true } });
    turn.wakeAtMono(turn.now.monoMs + lastWordMs);
    return;
  }
  const problem = { code: 'tool-timeout', path: '', detail: 'the player says nothing more' } as const;
  raiseFault(turn, `player-${id}`, problem.detail);
  turn.act({ do: 'stop', output: id, attempt: player.attempt, fadeMs: 0 });
  const mark = turn.kept.playing[id];
  playbackOver(turn, {
    output: id,
    attempt: player.attempt,
    how: 'failed',
    audibleMs: mark?.audibleMs ?? 0,
    endedMs: mark?.markedMs ?? turn.now.wallMs,
    problem,
  });
}

function becauseOf(turn: Turn, output: OutputState, voice: Voice, wish: Wish | null): Reason {
  const held = voiceHeld(turn, output, voice);
  if (held) return held;
  if (voice.kind === 'occurrence') {
    if (!turn.timeKnown) return 'no-time';
    if (!planned(turn, voice.occurrence)) return 'withdrawn';
  }
  const own = voice.kind === 'live' ? liveBecause(turn, voice.session) : null;
  if (own) return own;
  if (wish?.kind === 'order') return 'emergency';
  if (voice.kind === 'occurrence' && output.player.is !== 'idle' && turn.now.wallMs >= (output.player.cutAtMs ?? Number.POSITIVE_INFINITY))
    return 'window-ended';
  if ((wish?.kind === 'occurrence' || wish?.kind === 'live') && !fulfils(voice, wish)) return 'higher-class';
  return 'superseded';
}

/** An attempt is to stop. A play that may go on is written down as paused before its successor takes its mark. */
function leave(turn: Turn, { id, player }: OutputState, because: Reason): Action | undefined {
  const mark = turn.kept.playing[id];
  if (player.is === 'idle' || !mark) return undefined;
  const { [id]: _gone, ...playing } = turn.kept.playing;
  turn.keep({ playing });
  pauseFrom(turn, mark, because);
  const leaving = [...(turn.live.outputs[id]?.leaving ?? []), { attempt: player.attempt, mark, because, sinceMonoMs: turn.now.monoMs }];
  turn.output(id, { leaving, player: { is: 'idle', quietSinceMonoMs: turn.now.monoMs } });
  turn.wakeAtMono(turn.now.monoMs + stopAnswerMs);
  return {
    do: 'stop',
    output: id,
    attempt: player.attempt,
    fadeMs: fadeFor(because),
    ...(leaves.includes(because) ? { leave: true as const } : {}),
  };
}

/** A page that may not be seen any more, not even for the moment until something follows. */
const leaves: readonly Reason[] = ['withdrawn', 'no-time'];

function pauseFrom(turn: Turn, mark: PlayingMark, reason: Reason): void {
  if (mark.voice.kind !== 'occurrence' || mark.startedMs === null) return;
  const { occurrence } = mark.voice;
  pause(turn, {
    occurrence,
    offsetMs: positionAfter(occurrence, mark.offsetMs, mark.audibleMs),
    audibleMs: mark.earlierAudibleMs + mark.audibleMs,
    startedMs: mark.startedMs,
    startErrorMs: mark.startErrorMs ?? 0,
    reason,
    amplifierOnMs: mark.amplifierOnMs,
    ...(mark.ear && { ear: mark.ear }),
  });
}

function quietSince(turn: Turn, { player }: OutputState): number {
  return player.is === 'idle' ? player.quietSinceMonoMs : turn.now.monoMs;
}

/** Write the mark, then give the play: a started play is a row before its first sample. */
function start(turn: Turn, id: string, one: Beginning): void {
  const output = turn.live.outputs[id];
  if (!output) return;
  const attempt = turn.attempt();
  const { voice, sound, slot, gainDb, untilMs, cutAtMs, startAtMonoMs, offsetMs } = one;
  const startAtMs = turn.wallOf(startAtMonoMs);
  const mark: PlayingMark = {
    ...one.mark,
    voice,
    attempt,
    audibleMs: 0,
    markedMs: Math.round(turn.now.wallMs),
    offsetMs,
    amplifierOnMs: output.amplifier.is === 'on' ? output.amplifier.onMs : null,
    gainDb,
  };
  if (voice.kind === 'occurrence') unpause(turn, voice.occurrence);
  turn.keep({ playing: { ...turn.kept.playing, [id]: mark } });
  turn.output(id, {
    player: {
      is: 'armed',
      attempt,
      voice,
      startAtMs,
      startAtMonoMs,
      untilMs,
      ...(cutAtMs === undefined ? {} : { cutAtMs }),
      quietSinceMonoMs: quietSince(turn, output),
    },
    tone: voice.kind === 'tone' ? null : output.tone,
  });
  if (voice.kind === 'tone' && output.tone?.command) answer(turn, output.tone.command, 'done', '');
  const fadeInMs =
    sound.of === 'tone' ? Math.min(toneFadeInMs, sound.durationMs / 2) : voice.kind === 'order' || offsetMs === 0 ? 0 : fadeMs;
  turn.act({ do: 'play', output: id, attempt, slot, sound, startAtMs, fadeInMs, gainDb });
  if (voice.kind === 'order' && output.kind === 'board')
    openOrderShowing(turn, id, attempt, voice.order, startAtMs, Math.max(startAtMs, one.mark.plannedEndMs));
  turn.wakeAtMono(startAtMonoMs + startAnswerMs);
  turn.urgent();
}
