// What machines ask: does it live, is it fit, figures for Prometheus, where holes are told. No person, no name, no place is in any of it.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Family, metricsText } from '../../schemas/metrics-text.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { healthStates } from '../../schemas/report.ts';
import type { Centre } from '../centre.ts';
import { statusOf } from '../core/fleet-status.ts';
import { may } from '../core/roles.ts';
import { HttpMeter } from '../http-meter.ts';
import { isLoopback } from '../settings.ts';
import { bearerOf, sendProblem } from './route.ts';

const clockBehindMaxMs = 5_000;
/** Whoever forwards for others is not at this machine, whatever the socket says. */
const forwarding = ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via'];
const loopStepMs = 20;
const sessionsLookedAt = 100;

export function probeRoutes(app: FastifyInstance, centre: Centre): void {
  const meter = new HttpMeter();
  const loop = monitorEventLoopDelay({ resolution: loopStepMs });
  loop.enable();
  app.addHook('onClose', async () => void loop.disable());
  app.addHook('onResponse', async (request, reply) => meter.answered(request.method, reply.statusCode, reply.elapsedTime));

  app.get('/healthz', async () => ({ ok: true }));

  app.get('/readyz', async (_request, reply) => {
    const floorMs = await centre.store.counters.floorMs().catch(() => undefined);
    const clock = floorMs === undefined ? 'unknown' : floorMs - centre.nowMs() <= clockBehindMaxMs ? 'good' : 'behind';
    const store = floorMs === undefined ? 'failed' : 'good';
    const ready = clock === 'good';
    const duty = store === 'good' ? await centre.duty.shifts.state() : null;
    const audit = centre.auditWatch.brokenAt === undefined ? 'holds' : 'broken';
    return reply.code(ready ? 200 : 503).send({ ready, clock, store, audit, duty, ffmpeg: centre.tools.ffmpeg !== undefined });
  });

  securityContactRoute(app, centre);

  app.get('/metrics', async (request, reply) => {
    const admitted = await admit(centre, request);
    if (!admitted.ok) return sendProblem(reply, admitted.problem);
    const families = [
      ...(await centreFamilies(centre)),
      ...centre.busFamilies(),
      ...processFamilies(loop.percentile(99) / 1e9),
      ...meter.families(),
    ];
    loop.reset();
    return reply.type('text/plain; version=0.0.4; charset=utf-8').header('cache-control', 'no-store').send(metricsText(families));
  });
}

/** RFC 9116. A text that helps no finder is not given out; the log says once what is wrong with it, however often somebody asks. */
function securityContactRoute(app: FastifyInstance, { securityTxt, journal }: Centre): void {
  let told = '';
  app.get('/.well-known/security.txt', async (_request, reply) => {
    const found = await securityTxt();
    if (found.ok) return reply.type('text/plain; charset=utf-8').header('cache-control', 'max-age=3600').send(found.value);
    if (found.problem.code !== 'not-found' && told !== found.problem.detail) {
      told = found.problem.detail;
      journal.warn({ event: 'security-contact-bad', code: found.problem.code, detail: told });
    }
    return sendProblem(reply, { code: 'not-found', path: '', detail: 'nobody has set where holes are told' });
  });
}

/** From this machine itself, or with a token for this. Problems: not-signed-in, not-allowed. */
async function admit({ people, card }: Centre, request: FastifyRequest): Promise<Result<void>> {
  const bearer = bearerOf(request);
  if (bearer !== undefined) {
    const person = await people.sessions.personOfToken(bearer);
    return person.ok ? may(person.value.grants, 'metrics.read', card.area) : person;
  }
  const near = isLoopback(request.ip) && !forwarding.some((name) => request.headers[name] !== undefined);
  return near ? ok(undefined) : bad('not-signed-in', 'from another machine /metrics needs a token for metrics.read');
}

const gauge = (name: string, help: string, value: number): Family => ({ name, kind: 'gauge', help, samples: [{ value }] });

async function centreFamilies({ registry, link, store, faults, watch, feed, auditWatch, nowMs }: Centre): Promise<Family[]> {
  const atMs = nowMs();
  const [head, floorMs, sessions] = await Promise.all([
    store.audit.head(),
    store.counters.floorMs(),
    store.live.sessions(sessionsLookedAt),
  ]);
  const boxes = registry.all().map(({ id, enrolledMs }) => ({
    enrolled: enrolledMs !== null,
    status: statusOf(registry.seen(id), link.connected(id), atMs),
  }));
  const enrolled = boxes.filter((one) => one.enrolled);
  const states = { registered: boxes.length, enrolled: enrolled.length, online: enrolled.filter(({ status }) => status.online).length };
  return [
    {
      ...{ name: 'loa_boxes', kind: 'gauge', help: 'Boxes by how far they have come: registered, of these enrolled, of these online.' },
      samples: Object.entries(states).map(([state, value]) => ({ labels: { state }, value })),
    },
    {
      ...{ name: 'loa_box_health', kind: 'gauge', help: 'Enrolled boxes by what they say of themselves.' },
      samples: healthStates.map((state) => {
        return { labels: { state }, value: enrolled.filter(({ status }) => status.health.state === state).length };
      }),
    },
    gauge('loa_faults_standing', 'Faults that boxes say now.', faults.standing()),
    gauge('loa_orders_standing', 'Orders in force.', watch.inForce(atMs)),
    gauge('loa_live_sessions_open', 'Live sessions that are open.', sessions.filter(({ closedMs }) => closedMs === null).length),
    gauge('loa_pages_watching', 'Pages that watch for changes.', feed.watchers),
    { name: 'loa_audit_rows_total', kind: 'counter', help: 'Rows of the audit.', samples: [{ value: head.seq }] },
    gauge('loa_audit_broken_row', 'First row of the audit that does not follow from those before it; 0: all do.', auditWatch.brokenAt ?? 0),
    gauge(
      'loa_clock_behind_seconds',
      'How far this clock stands behind what the tables know to have passed.',
      Math.max(0, floorMs - atMs) / 1000,
    ),
  ];
}

function processFamilies(loopS: number): Family[] {
  const { rss, heapUsed } = process.memoryUsage();
  const cpu = process.cpuUsage();
  return [
    gauge('process_resident_memory_bytes', 'Memory of the centre’s process.', rss),
    gauge(
      'nodejs_heap_size_used_bytes',
      'Of it, what objects hold, those that were left behind since the last collection counted.',
      heapUsed,
    ),
    {
      name: 'process_cpu_seconds_total',
      kind: 'counter',
      help: 'Time on the processor.',
      samples: [{ value: (cpu.user + cpu.system) / 1e6 }],
    },
    gauge('process_uptime_seconds', 'Since the start of the process.', Math.round(process.uptime())),
    gauge(
      'loa_loop_delay_p99_seconds',
      'How long the loop was held up since it was last asked, 99 of 100 times shorter.',
      Number.isFinite(loopS) ? loopS : 0,
    ),
  ];
}
