// What an output should be given over to now: an order, the one winner of the timeline, or a tone.
import { nextStartMs, unsettled } from './agenda.ts';
import { wantedOrder } from './emergency.ts';
import { pausedOf } from './ledger.ts';
import { handOverMs, meetMs, relayMs } from './limits.ts';
import { wantedSession } from './live.ts';
import type { ActiveOrder, HeldSession, Occurrence, OutputState, PausedPlay, ToneAsked, Voice } from './model.ts';
import { dueMs, eligible, isOccurrence } from './plays.ts';
import type { Turn } from './turn.ts';
import { warmUpMsOf } from './warm-up.ts';

export type Wish =
  | { readonly kind: 'order'; readonly active: ActiveOrder }
  | { readonly kind: 'live'; readonly held: HeldSession }
  | { readonly kind: 'occurrence'; readonly occurrence: Occurrence; readonly paused: PausedPlay | null }
  | { readonly kind: 'tone'; readonly tone: ToneAsked };

/** The one voice of this output. A play is wished for a pre-roll before it is due, so that it begins on its instant. */
export function wanted(turn: Turn, output: OutputState): Wish | null {
  const active = wantedOrder(turn, output);
  if (active?.order.class === 'actual') return { kind: 'order', active };
  const held = wantedSession(turn, output);
  if (held) return { kind: 'live', held };
  // An exercise stands below everything live.
  if (active) return { kind: 'order', active };
  const occurrence = wantedOccurrence(turn, output);
  if (occurrence) {
    // What was begun goes on as it was begun, even if the plan has changed its content since.
    const paused = pausedOf(turn.kept.ledger, occurrence) ?? null;
    return { kind: 'occurrence', occurrence: paused?.occurrence ?? occurrence, paused };
  }
  if (output.tone) return { kind: 'tone', tone: output.tone };
  return null;
}

function wantedOccurrence(turn: Turn, output: OutputState): Occurrence | undefined {
  const { settings, now } = turn;
  const aheadMs = now.wallMs + settings.preRollMs;
  const next = nextStartMs(turn, aheadMs);
  if (next !== null) turn.wakeAtWall(next - settings.preRollMs);
  const open = unsettled(turn, aheadMs).filter((one) => one.output === output.id && eligible(turn, one));
  const candidates = contenders(turn, open);
  const first = turn.rules.winner(candidates, turn.live.plan?.schedules.localOrder ?? []);
  const current = candidates.find((one) => output.player.is !== 'idle' && isOccurrence(output.player.voice, one.id));
  if (!first || !current || first === current || output.player.is === 'idle') return first;
  // One that begins later does not cut off the end of one that is done by then.
  const startsMs = dueMs(turn, first);
  const untilMs = output.player.untilMs ?? startsMs;
  if (startsMs <= now.wallMs) return first;
  turn.wakeAtWall(startsMs);
  return untilMs <= startsMs + meetMs ? current : first;
}

/** Those due with the earliest one, or so soon after it that it would only be begun to be cut. Later ones wait for their time. */
export function contenders(turn: Turn, open: readonly Occurrence[]): Occurrence[] {
  const from = (one: Occurrence) => Math.max(turn.now.wallMs, dueMs(turn, one));
  const untilMs = Math.min(...open.map(from)) + handOverMs;
  for (const one of open) if (from(one) > untilMs) turn.wakeAtWall(dueMs(turn, one) - handOverMs);
  return open.filter((one) => from(one) <= untilMs);
}

export function fulfils(voice: Voice, wish: Wish | null): boolean {
  // A tone was asked for once and is forgotten when it starts: it ends by itself unless something else is wanted.
  if (wish === null) return voice.kind === 'tone';
  if (wish.kind === 'order') return voice.kind === 'order' && voice.order === wish.active.id;
  if (wish.kind === 'occurrence') return isOccurrence(voice, wish.occurrence.id);
  if (wish.kind === 'live') return voice.kind === 'live' && voice.session === wish.held.session.session;
  return voice.kind === 'tone' && voice.id === wish.tone.id;
}

/** How long before the first sample the amplifier is asked to be on. */
export function amplifierLeadMs(turn: Turn, output: string): number {
  return Math.max(turn.settings.preRollMs, warmUpMsOf(turn, output) + relayMs);
}

/** The next planned instant, after now, at which this output will be needed as things stand; null when none is near. */
export function nextNeedMs(turn: Turn, output: OutputState, withinMs: number): number | null {
  const untilMs = turn.now.wallMs + withinMs;
  const next = nextStartMs(turn, untilMs);
  if (next !== null) turn.wakeAtWall(next - withinMs);
  const near = unsettled(turn, untilMs).filter((one) => one.output === output.id && dueMs(turn, one) > turn.now.wallMs);
  const first = near.find((one) => eligible(turn, one));
  return first ? dueMs(turn, first) : null;
}
