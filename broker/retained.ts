// The last message of each retaining topic, found by exact name and bounded in number and bytes.
import { isWildcard, type Message, matches } from './fan-out.ts';

export interface RetainedLimits {
  readonly countMax: number;
  readonly bytesMax: number;
}

/** A new box's subscriptions cost one look-up each, however many topics are retained. */
export class RetainedIndex {
  readonly #limits: RetainedLimits;
  readonly #messages = new Map<string, Message>();
  #bytes = 0;

  constructor(limits: RetainedLimits) {
    this.#limits = limits;
  }

  get count(): number {
    return this.#messages.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Keep the message; an empty payload clears its topic (MQTT 3.1.1 §3.3.1.3). False when there is no room: the old one stays. */
  keep(message: Message): boolean {
    const { topic, qos } = message;
    const old = this.#messages.get(topic);
    const oldBytes = old === undefined ? 0 : sizeOf(old);
    if (message.payload.length === 0) {
      this.#messages.delete(topic);
      this.#bytes -= oldBytes;
      return true;
    }
    const bytes = this.#bytes - oldBytes + sizeOf(message);
    const count = this.#messages.size + (old === undefined ? 1 : 0);
    if (bytes > this.#limits.bytesMax || count > this.#limits.countMax) return false;
    // A copy: the payload is a view into the read buffer, and would keep all of that alive.
    const payload = Buffer.allocUnsafeSlow(message.payload.length);
    payload.set(message.payload);
    this.#messages.set(topic, { topic, payload, qos });
    this.#bytes = bytes;
    return true;
  }

  get(topic: string): Message | undefined {
    return this.#messages.get(topic);
  }

  /** Topics of kept messages that a filter matches. Only owners subscribe with wildcards, and `access` lists theirs. */
  topicsMatching(filter: string): string[] {
    if (!isWildcard(filter)) return this.#messages.has(filter) ? [filter] : [];
    const wanted = filter.split('/');
    return [...this.#messages.keys()].filter((topic) => matches(wanted, topic.split('/')));
  }
}

function sizeOf({ topic, payload }: Message): number {
  return topic.length + payload.length;
}
