// The alert gateway of a centre, wired: sources, inlets, the process that reads, mandates, desk and inbox.
import { existsSync } from 'node:fs';
import type { Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cryptography } from '../../hardware/host/crypto.ts';
import type { Strongbox } from '../../hardware/host/strongbox.ts';
import { findXmlVerifier } from '../../hardware/host/xml-signature.ts';
import type { CentreCard } from '../centre.ts';
import type { Ladder } from '../duty/ladder-desk.ts';
import type { Feed } from '../feed.ts';
import type { Folder } from '../folder.ts';
import type { Journal } from '../link.ts';
import { type GatewayKey, speaksForOfficers } from '../provision/gateway-key.ts';
import { trustedOfficers } from '../provision/officer-keys.ts';
import { epochOf, type Trust } from '../provision/signing-keys.ts';
import type { Store } from '../store/store.ts';
import { AlertDesk } from './alert-desk.ts';
import { AlertInbox } from './alert-inbox.ts';
import { AlertSources } from './alert-sources.ts';
import { Gateway } from './gateway/gateway.ts';
import { buildCapDoor } from './inlets/cap-door.ts';
import type { InletWay } from './inlets/inlet.ts';
import { Inlets } from './inlets/inlets.ts';
import { MandateDesk } from './mandate-desk.ts';
import type { OrderDesk } from './order-desk.ts';
import type { RequestDesk } from './request-desk.ts';

export interface AlertParts {
  readonly store: Store;
  readonly card: CentreCard;
  readonly trust: Trust;
  readonly orders: OrderDesk;
  readonly requests: RequestDesk;
  readonly groups: () => readonly string[];
  readonly feed: Feed;
  readonly journal: Journal;
  readonly strongbox: Strongbox;
  readonly folder: Pick<Folder, 'alerts'>;
  /** Made by the ceremony; it counts once a delegation names it. */
  readonly gatewayKey: GatewayKey | undefined;
  readonly ladder: Pick<Ladder, 'watch' | 'answered'>;
  readonly nowMs: () => number;
}

/** The alert gateway as pages and doors see it. */
export interface Alerts {
  readonly sources: AlertSources;
  readonly mandates: MandateDesk;
  readonly inbox: AlertInbox;
  readonly offer: InletWay['offer'];
  /** HTTPS for `POST /cap`, not yet listening. */
  readonly door: (tls: { readonly cert: string; readonly key: string }) => Server;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export function makeAlerts(parts: AlertParts): Alerts {
  const { store, card, trust, orders, requests, groups, feed, journal, folder, ladder, strongbox, nowMs } = parts;
  const key = parts.gatewayKey && speaksForOfficers(parts.gatewayKey, trust) ? parts.gatewayKey : undefined;
  const signing = { officers: () => trustedOfficers(trust), epoch: epochOf(trust), crypto: cryptography };
  const mandates = new MandateDesk({ ...signing, store: store.alerts, orders, gateway: () => key?.keyid, card, feed, nowMs });
  const signer = () => key && { key, centre: card.id, epoch: signing.epoch, crypto: cryptography, nowMs };
  const sources = new AlertSources({ store: store.alerts, strongbox, area: card.area, nowMs });
  const verifier = findXmlVerifier();
  const gateway = new Gateway({ bundle: gatewayBundle(), journal, memory: () => store.alerts.memory(), verifier });
  const told = { store: store.alerts, orderStore: store.orders, sources, orders, ladder, feed, journal, nowMs };
  const desk = new AlertDesk({ ...told, gateway, mandates, signer, card, groups });
  const inbox = new AlertInbox({ ...told, desk, requests });
  const offer: InletWay['offer'] = (source, bytes, form) => desk.offer(source, bytes, form);
  const way = { offer, journal, nowMs };
  const inlets = new Inlets({ ...way, sources, dir: folder.alerts, demo: card.demo, readFeed: (bytes) => gateway.readFeed(bytes) });
  return {
    sources,
    mandates,
    inbox,
    offer,
    door: (tls) => buildCapDoor({ ...way, tls, sources: () => sources.all() }),
    start: async () => {
      await sources.start((id) => void inlets.changed(id));
      await inbox.start();
      // Without a source there is no process; the first offer starts one.
      if (sources.all().length > 0) gateway.warm();
      await inlets.start();
    },
    stop: async () => {
      inbox.stop();
      await inlets.stop();
      // What is being read and decided is written before its process ends and the store closes.
      await desk.alone(async () => undefined);
      gateway.stop();
    },
  };
}

/** Open the machines' door for CAP. */
export async function openCapDoor(
  { alerts }: { readonly alerts: Alerts },
  tls: { readonly cert: string; readonly key: string },
  where: { readonly boxHost: string; readonly gatewayPort?: number },
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const door = alerts.door(tls);
  await new Promise<void>((resolve, reject) => {
    door.once('error', reject);
    door.listen(where.gatewayPort, where.boxHost, resolve);
  });
  const close = () =>
    new Promise<void>((resolve) => {
      door.close(() => resolve());
      door.closeAllConnections();
    });
  return { port: (door.address() as AddressInfo).port, close };
}

/** dist/gateway.js, from a bundle in dist/ and from the sources alike. */
function gatewayBundle(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const beside = join(here, 'gateway.js');
  return existsSync(beside) ? beside : join(here, '..', '..', 'dist', 'gateway.js');
}
