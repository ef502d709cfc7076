// A message every few seconds through the broker's own delivery path, to know what a box would feel; slow ones raise an alarm.
import type { Duplex } from 'node:stream';
import mqttPacket, { type Packet } from 'mqtt-packet';
import { arrived, type CanaryWatch, missing, overdue, startWatch } from './canary-watch.ts';
import type { Identity } from './identities.ts';

/** No box belongs to this group: the canary alone reads it. */
export const canaryTopic = 'loa/1/g/-canary-/order';
/** It connects as a guest, who reads orders and may say nothing. */
export const canaryIdentity: Identity = { kind: 'guest', id: '-canary-', centre: '-' };

export interface CanaryOptions {
  readonly everyMs: number;
  readonly slowMs: number;
  /** A new line into the broker, on which it knows the other end as `canaryIdentity`. */
  readonly open: () => Duplex;
  readonly publish: (topic: string, payload: string) => Promise<void>;
  readonly onAlarm: (begins: boolean, lastMs: number | undefined) => void;
}

export class Canary {
  readonly #options: CanaryOptions;
  #watch: CanaryWatch;
  #timer: NodeJS.Timeout | undefined;
  #overdue: NodeJS.Timeout | undefined;
  #line: Duplex | undefined;
  #listens = false;
  #count = 0;
  #sentMs: number | undefined;

  constructor(options: CanaryOptions) {
    this.#options = options;
    this.#watch = startWatch(options.slowMs);
  }

  get watch(): CanaryWatch {
    return this.#watch;
  }

  start(): void {
    this.#connect();
    this.#timer = setInterval(() => this.#beat(), this.#options.everyMs);
  }

  stop(): void {
    clearInterval(this.#timer);
    clearTimeout(this.#overdue);
    this.#line?.destroy();
  }

  /** An MQTT client in small: it subscribes to one topic at QoS 1 and answers each message. */
  #connect(): void {
    const line = this.#options.open();
    const send = (packet: Packet) => void line.write(mqttPacket.generate(packet));
    const parser = mqttPacket.parser();
    parser.on('packet', (packet: Packet) => {
      if (packet.cmd === 'connack' && packet.returnCode === 0) {
        send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: canaryTopic, qos: 1 }] });
      } else if (packet.cmd === 'suback') this.#listens = packet.granted[0] === 1;
      else if (packet.cmd === 'publish') {
        if (packet.messageId !== undefined) send({ cmd: 'puback', messageId: packet.messageId });
        if (String(packet.payload) === String(this.#count)) this.#arrived();
      }
    });
    line.on('data', (chunk: Buffer) => parser.parse(chunk));
    line.on('error', () => undefined);
    line.on('close', () => {
      if (this.#line === line) this.#line = undefined;
      this.#listens = false;
    });
    this.#line = line;
    this.#listens = false;
    const keepalive = Math.min(300, Math.max(10, Math.ceil((this.#options.everyMs * 3) / 1000)));
    send({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, clientId: 'canary', keepalive });
  }

  #beat(): void {
    // What was sent before must have come by now; a line that was not granted counts as a message that is lost.
    if (this.#sentMs !== undefined || !this.#listens) this.#set(missing(this.#watch));
    if (this.#line === undefined) this.#connect();
    this.#count++;
    this.#sentMs = performance.now();
    clearTimeout(this.#overdue);
    this.#overdue = setTimeout(() => this.#set(overdue(this.#watch)), this.#options.slowMs);
    this.#options.publish(canaryTopic, String(this.#count)).catch(() => undefined);
  }

  #arrived(): void {
    if (this.#sentMs === undefined) return;
    clearTimeout(this.#overdue);
    const tookMs = performance.now() - this.#sentMs;
    this.#sentMs = undefined;
    this.#set(arrived(this.#watch, tookMs));
  }

  #set(watch: CanaryWatch): void {
    const changed = watch.alarm !== this.#watch.alarm;
    this.#watch = watch;
    if (changed) this.#options.onAlarm(watch.alarm, watch.lastMs);
  }
}
