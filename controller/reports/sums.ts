// The same sums as the tables make, of receipts at hand: what a sum is stands here.
import type { Outcome, Receipt } from '../../schemas/receipt.ts';
import type { KeptSum, PlaySum, RefusedPlay } from '../store/play-store.ts';

export interface ToldReceipt {
  readonly dev: string;
  readonly receipt: Receipt;
}

const noOutcome: Readonly<Record<Outcome, number>> = {
  ...{ played: 0, partial: 0, preempted: 0, missed: 0, 'refused-by-policy': 0, failed: 0, withdrawn: 0 },
};

/** Sound of a virtual output proves nothing about a village; it stands in the log and in no figure. */
export function isOfficial({ proof }: Receipt): boolean {
  return proof !== 'simulated';
}

export function minutesOf(receipts: readonly ToldReceipt[]): PlaySum[] {
  const sums = new Map<string, { -readonly [K in keyof PlaySum]: PlaySum[K] }>();
  for (const { receipt } of receipts) {
    const group = { class: receipt.class, programme: receipt.programme ?? null, simulated: !isOfficial(receipt) };
    const key = JSON.stringify(group);
    const sum = sums.get(key) ?? { ...group, plays: 0, plannedMs: 0, audibleMs: 0 };
    sum.plays++;
    sum.plannedMs += receipt.plannedEndMs - receipt.plannedStartMs;
    sum.audibleMs += receipt.audibleMs;
    sums.set(key, sum);
  }
  return [...sums.values()];
}

/** What a box could have kept: refused and withdrawn plays were never to be, an emergency goes before. */
export function isDue({ outcome, reason }: Receipt): boolean {
  return outcome !== 'refused-by-policy' && outcome !== 'withdrawn' && reason !== 'emergency';
}

/** Boxes with something planned or simulated. Programmes of a schedule; orders, live talk and plays by hand have none to keep. */
export function keptOf(receipts: readonly ToldReceipt[]): KeptSum[] {
  const byBox = new Map<string, Receipt[]>();
  for (const { dev, receipt } of receipts) byBox.set(dev, [...(byBox.get(dev) ?? []), receipt]);
  const sums = [...byBox].map(([dev, all]): KeptSum => {
    const own = all.filter((receipt) => receipt.what === 'occurrence' && isOfficial(receipt));
    const outcomes = { ...noOutcome };
    for (const { outcome } of own) outcomes[outcome]++;
    return { dev, planned: own.length, outcomes, due: own.filter(isDue).length, simulated: all.filter((one) => !isOfficial(one)).length };
  });
  return sums.filter(({ planned, simulated }) => planned + simulated > 0);
}

export function refusedOf(receipts: readonly ToldReceipt[]): RefusedPlay[] {
  return receipts
    .filter(({ receipt: { what, outcome } }) => what === 'occurrence' && outcome === 'refused-by-policy')
    .map(({ dev, receipt }) => {
      const { occurrence, plannedStartMs: plannedMs, programme = null, reason = null } = receipt;
      return { dev, occurrence, plannedMs, programme, reason, simulated: !isOfficial(receipt) };
    });
}
