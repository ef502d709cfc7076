// The stage of the suite for brokers we do not run: the running broker, its clients, and how to know that all was said.
import { afterAll, afterEach, beforeAll } from 'vitest';
import { dn, up } from './broker-bed.ts';
import type { TestAuthority, TlsFiles } from './certificates.ts';
import { MqttPeer } from './mqtt-peer.ts';

export interface OuterBroker {
  readonly port: number;
  readonly authority: TestAuthority;
  /** Ended at once, and everything it kept thrown away; then started anew on the same port. */
  restartEmpty(): Promise<void>;
  /** Make it know another registry, without cutting anybody. */
  enrol(registry: { boxes: string[]; centres: string[] }): Promise<void>;
  stop(): Promise<void>;
}

export interface OuterKind {
  readonly name: string;
  readonly start: () => Promise<OuterBroker>;
  /** What is missing on this machine, if anything is. */
  readonly missing?: string | undefined;
  /** A subscription with wildcards is given the retained messages that fit. */
  readonly retainedOnWildcards: boolean;
  /** Nobody is put out by another identity that calls itself by the same client id. */
  readonly clientIdsAreOwn: boolean;
  /** What becomes of a packet larger than any centre may send: its sender is cut, it alone is lost, or it is carried all the same. */
  readonly oversize: 'cut' | 'dropped' | 'carried';
}

export const registryOfSuite = { boxes: ['b1', 'b2'], centres: ['xa-1', 'thon-9'] };
export const upAll = 'loa/1/d/+/up/+';

export type OuterScene = ReturnType<typeof setScene>;

/** Call inside a `describe`. */
export function setScene(kind: OuterKind) {
  let running: OuterBroker | undefined;
  const certificates = new Map<string, TlsFiles>();
  const open = new Set<{ stop(): Promise<void> | void }>();
  let turn = 0;

  beforeAll(async () => {
    running = await kind.start();
    for (const common of ['centre:xa-1', 'centre:thon-9', 'box:b1', 'box:b2', 'box:b3'])
      certificates.set(common, await running.authority.client(common));
  }, 120_000);
  afterEach(async () => {
    for (const one of open) await one.stop();
    open.clear();
  });
  afterAll(() => running?.stop());

  const broker = (): OuterBroker => {
    if (!running) throw new Error(`${kind.name} does not run`);
    return running;
  };
  const tlsOf = (common: string): TlsFiles => certificates.get(common) as TlsFiles;
  const peer = (common: string, tls: Partial<TlsFiles> = tlsOf(common)): MqttPeer => {
    const made = new MqttPeer(broker().port, tls);
    open.add({ stop: () => void made.socket.destroy() });
    return made;
  };
  const ready = (common: string, filters: string[] = [], extra: object = {}, clientId = common) =>
    peer(common).ready(clientId, filters, extra);
  const heard = (listener: MqttPeer) => listener.messages.map(({ topic, payload }) => `${topic} ${payload}`);
  /** The listener has heard this; whatever was said before it and may be heard was heard before. */
  const hears = (listener: MqttPeer, line: string) => listener.until(() => heard(listener).includes(line));
  const mark = () => `mark ${++turn}`;
  /** From the owner to a box, and back: all that was under way in the broker has arrived. */
  const settle = async (owner: MqttPeer, box: MqttPeer, id: string) => {
    const word = mark();
    owner.publish(dn(id, 'answer'), word, { messageId: 900 });
    await hears(box, `${dn(id, 'answer')} ${word}`);
    box.publish(up(id, 'ask'), word, { messageId: 901 });
    await hears(owner, `${up(id, 'ask')} ${word}`);
  };
  return { broker, tlsOf, peer, ready, heard, hears, settle, keep: (one: { stop(): Promise<void> | void }) => void open.add(one) };
}
