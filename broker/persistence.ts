// What aedes asks of a store and of a bus, answered for clean sessions whose messages are handed on elsewhere: nothing is kept.
import { Readable } from 'node:stream';

const nothingKept = { pipe: (): void => undefined };

/** An empty stream at a third of the price of one made from an array; each CONNECT asks for one. */
class Ended extends Readable {
  override _read(): void {
    this.push(null);
  }
}

/** The persistence object of one aedes instance. Retained messages are `RetainedIndex`'s and never come here. */
export class NoPersistence {
  async setup(): Promise<void> {}
  async destroy(): Promise<void> {}
  async storeRetained(): Promise<void> {}

  /** Of the stream only `pipe` is asked; `catchUp` has said all there is. */
  createRetainedStreamCombi(): { pipe(): void } {
    return nothingKept;
  }

  async subscriptionsByTopic(): Promise<readonly never[]> {
    return [];
  }

  async subscriptionsByClient(): Promise<readonly never[]> {
    return [];
  }

  async addSubscriptions(): Promise<void> {}
  async removeSubscriptions(): Promise<void> {}
  async cleanSubscriptions(): Promise<void> {}
  async outgoingEnqueueCombi(): Promise<void> {}
  async outgoingUpdate(): Promise<void> {}
  async outgoingClearMessageId(): Promise<void> {}

  outgoingStream(): Readable {
    return new Ended();
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
  async delWill(): Promise<undefined> {
    return undefined;
  }

  streamWill(): Readable {
    return new Ended();
  }
}

/** The bus aedes subscribes its clients to; `FanOut` is told of subscriptions instead. */
export class NoEmitter {
  on(_topic: string, _deliver: unknown, done?: () => void): void {
    done?.();
  }

  removeListener(_topic: string, _deliver: unknown, done?: () => void): void {
    done?.();
  }

  emit(_packet: unknown, done?: () => void): void {
    done?.();
  }

  close(done: () => void): void {
    setImmediate(done);
  }
}
