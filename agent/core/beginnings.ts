// How a wished sound begins on its output: when, from where, how loud, until when; or that it must wait.
import { sounds } from '../../schemas/settings.ts';
import { showingMinMs } from '../../schemas/showings.ts';
import { mayDrill, orderFromMonoMs, repetitionMs } from './emergency.ts';
import { gainOf, orderGainOf } from './ledger.ts';
import { cutMarginMs, joinLeadMs, toneGainDb, toneHz } from './limits.ts';
import type { ActiveOrder, OutputState, PlayAction, PlayingMark, Sound, ToneAsked, Voice } from './model.ts';
import { dueMs, heardUntilMs, resumeOffsetMs, worthHearing } from './plays.ts';
import { lengthMs } from './session.ts';
import type { Turn } from './turn.ts';
import type { Wish } from './wanted.ts';
import { warmUpMsOf } from './warm-up.ts';

export interface Beginning {
  readonly voice: Voice;
  readonly sound: Sound;
  readonly slot: PlayAction['slot'];
  readonly startAtMonoMs: number;
  readonly offsetMs: number;
  readonly untilMs: number | null;
  readonly cutAtMs?: number;
  readonly gainDb: number;
  readonly mark: Pick<PlayingMark, 'plannedStartMs' | 'plannedEndMs' | 'earlierAudibleMs' | 'startedMs' | 'startErrorMs' | 'cut'>;
}

/** How the wish begins on this output, or undefined when it must wait for amplifier, fade, pause or repair. */
export function begin(turn: Turn, output: OutputState, wish: Wish): Beginning | undefined {
  if (!output.working) return undefined;
  const { amplifier } = output;
  if (amplifier.is !== 'on' && amplifier.is !== 'none') return undefined;
  const readyMonoMs = amplifier.is === 'on' ? turn.rules.audibleFrom(amplifier.atMonoMs, warmUpMsOf(turn, output.id)) : turn.now.monoMs;
  const fromMonoMs = Math.max(turn.now.monoMs, readyMonoMs);
  if (wish.kind === 'order') return beginOrder(turn, output, wish.active, fromMonoMs);
  if (wish.kind === 'occurrence' && turn.now.monoMs < (output.restUntilMonoMs ?? 0)) {
    turn.wakeAtMono(output.restUntilMonoMs ?? 0);
    return undefined;
  }
  const busy = output.player.is !== 'idle' || output.leaving.length > 0;
  // What goes on beneath a higher one is given at once: it begins on the sample on which that one has faded.
  if (busy && wish.kind === 'occurrence' && wish.paused) return beginOccurrence(turn, wish, fromMonoMs);
  // All others but an emergency wait until the one before has faded.
  if (busy) return undefined;
  if (wish.kind === 'live') return beginLive(turn, wish, fromMonoMs);
  return wish.kind === 'tone' ? beginTone(turn, wish, fromMonoMs) : beginOccurrence(turn, wish, fromMonoMs);
}

function beginOrder(turn: Turn, output: OutputState, active: ActiveOrder, fromMonoMs: number): Beginning | undefined {
  const { id, order, inline, acceptedMs, exp } = active;
  const startAtMonoMs = Math.max(fromMonoMs, orderFromMonoMs(turn, active, output));
  if (startAtMonoMs > turn.now.monoMs + turn.settings.preRollMs) {
    turn.wakeAtMono(startAtMonoMs - turn.settings.preRollMs);
    return undefined;
  }
  if (turn.timeKnown && !mayDrill(turn, order, startAtMonoMs - turn.now.monoMs + repetitionMs(order, turn.settings.languages)))
    return undefined;
  return {
    voice: { kind: 'order', order: id },
    // Repetitions are counted here, so that equal orders can alternate; a board just goes on showing.
    sound: { of: 'order', id, order: output.kind === 'board' ? order : { ...order, times: 1 }, inline, languages: turn.settings.languages },
    slot: 'emergency',
    startAtMonoMs,
    offsetMs: 0,
    untilMs: null,
    gainDb: orderGainOf(turn, order),
    mark: { plannedStartMs: acceptedMs, plannedEndMs: exp, earlierAudibleMs: 0, startedMs: null, startErrorMs: null },
  };
}

/** At its instant; a late joiner a little ahead, to come in on the right sample; what was cut goes on as soon as it can. */
export function beginOccurrence(turn: Turn, wish: Wish & { kind: 'occurrence' }, fromMonoMs: number): Beginning | undefined {
  const { occurrence, paused } = wish;
  const dueMonoMs = turn.monoOf(dueMs(turn, occurrence));
  const late = paused !== null || dueMonoMs < fromMonoMs;
  const startAtMonoMs = late ? Math.max(fromMonoMs, turn.now.monoMs + (paused ? 0 : joinLeadMs)) : dueMonoMs;
  const offsetMs = Math.round(paused ? resumeOffsetMs(turn, paused) : Math.max(0, startAtMonoMs - dueMonoMs));
  const restMs = lengthMs(occurrence) - offsetMs;
  const startAtMs = turn.wallOf(startAtMonoMs);
  const endMs = startAtMs + restMs;
  const shown = !sounds(occurrence.kind);
  if (restMs < (shown ? showingMinMs : 1) || (paused && !worthHearing(turn, occurrence, startAtMs, endMs))) return undefined;
  // What goes on later than planned may run into the end of the hours.
  const heardMs = paused ? heardUntilMs(turn, occurrence, startAtMs, endMs) : endMs;
  const { items, repeat } = occurrence;
  return {
    voice: { kind: 'occurrence', occurrence },
    sound: shown ? { of: 'pages' } : { of: 'items', items, times: repeat.times, gapMs: repeat.gapMs, offsetMs },
    slot: slotOf[occurrence.class],
    startAtMonoMs,
    offsetMs,
    untilMs: endMs,
    ...(heardMs < endMs ? { cutAtMs: heardMs - cutMarginMs } : {}),
    gainDb: gainOf(turn, occurrence),
    mark: {
      plannedStartMs: occurrence.startMs,
      plannedEndMs: occurrence.endMs,
      earlierAudibleMs: paused?.audibleMs ?? 0,
      startedMs: paused?.startedMs ?? null,
      startErrorMs: paused?.startErrorMs ?? null,
      ...(paused && shown ? { cut: paused.reason } : {}),
    },
  };
}

/** Frames find their own instants; the play only has to be there in time. */
function beginLive(turn: Turn, { held }: Wish & { kind: 'live' }, startAtMonoMs: number): Beginning {
  const { session, gainDb, openMs, untilMs, delayMs } = held.session;
  const { settings, live } = turn;
  return {
    voice: { kind: 'live', session },
    sound: { of: 'live', session, delayMs: delayMs + settings.delayMs },
    slot: 'live',
    startAtMonoMs,
    offsetMs: 0,
    untilMs: null,
    gainDb: Math.min(gainDb + settings.gainDb, live.plan?.policy.gainMaxDb ?? 0),
    mark: { plannedStartMs: openMs, plannedEndMs: untilMs, earlierAudibleMs: 0, startedMs: null, startErrorMs: null },
  };
}

const slotOf = { drill: 'emergency', priority: 'priority', normal: 'normal', filler: 'idle' } as const;

function soundOf(turn: Turn, { durationMs, sweep, countdown, silent, rises }: ToneAsked): Sound {
  if (sweep) return { of: 'sweep', durationMs };
  if (countdown) return { of: 'countdown', durationMs, languages: turn.settings.languages };
  return { of: 'tone', hz: silent ? 0 : toneHz, durationMs, ...(rises && { rises }) };
}

function beginTone(turn: Turn, { tone }: Wish & { kind: 'tone' }, startAtMonoMs: number): Beginning {
  const startAtMs = turn.wallOf(startAtMonoMs);
  const untilMs = startAtMs + tone.durationMs;
  return {
    voice: {
      kind: 'tone',
      id: tone.id,
      durationMs: tone.durationMs,
      ...(tone.countdown ? { countdown: true } : {}),
      ...(tone.silent && { silent: tone.silent }),
      ...(tone.sweep ? { sweep: true } : {}),
    },
    sound: soundOf(turn, tone),
    slot: 'normal',
    startAtMonoMs,
    offsetMs: 0,
    untilMs,
    gainDb: Math.min(toneGainDb, turn.settings.gainDb),
    mark: { plannedStartMs: startAtMs, plannedEndMs: untilMs, earlierAudibleMs: 0, startedMs: null, startErrorMs: null },
  };
}
