// What a person at the box, a mute and the mains may hold back, and what must sound when they no longer do. Judged from outside.

import { repetitionMs } from '../../agent/core/emergency.ts';
import { countdownMs } from '../../agent/core/limits.ts';
import type { Violation } from './invariants.ts';
import type { Life } from './script.ts';
import type { Heard, Hold } from './trace.ts';

/** A stop takes its fade; a stop for somebody at the horn only a moment. */
const fadeMs = 350;
const hushMs = 60;

export function heldHere(life: Life): Violation[] {
  return [...stillInService(life), ...stillWhenHeld(life), ...warnedBefore(life), ...heardAfter(life)];
}

/** 7: nothing but the countdown sounds while a person is at the horn, orders not excepted. */
function stillInService({ world: { trace } }: Life): Violation[] {
  const heard = trace.heard.filter((one) => one.output === 'main' && !isCountdown(one));
  return spans(trace.holds, 'service').flatMap(({ fromMs, toMs }) =>
    heard
      .filter((one) => one.fromMs < toMs && one.toMs > fromMs + hushMs)
      .map((one) => ({ invariant: '7 service', detail: `${one.name} at ${one.fromMs} in service from ${fromMs} to ${toMs}` })),
  );
}

/** 7: a mute and a battery still all but what the policy spares, and a tone asked for at the box. */
function stillWhenHeld({ world: { trace }, offered, policy }: Life): Violation[] {
  const actual = ({ voice }: Heard) =>
    voice.kind === 'order' && offered.some(({ id, order }) => id === voice.order && order.class === 'actual');
  const spared = {
    muted: (one: Heard) => one.voice.kind === 'tone' || (actual(one) && policy.emergencyOverridesMute !== false),
    battery: (one: Heard) => one.voice.kind === 'tone' || actual(one) || policy.onBattery === 'play',
  };
  const ruled = trace.applied[0]?.fromWallMs ?? Number.POSITIVE_INFINITY;
  return (['muted', 'battery'] as const).flatMap((of) =>
    spans(trace.holds, of).flatMap(({ fromMs, toMs }) =>
      trace.heard
        .filter(
          (one) => one.output === 'main' && one.fromMs >= ruled && one.fromMs < toMs && one.toMs > fromMs + fadeMs && !spared[of](one),
        )
        .map((one) => ({ invariant: `7 ${of}`, detail: `${one.name} at ${one.fromMs}, ${of} from ${fromMs} to ${toMs}` })),
    ),
  );
}

/** 7: sound comes back only after a whole countdown, unless the horn could not sound it. */
function warnedBefore({ world: { trace } }: Life): Violation[] {
  return spans(trace.holds, 'service').flatMap(({ toMs }) => {
    if (toMs === Number.POSITIVE_INFINITY || trace.off.some(({ fromMs }) => fromMs === toMs)) return [];
    const horn = trace.troubles.some((one) => one.fromMs <= toMs && one.toMs > toMs - 60_000);
    const failed = trace.rows.some(({ fact, committedAtMs }) => fact.kind === 'fault' && Math.abs(committedAtMs - toMs) < 600_000);
    const warned = trace.heard.some(
      (one) => isCountdown(one) && one.toMs <= toMs && one.toMs > toMs - 1_000 && one.toMs - one.fromMs >= countdownMs - 100,
    );
    return horn || failed || warned || badPlay(trace.heard, toMs)
      ? []
      : [{ invariant: '7 warned', detail: `service ended at ${toMs} without a countdown` }];
  });
}

/** A scripted play that failed at once leaves no sound at all. */
function badPlay(heard: readonly Heard[], toMs: number): boolean {
  return !heard.some((one) => isCountdown(one) && one.fromMs > toMs - 40_000 && one.fromMs < toMs);
}

/** 5: an order that waited for service to end, and is still valid then, sounds. */
function heardAfter({ world: { trace }, offered, settings, policy }: Life): Violation[] {
  const boundMs = settings.warmUpMs + 2_500;
  return spans(trace.holds, 'service').flatMap(({ toMs }) => {
    const untilMs = toMs + boundMs;
    const calm =
      ![...trace.off, ...trace.troubles].some((one) => one.fromMs < untilMs && one.toMs > toMs - 1_000) &&
      !trace.disturbances.some((at) => at > toMs && at <= untilMs) &&
      !trace.rows.some(({ fact, committedAtMs }) => fact.kind === 'fault' && Math.abs(committedAtMs - toMs) < 600_000) &&
      !(policy.emergencyOverridesMute === false && spans(trace.holds, 'muted').some((one) => one.fromMs < untilMs && one.toMs > toMs));
    const waiting = offered.filter((one) => {
      if (one.forged || one.order.class !== 'actual' || one.clearedAtMs !== null || one.atMs > toMs || one.expMs < untilMs) return false;
      const told = (state: string) => trace.rows.some(({ fact }) => fact.kind === 'order' && fact.order === one.id && fact.state === state);
      return told('accepted') && !told('ended') && !told('expired') && wholes(trace.heard, one.id, repetitionMs(one.order, ['vi'])) === 0;
    });
    if (!calm || waiting.length === 0 || trace.stepped) return [];
    const heard = trace.heard.some(
      (one) => one.voice.kind === 'order' && one.output === 'main' && one.fromMs >= toMs && one.fromMs <= untilMs,
    );
    return heard ? [] : [{ invariant: '5 held order', detail: `${waiting[0]?.id} silent ${boundMs} ms after service ended at ${toMs}` }];
  });
}

function wholes(heard: readonly Heard[], id: string, lengthMs: number): number {
  return heard.filter((one) => one.name === `order ${id}` && one.output === 'main' && one.toMs - one.fromMs >= lengthMs - 5).length;
}

function isCountdown({ voice }: Heard): boolean {
  return voice.kind === 'tone' && voice.countdown === true;
}

function spans(holds: Life['world']['trace']['holds'], of: Hold) {
  return holds.filter((one) => one.of === of);
}
