// Stop-all for what was started at a box: no group's frame holds such a start, so its clear goes to that box alone.
import { sha256 } from '../../hardware/host/crypto.ts';
import type { Clear } from '../../schemas/order.ts';
import type { Level } from '../../schemas/programme.ts';
import type { SigningDesk } from '../provision/signing-desk.ts';
import type { Registry } from '../registry.ts';
import type { OrderProgress, OrderStore } from '../store/store.ts';
import type { GroupFrames } from './group-frames.ts';
import type { OrderWatch } from './order-watch.ts';

/** Longer than any start lives (schemas/local-orders.ts). */
const outlivesMs = 7 * 3600_000;

/** Words of boxes travel: a start that begins before a stop may be told after it. */
const lateWordMs = 60_000;

interface Start {
  readonly order: string;
  readonly dev: string;
}

export interface StopAll {
  readonly atMs: number;
  readonly by: string;
}

/** Starts among these words that the last stop-all was meant for, by the box's own clock, though nobody knew of them then. */
export function startsBefore(stop: StopAll | undefined, facts: readonly OrderProgress[], nowMs: number): Start[] {
  if (!stop || nowMs - stop.atMs > lateWordMs) return [];
  return facts.filter(({ order, state, atMs }) => state === 'accepted' && /^ready-.*#/.test(order) && atMs <= stop.atMs);
}

export interface BoxStopsOptions {
  readonly store: Pick<OrderStore, 'startsAtBoxes' | 'clearOrders'>;
  readonly registry: Pick<Registry, 'box'>;
  readonly desk: Pick<SigningDesk, 'sign'>;
  readonly frames: Pick<GroupFrames, 'clearAt'>;
  readonly watch: Pick<OrderWatch, 'isConnected'>;
  readonly centre: { readonly level: Level };
  readonly nowMs: () => number;
}

/**
 * End what goes on at boxes that are connected, by the id of each start: what is started there later sounds. Answers those ids.
 * MUST run where orders are signed one after the other, so that no higher counter overtakes it.
 */
export async function stopAtBoxes(options: BoxStopsOptions, by: string, reason: string): Promise<readonly string[]> {
  return clearStarts(options, await options.store.startsAtBoxes(), by, reason);
}

/** The same for starts just told, where all was stopped after they began. */
export async function clearStarts(
  options: BoxStopsOptions,
  told: readonly Start[],
  by: string,
  reason: string,
): Promise<readonly string[]> {
  const { store, registry, desk, frames, watch, centre, nowMs } = options;
  const starts = told.flatMap(({ order, dev }) => {
    const group = watch.isConnected(dev) ? registry.box(dev)?.groups[0] : undefined;
    return group === undefined ? [] : [{ order, dev, group }];
  });
  if (starts.length === 0) return [];
  const atMs = nowMs();
  const signed = await desk.sign(
    starts.map(({ order, group }) => {
      const body: Clear = { ids: [order], level: centre.level, reason };
      return { typ: 'clear', aud: `g/${group}`, body, expMs: atMs + outlivesMs };
    }),
  );
  const ids = starts.map(({ order }) => order);
  await store.clearOrders([], [], { atMs, actor: by, act: 'order.clear', subject: ids.join(' '), sha256: sha256(Buffer.from(reason)) });
  for (const [at, { dev, group }] of starts.entries()) {
    const envelope = signed[at]?.envelope;
    if (envelope) await frames.clearAt(dev, group, envelope);
  }
  return ids;
}
