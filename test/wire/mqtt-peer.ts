// A bare MQTT 3.1.1 client over TLS for wire tests: it does exactly what it is told, also what no honest client would.
import { connect, type TLSSocket } from 'node:tls';
import mqttPacket, { type Packet } from 'mqtt-packet';
import type { TlsFiles } from './certificates.ts';

export interface PeerMessage {
  readonly topic: string;
  readonly payload: Buffer;
  readonly retain: boolean;
}

export class MqttPeer {
  readonly socket: TLSSocket;
  readonly messages: PeerMessage[] = [];
  readonly packets: Packet[] = [];
  readonly #watchers = new Set<() => void>();
  closed = false;
  error: Error | undefined;
  /** Told of each message as it comes. */
  onMessage: ((message: PeerMessage) => void) | undefined;
  /** False: QoS 1 messages get no PUBACK. */
  acks = true;

  constructor(port: number, tls: Partial<TlsFiles>) {
    this.socket = connect({ host: '127.0.0.1', port, ...tls });
    const parser = mqttPacket.parser();
    parser.on('packet', (packet: Packet) => {
      this.packets.push(packet);
      if (packet.cmd === 'publish') {
        const message = { topic: packet.topic, payload: Buffer.from(packet.payload as Buffer), retain: packet.retain };
        this.messages.push(message);
        this.onMessage?.(message);
        if (packet.qos === 1 && this.acks && packet.messageId !== undefined) this.send({ cmd: 'puback', messageId: packet.messageId });
      }
      this.#changed();
    });
    this.socket.on('data', (chunk) => parser.parse(chunk));
    this.socket.on('error', (error) => {
      this.error = error;
      this.#changed();
    });
    this.socket.on('close', () => {
      this.closed = true;
      this.#changed();
    });
  }

  send(packet: Packet): void {
    if (!this.socket.destroyed) this.socket.write(mqttPacket.generate(packet));
  }

  connect(clientId: string, extra: object = {}): void {
    this.send({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, clientId, keepalive: 60, ...extra } as Packet);
  }

  publish(topic: string, payload: Buffer | string, options: { qos?: 0 | 1 | 2; retain?: boolean; messageId?: number } = {}): void {
    const { qos = 1, retain = false, messageId = 1 } = options;
    this.send({ cmd: 'publish', topic, payload, qos, retain, dup: false, ...(qos > 0 && { messageId }) } as Packet);
  }

  subscribe(...topics: string[]): void {
    this.send({ cmd: 'subscribe', messageId: 7, subscriptions: topics.map((topic) => ({ topic, qos: 1 })) } as Packet);
  }

  got<C extends Packet['cmd']>(cmd: C): Extract<Packet, { cmd: C }>[] {
    return this.packets.filter((packet): packet is Extract<Packet, { cmd: C }> => packet.cmd === cmd);
  }

  /** Resolves when the condition holds, looked at after every packet and at close. */
  until(condition: () => boolean, timeoutMs = 30_000): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#watchers.delete(look);
        reject(new Error(`not within ${timeoutMs} ms; packets: ${this.packets.map((p) => p.cmd).join(' ')}, closed: ${this.closed}`));
      }, timeoutMs);
      const look = () => {
        if (!condition()) return;
        clearTimeout(timer);
        this.#watchers.delete(look);
        resolve();
      };
      this.#watchers.add(look);
      look();
    });
  }

  /** Connect, and subscribe to these. */
  async ready(clientId: string, filters: readonly string[] = [], extra: object = {}): Promise<this> {
    this.connect(clientId, extra);
    await this.until(() => this.got('connack').length > 0 || this.closed);
    if (filters.length > 0) {
      this.subscribe(...filters);
      await this.until(() => this.got('suback').length > 0 || this.closed);
    }
    return this;
  }

  #changed(): void {
    for (const look of [...this.#watchers]) look();
  }
}
