// A box that has done nothing: orders reach it again and again while others attack, and the longest one took so long.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'vitest';
import type { BrokerServer } from '../../broker/server.ts';
import type { MqttPeer } from './mqtt-peer.ts';

/** Bytes of the heap that are in use, all that nobody holds thrown away before. */
export function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

const beatMs = 50;
/** Far more than any message takes, far less than a stuck broker needs to come back. */
const lateMs = 5000;

export class Bystander {
  readonly #broker: BrokerServer;
  readonly #peer: MqttPeer;
  readonly #timer: NodeJS.Timeout;
  readonly #sentMs: number[] = [];
  #heard = 0;
  worstMs = 0;

  constructor(broker: BrokerServer, box: MqttPeer) {
    this.#broker = broker;
    this.#peer = box;
    box.socket.on('data', () => this.#look());
    this.#timer = setInterval(() => this.#say(), beatMs);
  }

  #say(): void {
    this.#sentMs.push(performance.now());
    void this.#broker.publish('loa/1/g/g1/order', String(this.#sentMs.length), { qos: 1, retain: false });
  }

  #look(): void {
    for (; this.#heard < this.#peer.messages.length; this.#heard++) {
      this.worstMs = Math.max(this.worstMs, performance.now() - (this.#sentMs[this.#heard] ?? 0));
    }
  }

  /** All that was sent so far has come, in time. */
  async isWell(): Promise<void> {
    const sent = this.#sentMs.length + 1;
    await this.#peer.until(() => this.#peer.messages.length >= sent, lateMs);
    expect(this.#peer.closed).toBe(false);
    expect(this.worstMs).toBeLessThan(lateMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
