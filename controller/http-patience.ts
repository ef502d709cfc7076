// How long the centre's HTTP doors wait for what a client has begun: handshake, head, body. Who says a byte a minute holds no place.
import type { FastifyInstance } from 'fastify';
import { bodyBytesOf } from './api/large-bodies.ts';

/** For Node's own servers. A connection that says nothing at all counts as a head that does not end. */
export const headPatience = { headersTimeout: 10_000, connectionsCheckingInterval: 2_000 } as const;
/** A weak line needs three round trips and some kilobytes. */
export const handshakePatience = { handshakeTimeout: 20_000 } as const;
export const bodyPatience = { leastMs: 20_000, bytesPerSecond: 4096 } as const;

/** Of a route without a limit: the server's own time for a request ends it sooner. */
const longestBytes = 1024 ** 3;

/** Milliseconds that a body may take; one that does not say its length may be as long as its door allows. */
export function bodyMs(saidBytes: number | undefined, mostBytes: number): number {
  return bodyPatience.leastMs + (Math.min(saidBytes ?? mostBytes, mostBytes) / bodyPatience.bytesPerSecond) * 1000;
}

/** Ends the connection of a body that is slower than the weakest line we know of. */
export function limitBodies(app: FastifyInstance): void {
  app.addHook('onRequest', async ({ raw, routeOptions }) => {
    const bytes = bodyBytesOf(raw.headers);
    if (bytes === 0) return;
    const late = setTimeout(() => raw.complete || raw.destroy(), bodyMs(bytes, routeOptions.bodyLimit ?? longestBytes)).unref();
    raw.once('close', () => clearTimeout(late));
  });
}
