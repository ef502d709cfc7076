// The doors of a centre: people's pages, boxes, machines that send alerts. Opened last, closed first.
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { type AppOptions, buildApp } from './app.ts';
import { buildBoxDoor } from './box-door.ts';
import { openCapDoor } from './emergency/make-alerts.ts';
import type { RunSettings } from './settings.ts';
import type { Built } from './start-centre.ts';

export interface Doors {
  readonly console: string;
  readonly boxPort: number;
  readonly gatewayPort?: number;
  close(): Promise<void>;
}

export async function openDoors(
  { centre, server, opened }: Pick<Built, 'centre' | 'server' | 'opened'>,
  { settings, app: pages }: { readonly settings: RunSettings; readonly app: AppOptions },
): Promise<Doors> {
  const door = await buildBoxDoor(centre, { ca: centre.authority.pem, ...server });
  const app = await buildApp(centre, pages);
  const boxPort = await listen(door, settings.boxHost, settings.boxPort);
  opened(boxPort);
  const port = await listen(app, settings.host, settings.port);
  const machines = settings.gatewayPort === undefined ? undefined : await openCapDoor(centre, server, settings);
  return {
    console: `${pages.tls ? 'https' : 'http'}://${hostInUrl(settings.host)}:${port}`,
    boxPort,
    ...(machines && { gatewayPort: machines.port }),
    close: async () => {
      await Promise.all([app.close(), door.close(), machines?.close()]);
    },
  };
}

async function listen(app: FastifyInstance, host: string, port: number): Promise<number> {
  await app.listen({ host, port });
  return (app.server.address() as AddressInfo).port;
}

export function hostInUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
