// Endless MQTT from a seed: packets as a box may send them, as it may not, and both with bytes changed, lost or added.
import mqttPacket, { type Packet } from 'mqtt-packet';
import { boxUp } from '../../schemas/topics.ts';

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export class HostileStream {
  readonly #random: () => number;
  readonly #id: string;

  constructor(seed: number, id: string) {
    this.#random = randomOf(seed);
    this.#id = id;
  }

  /** One packet; about one in thirty is broken. */
  next(): Buffer {
    const packet = mqttPacket.generate(this.#packet() as Packet);
    return this.#chance(0.03) ? this.#broken(packet) : packet;
  }

  connect(): Buffer {
    const will = { topic: `loa/1/d/${this.#id}/up/on`, payload: Buffer.from('off'), qos: 1, retain: true };
    const plain = { cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: this.#chance(0.8), clientId: 'fuzz', keepalive: 60 };
    const packet = mqttPacket.generate({ ...plain, ...(this.#chance(0.5) && { will }) } as Packet);
    return this.#chance(0.1) ? this.#broken(packet) : packet;
  }

  #packet(): object {
    const messageId = this.#below(65_535) + 1;
    const kind = this.#below(20);
    if (kind < 9) {
      const topic = this.#chance(0.98) ? `loa/1/d/${this.#id}/up/${this.#one(boxUp)}` : this.#one(foreign);
      const qos = this.#chance(0.99) ? this.#below(2) : 2;
      const payload = Buffer.alloc(this.#below(this.#chance(0.1) ? 30_000 : 300), this.#below(256));
      return {
        cmd: 'publish',
        topic,
        payload,
        qos,
        retain: this.#chance(0.3),
        dup: qos > 0 && this.#chance(0.1),
        ...(qos > 0 && { messageId }),
      };
    }
    if (kind < 13) {
      const filters = Array.from({ length: this.#below(5) + 1 }, () => this.#filter());
      return {
        cmd: 'subscribe',
        messageId,
        subscriptions: filters.map((topic) => ({ topic, qos: this.#chance(0.98) ? this.#below(2) : 2 })),
      };
    }
    if (kind < 15) return { cmd: 'unsubscribe', messageId, unsubscriptions: [this.#filter()] };
    if (kind < 17) return { cmd: 'puback', messageId };
    return { cmd: 'pingreq' };
  }

  #filter(): string {
    return this.#chance(0.98) ? `loa/1/d/${this.#id}/dn/${this.#one(['want', 'cmd', 'ack'])}` : this.#one(foreign);
  }

  #broken(packet: Buffer): Buffer {
    const at = this.#below(packet.length);
    const byte = this.#below(256);
    switch (this.#below(6)) {
      case 0: {
        const flipped = Buffer.from(packet);
        flipped[at] = (flipped[at] ?? 0) ^ (1 << this.#below(8));
        return flipped;
      }
      case 1:
        return Buffer.concat([packet.subarray(0, at), Buffer.from([byte]), packet.subarray(at)]);
      case 2:
        return Buffer.concat([packet.subarray(0, at), packet.subarray(at + 1)]);
      case 3:
        return packet.subarray(0, at);
      case 4: {
        const lying = Buffer.from(packet);
        lying[1] = byte;
        return lying;
      }
      default:
        return Buffer.from(Array.from({ length: this.#below(64) + 1 }, () => this.#below(256)));
    }
  }

  #chance(share: number): boolean {
    return this.#random() < share;
  }

  #below(most: number): number {
    return Math.floor(this.#random() * most);
  }

  #one<T>(list: readonly T[]): T {
    return list[this.#below(list.length)] as T;
  }
}

const foreign = [
  'loa/1/d/by/up/on',
  'loa/1/d/by/dn/want',
  'loa/1/g/g1/order',
  '$SYS/x',
  '#',
  'loa/1/d/+/up/+',
  'a',
  '',
  'x/'.repeat(40),
  '\u0000',
];
