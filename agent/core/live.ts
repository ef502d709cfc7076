// Live sessions: which are taken, what ends them, which of them an output is given to.
import type { LiveSession } from '../../schemas/live.ts';
import { liveSessionMsMax } from '../../schemas/live.ts';
import { hoursRule, type Policy } from '../../schemas/policy.ts';
import type { ProblemCode } from '../../schemas/problems.ts';
import { levelOrder } from '../../schemas/programme.ts';
import type { Reason } from '../../schemas/receipt.ts';
import { sounds } from '../../schemas/settings.ts';
import { heldBack } from './held.ts';
import { clockToleranceMs, latchMs, liveMarginMs, liveWarmMs, sessionsAtOnceMax, sessionsLatchedMax } from './limits.ts';
import { addHeard, isFor, tellLiveReceipts } from './live-receipts.ts';
import type { Event, HeldSession, OpenedMeta, OutputState, PlayingMark, StreamState, Voice } from './model.ts';
import { covers } from './ranks.ts';
import { firstRefusal } from './refusals.ts';
import type { Turn } from './turn.ts';

/** A verified announcement. It is said again and again: what is known changes nothing. */
export function offerLive(turn: Turn, opened: OpenedMeta, session: LiveSession) {
  const known = turn.kept.sessions.open.find((one) => one.session.session === session.session);
  if (session.state === 'closed') return offerClose(turn, opened, session, known);
  if (turn.kept.sessions.latched.some(({ id }) => id === session.session)) return;
  if (known) {
    if (known.session.publicKey !== session.publicKey) refuseLive(turn, opened, session, 'conflict', 'another key for an open session');
    return;
  }
  const why = whyNot(turn, opened, session);
  if (why) return refuseLive(turn, opened, session, ...why);
  take(turn, { session, iss: opened.iss, ctr: opened.ctr, acceptedMs: Math.round(turn.now.wallMs), over: null, heard: {} });
}

/** Closed by who opened it, or from no lower a level. An id not seen yet is latched: its opening may come late, or again. */
function offerClose(turn: Turn, opened: OpenedMeta, session: LiveSession, known: HeldSession | undefined) {
  if (!known) return latch(turn, session.session, Math.min(session.untilMs, opened.exp));
  const own = known.iss === opened.iss;
  if (own ? opened.ctr <= known.ctr : !covers(session.level, known.session.level))
    return refuseLive(turn, opened, session, own ? 'replayed' : 'not-allowed', `of ${known.iss} at level ${known.session.level}`);
  // Words spoken before the microphone was closed are still on their way to the loudspeakers.
  const untilMs = Math.round(turn.now.wallMs) + (own && turn.live.streams[session.session]?.receiving ? known.session.delayMs : 0);
  if (untilMs < known.session.untilMs) change(turn, session.session, (one) => ({ ...one, session: { ...one.session, untilMs } }));
}

function whyNot(turn: Turn, opened: OpenedMeta, session: LiveSession): [ProblemCode, string] | undefined {
  if (!turn.timeKnown) return ['no-time', 'a live session needs trusted time'];
  const { wallMs } = turn.now;
  const { openMs, untilMs } = session;
  if (wallMs >= Math.min(untilMs, opened.exp)) return ['expired', `ended at ${Math.min(untilMs, opened.exp)}`];
  if (Math.max(openMs, opened.nbf) > wallMs + clockToleranceMs) return ['not-yet', `opens at ${openMs}`];
  if (untilMs - openMs > liveSessionMsMax) return ['bad-input', `lasts ${untilMs - openMs} ms, at most ${liveSessionMsMax}`];
  const { plan } = turn.live;
  if (!plan) return ['not-yet', 'no policy is known here yet'];
  if (allowedUntilMs(plan.policy, wallMs, untilMs) - wallMs <= liveMarginMs) return ['policy-breach', 'outside the hours of the policy'];
  return makeRoom(turn, session) ? undefined : ['over-budget', `${sessionsAtOnceMax} sessions of no lower level are open`];
}

/** The lowest, newest session gives way to a higher one. */
function makeRoom(turn: Turn, session: LiveSession): boolean {
  const open = ranked(turn.kept.sessions.open.filter(({ over }) => over === null));
  if (open.length < sessionsAtOnceMax) return true;
  const lowest = open.at(-1);
  if (!lowest || standing(lowest.session) <= standing(session)) return false;
  end(turn, lowest, 'superseded');
  return true;
}

/** From now on it may sound; its stream is asked for by `closeLive`. */
export function take(turn: Turn, held: HeldSession): void {
  turn.keep({ sessions: { ...turn.kept.sessions, open: [...turn.kept.sessions.open, held] } });
  turn.tell({ kind: 'live', session: held.session.session, state: 'accepted' });
  turn.urgent();
}

/** Told once an hour: the announcement comes each few seconds under a new counter. */
function refuseLive(turn: Turn, { iss }: OpenedMeta, { session }: LiveSession, code: ProblemCode, detail: string): void {
  if (!firstRefusal(turn, `live/${iss}/${session}/${code}`)) return;
  turn.tell({ kind: 'live', session, state: 'refused', problem: { code, path: '', detail } });
}

/** It may sound no more. Its stream closes now; its receipts follow when its last sound has faded. */
export function end(turn: Turn, held: HeldSession, why: Reason | 'ended'): void {
  const { session } = held.session;
  change(turn, session, (one) => ({ ...one, over: why }));
  const { [session]: stream, ...streams } = turn.live.streams;
  if (stream) {
    turn.be({ streams });
    turn.act({ do: 'closeLive', session });
  }
  turn.tell({ kind: 'live', session, state: 'ended' });
  turn.urgent();
}

/** Put a changed session in the place of the one held. */
function change(turn: Turn, session: string, how: (held: HeldSession) => HeldSession): void {
  const open = turn.kept.sessions.open.map((one) => (one.session.session === session ? how(one) : one));
  turn.keep({ sessions: { ...turn.kept.sessions, open } });
}

function latch(turn: Turn, id: string, untilMs: number): void {
  const { latched } = turn.kept.sessions;
  if (latched.some((one) => one.id === id)) return;
  const fresh = latched.filter((one) => !(turn.timeKnown && one.untilMs < turn.now.wallMs));
  const kept = [...fresh, { id, untilMs: untilMs + latchMs }].sort((a, b) => b.untilMs - a.untilMs).slice(0, sessionsLatchedMax);
  turn.keep({ sessions: { ...turn.kept.sessions, latched: kept } });
}

/** Sessions run out or lose their hours; streams are asked for; what is over and silent gets its receipts. */
export function closeLive(turn: Turn): void {
  for (const held of turn.kept.sessions.open) if (held.over === null) closeOpen(turn, held);
  for (const held of turn.kept.sessions.open) if (held.over !== null) settleWhenQuiet(turn, held);
}

function closeOpen(turn: Turn, held: HeldSession) {
  const { plan, streams } = turn.live;
  const { wallMs, monoMs } = turn.now;
  const { session, untilMs } = held.session;
  if (!turn.timeKnown) return;
  if (wallMs >= untilMs) return end(turn, held, 'ended');
  turn.wakeAtWall(untilMs);
  if (!plan) return;
  const allowedMs = allowedUntilMs(plan.policy, wallMs, untilMs);
  if (allowedMs < untilMs && wallMs >= allowedMs - liveMarginMs) return end(turn, held, 'window-ended');
  if (allowedMs < untilMs) turn.wakeAtWall(allowedMs - liveMarginMs);
  const stream = streams[session];
  if (stream) return keepWithin(turn, held, stream);
  turn.be({ streams: { ...streams, [session]: { receiving: false, openedMonoMs: monoMs, told: 'accepted' } } });
  turn.act({ do: 'openLive', session: held.session });
  turn.wakeAtMono(monoMs + liveWarmMs);
}

/** A clock that was set back does not prolong a session. */
function keepWithin(turn: Turn, held: HeldSession, { openedMonoMs }: StreamState) {
  const { openMs, untilMs } = held.session;
  const endMonoMs = openedMonoMs + (untilMs - openMs);
  if (turn.now.monoMs >= endMonoMs) return end(turn, held, 'ended');
  turn.wakeAtMono(endMonoMs);
  turn.wakeAtMono(openedMonoMs + liveWarmMs);
}

/** Until when the policy's hours let it sound on from now; not past `untilMs`. */
export function allowedUntilMs(policy: Policy, fromMs: number, untilMs: number): number {
  const allowed = (toMs: number) => hoursRule(policy, Math.floor(fromMs), Math.ceil(toMs)) === null;
  if (allowed(untilMs)) return untilMs;
  let [low, high] = [fromMs, untilMs];
  while (high - low > 100) {
    const middle = (low + high) / 2;
    if (allowed(middle)) low = middle;
    else high = middle;
  }
  return Math.floor(low);
}

function settleWhenQuiet(turn: Turn, held: HeldSession): void {
  const { session, untilMs } = held.session;
  const outputs = Object.values(turn.live.outputs);
  const of = (voice: Voice) => voice.kind === 'live' && voice.session === session;
  const sounding = outputs.some(
    ({ player, leaving }) => (player.is !== 'idle' && of(player.voice)) || leaving.some(({ mark }) => of(mark.voice)),
  );
  if (sounding || outputs.length === 0) return;
  tellLiveReceipts(turn, held);
  turn.keep({ sessions: { ...turn.kept.sessions, open: turn.kept.sessions.open.filter((one) => one.session.session !== session) } });
  latch(turn, session, untilMs);
  turn.urgent();
}

/** Sessions that the last boot left: what was heard of them counts; a person at the box has to ask again. */
export function closeLastSessions(turn: Turn): void {
  for (const [output, mark] of Object.entries(turn.kept.playing)) {
    if (mark.voice.kind === 'live') hear(turn, mark.voice.session, output, mark, 'power-cut');
  }
  for (const held of turn.kept.sessions.open) if (held.iss === 'box' && held.over === null) end(turn, held, 'power-cut');
}

/** One stretch of its sound on one output is over. */
export function hear(turn: Turn, session: string, output: string, mark: PlayingMark, why: Reason | null): void {
  change(turn, session, (held) => {
    const heard = addHeard(held.heard[output], mark, why);
    return heard ? { ...held, heard: { ...held.heard, [output]: heard } } : held;
  });
}

export function liveReceiving(turn: Turn, event: Event & { is: 'liveReceiving' }) {
  const stream = turn.live.streams[event.session];
  const held = turn.kept.sessions.open.find((one) => one.session.session === event.session);
  if (!stream || !held) return;
  if (event.problem) {
    turn.tell({ kind: 'live', session: event.session, state: 'refused', problem: event.problem });
    return end(turn, held, event.problem.code === 'driver-missing' ? 'decoder-failed' : 'output-failed');
  }
  if (stream.receiving === event.receiving) return;
  const lost = !event.receiving && stream.told === 'sounding';
  if (lost) turn.tell({ kind: 'live', session: event.session, state: 'lost' });
  setStream(turn, event.session, { ...stream, receiving: event.receiving, told: lost ? 'lost' : stream.told });
}

/** Its first sample has left an output: told once, and once after each loss. */
export function liveSounds(turn: Turn, session: string): void {
  const stream = turn.live.streams[session];
  if (!stream || stream.told === 'sounding') return;
  turn.tell({ kind: 'live', session, state: 'sounding' });
  setStream(turn, session, { ...stream, told: 'sounding' });
}

function setStream(turn: Turn, session: string, stream: StreamState): void {
  turn.be({ streams: { ...turn.live.streams, [session]: stream } });
}

// ── what an output is given to ──

/** The session this output should sound now: the highest level, then the earliest. */
export function wantedSession(turn: Turn, output: OutputState): HeldSession | undefined {
  if (!sounds(output.kind) || !turn.timeKnown || !turn.live.plan || silencedHere(turn)) return undefined;
  const receiving = ({ session, over }: HeldSession) => over === null && turn.live.streams[session.session]?.receiving === true;
  return ranked(turn.kept.sessions.open.filter((one) => receiving(one) && isFor(one, output)))[0];
}

/** Why nothing live may sound here although it is on, if so. */
export function silencedHere(turn: Turn): Reason | null {
  return heldBack(turn, 'live');
}

/** A session was taken a moment ago: its first words should not meet a cold amplifier. */
export function warmFor(turn: Turn, output: OutputState): boolean {
  if (silencedHere(turn)) return false;
  const warm = ({ session, over }: HeldSession) => {
    const stream = turn.live.streams[session.session];
    return over === null && stream !== undefined && turn.now.monoMs < stream.openedMonoMs + liveWarmMs;
  };
  return turn.kept.sessions.open.some((one) => warm(one) && isFor(one, output));
}

/** Why a session's sound stops, when it is its own doing; null when something else takes the output. */
export function liveBecause(turn: Turn, session: string): Reason | null {
  const held = turn.kept.sessions.open.find((one) => one.session.session === session);
  if (!held || held.over === 'ended') return 'superseded';
  if (held.over) return held.over;
  if (!turn.timeKnown) return 'no-time';
  return silencedHere(turn) ?? (turn.live.streams[session]?.receiving ? null : 'stream-lost');
}

function ranked(sessions: readonly HeldSession[]): HeldSession[] {
  return [...sessions].sort((a, b) => standing(a.session) - standing(b.session) || a.acceptedMs - b.acceptedMs);
}

function standing({ level }: LiveSession): number {
  return levelOrder.indexOf(level);
}
