// What changed, as it happens: server-sent events with a name and an id. Pages then ask for what they show.
import type { FastifyInstance } from 'fastify';
import { pulseEvent, pulseEveryMs } from '../../schemas/events.ts';
import { bad, ok } from '../../schemas/problems.ts';
import type { Centre } from '../centre.ts';
import { bearerOf, declare, sessionCookie } from './route.ts';

const watchersMax = 200;
/** One person's, so that nobody takes them all: browsers share one between their pages. */
const ofOneMax = 24;
const waitingBytesMax = 256 * 1024;

export function eventRoutes(app: FastifyInstance, centre: Centre): void {
  const { feed } = centre;
  const open = new Set<() => void>();
  const tally = new Tally();
  app.addHook('preClose', async () => {
    for (const end of open) end();
  });

  declare(app, centre, { method: 'GET', url: '/api/events', act: 'read', quiet: true }, async ({ person, request, reply }) => {
    if (tally.of(person.account) >= ofOneMax)
      return bad('too-many-requests', `${ofOneMax} pages and programs of ${person.account} watch already`);
    if (feed.watchers >= watchersMax) return bad('too-many-requests', `${watchersMax} pages watch already`);
    const { raw } = reply;
    reply.hijack();
    raw.writeHead(200, {
      ...headersOf(reply.getHeaders()),
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    raw.write('retry: 2000\n\n');
    const end = () => {
      if (!open.delete(end)) return;
      tally.count(person.account, -1);
      clearInterval(pulse);
      stop();
      leave();
      raw.end();
    };
    const write = (text: string) => {
      // A page that does not read is let go; it comes back by itself.
      if (raw.writableLength > waitingBytesMax) end();
      else raw.write(text);
    };
    const stop = feed.watch(({ event, id }) => write(`event: ${event}\ndata: ${JSON.stringify({ id })}\n\n`));
    const bearer = bearerOf(request);
    const { sessions } = centre.people;
    const cookie = request.cookies[sessionCookie];
    const still = () => (bearer === undefined ? sessions.personOf(cookie, false) : sessions.personOfToken(bearer));
    // A stream lasts no longer than who opened it may look.
    const look = () =>
      void still().then(
        (person) => person.ok || end(),
        () => undefined,
      );
    const leave = sessions.watch(look);
    const pulse = setInterval(() => {
      write(`event: ${pulseEvent}\ndata: {}\n\n`);
      look();
    }, pulseEveryMs);
    open.add(end);
    tally.count(person.account, 1);
    raw.on('close', end);
    return ok(undefined);
  });
}

/** How many each person has. */
class Tally {
  readonly #counts = new Map<string, number>();

  of(account: string): number {
    return this.#counts.get(account) ?? 0;
  }

  count(account: string, by: 1 | -1): void {
    const now = this.of(account) + by;
    if (now > 0) this.#counts.set(account, now);
    else this.#counts.delete(account);
  }
}

function headersOf(headers: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])));
}
