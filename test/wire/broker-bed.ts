// A broker, certificates for its clients and the clients themselves, all stopped after each test.
import { afterEach } from 'vitest';
import { type BrokerOptions, BrokerServer } from '../../broker/server.ts';
import { makeAuthority, type TestAuthority, type TlsFiles } from './certificates.ts';
import { MqttPeer } from './mqtt-peer.ts';

export interface BrokerBed {
  readonly authority: TestAuthority;
  readonly serverTls: TlsFiles;
  startBroker(options?: Partial<BrokerOptions>): Promise<{ broker: BrokerServer; port: number }>;
  tlsOf(name: string): TlsFiles;
  /** A client with the certificate of that name, or with other TLS files. */
  peer(port: number, name: string, tls?: Partial<TlsFiles>): MqttPeer;
  /** Stop this too when the test ends. */
  keep(one: { stop(): Promise<void> | void }): void;
}

/** Call in a test file with the common names it needs. */
export async function makeBed(names: readonly string[]): Promise<BrokerBed> {
  const authority = await makeAuthority();
  const serverTls = await authority.server();
  const clients = new Map<string, TlsFiles>();
  for (const name of names) clients.set(name, await authority.client(name));
  const running: { stop(): Promise<void> | void }[] = [];
  afterEach(async () => {
    for (const one of running.splice(0).reverse()) await one.stop();
  });
  const tlsOf = (name: string): TlsFiles => {
    const files = clients.get(name);
    if (!files) throw new Error(`no certificate for ${name}`);
    return files;
  };
  return {
    authority,
    serverTls,
    tlsOf,
    keep: (one) => void running.push(one),
    async startBroker(options = {}) {
      const broker = new BrokerServer({ host: '127.0.0.1', port: 0, tls: serverTls, owner: 'xa-1', mayConnect: () => true, ...options });
      running.push(broker);
      return { broker, port: (await broker.start()).port };
    },
    peer(port, name, tls = tlsOf(name)) {
      const made = new MqttPeer(port, tls);
      running.push({ stop: () => void made.socket.destroy() });
      return made;
    },
  };
}

export const up = (id: string, word: string): string => `loa/1/d/${id}/up/${word}`;
export const dn = (id: string, word: string): string => `loa/1/d/${id}/dn/${word}`;
