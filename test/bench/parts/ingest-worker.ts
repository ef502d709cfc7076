// Clients of the ingest bench: bare MQTT 3.1.1 over mutual TLS, batches signed beforehand, every acknowledgement kept with its instant.
import { connect, type TLSSocket } from 'node:tls';
import { generate, type Packet, parser } from 'mqtt-packet';
import { randomHex } from '../../../hardware/host/crypto.ts';
import { buildTopic } from '../../../schemas/topics.ts';
import type { FleetMember } from './fleet-box.ts';
import { IngestBox, type RowKinds, type SignedBatch } from './ingest-rows.ts';

export type IngestAsk =
  | {
      readonly ask: 'connect';
      readonly members: readonly FleetMember[];
      readonly centre: string;
      readonly port: number;
      readonly ca: string;
    }
  /** Sign what the next step sends. */
  | { readonly ask: 'prepare'; readonly batches: number; readonly rows: number; readonly kinds: RowKinds }
  /** Send it, `perSecond` messages of this worker, each at its own instant whatever is answered; wait so long for what is owed. */
  | { readonly ask: 'pour'; readonly perSecond: number; readonly graceMs: number }
  | { readonly ask: 'stop' };

export interface IngestTold {
  readonly connected: number;
  /** From the instant a batch was due to its acknowledgement, one for each batch acknowledged. */
  readonly ackMs: readonly number[];
  readonly sent: number;
  /** Behind its instant when it left this process at most. */
  readonly lateMs: number;
  /** Rows acknowledged before the grace began, and all. */
  readonly rowsInTime: number;
  readonly rowsAcked: number;
  readonly pouredMs: number;
  readonly cpuMs: number;
  readonly acks: number;
  /** Acknowledgements as they came, one in so many, for whoever verifies them. */
  readonly samples: readonly { readonly dev: string; readonly payload: string }[];
}

const handshakesAtOnce = 32;
const sampleEvery = 97;
const none: IngestTold = {
  ...{ connected: 0, ackMs: [], sent: 0, lateMs: 0, rowsInTime: 0, rowsAcked: 0, pouredMs: 0, cpuMs: 0, acks: 0, samples: [] },
};

interface Due {
  readonly client: IngestClient;
  readonly batch: SignedBatch;
  readonly packet: Buffer;
}

/** Serve the parent until it says stop. */
export function serveIngest(): void {
  const clients: IngestClient[] = [];
  let due: Due[] = [];
  const obey = async (asked: IngestAsk): Promise<IngestTold> => {
    switch (asked.ask) {
      case 'connect': {
        clients.push(...asked.members.map((member) => new IngestClient(member, asked)));
        for (let at = 0; at < clients.length; at += handshakesAtOnce)
          await Promise.all(clients.slice(at, at + handshakesAtOnce).map((client) => client.start()));
        return { ...none, connected: clients.length };
      }
      case 'prepare':
        due = Array.from({ length: asked.batches }, (_, i) =>
          (clients[i % clients.length] as IngestClient).prepare(asked.rows, asked.kinds),
        );
        return none;
      case 'pour':
        return pour(clients, due.splice(0), asked);
      case 'stop':
        for (const client of clients) client.stop();
        process.disconnect();
        return process.exit(0);
      default:
        return none;
    }
  };
  process.on('message', (asked: IngestAsk) => {
    obey(asked).then(
      (told) => process.send?.(told),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
}

async function pour(clients: readonly IngestClient[], due: readonly Due[], { perSecond, graceMs }: { perSecond: number; graceMs: number }) {
  const cpu = process.cpuUsage();
  for (const client of clients) client.begin();
  const startMs = performance.now();
  let [sent, lateMs] = [0, 0];
  while (sent < due.length) {
    const nowMs = performance.now();
    const until = Math.min(due.length, Math.floor(((nowMs - startMs) * perSecond) / 1000));
    for (; sent < until; sent++) {
      const dueMs = startMs + (sent * 1000) / perSecond;
      lateMs = Math.max(lateMs, nowMs - dueMs);
      const { client, batch, packet } = due[sent] as Due;
      client.send(packet, batch, dueMs);
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const pouredMs = performance.now() - startMs;
  const rowsInTime = clients.reduce((sum, { ackedRows }) => sum + ackedRows, 0);
  const untilMs = performance.now() + graceMs;
  while (clients.some(({ waiting }) => waiting > 0) && performance.now() < untilMs) await new Promise((resolve) => setTimeout(resolve, 20));
  const { user, system } = process.cpuUsage(cpu);
  return {
    ...none,
    ...{ ackMs: clients.flatMap(({ ackMs }) => ackMs), sent, lateMs, pouredMs, rowsInTime, cpuMs: (user + system) / 1000 },
    rowsAcked: clients.reduce((sum, { ackedRows }) => sum + ackedRows, 0),
    acks: clients.reduce((sum, { acks }) => sum + acks, 0),
    samples: clients.flatMap(({ dev, samples }) => samples.map((payload) => ({ dev, payload }))),
  };
}

class IngestClient {
  readonly dev: string;
  readonly #box: IngestBox;
  readonly #member: FleetMember;
  readonly #place: { readonly port: number; readonly ca: string };
  readonly #topic: string;
  readonly #ackTopic: string;
  readonly #parser = parser({ protocolVersion: 4 });
  readonly #open: { readonly upto: number; readonly rows: number; readonly dueMs: number }[] = [];
  #socket: TLSSocket | undefined;
  #messageId = 0;
  #up: (() => void) | undefined;
  ackMs: number[] = [];
  samples: string[] = [];
  ackedRows = 0;
  acks = 0;

  constructor(member: FleetMember, { centre, port, ca }: { readonly centre: string; readonly port: number; readonly ca: string }) {
    this.dev = member.dev;
    this.#member = member;
    this.#place = { port, ca };
    this.#box = new IngestBox(member, centre, `e${randomHex(8)}`);
    this.#topic = buildTopic({ of: 'box', id: member.dev, direction: 'up', word: 'log' });
    this.#ackTopic = buildTopic({ of: 'box', id: member.dev, direction: 'dn', word: 'ack' });
    this.#parser.on('packet', (packet: Packet) => this.#take(packet));
  }

  /** Batches that nothing acknowledged yet. */
  get waiting(): number {
    return this.#open.length;
  }

  start(): Promise<void> {
    const { cert, key } = this.#member;
    const { port, ca } = this.#place;
    return new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port, ca, cert, key, checkServerIdentity: () => undefined });
      this.#socket = socket;
      this.#up = resolve;
      socket.setNoDelay(true);
      socket.on('error', reject);
      socket.on('close', () => reject(new Error(`${this.dev} was cut`)));
      socket.on('data', (chunk: Buffer) => void this.#parser.parse(chunk));
      socket.on('secureConnect', () =>
        socket.write(generate({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, clientId: this.dev, keepalive: 300 })),
      );
    });
  }

  begin(): void {
    this.ackMs = [];
    this.samples = [];
    this.ackedRows = 0;
    this.acks = 0;
  }

  prepare(rows: number, kinds: RowKinds): Due {
    const batch = this.#box.batch(rows, kinds, Date.now());
    this.#messageId = (this.#messageId % 65_535) + 1;
    const head = { cmd: 'publish', topic: this.#topic, qos: 1, dup: false, retain: false, messageId: this.#messageId } as const;
    return { client: this, batch, packet: generate({ ...head, payload: batch.payload }) };
  }

  send(packet: Buffer, { upto, rows }: SignedBatch, dueMs: number): void {
    this.#open.push({ upto, rows, dueMs });
    this.#socket?.write(packet);
  }

  stop(): void {
    this.#socket?.destroy();
  }

  #take(packet: Packet): void {
    if (packet.cmd === 'connack') {
      if (packet.returnCode !== 0) throw new Error(`${this.dev} refused: ${packet.returnCode}`);
      this.#socket?.write(generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: this.#ackTopic, qos: 1 }] }));
    } else if (packet.cmd === 'suback') this.#up?.();
    else if (packet.cmd === 'publish') {
      this.#acknowledged(packet.payload as Buffer);
      if (packet.qos === 1) this.#socket?.write(generate({ cmd: 'puback', messageId: packet.messageId ?? 0 }));
    }
  }

  #acknowledged(payload: Buffer): void {
    const nowMs = performance.now();
    const text = payload.toString('utf8');
    const { epoch, upto } = ackIn(text);
    if (epoch !== this.#box.epoch) return;
    this.acks += 1;
    if (this.acks % sampleEvery === 1) this.samples.push(text);
    for (let first = this.#open[0]; first && first.upto <= upto; first = this.#open[0]) {
      this.#open.shift();
      this.ackMs.push(nowMs - first.dueMs);
      this.ackedRows += first.rows;
    }
  }
}

/** What an acknowledgement says, unverified. */
export function ackIn(text: string): { readonly epoch: string; readonly upto: number } {
  const { payload } = JSON.parse(text) as { payload: string };
  return (JSON.parse(Buffer.from(payload, 'base64').toString('utf8')) as { body: { epoch: string; upto: number } }).body;
}
