// What changed for residents, as it happens: server-sent events by name alone, for an app that is open. One pulse beats for all.
import type { ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { PublicEvent } from '../../schemas/citizen-api.ts';
import { type LiveEvent, pulseEvent, pulseEveryMs } from '../../schemas/events.ts';
import type { Centre } from '../centre.ts';
import { addressKey } from '../core/accounts.ts';
import { sendProblem } from './route.ts';

const watchersMax = 12_000;
/** A carrier sends a whole commune through one address. */
const ofOneMax = 2_000;
const waitingBytesMax = 16 * 1024;
/** The same word again within this time tells nothing new, but an alert is told at once. */
const againAfterMs = 2_000;

const told: Readonly<Partial<Record<LiveEvent, PublicEvent>>> = {
  ...{
    order: 'alert',
    alert: 'alert',
    programme: 'day',
    schedule: 'day',
    receipt: 'day',
    source: 'items',
    feedback: 'answers',
    poll: 'polls',
  },
};

function wordOf(name: PublicEvent, told: object): string {
  return `event: ${name}\ndata: ${JSON.stringify(told)}\n\n`;
}

export function publicEventRoutes(app: FastifyInstance, { feed, nowMs }: Centre): void {
  const open = new Map<ServerResponse, string>();
  const tally = new Map<string, number>();
  const lately = new Map<PublicEvent, number>();
  const later = new Map<PublicEvent, ReturnType<typeof setTimeout>>();
  const letGo = (raw: ServerResponse) => {
    const address = open.get(raw);
    if (address === undefined) return;
    open.delete(raw);
    const left = (tally.get(address) ?? 1) - 1;
    if (left > 0) tally.set(address, left);
    else tally.delete(address);
  };
  const write = (text: string) => {
    for (const raw of open.keys()) {
      if (raw.writableLength <= waitingBytesMax) {
        raw.write(text);
        continue;
      }
      // Who does not read is cut off and never written to again; it comes back by itself.
      letGo(raw);
      raw.destroy();
    }
  };
  const leave = feed.listen(({ event, id }) => {
    const name = told[event];
    if (name === undefined || open.size === 0) return;
    // Only an alert says which: nothing of a person goes to everybody.
    if (name === 'alert') return write(wordOf(name, { id }));
    const restMs = (lately.get(name) ?? 0) + againAfterMs - nowMs();
    if (restMs <= 0 || restMs > againAfterMs) {
      lately.set(name, nowMs());
      return write(wordOf(name, {}));
    }
    // What changes meanwhile is told once, when the time is over: the last change is never kept back.
    if (later.has(name)) return;
    const timer = setTimeout(() => {
      later.delete(name);
      lately.set(name, nowMs());
      write(wordOf(name, {}));
    }, restMs);
    timer.unref();
    later.set(name, timer);
  });
  const pulse = setInterval(() => write(`event: ${pulseEvent}\ndata: {}\n\n`), pulseEveryMs);
  pulse.unref();
  app.addHook('preClose', async () => {
    clearInterval(pulse);
    for (const timer of later.values()) clearTimeout(timer);
    leave();
    for (const raw of open.keys()) raw.end();
  });

  app.get('/api/public/events', { config: { rateLimit: { max: 1_200, timeWindow: 60_000 } } }, async (request, reply) => {
    const address = addressKey(request.ip);
    const mine = tally.get(address) ?? 0;
    if (open.size >= watchersMax || mine >= ofOneMax)
      return sendProblem(reply, {
        code: 'too-many-requests',
        path: '',
        detail: 'too many watch already; ask for /api/public/alerts instead',
      });
    const { raw } = reply;
    const headers = Object.fromEntries(
      Object.entries(reply.getHeaders()).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
    );
    reply.hijack();
    raw.writeHead(200, { ...headers, 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
    raw.write('retry: 5000\n\n');
    open.set(raw, address);
    tally.set(address, mine + 1);
    raw.on('close', () => letGo(raw));
    // Gone before it was told of: nobody would say so later.
    if (raw.destroyed) letGo(raw);
    return reply;
  });
}
