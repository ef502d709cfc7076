// A real centre process under writes of every kind and rows of a box, its files watched: what it did, and what it said yes to.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { folderOf } from '../../../controller/folder.ts';
import { cryptography } from '../../../hardware/host/crypto.ts';
import type { Envelope } from '../../../schemas/envelope.ts';
import { decodeFrame } from '../../../schemas/frame.ts';
import type { KeysDocument } from '../../../schemas/keys.ts';
import { FleetBox } from '../../bench/parts/fleet-box.ts';
import { FleetMarks } from '../../bench/parts/fleet-marks.ts';
import { MqttPeer } from '../../wire/mqtt-peer.ts';
import { until } from '../../wire/waiting.ts';
import { type Bed, listener, makeBed } from '../centre-kill/bed.ts';
import { Book, type Facts, type Wish } from '../centre-kill/book.ts';
import { Tables } from '../centre-kill/facts.ts';
import { Hands, signedIn } from '../centre-kill/hands.ts';
import { Shadow } from './shadow.ts';

const writers = 3;
const rowsEachMs = 50;
const lookEachMs = 5;
const reconnectMaxMs = 500;
/** A box whose settings the writers change all the time. */
export const hearer = 'hop-0-0';
const group = 'thon-1';

export type CentreMark =
  | { readonly saw: 'asked'; readonly number: number; readonly wish: Wish }
  | { readonly saw: 'accepted'; readonly number: number; readonly wish: Wish; readonly id: string }
  | { readonly saw: 'refused'; readonly number: number }
  /** The centre's signed receipt for the first so many rows of the box. */
  | { readonly saw: 'acknowledged'; readonly rows: number }
  /** A signed statement on the bus; of a want, its revision. */
  | { readonly saw: 'published'; readonly counter: number; readonly rev?: number; readonly order?: string };

/** From a start of the process to its death. */
export interface Sitting {
  readonly shadow: Shadow;
  /** What the tables held when it began. */
  readonly before: Facts;
}

/** Writes down what it is told, for a reader who stops anywhere. */
class MarkingBook extends Book {
  readonly #shadow: Shadow;
  readonly #numbers = new Map<Wish, number>();
  #last = 0;

  constructor(shadow: Shadow) {
    super();
    this.#shadow = shadow;
  }

  override ask(wish: Wish): Wish {
    const asked = { ...wish };
    this.#numbers.set(asked, ++this.#last);
    this.#mark({ saw: 'asked', number: this.#last, wish: asked });
    return asked;
  }

  override accept(wish: Wish, id: string, asked: Wish): void {
    super.accept(wish, id);
    this.#mark({ saw: 'accepted', number: this.#numbers.get(asked) ?? 0, wish, id });
  }

  override refuse(wish: Wish): void {
    super.refuse(wish);
    this.#mark({ saw: 'refused', number: this.#numbers.get(wish) ?? 0 });
  }

  #mark(mark: CentreMark): void {
    this.#shadow.mark(mark);
  }
}

export class CentreStory {
  readonly bed: Bed;
  readonly sittings: Sitting[] = [];
  readonly #random: () => number;
  readonly #cc: string;
  #box: FleetBox | undefined;
  #sessions: ConstructorParameters<typeof Hands>[2] | undefined;
  #next = 0;

  constructor(bed: Bed, cc: string, random: () => number) {
    this.bed = bed;
    this.#cc = cc;
    this.#random = random;
  }

  /** Several sittings, each ended by the death of the process. */
  async tell(seconds: number, count = 2): Promise<void> {
    await this.#begin();
    for (let sitting = 0; sitting < count; sitting++) await this.#sit(seconds / count);
    await this.#box?.stop();
  }

  async stop(): Promise<void> {
    await this.#box?.stop();
    for (const { shadow } of this.sittings) shadow.stop();
    await this.bed.stop();
  }

  /** Unwatched: boxes enrol and people sign in. */
  async #begin(): Promise<void> {
    await this.bed.start();
    const { tls, signingKeyPem, trustRoot } = await this.bed.enrolled(listener);
    await this.bed.enrolled(hearer);
    const keys = JSON.parse(await readFile(join(this.bed.boxDir(listener), 'identity/keys.json'), 'utf8')) as KeysDocument;
    const member = { dev: listener, cert: tls.cert, key: tls.key, signingKey: signingKeyPem, keys };
    const brokerUrl = `mqtts://127.0.0.1:${this.bed.mqttPort}`;
    const place = {
      brokerUrl,
      ca: tls.ca,
      trustRoot,
      blobs: folderOf(this.bed.data).blobs,
      dir: this.bed.dir,
      relayDelayMs: 0,
      reconnectMaxMs,
    };
    this.#box = new FleetBox(member, place, new FleetMarks());
    this.#sessions = { author: await signedIn(this.bed.console, 'tat-ca'), approver: await signedIn(this.bed.console, 'duyet') };
    await this.#box.start();
    await until('the box', () => this.#box?.up || undefined);
    await this.bed.kill();
  }

  async #sit(seconds: number): Promise<void> {
    // Read before it is watched: whoever opens tables writes as well.
    const before = await new Tables(this.bed.data).look();
    const shadow = new Shadow(this.bed.data, this.#cc);
    this.sittings.push({ shadow, before });
    this.bed.env = shadow.env;
    await this.bed.start();
    const book = new MarkingBook(shadow);
    book.begin(before);
    const peer = await this.#hear(shadow);
    await until('the box', () => this.#box?.up || undefined);
    const rows = setInterval(() => void this.#box?.say(), rowsEachMs);
    const looking = this.#followRows(shadow);
    const working = this.#hands(book).map((hands) => hands.work());
    await pass(seconds * 1000);
    clearInterval(rows);
    await this.bed.kill();
    await Promise.all(working);
    clearInterval(looking);
    peer.socket.destroy();
  }

  #hands(book: Book): Hands[] {
    const { console: base } = this.bed;
    return Array.from({ length: writers }, (_, number) => {
      const writer = { number, book, random: this.#random, next: () => ++this.#next };
      if (!this.#sessions) throw new Error('nobody signed in');
      return new Hands(writer, base, this.#sessions);
    });
  }

  #followRows(shadow: Shadow): NodeJS.Timeout {
    let told = this.#box?.rows.acked ?? 0;
    return setInterval(() => {
      const acked = this.#box?.rows.acked ?? 0;
      if (acked === told) return;
      told = acked;
      shadow.mark({ saw: 'acknowledged', rows: acked } satisfies CentreMark);
    }, lookEachMs);
  }

  /** What the centre's broker gives a box. */
  async #hear(shadow: Shadow): Promise<MqttPeer> {
    const { tls } = await this.bed.enrolled(hearer);
    const topics = [`loa/1/d/${hearer}/dn/want`, `loa/1/g/${group}/drill`];
    const peer = new MqttPeer(this.bed.mqttPort, tls);
    peer.onMessage = ({ topic, payload }) => {
      for (const mark of topic.endsWith('want') ? [publishedIn(JSON.parse(String(payload)) as Envelope)] : ordersIn(payload))
        shadow.mark(mark);
    };
    return peer.ready(`box:${hearer}`, topics);
  }
}

export async function centreStory(cc: string, random: () => number): Promise<CentreStory> {
  return new CentreStory(await makeBed(writers), cc, random);
}

function publishedIn({ payload }: Envelope): CentreMark {
  const { ctr, body } = JSON.parse(Buffer.from(payload, 'base64').toString('utf8')) as { ctr: number; body: { rev: number } };
  return { saw: 'published', counter: ctr, rev: body.rev };
}

function ordersIn(frame: Buffer): CentreMark[] {
  const read = decodeFrame(frame, cryptography);
  const { orders } = JSON.parse(read.ok ? read.value.head : '{"orders":[]}') as { orders: Envelope[] };
  return orders.map(({ payload }) => {
    const { ctr, id } = JSON.parse(Buffer.from(payload, 'base64').toString('utf8')) as { ctr: number; id: string };
    return { saw: 'published', counter: ctr, order: id };
  });
}
