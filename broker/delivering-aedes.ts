// aedes for the protocol, `FanOut` for the delivery: the one place that knows how aedes hands a message on.
import { Aedes, type AedesOptions, type Client, type PublishPacket, type Subscription } from 'aedes';
import { CatchUp, type Granted } from './catch-up.ts';
import { FanOut, type Message } from './fan-out.ts';
import { NoEmitter, NoPersistence } from './persistence.ts';
import { RetainedIndex, type RetainedLimits } from './retained.ts';
import type { Session, Sessions } from './sessions.ts';

type Done = (error?: Error) => void;
type Given = Pick<PublishPacket, 'topic' | 'payload' | 'qos' | 'retain'>;

export interface DeliveringOptions extends AedesOptions {
  readonly sessions: Sessions;
  readonly retain: RetainedLimits;
  readonly onRetainedFull: (topic: string) => void;
}

/**
 * aedes encodes a message anew for each reader, in a turn of the loop of its own, and looks for kept messages one by one.
 * Here `publish`, which all its ways lead to (clients, wills), hands on at once; its bus and its store are empty ones.
 */
export class DeliveringAedes extends Aedes {
  readonly retained: RetainedIndex;
  readonly fanOut = new FanOut();
  readonly #catchUp: CatchUp;
  readonly #options: DeliveringOptions;

  constructor(options: DeliveringOptions) {
    super({ ...options, mq: new NoEmitter(), persistence: new NoPersistence() });
    this.#options = options;
    this.retained = new RetainedIndex(options.retain);
    this.#catchUp = new CatchUp(this.retained, this.fanOut);
    this.on('subscribe', (subscriptions, client) => this.#subscribed(subscriptions, client));
    this.on('unsubscribe', (filters, client) => this.#unsubscribed(filters, client));
  }

  override publish(packet: Given, client?: Client | null | Done, done?: Done): void {
    // What the broker says of itself is for clusters of aedes; nobody may read it here (access.ts).
    if (!packet.topic.startsWith('$')) {
      const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
      this.handOn({ topic: packet.topic, payload, qos: packet.qos === 0 ? 0 : 1 }, packet.retain);
    }
    const then = typeof client === 'function' ? client : done;
    then?.();
  }

  handOn(message: Message, retain: boolean): void {
    if (retain && !this.retained.keep(message)) this.#options.onRetainedFull(message.topic);
    this.fanOut.deliver(message);
  }

  /** Right after SUBACK was written, before anything else can be. */
  #subscribed(subscriptions: readonly Subscription[], client: Client): void {
    const { sessions } = this.#options;
    const session = sessions.of(client.conn);
    if (!session?.reader || sessions.superseded(session)) return;
    const granted = subscriptions.filter(isGranted);
    for (const { topic, qos } of granted) this.fanOut.add(topic, session.reader, qos);
    this.#catchUp.begin(session.reader, granted);
  }

  #unsubscribed(filters: readonly string[], client: Client): void {
    const session = this.#options.sessions.of(client.conn);
    if (session) this.forget(session, filters);
  }

  forget(session: Session, filters: Iterable<string>): void {
    for (const filter of [...filters]) {
      session.filters.delete(filter);
      if (session.reader) this.fanOut.remove(filter, session.reader);
    }
  }
}

/** 128 is a refusal (MQTT 3.1.1 §3.9.3); QoS 2 was refused by the hooks. */
function isGranted(subscription: { readonly topic: string; readonly qos: number }): subscription is Granted {
  return subscription.qos === 0 || subscription.qos === 1;
}
