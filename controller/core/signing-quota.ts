// How much may be signed: each kind has a purse of its own, so that no flood of one leaves another without. Plain data.
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { CentreStatement } from './signing-statement.ts';

export const minuteMs = 60_000;
export const hourMs = 3600_000;

/**
 * In a minute at most, and at once. Orders and exercises count once for all their groups. What boxes need of a centre in an
 * ordinary hour (10,000 wants at once, 5,000 acknowledgements a second) stays far below; what a siren could be abused for does not.
 */
export const quotas: Readonly<Record<CentreStatement, number>> = {
  order: 120,
  clear: 12_000,
  drill: 30,
  live: 6_000,
  command: 2_000,
  place: 100_000,
  want: 200_000,
  ack: 1_200_000,
  answer: 1_200_000,
  heartbeat: 60,
  /** Batches to 512 centres below. */
  down: 6_000,
};

export interface Spent {
  readonly purses: Readonly<Partial<Record<CentreStatement, { readonly left: number; readonly atMs: number }>>>;
  /** Orders that were paid for and may be said to further groups, each with what it says. */
  readonly paid: Readonly<Record<string, { readonly content: string; readonly atMs: number }>>;
  /** Starts by mandate within the last hour. */
  readonly mandates: Readonly<Record<string, readonly { readonly order: string; readonly content: string; readonly atMs: number }[]>>;
}

export const nothingSpent: Spent = { purses: {}, paid: {}, mandates: {} };

export interface Spending {
  readonly typ: CentreStatement;
  readonly id: string | undefined;
  /** Digest of what an order says, without who allowed it: an officer may sign the same order again. */
  readonly content?: string | undefined;
  readonly mandate?: { readonly id: string; readonly perHour: number } | undefined;
}

/**
 * Take one out of its purse; it fills evenly. `nowMs` never goes back. Problems: too-many-requests, conflict (another order was signed
 * under this id within the minute, or under a mandate within the hour).
 */
export function spend(spent: Spent, { typ, id, content = '', mandate }: Spending, nowMs: number): Result<Spent> {
  const whole = typ === 'order' || typ === 'drill' ? id : undefined;
  const paid = whole === undefined ? undefined : spent.paid[whole];
  if (paid && paid.atMs > nowMs - minuteMs) return paid.content === content ? ok(spent) : another(whole);
  const most = quotas[typ];
  const { left, atMs } = spent.purses[typ] ?? { left: most, atMs: nowMs };
  const now = Math.min(most, left + ((nowMs - atMs) * most) / minuteMs);
  if (now < 1) return bad('too-many-requests', `more than ${most} of ${typ} in a minute`);
  const used = mandate && id !== undefined ? useMandate(spent, mandate, { order: id, content, atMs: nowMs }) : ok(spent.mandates);
  if (!used.ok) return used;
  return ok({
    purses: { ...spent.purses, [typ]: { left: now - 1, atMs: nowMs } },
    paid: whole === undefined ? spent.paid : { ...recent(spent.paid, nowMs), [whole]: { content, atMs: nowMs } },
    mandates: used.value,
  });
}

function useMandate(
  { mandates }: Spent,
  { id, perHour }: NonNullable<Spending['mandate']>,
  start: { readonly order: string; readonly content: string; readonly atMs: number },
): Result<Spent['mandates']> {
  const lately = (mandates[id] ?? []).filter(({ atMs }) => atMs > start.atMs - hourMs);
  const before = lately.find(({ order }) => order === start.order);
  if (before) return before.content === start.content ? ok(mandates) : another(start.order);
  if (lately.length >= perHour)
    return bad('too-many-requests', `the mandate allows ${perHour} starts in an hour`, '/body/authority/mandate');
  return ok({ ...mandates, [id]: [...lately, start] });
}

function another(id: string | undefined): Result<never> {
  return bad('conflict', `another order was signed as ${id}`, '/id');
}

function recent(paid: Spent['paid'], nowMs: number): Spent['paid'] {
  return Object.fromEntries(Object.entries(paid).filter(([, { atMs }]) => atMs > nowMs - minuteMs));
}
