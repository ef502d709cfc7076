// One connection of a link, from TLS to close. A new one is made for every attempt, so nothing of the old is replayed.
import { isIP } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import mqtt, { type MqttClient } from 'mqtt';
import { bad, ok, type Problem, type Result } from '../../schemas/problems.ts';
import { Intake, type IntakeLimits } from './intake.ts';
import { PacketGauge } from './packet-gauge.ts';
import { type KnownTime, peerProblem } from './peer-certificate.ts';

export interface Will {
  readonly topic: string;
  readonly payload: Uint8Array | string;
}

export interface ConnectionOptions {
  /** `mqtts://host:port`. */
  readonly url: string;
  readonly tls: { readonly ca: string | Buffer; readonly cert: string | Buffer; readonly key: string | Buffer };
  readonly clientId: string;
  /** What is known of the time; absent, the machine's clock is right. */
  readonly time?: (() => KnownTime) | undefined;
  readonly filters: readonly string[];
  readonly will: Will | undefined;
  readonly keepaliveSeconds: number;
  readonly connectTimeoutMs: number;
  readonly publishTimeoutMs: number;
  readonly receiveBytesMax: number;
  readonly pendingMax: number;
  /** So many are taken at once, each acknowledged when it and all before it are; absent, one after the other. */
  readonly takesAtOnce?: IntakeLimits | undefined;
  readonly onMessage: (topic: string, payload: Uint8Array, retained: boolean) => Promise<void>;
  /** Connected and subscribed. */
  readonly onUp: () => void;
  /** Exactly once, whatever ended it. */
  readonly onEnd: (problem: Problem | undefined) => void;
  readonly onProblem: (problem: Problem) => void;
}

type Settle = (result: Result<void>) => void;

export class Connection {
  readonly #options: ConnectionOptions;
  readonly #pending = new Set<Settle>();
  #client: MqttClient | undefined;
  #socket: TLSSocket | undefined;
  #problem: Problem | undefined;
  #up = false;
  #ended = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  start(): void {
    const { clientId, keepaliveSeconds, connectTimeoutMs, will, filters } = this.#options;
    const client = new mqtt.MqttClient(() => this.#open(), {
      protocolVersion: 4,
      clean: true,
      clientId,
      keepalive: keepaliveSeconds,
      connectTimeout: connectTimeoutMs,
      reconnectPeriod: 0,
      resubscribe: false,
      queueQoSZero: false,
      writeCache: false,
      timerVariant: 'native',
      ...(will && { will: { topic: will.topic, payload: Buffer.from(will.payload), qos: 1, retain: true } }),
    });
    this.#client = client;
    const { takesAtOnce } = this.#options;
    if (takesAtOnce) this.#takeMany(client, takesAtOnce);
    else this.#takeOneByOne(client);
    client.on('connect', () => this.#subscribe(client, filters));
    client.on('error', (error) => this.#fail(problemOf(error, 'connection')));
    client.on('close', () => this.#end());
  }

  /** MQTT.js sends PUBACK from this callback and takes no further packet before it: what was acknowledged is stored. */
  #takeOneByOne(client: MqttClient): void {
    client.handleMessage = (packet, callback) => {
      this.#options.onMessage(packet.topic, asBytes(packet.payload), packet.retain).then(
        () => callback(),
        (error: unknown) => this.#fail(problemOf(error, `message on ${packet.topic} was not taken`)),
      );
    };
  }

  /** MQTT.js would acknowledge from its callback, one by one: to it every message is of QoS 0, and PUBACK is written here. */
  #takeMany(client: MqttClient, limits: IntakeLimits): void {
    const intake = new Intake({
      ...limits,
      acknowledge: (messageId) => void this.#socket?.write(pubackOf(messageId)),
      onFailed: (error) => this.#fail(problemOf(error, 'a message was not taken')),
    });
    client.on('packetreceive', (packet) => {
      if (packet.cmd === 'publish' && packet.qos === 1) packet.qos = 0;
    });
    client.handleMessage = (packet, callback) => {
      const bytes = asBytes(packet.payload);
      const work = () => this.#options.onMessage(packet.topic, bytes, packet.retain);
      void intake.receive(packet.messageId, bytes.length, work).then(() => callback());
    };
  }

  /** Resolves on PUBACK (QoS 1) or when written (QoS 0). Problems: offline, too-many-requests. */
  publish(topic: string, payload: Uint8Array | string, options: { qos: 0 | 1; retain: boolean }): Promise<Result<void>> {
    const client = this.#client;
    if (!this.#up || client === undefined) return Promise.resolve(bad('offline', 'not connected'));
    if (this.#pending.size >= this.#options.pendingMax)
      return Promise.resolve(bad('too-many-requests', `${this.#pending.size} publications await their PUBACK`));
    return new Promise((resolve) => {
      const settle: Settle = (result) => {
        clearTimeout(timer);
        if (this.#pending.delete(settle)) resolve(result);
      };
      const timer = setTimeout(() => {
        settle(bad('offline', `no PUBACK within ${this.#options.publishTimeoutMs} ms`));
      }, this.#options.publishTimeoutMs);
      this.#pending.add(settle);
      client.publish(topic, Buffer.from(payload), options, (error) => settle(error ? bad('offline', error.message) : ok(undefined)));
    });
  }

  /** Subscribe to more and to fewer filters. */
  refilter(added: readonly string[], removed: readonly string[]): void {
    const client = this.#client;
    if (!this.#up || client === undefined) return;
    if (removed.length > 0) client.unsubscribe([...removed]);
    if (added.length > 0) this.#ask(client, added, () => undefined);
  }

  /** Say goodbye, so that the broker does not publish the will; then close, within a second. */
  async close(): Promise<void> {
    if (this.#ended) return;
    if (this.#client === undefined || !this.#up) {
      this.#end();
      return;
    }
    const client = this.#client;
    this.#settleAll('closed');
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, 1000);
      client.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
      client.end(false);
    });
    this.#end();
  }

  #open(): TLSSocket {
    const url = new URL(this.#options.url);
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const socket = connectTls({
      ...this.#options.tls,
      host,
      port: Number(url.port || 8883),
      ...(isIP(host) === 0 && { servername: host }),
      minVersion: 'TLSv1.2',
      rejectUnauthorized: this.#options.time === undefined,
    });
    socket.setNoDelay(true);
    const { time, tls } = this.#options;
    if (time)
      socket.once('secureConnect', () => {
        const problem = peerProblem(socket, host, tls.ca, time());
        if (problem) this.#fail(problem);
      });
    const { receiveBytesMax } = this.#options;
    const gauge = new PacketGauge(receiveBytesMax);
    socket.on('data', (chunk: Buffer) => {
      const verdict = gauge.feed(chunk);
      if (verdict !== 'fits') this.#fail({ code: 'too-large', path: '', detail: `the broker sent a packet that is ${verdict}` });
    });
    this.#socket = socket;
    return socket;
  }

  #subscribe(client: MqttClient, filters: readonly string[]): void {
    const raise = () => {
      if (this.#ended) return;
      this.#up = true;
      this.#options.onUp();
    };
    if (filters.length === 0) raise();
    else this.#ask(client, filters, raise);
  }

  #ask(client: MqttClient, filters: readonly string[], then: () => void): void {
    client.subscribe([...filters], { qos: 1 }, (error, _grants, packet) => {
      if (this.#ended) return;
      const refused = filters.filter((_, i) => ((packet?.granted?.[i] as number | undefined) ?? 0) >= 128);
      if (error && refused.length === 0) {
        this.#fail(problemOf(error, 'subscribe'));
        return;
      }
      // A refused filter stays refused; the others still serve.
      if (refused.length > 0) this.#options.onProblem({ code: 'not-allowed', path: '', detail: `refused filters: ${refused.join(' ')}` });
      then();
    });
  }

  #fail(problem: Problem): void {
    this.#problem ??= problem;
    this.#end();
  }

  #settleAll(detail: string): void {
    for (const settle of [...this.#pending]) settle(bad('offline', detail));
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#up = false;
    this.#client?.end(true);
    this.#socket?.destroy();
    this.#settleAll('connection closed');
    this.#options.onEnd(this.#problem);
  }
}

/** MQTT 3.1.1 §3.4. */
function pubackOf(messageId: number): Buffer {
  return Buffer.from([0x40, 2, messageId >> 8, messageId & 0xff]);
}

function asBytes(payload: string | Buffer): Uint8Array {
  return typeof payload === 'string' ? Buffer.from(payload) : payload;
}

function problemOf(error: unknown, doing: string): Problem {
  return { code: 'offline', path: '', detail: `${doing}: ${error instanceof Error ? error.message : String(error)}` };
}
