// Emergency orders: which are accepted, what ends them, whose turn it is on an output.
import type { Order } from '../../schemas/order.ts';
import { hoursRule } from '../../schemas/policy.ts';
import type { Problem } from '../../schemas/problems.ts';
import { sounds } from '../../schemas/settings.ts';
import { orderHeld } from './held.ts';
import { proofOf } from './ledger.ts';
import { activeOrdersMax, clockToleranceMs, drillShownMinMs, latchedMax, latchMs, unsureMs } from './limits.ts';
import type { ActiveOrder, KeptOrders, Latch, OpenedMeta, OutputState, PlayingMark, Voice } from './model.ts';
import { highest, rank } from './ranks.ts';
import { firstRefusal } from './refusals.ts';
import { backoffMs } from './retry.ts';
import { counterKey } from './rules.ts';
import type { Turn } from './turn.ts';

type Ending = 'ended' | 'cleared' | 'expired';

/** A verified order arrived: accept it once, or refuse it and say why. */
export function offerOrder(turn: Turn, opened: OpenedMeta, order: Order, inline: readonly string[]) {
  const fresh = turn.rules.fresh(turn.kept.orders, opened, order);
  if (!fresh.ok) {
    refuseOnce(turn, opened, fresh.problem);
    return latch(turn, { id: opened.id, untilMs: opened.exp + latchMs });
  }
  if (!fresh.value) return;
  if (turn.timeKnown) return judge(turn, opened, order, inline);
  if (turn.live.unsure.some((one) => one.opened.id === opened.id) || turn.live.unsure.length >= activeOrdersMax) return;
  const waiting = { opened, order, inline, sinceMonoMs: turn.now.monoMs, told: false };
  turn.be({ unsure: [...turn.live.unsure, waiting] });
}

/** Times, policy and room; the counter has been judged. */
function judge(turn: Turn, opened: OpenedMeta, order: Order, inline: readonly string[]) {
  const { wallMs } = turn.now;
  if (wallMs >= opened.exp) {
    refuseOnce(turn, opened, { code: 'expired', path: '/exp', detail: `expired at ${opened.exp}, now ${Math.round(wallMs)}` });
    return latch(turn, { id: opened.id, untilMs: opened.exp + latchMs });
  }
  if (opened.nbf > wallMs + clockToleranceMs)
    return refuseOnce(turn, opened, { code: 'not-yet', path: '/nbf', detail: `valid from ${opened.nbf}, now ${Math.round(wallMs)}` });
  if (!mayDrill(turn, order, repetitionMs(order, turn.settings.languages))) {
    refuseOnce(turn, opened, { code: 'policy-breach', path: '/body/class', detail: `class ${order.class} outside the policy's hours` });
    return latch(turn, { id: opened.id, untilMs: opened.exp + latchMs });
  }
  accept(turn, opened, order, inline);
}

function accept(turn: Turn, opened: OpenedMeta, order: Order, inline: readonly string[]) {
  if (!makeRoom(turn, order))
    return refuseOnce(turn, opened, { code: 'over-budget', path: '', detail: `${activeOrdersMax} orders of no lower rank are active` });
  const { id, exp, ctr, digest } = opened;
  const active: ActiveOrder = { id, order, acceptedMs: Math.round(turn.now.wallMs), exp, ctr, inline, heard: {} };
  const { orders } = turn.kept;
  const key = counterKey(opened);
  const last = orders.counters[key];
  // One that waited for the time may be older than what was accepted meanwhile; the counter never goes back.
  const counters = last && last.ctr > ctr ? orders.counters : { ...orders.counters, [key]: { ctr, digest } };
  turn.keep({ orders: { ...orders, counters, active: [...orders.active, active] } });
  turn.tell({ kind: 'order', order: id, state: 'accepted' });
  turn.urgent();
}

/** The last place is never held by what matters less: the lowest, oldest order gives way to a higher one. */
function makeRoom(turn: Turn, order: Order): boolean {
  const { active } = turn.kept.orders;
  if (active.length < activeOrdersMax) return true;
  const [lowest] = [...active].sort((a, b) => rank(a.order) - rank(b.order) || a.acceptedMs - b.acceptedMs);
  if (!lowest || rank(lowest.order) >= rank(order)) return false;
  endOrder(turn, lowest, 'expired');
  return true;
}

/** Orders that wait for the time: judged when it comes, else after a while as the box's settings say. */
export function closeUnsure(turn: Turn): void {
  for (const one of turn.live.unsure) {
    const { opened, order, inline } = one;
    const others = () => turn.live.unsure.filter((other) => other.opened.id !== opened.id);
    if (turn.timeKnown) {
      turn.be({ unsure: others() });
      // Its counter was judged when it came: what was accepted since does not make it a replay.
      if (!isKnown(turn.kept.orders, opened.id)) judge(turn, opened, order, inline);
    } else if (turn.now.monoMs < one.sinceMonoMs + unsureMs) turn.wakeAtMono(one.sinceMonoMs + unsureMs);
    else if (turn.settings.whenUnsure === 'sound' && order.class === 'actual') {
      turn.be({ unsure: others() });
      accept(turn, opened, order, inline);
    } else if (!one.told) {
      refuse(turn, opened.id, { code: 'no-time', path: '', detail: 'no trusted time; waits for it' });
      turn.be({ unsure: [...others(), { ...one, told: true }] });
    }
  }
}

/** What has run out or was heard to its end leaves the active ones. */
export function closeOrders(turn: Turn): void {
  for (const active of turn.kept.orders.active) {
    const { wallMs, quality } = turn.now;
    // A clock that is only known not to be early still proves an expiry.
    if (wallMs >= active.exp && (turn.timeKnown || quality === 'floor')) endOrder(turn, active, spoken(turn, active) ? 'ended' : 'expired');
    else if (heardOut(turn, active)) endOrder(turn, active, 'ended');
    else if (turn.timeKnown && !hoursLeft(turn, active)) endOrder(turn, active, 'expired');
    else if (turn.timeKnown) turn.wakeAtWall(active.exp);
  }
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
    state: how,
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
  const whole = how !== 'cleared' && (output.kind === 'board' || heardHere(turn, active, output));
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
      proof: proofOf(turn, output.kind, audibleMs),
      clock: turn.now.quality,
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
function refuseOnce(turn: Turn, opened: OpenedMeta, problem: Problem): void {
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
function maySound(turn: Turn, active: ActiveOrder): boolean {
  if (turn.timeKnown) return turn.now.wallMs < active.exp;
  // Exercises obey hours, and hours need the time.
  if (turn.settings.whenUnsure !== 'sound' || active.order.class !== 'actual') return false;
  const fromMonoMs = (turn.live.bootedAt?.monoMs ?? 0) + unsureMs;
  turn.wakeAtMono(fromMonoMs);
  return turn.now.monoMs >= fromMonoMs;
}

function isKnown({ active, latched }: KeptOrders, id: string): boolean {
  return active.some((one) => one.id === id) || latched.some((one) => one.id === id && one.level === undefined);
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
