// Who reads what, and one encoding for all of them: a broadcast costs one write a socket and nothing else.
import { generate } from 'mqtt-packet';

/** Takes whole encoded packets, at once and in order. */
export interface Reader {
  send(packet: Uint8Array): void;
}

export interface Message {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: 0 | 1;
}

type Qos = 0 | 1;

interface Wildcard {
  readonly levels: readonly string[];
  readonly readers: Map<Reader, Qos>;
}

/**
 * Subscriptions of this moment. Sessions are clean and nothing is sent twice on one connection, so what a reader has not
 * acknowledged is kept nowhere: a packet identifier only has to differ from the 65,534 before it (MQTT 3.1.1 §2.3.1), and
 * one counter serves all readers.
 */
export class FanOut {
  readonly #exact = new Map<string, Map<Reader, Qos>>();
  readonly #wildcards = new Map<string, Wildcard>();
  #packetId = 0;

  /** A filter read before gets the new quality of service (§3.8.4). */
  add(filter: string, reader: Reader, qos: Qos): void {
    this.#readersOf(filter).set(reader, qos);
  }

  remove(filter: string, reader: Reader): void {
    const wildcard = this.#wildcards.get(filter);
    const readers = wildcard?.readers ?? this.#exact.get(filter);
    if (!readers?.delete(reader) || readers.size > 0) return;
    if (wildcard) this.#wildcards.delete(filter);
    else this.#exact.delete(filter);
  }

  reads(filter: string, reader: Reader): boolean {
    return (this.#wildcards.get(filter)?.readers ?? this.#exact.get(filter))?.has(reader) ?? false;
  }

  /** Hand a message to all who read its topic; the retain flag is never set on these (§3.3.1.3). */
  deliver(message: Message): void {
    const packets = this.#packetsOf(message, false);
    const readers = this.#exact.get(message.topic);
    if (readers) for (const [reader, qos] of readers) reader.send(packets(qos));
    if (this.#wildcards.size === 0) return;
    const levels = message.topic.split('/');
    for (const wildcard of this.#wildcards.values()) {
      if (!matches(wildcard.levels, levels)) continue;
      for (const [reader, qos] of wildcard.readers) reader.send(packets(qos));
    }
  }

  /** Hand a message to one reader; `retain` when it is the kept one of a new subscription (§3.3.1.3). */
  hand(reader: Reader, message: Message, qos: Qos, retain: boolean): void {
    reader.send(this.#packetsOf(message, retain)(qos));
  }

  /** Answers one encoding for each quality of service, made when it is first wanted. */
  #packetsOf(message: Message, retain: boolean): (qos: Qos) => Uint8Array {
    const made: (Uint8Array | undefined)[] = [];
    return (qos) => {
      const lower = qos === 1 && message.qos === 1 ? 1 : 0;
      const known = made[lower];
      if (known) return known;
      const packet = encode(message, lower, retain, lower === 1 ? this.#nextId() : 0);
      made[lower] = packet;
      return packet;
    };
  }

  #nextId(): number {
    this.#packetId = (this.#packetId % 65_535) + 1;
    return this.#packetId;
  }

  #readersOf(filter: string): Map<Reader, Qos> {
    if (!isWildcard(filter)) {
      const known = this.#exact.get(filter);
      if (known) return known;
      const made = new Map<Reader, Qos>();
      this.#exact.set(filter, made);
      return made;
    }
    const known = this.#wildcards.get(filter);
    if (known) return known.readers;
    const made: Wildcard = { levels: filter.split('/'), readers: new Map() };
    this.#wildcards.set(filter, made);
    return made.readers;
  }
}

function encode({ topic, payload }: Message, qos: Qos, retain: boolean, messageId: number): Uint8Array {
  return generate({ cmd: 'publish', topic, payload, qos, retain, dup: false, ...(qos === 1 && { messageId }) });
}

export function isWildcard(filter: string): boolean {
  return filter.includes('+') || filter.includes('#');
}

/** Filters with `#` are granted to nobody (access.ts); `+` stands for one level (§4.7.1.3). */
export function matches(filter: readonly string[], topic: readonly string[]): boolean {
  return filter.length === topic.length && filter.every((level, i) => level === '+' || level === topic[i]);
}
