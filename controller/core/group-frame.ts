// What stands in a group's retained order frame: at most 16 envelopes, oldest counter first, sound within the frame's limit.
import { payloadTypeOf } from '../../schemas/envelope.ts';
import { frameBytesMax } from '../../schemas/frame.ts';
import { clearedIdsMax, ordersPerGroupMax } from '../../schemas/order.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';

export interface FrameEntry {
  readonly ctr: number;
  readonly typ: 'order' | 'clear';
  readonly orders: readonly string[];
  readonly envelope: unknown;
  readonly audio: readonly string[];
  readonly expMs: number;
}

/** Exercises ride in a frame of their own, on a topic of their own. */
export function isDrill({ envelope }: FrameEntry): boolean {
  return (envelope as { payloadType?: unknown } | null)?.payloadType === payloadTypeOf('drill');
}

/** One place is kept for the clear, so that a full frame can always be ended. */
export const livingOrdersMax = ordersPerGroupMax - 1;

/** Envelopes of one frame together; the rest of it is for the clear and for sound. */
const envelopeBytesMax = frameBytesMax - 96 * 1024;
/** An order that is not signed yet, at its longest in ordinary use. */
const envelopeBytesOrdinary = 16 * 1024;

/** May one more order enter the group? Exercises and the real thing have a frame each, so neither takes the other's room. Problem: conflict. */
export function roomForOrder(entries: readonly FrameEntry[], nowMs: number, drill: boolean): Result<void> {
  const living = entries.filter((entry) => entry.typ === 'order' && entry.expMs > nowMs && isDrill(entry) === drill);
  const bytes = living.reduce((sum, entry) => sum + JSON.stringify(entry.envelope).length, envelopeBytesOrdinary);
  return living.length < livingOrdersMax && bytes <= envelopeBytesMax
    ? ok(undefined)
    : bad('conflict', `the group has ${living.length} living orders; end one first`, '/groups');
}

/** Living envelopes by counter, as many as each frame holds: a box refuses a counter below one it has seen. */
export function livingEntries(entries: readonly FrameEntry[], nowMs: number): FrameEntry[] {
  const sorted = entries.filter((entry) => entry.expMs > nowMs).sort((a, b) => a.ctr - b.ctr);
  const [drills, earnest] = [sorted.filter(isDrill), sorted.filter((entry) => !isDrill(entry))];
  return [...earnest.slice(-ordersPerGroupMax), ...drills.slice(-ordersPerGroupMax)];
}

/** Ids a group's new clear must name: what it ends now and what earlier clears ended and has not expired, newest kept. */
export function idsToClear(ids: readonly string[], entries: readonly FrameEntry[], nowMs: number): string[] {
  const earlier = entries.filter((entry) => entry.typ === 'clear' && entry.expMs > nowMs).flatMap((entry) => entry.orders);
  return [...new Set([...ids, ...earlier])].slice(0, clearedIdsMax);
}

/**
 * Which attachments ride along: newest orders first and each order's main language before its others, while the frame stays
 * within its limit. What does not fit is fetched or spoken by the box.
 */
export function attachmentsWithin(entries: readonly FrameEntry[], sizeOf: (sha256: string) => number | undefined): string[] {
  const headBytes = 200 + entries.reduce((sum, entry) => sum + JSON.stringify(entry.envelope).length + 1, 0);
  let left = frameBytesMax - headBytes;
  const chosen: string[] = [];
  const orders = entries.filter((entry) => entry.typ === 'order').reverse();
  const rounds = Math.max(0, ...orders.map((entry) => entry.audio.length));
  for (let language = 0; language < rounds; language++) {
    for (const sha256 of orders.flatMap((entry) => entry.audio[language] ?? [])) {
      const bytes = sizeOf(sha256);
      if (bytes === undefined || bytes + 4 > left || chosen.includes(sha256) || chosen.length >= ordersPerGroupMax) continue;
      chosen.push(sha256);
      left -= bytes + 4;
    }
  }
  return chosen;
}

/** A heartbeat names as many topics as a message on 4G may cost. */
const topicsToldMax = 128;

/** Highest counter that stands on each topic now, `g/GROUP/order|drill`: whoever lacks it was kept from it. The newest, where there are many. */
export function standingTopics(entries: readonly (FrameEntry & { readonly group: string })[], nowMs: number): Record<string, number> {
  const highest = new Map<string, number>();
  for (const entry of entries) {
    if (entry.expMs <= nowMs) continue;
    const topic = `g/${entry.group}/${isDrill(entry) ? 'drill' : 'order'}`;
    highest.set(topic, Math.max(highest.get(topic) ?? 0, entry.ctr));
  }
  return Object.fromEntries([...highest].sort(([, a], [, b]) => b - a).slice(0, topicsToldMax));
}
