// Web Push: messages encrypted for one browser (RFC 8291) and signed by this centre's VAPID key (RFC 8292), by the package web-push.
import { Agent } from 'node:https';
import { rootCertificates } from 'node:tls';
import type { Strongbox } from '../../hardware/host/strongbox.ts';
import type { MetaStore } from '../store/store.ts';

const cell = 'vapid';
const lockName = 'vapid key';
const withinMs = 10_000;
const socketsMax = 32;

export interface Subscription {
  readonly endpoint: string;
  readonly keys: { readonly p256dh: string; readonly auth: string };
}

export interface VapidKeys {
  readonly publicKey: string;
  readonly privateKey: string;
}

/** `gone`: the browser has given it up. */
export type PushOutcome = 'accepted' | 'gone' | 'failed';

export interface PushDoor {
  readonly publicKey: string;
  send(to: Subscription, text: string, how: { readonly livesS: number; readonly urgent: boolean }): Promise<PushOutcome>;
  stop(): void;
}

/** Loaded when the first message is sent or the first key made. */
const webPush = async () => (await import('web-push')).default;

/** The key of this centre, made once: a new one would lose every subscription. */
export async function openVapidKeys(meta: MetaStore, strongbox: Strongbox): Promise<VapidKeys> {
  const kept = await meta.value(cell);
  if (kept !== undefined) return JSON.parse(strongbox.unlock(lockName, kept)) as VapidKeys;
  const keys = (await webPush()).generateVAPIDKeys();
  await meta.setValue(cell, strongbox.lock(lockName, JSON.stringify(keys)));
  return keys;
}

export interface PushDoorOptions {
  readonly keys: VapidKeys;
  /** Where a push service may reach the operator: `https:` or `mailto:`. */
  readonly subject: string;
  /** Certificates of a push service of the operator's own (PEM), beside those the machine trusts. */
  readonly ca?: string | undefined;
}

export function webPushDoor({ keys, subject, ca }: PushDoorOptions): PushDoor {
  // Node takes what is given instead of its own: with one certificate alone the push services of all browsers would be strangers.
  const agent = new Agent({ keepAlive: true, maxSockets: socketsMax, ...(ca !== undefined && { ca: trustedWith(ca) }) });
  return {
    publicKey: keys.publicKey,
    send: async (to, text, { livesS, urgent }) => {
      try {
        await (await webPush()).sendNotification({ endpoint: to.endpoint, keys: { ...to.keys } }, text, {
          ...{ vapidDetails: { subject, ...keys }, TTL: livesS, urgency: urgent ? 'high' : 'normal', timeout: withinMs, agent },
          contentEncoding: 'aes128gcm',
        });
        return 'accepted';
      } catch (error) {
        const status = (error as { readonly statusCode?: number }).statusCode;
        return status === 404 || status === 410 ? 'gone' : 'failed';
      }
    },
    stop: () => agent.destroy(),
  };
}

/** What Node trusts, and the operator's own. */
export function trustedWith(ca: string): string[] {
  return [...rootCertificates, ca];
}

/** Only to push services that the operator allows: a stranger's address is never called. `*.` stands for what is below a name. */
export function isAllowedHost(endpoint: string, hosts: readonly string[]): boolean {
  if (!URL.canParse(endpoint)) return false;
  const { protocol, hostname, port, username, password } = new URL(endpoint);
  if (protocol !== 'https:' || username !== '' || password !== '') return false;
  const host = port === '' ? hostname : `${hostname}:${port}`;
  return hosts.some((one) => (one.startsWith('*.') ? host.endsWith(one.slice(1)) : host === one));
}
