// What a new subscription is told at once: the kept messages of its topics, no faster than its reader takes them.
import type { FanOut } from './fan-out.ts';
import type { SocketGuard } from './guards.ts';
import type { RetainedIndex } from './retained.ts';

export interface Granted {
  readonly topic: string;
  readonly qos: 0 | 1;
}

interface Owed {
  readonly qos: 0 | 1;
  readonly topics: readonly string[];
  next: number;
}

/**
 * A centre that comes back reads the last words of ten thousand boxes: tens of megabytes, where its reader may have four
 * waiting. Each message is looked up when its turn comes, so a newer one that was handed on meanwhile is at worst said twice.
 * INVARIANT: a reader is owed each of its filters at most once, however often it subscribes and however slowly it reads.
 */
export class CatchUp {
  readonly #retained: RetainedIndex;
  readonly #fanOut: FanOut;
  readonly #owed = new WeakMap<SocketGuard, Map<string, Owed>>();

  constructor(retained: RetainedIndex, fanOut: FanOut) {
    this.#retained = retained;
    this.#fanOut = fanOut;
  }

  /** Filters asked for again are told again, from the start (MQTT 3.1.1 §3.8.4). */
  begin(reader: SocketGuard, granted: readonly Granted[]): void {
    const before = this.#owed.get(reader);
    const owed = before ?? new Map<string, Owed>();
    for (const { topic: filter, qos } of granted) {
      const topics = this.#retained.topicsMatching(filter);
      if (topics.length > 0) owed.set(filter, { qos, topics, next: 0 });
    }
    if (before === undefined && owed.size > 0) this.#go(reader, owed);
  }

  #go(reader: SocketGuard, owed: Map<string, Owed>): void {
    for (const [filter, one] of owed) {
      while (one.next < one.topics.length && reader.hasRoom) {
        const message = this.#retained.get(one.topics[one.next++] as string);
        if (message && this.#fanOut.reads(filter, reader)) this.#fanOut.hand(reader, message, one.qos, true);
      }
      if (one.next < one.topics.length) {
        this.#owed.set(reader, owed);
        reader.whenRoom(() => this.#go(reader, owed));
        return;
      }
      owed.delete(filter);
    }
    this.#owed.delete(reader);
  }
}
