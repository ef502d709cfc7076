// What was told by hand, in a form that no box proves: entered, corrected with its history, struck out. Pure.
import type { AreaPath, Id } from '../../schemas/ids.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { type DeliveryAnswer, type DeliveryFacts, steeringLimits } from '../../schemas/steering.ts';
import { type Grant, may } from './roles.ts';

/** As it is told, but with the unit's id alone. */
export interface Delivery extends Omit<DeliveryAnswer, 'unit'> {
  readonly unit: Id;
}

export interface DeliveryAsker {
  readonly account: string;
  readonly grants: readonly Grant[];
  /** Where the unit lies today. */
  readonly area: AreaPath;
  readonly atMs: number;
}

/** Problems: not-allowed, bad-input (not yet, before it was there), over-budget. */
export function judgeDelivery(
  wish: DeliveryFacts & Pick<Delivery, 'id' | 'item' | 'unit'>,
  { known, sinceMs }: { readonly known: number; readonly sinceMs: number },
  asker: DeliveryAsker,
): Result<Delivery> {
  const allowed = may(asker.grants, 'delivery.write', asker.area);
  if (!allowed.ok) return allowed;
  const fit = checkTime(wish, sinceMs, asker.atMs);
  if (!fit.ok) return fit;
  if (known >= steeringLimits.deliveries) return bad('over-budget', `${steeringLimits.deliveries} deliveries of one item`);
  return ok({ ...wish, by: asker.account, madeMs: asker.atMs, before: [], struck: null });
}

/** Problems: not-allowed, conflict (stale, struck out), bad-input, over-budget. */
export function judgeCorrection(
  delivery: Delivery,
  { corrections, why, ...facts }: DeliveryFacts & { readonly corrections: number; readonly why: string },
  sinceMs: number,
  asker: DeliveryAsker,
): Result<Delivery> {
  const standing = checkStanding(delivery, corrections, asker);
  if (!standing.ok) return standing;
  const fit = checkTime(facts, sinceMs, asker.atMs);
  if (!fit.ok) return fit;
  if (corrections >= steeringLimits.corrections) return bad('over-budget', `${corrections} corrections: strike it out and enter another`);
  const { before, by, form, atMs, place, count, note, photo } = delivery;
  const was = { form, atMs, place, count, note, photo, by, correctedMs: asker.atMs, why };
  return ok({ ...delivery, ...facts, by: asker.account, before: [...before, was] });
}

/** Problems: not-allowed, conflict. */
export function judgeStrike(
  delivery: Delivery,
  { corrections, why }: { readonly corrections: number; readonly why: string },
  asker: DeliveryAsker,
): Result<Delivery> {
  const standing = checkStanding(delivery, corrections, asker);
  return standing.ok ? ok({ ...delivery, struck: { by: asker.account, atMs: asker.atMs, why } }) : standing;
}

function checkStanding({ before, struck }: Delivery, corrections: number, { grants, area }: DeliveryAsker): Result<void> {
  const allowed = may(grants, 'delivery.write', area);
  if (!allowed.ok) return allowed;
  if (struck) return bad('conflict', 'it was struck out', '/struck');
  return before.length === corrections ? ok(undefined) : bad('conflict', `it was corrected ${before.length} times`, '/corrections');
}

function checkTime({ atMs }: DeliveryFacts, sinceMs: number, nowMs: number): Result<void> {
  if (atMs > nowMs) return bad('bad-input', 'what is still to come is not delivered', '/atMs');
  return atMs < sinceMs ? bad('bad-input', 'the item was not there yet', '/atMs') : ok(undefined);
}
