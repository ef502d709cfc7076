// What aedes asks of a store, answered for clean sessions only: retained messages by exact topic, no queues, no wills.
import { Readable } from 'node:stream';
import type { AedesPublishPacket } from 'aedes';
import type { RetainedIndex } from './retained.ts';

/**
 * A promise that is already kept and answers at once. aedes numbers a packet before it asks the store and drops, per
 * client, any packet older than the last delivered: with real promises a retained message, which waits for one more
 * of them, would be overtaken by the next ordinary one and lost.
 */
class Kept<T> implements PromiseLike<T> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  // biome-ignore lint/suspicious/noThenProperty: being thenable is the purpose; aedes calls `.then(done, failed)` only.
  then<A = T, B = never>(resolved?: ((value: T) => A | PromiseLike<A>) | null, _rejected?: unknown): PromiseLike<A | B> {
    return new Kept(resolved?.(this.#value)) as unknown as PromiseLike<A | B>;
  }
}

const kept = new Kept<void>(undefined);
const nobody = new Kept<readonly never[]>([]);

/** The persistence object of one aedes instance. `onFull` hears of each retained message there was no room for. */
export class CleanSessionPersistence {
  readonly #retained: RetainedIndex;
  readonly #onFull: (topic: string) => void;

  constructor(retained: RetainedIndex, onFull: (topic: string) => void) {
    this.#retained = retained;
    this.#onFull = onFull;
  }

  async setup(): Promise<void> {}
  async destroy(): Promise<void> {}

  storeRetained(packet: AedesPublishPacket): PromiseLike<void> {
    if (!this.#retained.keep(packet)) this.#onFull(packet.topic);
    return kept;
  }

  createRetainedStream(filter: string): Readable {
    return Readable.from(this.#retained.matching(filter));
  }

  createRetainedStreamCombi(filters: readonly string[]): Readable {
    return Readable.from(this.#matchingAny(filters));
  }

  *#matchingAny(filters: readonly string[]): Generator<AedesPublishPacket> {
    for (const filter of filters) yield* this.#retained.matching(filter);
  }

  /** Nobody has an offline queue. */
  subscriptionsByTopic(): PromiseLike<readonly never[]> {
    return nobody;
  }

  async subscriptionsByClient(): Promise<readonly never[]> {
    return [];
  }

  async addSubscriptions(): Promise<void> {}
  async removeSubscriptions(): Promise<void> {}
  async cleanSubscriptions(): Promise<void> {}

  async countOffline(): Promise<{ subsCount: number; clientsCount: number }> {
    return { subsCount: 0, clientsCount: 0 };
  }

  async outgoingEnqueue(): Promise<void> {}

  outgoingEnqueueCombi(): PromiseLike<void> {
    return kept;
  }

  async outgoingUpdate(): Promise<void> {}
  async outgoingClearMessageId(): Promise<void> {}

  outgoingStream(): Readable {
    return Readable.from([]);
  }

  /** QoS 2 is refused before it could be stored. */
  async incomingStorePacket(): Promise<void> {
    throw new Error('QoS 2 is not served');
  }

  async incomingGetPacket(): Promise<never> {
    throw new Error('QoS 2 is not served');
  }

  async incomingDelPacket(): Promise<void> {}
  async cleanIncoming(): Promise<void> {}

  /** The will lives and dies with the connection object. */
  async putWill(): Promise<void> {}
  async getWill(): Promise<undefined> {
    return undefined;
  }
  async delWill(): Promise<undefined> {
    return undefined;
  }

  streamWill(): Readable {
    return Readable.from([]);
  }

  getClientList(): Readable {
    return Readable.from([]);
  }
}
