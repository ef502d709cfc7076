// DESIGN §8, held under every random life: what may never be, and what must come about. Judged from outside the box.
// LONG: the promises stand together, so that none is forgotten.

import { repetitionMs } from '../../agent/core/emergency.ts';
import { rank } from '../../agent/core/ranks.ts';
import { soundMs } from '../../agent/core/session.ts';
import { hoursRule, isQuiet } from '../../schemas/policy.ts';
import type { Receipt } from '../../schemas/receipt.ts';
import type { Occurrence } from '../../schemas/timeline.ts';
import { boardsHeld } from './invariants-boards.ts';
import { heldHere } from './invariants-here.ts';
import { liveHeld, liveReceipts } from './invariants-live.ts';
import { joinedLate, plannedIn, receiptsOf, withdrawnUnseen } from './planned.ts';
import type { Life, Offered } from './script.ts';
import type { Heard, Trace } from './trace.ts';
import { say, type Violation } from './violation.ts';

export type { Violation } from './violation.ts';

/** The longest fade, rounded up. */
const fadeMs = 310;
const relayMs = 500;

/** Every broken promise of a life; none is the only right answer. */
export function violations(life: Life): Violation[] {
  const { world } = life;
  const { trace } = world;
  const planned = plannedIn(trace);
  return [
    ...oneVoice(trace),
    ...amplifierAround(life),
    ...receiptsOnce(life, planned),
    ...receiptsTrue(life, planned),
    ...withinPolicy(life),
    ...dueIsHeard(life, planned),
    ...ordersHeard(life),
    ...ordersStill(life),
    ...heldHere(life),
    ...liveHeld(life),
    ...liveReceipts(life),
    ...boardsHeld(life),
  ];
}

/** 1: one voice per output; nothing sounds that no plan, order or hand asked for. */
function oneVoice(trace: Trace): Violation[] {
  const found: Violation[] = [];
  for (const output of new Set(trace.heard.map((one) => one.output))) {
    const sorted = trace.heard.filter((one) => one.output === output).sort((a, b) => a.fromMs - b.fromMs);
    for (const [at, one] of sorted.entries()) {
      const next = sorted[at + 1];
      if (!next || next.fromMs >= one.toMs) continue;
      const faded = one.stoppedAtMs !== null && one.toMs - one.stoppedAtMs <= fadeMs && one.toMs - next.fromMs <= fadeMs;
      if (!faded) found.push(say('1 one voice', trace, `${output}: ${one.name} and ${next.name} at ${next.fromMs}`));
    }
    for (const one of sorted) {
      const { voice } = one;
      if (voice.kind !== 'occurrence') continue;
      const known = trace.applied.some(({ plan }) => plan.schedules.schedules.some(({ id }) => id === voice.occurrence.schedule));
      if (!known) found.push(say('1 authorised', trace, `${one.name} is in no plan`));
    }
  }
  return found;
}

/** 2: amplifier on a warm-up before the first sample, off within the hold after the last, never on without need. */
function amplifierAround({ world, settings, endMs }: Life): Violation[] {
  const { trace } = world;
  const found: Violation[] = [];
  const heard = trace.heard.filter(({ output }) => output === 'main').sort((a, b) => a.fromMs - b.fromMs);
  const spans = trace.amplifiers.filter(({ output }) => output === 'main');
  for (const one of heard) {
    const span = spans.find(({ fromMs, toMs }) => fromMs <= one.fromMs && one.fromMs < toMs);
    if (!span) found.push(say('2 amplifier', trace, `${one.name} at ${one.fromMs} into an amplifier that is off`));
    else if (one.fromMs - span.fromMs + 1 < (one.fromMs < (trace.applied[0]?.fromWallMs ?? 0) + 5_000 ? 500 : settings.warmUpMs))
      found.push(
        say('2 warm-up', trace, `${one.name} ${one.fromMs - span.fromMs} ms after the amplifier went on, ${settings.warmUpMs} wanted`),
      );
  }
  // Without need: longer without sound than lead, hold, relays and a pause of orders together can explain.
  const idleMaxMs = Math.max(settings.preRollMs, settings.warmUpMs + 1_000) + settings.holdMs + relayMs + 3_000;
  for (const span of spans) {
    let quietFromMs = span.fromMs;
    for (const one of [
      ...heard.filter(({ fromMs, toMs }) => toMs > span.fromMs && fromMs < span.toMs),
      { fromMs: Math.min(span.toMs, endMs), toMs: endMs },
    ]) {
      if (one.fromMs - quietFromMs > idleMaxMs)
        found.push(say('2 idle amplifier', trace, `on without sound from ${quietFromMs} to ${one.fromMs}, at most ${idleMaxMs} ms`));
      quietFromMs = Math.max(quietFromMs, one.toMs);
    }
  }
  return found;
}

/** 3: each planned occurrence has exactly one final receipt, and nothing else has any; stored rows stay stored. */
function receiptsOnce({ world, endMs }: Life, planned: Map<string, Occurrence> | null): Violation[] {
  const { trace } = world;
  const found: Violation[] = [];
  const counts = new Map<string, number>();
  for (const { occurrence } of receiptsOf(trace)) counts.set(occurrence, (counts.get(occurrence) ?? 0) + 1);
  for (const [id, count] of counts) {
    if (count > 1) found.push(say('3 one receipt', trace, `${id} has ${count}`));
    if (planned && !planned.has(id) && !withdrawnUnseen(trace, id)) found.push(say('3 only planned', trace, `${id} was never planned`));
  }
  if (planned && world.state.live.trustedSince)
    for (const one of planned.values())
      if (one.startMs < endMs - 2 * 3_600_000 && !counts.has(one.id)) found.push(say('3 every planned', trace, `${one.id} has no receipt`));
  for (const [at, row] of trace.rows.entries())
    if (row.seq !== at + 1) found.push(say('3 rows kept', trace, `row ${row.seq} at place ${at + 1}`));
  return found;
}

/** 3: what a receipt says is what was heard: `partial` after a power cut to the last mark, else within a second or two. */
function receiptsTrue({ world }: Life, planned: Map<string, Occurrence> | null): Violation[] {
  const { trace } = world;
  if (!planned) return [];
  const found: Violation[] = [];
  const gapsMs = Math.max(
    0,
    ...trace.applied.flatMap(({ plan }) => plan.schedules.schedules.map(({ repeat }) => repeat.gapMs * repeat.times)),
  );
  for (const { occurrence, outcome, reason, audibleMs, items } of receiptsOf(trace)) {
    // A play whose content changed under its name is measured by what the receipt names.
    const known = planned.get(occurrence);
    const one = known?.items.every(({ sha256 }) => items.includes(sha256)) ? known : undefined;
    const plays = trace.heard.filter(({ name }) => name === occurrence);
    const shown = trace.pages.filter(({ of, item }) => of === occurrence && item !== null);
    // A board that shows its safe page shows nobody's programme.
    const spans = known?.kind === 'board' ? shown : plays;
    const heardMs = spans.reduce((sum, play) => sum + Math.min(play.toMs, world.nowMs()) - play.fromMs, 0);
    // Its last word may have been on its way to the disk.
    const cuts = trace.off.filter(({ fromMs }) => plays.some((play) => fromMs >= play.toMs && fromMs - play.toMs <= 1_100)).length;
    const slackMs = 1_500 + cuts * 7_000 + plays.length * (fadeMs + gapsMs);
    if (audibleMs > heardMs + slackMs)
      found.push(say('3 true receipt', trace, `${occurrence} ${outcome} says ${audibleMs} ms, heard ${heardMs}`));
    if (audibleMs < heardMs - slackMs && reason !== 'output-failed')
      found.push(say('3 true receipt', trace, `${occurrence} ${outcome} says ${audibleMs} ms, heard ${heardMs}`));
    if (outcome === 'played' && one && audibleMs < soundMs(one) - 4_000 - slackMs)
      found.push(say('3 played whole', trace, `${occurrence} played ${audibleMs} of ${soundMs(one)}`));
  }
  return found;
}

/** 4: nothing but an emergency sounds outside the policy's hours, by the box's own clock. */
function withinPolicy({ world, offered }: Life): Violation[] {
  const { trace } = world;
  if (trace.stepped) return [];
  const found: Violation[] = [];
  for (const one of trace.heard) {
    if (one.output !== 'main' || isActual(one, offered) || (one.voice.kind === 'tone' && toneAllowed(trace, one))) continue;
    const ruling = trace.applied.findLast(({ fromWallMs }) => fromWallMs <= one.fromMs) ?? trace.applied[0];
    if (!ruling) continue;
    const toMs = Math.max(one.fromMs + 1, Math.min(one.toMs, world.nowMs()) - 2_000);
    const [fromMs, untilMs] = [Math.ceil(one.fromMs), Math.floor(toMs)];
    const { policy } = ruling.plan;
    const rule = one.voice.kind === 'tone' ? (isQuiet(policy, fromMs, untilMs) ? 'quiet-hours' : null) : hoursRule(policy, fromMs, untilMs);
    if (rule) found.push(say('4 policy', trace, `${one.name} ${rule} from ${one.fromMs} to ${toMs}`));
  }
  return found;
}

/** A countdown warns whoever is at the horn at any hour; a tone sounds at any hour while its button is held. */
function toneAllowed(trace: Trace, one: Heard): boolean {
  return (
    (one.voice.kind === 'tone' && one.voice.countdown === true) ||
    trace.heldTones.some((at) => at <= one.fromMs && one.fromMs - at < 15_000)
  );
}

function isActual(one: Heard, offered: readonly Offered[]): boolean {
  const { voice } = one;
  return voice.kind === 'order' && offered.some(({ id, order }) => id === voice.order && order.class === 'actual');
}

/** 0: what is due in a calm box with nothing beside it is audible within a second of its instant. */
function dueIsHeard({ world, offered, settings }: Life, planned: Map<string, Occurrence> | null): Violation[] {
  const { trace } = world;
  if (!planned) return [];
  const found: Violation[] = [];
  for (const one of planned.values()) {
    const beforeMs = Math.max(settings.preRollMs, settings.warmUpMs) + 12_000;
    if (one.refused !== null || !calm(world.trace, one.startMs - beforeMs, one.startMs + 1_100)) continue;
    if (orderNear(offered, one.startMs) || joinedLate(trace, one)) continue;
    const receipt = receiptsOf(trace).find(({ occurrence }) => occurrence === one.id);
    if (receipt && !canSound(receipt) && !silently(receipt)) continue;
    if (one.items.some(({ sha256 }) => (trace.cachedAtMs.get(sha256) ?? Number.POSITIVE_INFINITY) > one.startMs - beforeMs)) continue;
    const beside = [...planned.values()].some((other) => other !== one && other.output === one.output && near(other, one));
    if (beside || pausedNear(trace, one)) continue;
    const heard = trace.heard.some((play) => play.name === one.id && play.fromMs <= one.startMs + 1_000 && play.toMs > one.startMs);
    if (!heard) found.push(say('0 due is heard', trace, `${one.id} was silent at its instant`));
  }
  return found;
}

/** Outcomes that claim or allow sound at the start. */
function canSound({ outcome }: Receipt): boolean {
  return outcome === 'played' || outcome === 'partial' || outcome === 'preempted';
}

/** Missed for a reason that a calm box cannot have. */
function silently({ outcome, reason }: Receipt): boolean {
  return outcome === 'missed' && (reason === 'too-late' || reason === 'output-busy' || reason === 'no-time' || reason === 'box-off');
}

function near(other: Occurrence, one: Occurrence): boolean {
  const tailMs = 4 * 3_600_000;
  return (
    other.startMs <= one.startMs + 2_000 && other.endMs + Math.min(other.missedStart.withinMs, tailMs) + 120_000 > one.startMs - 15_000
  );
}

/** An interrupted play that still sounded around this start. */
function pausedNear(trace: Trace, one: Occurrence): boolean {
  return trace.heard.some(
    (play) => play.output === one.output && play.name !== one.id && play.fromMs < one.startMs + 1_000 && play.toMs > one.startMs - 3_000,
  );
}

function orderNear(offered: readonly Offered[], atMs: number): boolean {
  return offered.some((one) => !one.forged && one.atMs < atMs + 2_000 && one.expMs > atMs - 15_000);
}

/** No disturbance within the span, and the box had power all through it. */
function calm(trace: Trace, fromMs: number, toMs: number): boolean {
  if ([...trace.off, ...trace.troubles, ...trace.holds].some((one) => one.fromMs < toMs && one.toMs > fromMs)) return false;
  return !trace.disturbances.some((at) => at >= fromMs && at <= toMs);
}

/** 5: a valid order sounds within its bound. */
function ordersHeard({ world, offered, settings }: Life): Violation[] {
  const { trace } = world;
  const found: Violation[] = [];
  for (const { id, atMs, order, expMs, clearedAtMs, forged } of offered) {
    if (forged || order.class !== 'actual' || trace.stepped) continue;
    const boundMs = settings.warmUpMs + relayMs + 500;
    if (clearedAtMs !== null && clearedAtMs <= atMs + boundMs) continue;
    const acceptedRow = trace.rows.find(({ fact }) => fact.kind === 'order' && fact.order === id && fact.state === 'accepted');
    if (!acceptedRow || acceptedRow.committedAtMs - atMs > 500) continue;
    // Its own acceptance disturbs; anything after that is somebody else's doing.
    const undisturbed = !trace.disturbances.some((at) => at > acceptedRow.committedAtMs && at <= atMs + boundMs);
    const powered = !trace.off.some((off) => off.fromMs < atMs + boundMs && off.toMs > atMs);
    const rivals = offered.some(
      (other) => other.id !== id && !other.forged && other.atMs <= atMs + boundMs && other.expMs > atMs && rank(other.order) >= rank(order),
    );
    if (trace.holds.some((hold) => hold.fromMs < atMs + boundMs && hold.toMs > atMs)) continue;
    if (!undisturbed || !powered || rivals || expMs < atMs + boundMs || amplifierTrouble(trace, atMs)) continue;
    const heard = trace.heard.some((one) => one.name === `order ${id}` && one.output === 'main' && one.fromMs <= atMs + boundMs);
    if (!heard) found.push(say('5 order sounds', trace, `${id} silent ${boundMs} ms after ${atMs}`));
  }
  return found;
}

function amplifierTrouble(trace: Trace, atMs: number): boolean {
  return trace.rows.some(({ fact, committedAtMs }) => fact.kind === 'fault' && Math.abs(committedAtMs - atMs) < 600_000);
}

/** 5: a forged, replayed, expired or cleared order never sounds, and none more often than it says. */
function ordersStill({ world, offered }: Life): Violation[] {
  const { trace } = world;
  const found: Violation[] = [];
  const tolerance = 1_000;
  for (const { id, atMs, order, expMs, clearedAtMs, forged } of offered) {
    const heard = trace.heard.filter((one) => one.name === `order ${id}` && one.output === 'main');
    const wholes = heard.filter((one) => one.toMs - one.fromMs >= repetitionMs(order, ['vi']) - 5 && one.stoppedAtMs === null).length;
    const cuts = trace.off.length;
    if (forged && heard.length > 0) found.push(say('5 forged', trace, `${id} sounded at ${heard[0]?.fromMs}`));
    if (wholes > order.times + cuts) found.push(say('5 replayed', trace, `${id} sounded ${wholes} times of ${order.times}, ${cuts} cuts`));
    if (heard.some((one) => one.fromMs < atMs)) found.push(say('5 unasked', trace, `${id} sounded before it was made`));
    const unsure = world.trace.rows.some(({ fact }) => fact.kind === 'clock') === false;
    if (!trace.stepped && !unsure && trustedAlways(trace) && heard.some((one) => Math.min(one.toMs, world.nowMs()) > expMs + tolerance))
      found.push(say('5 expired', trace, `${id} sounded after ${expMs}`));
    const told = clearedAtMs === null ? null : clearTold(trace, id, clearedAtMs);
    if (told !== null && heard.some((one) => Math.min(one.toMs, world.nowMs()) > told + tolerance))
      found.push(say('5 cleared', trace, `${id} sounded after its clear was accepted at ${told}`));
  }
  return found;
}

/** The row that the clear left; a cleared order whose row was lost with the power is cleared again on the next connection. */
function clearTold(trace: Trace, id: string, clearedAtMs: number): number | null {
  const row = trace.rows.find(
    ({ fact, committedAtMs }) => fact.kind === 'order' && fact.order === id && fact.state === 'cleared' && committedAtMs >= clearedAtMs,
  );
  return row?.committedAtMs ?? null;
}

/** True when the box never ran without trusted time. */
function trustedAlways(trace: Trace): boolean {
  const boots = trace.off.length + 1;
  return trace.rows.filter(({ fact }) => fact.kind === 'clock' && fact.quality === 'rtc').length >= boots;
}
