// Speaking at the box itself: only under a mandate signed in advance, inside its hours and the policy's, a few minutes (PRODUCT §1.11).
import { hoursRule, type Policy } from '../../schemas/policy.ts';
import type { LocalLive } from '../../schemas/settings.ts';
import { liveMarginMs, talkDelayMs } from './limits.ts';
import { allowedUntilMs, end, silencedHere, take } from './live.ts';
import type { Event } from './model.ts';
import type { Turn } from './turn.ts';

/** A person with the PIN presses or lets go of the talk button. */
export function talkHere(turn: Turn, { output, on, by }: Event & { is: 'talkAsked' }): void {
  const talking = turn.kept.sessions.open.filter((one) => one.over === null && one.output === output);
  if (!on) {
    for (const held of talking) end(turn, held, 'ended');
    return;
  }
  if (talking.length > 0) return;
  const why = begin(turn, output);
  turn.tell({ kind: 'act', act: 'talk', detail: (why === null ? `${by} on ${output}` : `refused: ${why}`).slice(0, 200) });
}

/** Null when the session is taken, else why not. */
function begin(turn: Turn, output: string): string | null {
  const mandate = turn.settings.localLive.find((one) => one.output === output);
  const { plan, outputs, boot } = turn.live;
  if (!mandate || !plan) return `not-allowed: no mandate for ${output}`;
  if (!outputs[output] || outputs[output].kind === 'board') return `not-found: no loudspeaker ${output}`;
  if (!turn.timeKnown) return 'no-time: no trusted time';
  const still = silencedHere(turn);
  if (still) return `not-allowed: ${still}`;
  const openMs = Math.round(turn.now.wallMs);
  const untilMs = talkUntilMs(plan.policy, mandate, openMs);
  if (untilMs - openMs <= liveMarginMs)
    return `policy-breach: ${hoursRule(plan.policy, openMs, openMs + liveMarginMs) ?? 'outside the mandate'}`;
  const session = `talk-${boot}-${turn.attempt()}`.slice(-32);
  take(turn, {
    session: {
      session,
      state: 'open',
      source: 'line',
      level: 'hamlet',
      title: 'Phát tại chỗ',
      publicKey: '',
      delayMs: talkDelayMs,
      openMs,
      untilMs,
      gainDb: 0,
      line: mandate.line,
    },
    iss: 'box',
    ctr: openMs,
    acceptedMs: openMs,
    output,
    over: null,
    heard: {},
  });
  return null;
}

/** The end that the mandate's length, its windows and the policy's hours all allow. */
function talkUntilMs(policy: Policy, { windows, maxMs }: LocalLive, openMs: number): number {
  const untilMs = allowedUntilMs(policy, openMs, openMs + maxMs);
  return allowedUntilMs({ ...policy, windows, quiet: [], permits: [] }, openMs, untilMs);
}
