// Which centre answers for which part of the tree, how fresh its word is, and what it may speak of. Pure.
import type { Freshness } from '../../schemas/federation.ts';
import { type AreaPath, within } from '../../schemas/ids.ts';
import type { CentreLine } from '../store/federation-store.ts';

/** It says itself anew every half minute: who was not heard for so long is silent. */
export const silentAfterMs = 5 * 60_000;

export interface CentreArea {
  readonly centre: string;
  readonly area: AreaPath;
}

/** The centre below that a place is reached through: of several the outermost, which passes on. */
export function answererOf(area: AreaPath, below: readonly CentreArea[]): CentreArea | undefined {
  return below
    .filter((one) => within(area, one.area))
    .reduce<CentreArea | undefined>((best, one) => (best && best.area.length <= one.area.length ? best : one), undefined);
}

export function freshnessOf(line: Pick<CentreLine, 'asOfMs'> | undefined, nowMs: number): Freshness {
  if (!line || line.asOfMs === null) return 'unknown';
  return nowMs - line.asOfMs <= silentAfterMs ? 'current' : 'stale';
}

/** Of two in a row the worse. */
export function worse(one: Freshness, other: Freshness): Freshness {
  const order: readonly Freshness[] = ['current', 'stale', 'unknown'];
  return order.indexOf(one) >= order.indexOf(other) ? one : other;
}

/** What a message with these numbers is to a reader who stands there. */
export function placeOf(
  reading: { readonly stream: string | null; readonly seq: number },
  batch: { readonly stream: string; readonly after: number; readonly upto: number },
): 'next' | 'known' | 'gap' {
  const at = reading.stream === batch.stream ? reading.seq : 0;
  if (batch.after > at) return 'gap';
  return reading.stream === batch.stream && batch.upto <= at ? 'known' : 'next';
}

/** From where a reader is to be told: all again where it stands in another numbering, or beyond ours. */
export function tellFrom(
  own: { readonly stream: string; readonly seq: number },
  reader: { readonly stream: string | null; readonly after: number },
): number {
  return reader.stream === own.stream && reader.after <= own.seq ? reader.after : 0;
}
