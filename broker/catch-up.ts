// What a new subscription is told at once: the kept messages of its topics, no faster than its reader takes them.
import type { FanOut } from './fan-out.ts';
import type { SocketGuard } from './guards.ts';
import type { RetainedIndex } from './retained.ts';

export interface Granted {
  readonly topic: string;
  readonly qos: 0 | 1;
}

/**
 * A centre that comes back reads the last words of ten thousand boxes: tens of megabytes, where its reader may have four
 * waiting. Each message is looked up when its turn comes, so a newer one that was handed on meanwhile is at worst said twice.
 */
export function catchUp(reader: SocketGuard, granted: readonly Granted[], retained: RetainedIndex, fanOut: FanOut): void {
  const owed = granted.flatMap(({ topic, qos }) =>
    retained.topicsMatching(topic).map((matching) => ({ filter: topic, topic: matching, qos })),
  );
  let next = 0;
  const go = (): void => {
    while (next < owed.length && reader.hasRoom) {
      const { filter, topic, qos } = owed[next++] as (typeof owed)[number];
      const message = retained.get(topic);
      if (message && fanOut.reads(filter, reader)) fanOut.hand(reader, message, qos, true);
    }
    if (next < owed.length) reader.whenRoom(go);
  };
  go();
}
