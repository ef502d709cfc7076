// What changed, as it happens: server-sent events with a name and an id. Pages then ask for what they show.
import type { FastifyInstance } from 'fastify';
import { pulseEvent, pulseEveryMs } from '../../schemas/events.ts';
import { bad, ok } from '../../schemas/problems.ts';
import type { Centre } from '../centre.ts';
import { bearerOf, declare, sessionCookie } from './route.ts';

const watchersMax = 200;
const waitingBytesMax = 256 * 1024;

export function eventRoutes(app: FastifyInstance, centre: Centre): void {
  const { feed } = centre;
  const open = new Set<() => void>();
  app.addHook('preClose', async () => {
    for (const end of open) end();
  });

  declare(app, centre, { method: 'GET', url: '/api/events', act: 'read', quiet: true }, async ({ request, reply }) => {
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
      open.delete(end);
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
    raw.on('close', end);
    return ok(undefined);
  });
}

function headersOf(headers: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])));
}
