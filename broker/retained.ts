// The last message of each retaining topic, found by exact name and bounded in number and bytes.
import type { AedesPublishPacket } from 'aedes';

export interface RetainedLimits {
  readonly countMax: number;
  readonly bytesMax: number;
}

/** A new box's subscriptions cost one look-up each, however many topics are retained. */
export class RetainedIndex {
  readonly #limits: RetainedLimits;
  readonly #packets = new Map<string, AedesPublishPacket>();
  #bytes = 0;

  constructor(limits: RetainedLimits) {
    this.#limits = limits;
  }

  get count(): number {
    return this.#packets.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Keep the packet; an empty payload clears its topic. False when there is no room: the old one stays. */
  keep(packet: AedesPublishPacket): boolean {
    const { topic } = packet;
    const old = this.#packets.get(topic);
    const oldBytes = old === undefined ? 0 : sizeOf(old);
    if (packet.payload.length === 0) {
      this.#packets.delete(topic);
      this.#bytes -= oldBytes;
      return true;
    }
    const bytes = this.#bytes - oldBytes + sizeOf(packet);
    const count = this.#packets.size + (old === undefined ? 1 : 0);
    if (bytes > this.#limits.bytesMax || count > this.#limits.countMax) return false;
    // A copy: the payload is a view into the read buffer, and would keep all of that alive.
    const payload = Buffer.allocUnsafeSlow(packet.payload.length);
    payload.set(typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload);
    this.#packets.set(topic, { ...packet, payload });
    this.#bytes = bytes;
    return true;
  }

  /** All packets a filter matches. Only owners subscribe with wildcards, and `access` lists theirs. */
  *matching(filter: string): Generator<AedesPublishPacket> {
    if (!filter.includes('+') && !filter.includes('#')) {
      const packet = this.#packets.get(filter);
      if (packet) yield packet;
      return;
    }
    const wanted = filter.split('/');
    for (const [topic, packet] of this.#packets) {
      const levels = topic.split('/');
      if (levels.length === wanted.length && wanted.every((level, i) => level === '+' || level === levels[i])) yield packet;
    }
  }
}

function sizeOf(packet: AedesPublishPacket): number {
  return packet.topic.length + packet.payload.length;
}
