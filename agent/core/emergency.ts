// Emergency orders that were accepted: what ends them, whose turn it is on an output.
import type { Order } from '../../schemas/order.ts';
import { hoursRule } from '../../schemas/policy.ts';
import type { Problem } from '../../schemas/problems.ts';
import { sounds } from '../../schemas/settings.ts';
import { earFields, provenBy } from './heard-fields.ts';
import { orderHeld } from './held.ts';
import { proofOf } from './ledger.ts';
import { drillShownMinMs, latchedMax, latchMs, unsureMs } from './limits.ts';
import type { ActiveOrder, Latch, OpenedMeta, OutputState, PlayingMark, Voice } from './model.ts';
import { lifeOver } from './order-life.ts';
import { highest } from './ranks.ts';
import { firstRefusal } from './refusals.ts';
import { backoffMs } from './retry.ts';
import type { Turn } from './turn.ts';

type Ending = 'ended' | 'cleared' | 'expired' | 'superseded';

/** What has run out or was heard to its end leaves the active ones. */
export function closeOrders(turn: Turn): void {
  for (const active of turn.kept.orders.active) {
    if (lifeOver(turn, active)) endOrder(turn, active, spoken(turn, active) ? 'ended' : 'expired');
    else if (heardOut(turn, active)) endOrder(turn, active, 'ended');
    else if (hereOver(turn, active)) endOrder(turn, active, spoken(turn, active) ? 'ended' : 'expired');
    else if (turn.timeKnown && !hoursLeft(turn, active)) endOrder(turn, active, 'expired');
  }
}

/** What was started at the box ends by a clock that cannot be wrong; counted anew after a restart. */
function hereOver(turn: Turn, { here }: ActiveOrder): boolean {
  if (!here) return false;
  const fromMonoMs = here.boot === turn.live.boot ? here.monoMs : (turn.live.bootedAt?.monoMs ?? turn.now.monoMs);
  turn.wakeAtMono(fromMonoMs + here.maxMs);
  return turn.now.monoMs >= fromMonoMs + here.maxMs;
}

/** Take an order out of the active ones for good, with its fact and its receipts. */
export function endOrder(turn: Turn, active: ActiveOrder, how: Ending): void {
  const { orders } = turn.kept;
  turn.keep({ orders: { ...orders, active: orders.active.filter(({ id }) => id !== active.id) } });
  latch(turn, { id: active.id, untilMs: Math.max(active.exp, turn.now.wallMs) + latchMs });
  const { voice, languages } = Object.values(active.soundings ?? {}).find((one) => one.voice) ?? {};
  turn.tell({
    kind: 'order',
    order: active.id,
    state: how === 'superseded' ? 'cleared' : how,
    ...(voice ? { voice } : {}),
    ...(languages ? { languages: { heard: [...languages.heard], skipped: [...languages.skipped] } } : {}),
  });
  for (const output of Object.values(turn.live.outputs)) tellOrderReceipt(turn, active, output, how);
  turn.urgent();
}

function tellOrderReceipt(turn: Turn, active: ActiveOrder, output: OutputState, how: Ending): void {
  const sounding = active.soundings?.[output.id];
  const mark = turn.kept.playing[output.id];
  const underWay = mark?.voice.kind === 'order' && mark.voice.order === active.id ? mark : undefined;
  const audibleMs = Math.round((sounding?.audibleMs ?? 0) + (underWay ? soFarMs(turn, underWay) : 0));
  const startedMs = sounding?.startedMs ?? underWay?.startedMs ?? undefined;
  const endedMs = underWay?.startedMs ? turn.now.wallMs : sounding?.endedMs;
  const whole = how !== 'cleared' && how !== 'superseded' && (output.kind === 'board' || heardHere(turn, active, output));
  const unvoiced = (sounding?.languages?.skipped.length ?? 0) > 0 ? 'no-voice' : undefined;
  const reason =
    whole || how === 'ended' ? unvoiced : how === 'expired' ? (sounds(output.kind) && orderHeld(turn, active.order)) || how : how;
  turn.tell({
    kind: 'receipt',
    receipt: {
      occurrence: `${active.id}@${output.id}`,
      what: 'order',
      output: output.id,
      class: active.order.class === 'actual' ? 'emergency' : 'drill',
      outcome: startedMs === undefined ? 'missed' : whole ? 'played' : 'partial',
      ...(reason ? { reason } : {}),
      plannedStartMs: active.acceptedMs,
      plannedEndMs: active.exp,
      ...(startedMs === undefined ? {} : { startedMs, startErrorMs: startedMs - active.acceptedMs }),
      ...(endedMs === undefined ? {} : { endedMs: Math.round(endedMs) }),
      audibleMs,
      items: [],
      gainDb: turn.settings.gainDb,
      proof: provenBy(proofOf(turn, output.kind, audibleMs, output.id, active.id), sounding?.ear),
      ...(audibleMs > 0 ? earFields(sounding?.ear) : {}),
      clock: turn.now.quality,
      ...(active.here ? { here: { how: active.here.how, by: active.here.by } } : {}),
    },
  });
}

/** Sound of a repetition that is about to be cut: since the last mark it went on. */
function soFarMs(turn: Turn, { startedMs, audibleMs, markedMs }: PlayingMark): number {
  if (startedMs === null) return 0;
  return audibleMs + Math.min(Math.max(0, turn.now.wallMs - markedMs), turn.settings.progressEveryMs);
}

/** Remember an id that may never sound (again). The ones to be forgotten soonest give way. */
export function latch(turn: Turn, one: Latch): void {
  const { orders } = turn.kept;
  const others = orders.latched.filter(({ id, untilMs }) => id !== one.id && !(turn.timeKnown && untilMs < turn.now.wallMs));
  const latched = [...others, one].sort((a, b) => b.untilMs - a.untilMs).slice(0, latchedMax);
  turn.keep({ orders: { ...orders, latched } });
}

/** A signed order that may not sound: told once, however often a hostile broker repeats it. */
export function refuseOnce(turn: Turn, opened: OpenedMeta, problem: Problem): void {
  if (firstRefusal(turn, `${opened.digest}/${problem.code}`)) refuse(turn, opened.id, problem);
}

export function refuse(turn: Turn, order: string, problem: Problem): void {
  turn.tell({ kind: 'order', order, state: 'refused', problem });
}

// ── whose turn it is ──

/** The order an output is given to, if any. Equals alternate after a full repetition; the higher interrupts at once. */
export function wantedOrder(turn: Turn, output: OutputState): ActiveOrder | undefined {
  const mayHere = ({ order }: ActiveOrder) => output.kind === 'board' || orderHeld(turn, order) === null;
  const open = turn.kept.orders.active.filter((active) => mayHere(active) && maySound(turn, active) && !heardHere(turn, active, output));
  if (open.length === 0) return undefined;
  const top = highest(open);
  if (output.kind === 'board') return takingTurns(turn, top);
  const { player } = output;
  const current = player.is !== 'idle' && player.voice.kind === 'order' ? player.voice.order : null;
  const going = top.find(({ id }) => id === current);
  if (going) return going;
  const rested = top.length > 1 ? top.filter(({ id }) => id !== output.lastOrder?.id) : top;
  return rested.reduce((best, one) => ((one.heard[output.id] ?? 0) < (best.heard[output.id] ?? 0) ? one : best));
}

/** Boards show equal orders by turns of one repetition. */
function takingTurns(turn: Turn, top: readonly ActiveOrder[]): ActiveOrder | undefined {
  if (top.length < 2) return top[0];
  const turnMs = Math.max(drillShownMinMs, ...top.map(({ order }) => repetitionMs(order, turn.settings.languages)));
  const round = Math.floor(turn.now.monoMs / turnMs);
  turn.wakeAtMono((round + 1) * turnMs);
  return top[round % top.length];
}

/** Monotonic instant from which the next repetition may sound here: pauses between, back-off after failures. */
export function orderFromMonoMs(turn: Turn, active: ActiveOrder, output: OutputState): number {
  const { lastOrder, failures } = output;
  if (!lastOrder) return turn.now.monoMs;
  const pauseMs = output.kind === 'board' ? 0 : (active.heard[output.id] ?? 0) > 0 || lastOrder.id === active.id ? active.order.pauseMs : 0;
  const waitMs = failures > 0 ? backoffMs(`${turn.live.boot}/${output.id}`, failures) : 0;
  return Math.max(turn.now.monoMs, lastOrder.endedMonoMs + Math.max(pauseMs, waitMs));
}

/** Siren and speech in the box's languages once, ms; spoken text is estimated. */
export function repetitionMs(order: Order, languages: readonly string[]): number {
  const heard = order.speech.filter(({ language }) => languages.includes(language));
  const speech = heard.length > 0 ? heard : order.speech.slice(0, 1);
  return order.sirenMs + speech.reduce((sum, one) => sum + (one.audio?.durationMs ?? one.speak.length * spokenCharMs), 0);
}

const spokenCharMs = 75;

/** Trusted time, or the setting that an order sounds without it once nobody answered. */
export function maySound(turn: Turn, active: ActiveOrder): boolean {
  if (turn.timeKnown) return !lifeOver(turn, active);
  // Somebody at the box, or its contact, began it: no time is needed.
  if (active.here) return true;
  // Exercises obey hours, and hours need the time.
  if (turn.settings.whenUnsure !== 'sound' || active.order.class !== 'actual') return false;
  const fromMonoMs = (turn.live.bootedAt?.monoMs ?? 0) + unsureMs;
  turn.wakeAtMono(fromMonoMs);
  return turn.now.monoMs >= fromMonoMs;
}

function heardHere(turn: Turn, active: ActiveOrder, output: OutputState): boolean {
  if (sounds(output.kind)) return (active.heard[output.id] ?? 0) >= active.order.times;
  if (active.order.class === 'actual') return false;
  const { order, acceptedMs } = active;
  const onceMs = repetitionMs(order, turn.settings.languages);
  const shownUntilMs = acceptedMs + Math.max(drillShownMinMs, onceMs * order.times + order.pauseMs * (order.times - 1));
  turn.wakeAtWall(shownUntilMs);
  return turn.now.wallMs >= shownUntilMs;
}

/** Heard to its end everywhere. On a board an order in earnest stands until it expires or is cleared. */
function heardOut(turn: Turn, active: ActiveOrder): boolean {
  const outputs = Object.values(turn.live.outputs);
  return outputs.length > 0 && outputs.every((output) => heardHere(turn, active, output) && !fading(output, active));
}

/** Heard to its end by ear; boards show it until it expires. */
function spoken(turn: Turn, active: ActiveOrder): boolean {
  return Object.values(turn.live.outputs).every((output) => output.kind === 'board' || heardHere(turn, active, output));
}

function fading({ player, leaving }: OutputState, { id }: ActiveOrder): boolean {
  const of = (voice: Voice) => voice.kind === 'order' && voice.order === id;
  return leaving.some(({ mark }) => of(mark.voice)) || (player.is !== 'idle' && of(player.voice));
}

/** Do the policy's hours allow what is left of this repetition, or a whole next one where none sounds? */
function hoursLeft(turn: Turn, active: ActiveOrder): boolean {
  const onceMs = repetitionMs(active.order, turn.settings.languages);
  const outputs = Object.values(turn.live.outputs);
  return outputs.every((output) => {
    const nextMs = output.kind === 'board' || fading(output, active) ? 1 : orderFromMonoMs(turn, active, output) - turn.now.monoMs + onceMs;
    return mayDrill(turn, active.order, nextMs);
  });
}

/** Exercises and tests obey the policy's hours; without a policy there are none. */
export function mayDrill(turn: Turn, order: Order, lengthMs: number): boolean {
  if (order.class === 'actual') return true;
  const { plan } = turn.live;
  const { wallMs } = turn.now;
  return plan !== null && hoursRule(plan.policy, Math.floor(wallMs), Math.ceil(wallMs + lengthMs)) === null;
}
