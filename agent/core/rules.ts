// The rules that a simulation may swap, one at a time, to prove that breaking them is noticed.
import type { Order } from '../../schemas/order.ts';
import { hoursRule, hoursUntil, isQuiet, type Policy } from '../../schemas/policy.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { winner } from '../../schemas/timeline.ts';
import { toneWaitMs } from './limits.ts';
import type { KeptOrders, Ledger, Occurrence, OpenedMeta } from './model.ts';
import { covers } from './ranks.ts';

export type HeldBecause = 'held-service' | 'muted' | 'on-battery';
/** `tone-here`: a person at the box asks and listens. */
export type HeldKind = 'emergency' | 'exercise' | 'live' | 'programme' | 'tone' | 'tone-here';

export interface Holds {
  readonly service: boolean;
  readonly muted: boolean;
  readonly onBattery: boolean;
  readonly policy: Policy | undefined;
}

export interface ToneAsking {
  readonly durationMs: number;
  readonly command: string | null;
  readonly held: boolean;
}

export type Named = Pick<Occurrence, 'id' | 'startMs' | 'lastsMs'>;

export interface Rules {
  /** The one an output is given to. */
  readonly winner: (candidates: readonly Occurrence[], localOrder: readonly string[]) => Occurrence | undefined;
  /** Has this occurrence its final receipt? */
  readonly settled: (ledger: Ledger, occurrence: Named) => boolean;
  /** Monotonic instant from which an amplifier that went on at `onMonoMs` may carry sound. */
  readonly audibleFrom: (onMonoMs: number, warmUpMs: number) => number;
  /** Is this order new (`true`), known and to be passed over in silence (`false`), or refused? */
  readonly fresh: (orders: KeptOrders, opened: OpenedMeta, order: Order) => Result<boolean>;
  /** Why nothing of this kind may sound at this box now. */
  readonly held: (holds: Holds, kind: HeldKind) => HeldBecause | null;
  /** Until when the policy's hours let a sound go on that begins at `fromMs`. */
  readonly soundUntil: (policy: Policy, fromMs: number, toMs: number) => number;
  /** Why a tone may not sound at `wallMs` (null: no trusted time), in words of problems. */
  readonly tone: (policy: Policy | undefined, wallMs: number | null, asking: ToneAsking) => string | null;
}

export const standardRules: Rules = { winner, settled, audibleFrom, fresh, held, soundUntil: hoursUntil, tone };

/** What lasts may be joined long after its start: it counts by its end. */
function settled(ledger: Ledger, occurrence: Named): boolean {
  const pastMs = occurrence.lastsMs === undefined ? occurrence.startMs : occurrence.startMs + occurrence.lastsMs;
  return pastMs < ledger.settledToMs || ledger.settled.includes(occurrence.id);
}

function audibleFrom(onMonoMs: number, warmUpMs: number): number {
  return onMonoMs + warmUpMs;
}

/** Counters per issuer, epoch and audience; an equal counter is the same statement again only with an equal digest. */
function fresh(orders: KeptOrders, opened: OpenedMeta, order: Order): Result<boolean> {
  if (orders.active.some(({ id }) => id === opened.id)) return ok(false);
  const latch = orders.latched.find(({ id }) => id === opened.id);
  if (latch && latch.level === undefined) return ok(false);
  if (latch?.level && covers(latch.level, order.level)) return bad('cleared', `order ${opened.id} was cleared before it came`);
  const last = orders.counters[orderCounterKey(opened, order)];
  if (!last || opened.ctr > last.ctr) return ok(true);
  if (opened.ctr < last.ctr) return bad('replayed', `counter ${opened.ctr}, ${last.ctr} was accepted`);
  // The same order by its other bearer has the same counter and other bytes (a text message names words that lie ready).
  if (last.digest === opened.digest || isSms(last.digest) !== isSms(opened.digest)) return ok(false);
  return bad('conflict', `counter ${opened.ctr} twice with different content`);
}

/** Digests of text messages are marked at the edge; those of envelopes are hex. */
function isSms(digest: string): boolean {
  return digest.startsWith('sms:');
}

/** Service stills all there is. Mute and battery spare emergencies as the policy says, and a person who tests at the box. */
function held({ service, muted, onBattery, policy }: Holds, kind: HeldKind): HeldBecause | null {
  if (service) return 'held-service';
  if (kind === 'tone-here') return null;
  if (muted && !(kind === 'emergency' && (policy?.emergencyOverridesMute ?? true))) return 'muted';
  if (onBattery && kind !== 'emergency' && policy?.onBattery !== 'play') return 'on-battery';
  return null;
}

/**
 * From afar a tone obeys all hours. At the box it obeys quiet hours, and nothing once the button is held: then a person
 * listens. Without trusted time nobody knows the hours, so only the held button counts.
 */
function tone(policy: Policy | undefined, wallMs: number | null, { durationMs, command, held }: ToneAsking): string | null {
  const here = command === null;
  if (here && held) return null;
  if (wallMs === null) return 'no-time: no trusted time; hold the button';
  const [fromMs, toMs] = [Math.floor(wallMs), Math.ceil(wallMs + toneWaitMs + durationMs)];
  if (here) return policy && isQuiet(policy, fromMs, toMs) ? 'policy-breach: quiet hours; hold the button' : null;
  if (!policy) return 'not-yet: no policy is known here yet';
  const rule = hoursRule(policy, fromMs, toMs);
  return rule ? `policy-breach: ${rule}` : null;
}

/** Exercises count apart: they come on a topic of their own, in an order of their own. */
export function orderCounterKey(opened: OpenedMeta, order: Order): string {
  return order.class === 'actual' ? counterKey(opened) : `drill/${counterKey(opened)}`;
}

/** The counter space of a statement among orders and clears. */
export function counterKey(opened: Pick<OpenedMeta, 'iss' | 'epoch' | 'aud'>): string {
  return `${opened.iss}/${opened.epoch}/${opened.aud}`;
}
