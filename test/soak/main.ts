// npm run soak -- --hours H: a fleet, a schedule, exercises and boxes that come and go against a real centre for as long as asked; whether
// its memory, files, WAL and answers stay as they are. Writes artifacts/soak.svg; exit 1 when a limit was passed.
import { mkdirSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { monoMs } from '../../hardware/host/system-clock.ts';
import type { OrderAnswer } from '../../schemas/order-api.ts';
import { Fleet } from '../bench/parts/fleet.ts';
import { type FleetCentre, fleetGroup, startFleetCentre } from '../bench/parts/fleet-centre.ts';
import { serveFleet } from '../bench/parts/fleet-worker.ts';
import { percentiles } from '../bench/parts/percentiles.ts';
import { password } from '../controller/built-centre.ts';
import { programPath } from '../tell.ts';
import { contentOf, permitOf } from './content.ts';
import { judgeSoak, type Look, lookOf, soakLimits } from './judge.ts';
import { type OrderLook, soakPicture } from './picture.ts';
import { lookAt } from './watch.ts';

const centreId = 'xa-02536';
const relayDelayMs = 200;
const awayMs = 500;
const exerciseEachMs = 60_000;
const receivedWithinMs = 5_000;
const owedWithinMs = 120_000;

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    fleet: { type: 'boolean', default: false },
    hours: { type: 'string', default: '1' },
    boxes: { type: 'string', default: '100' },
    /** Rows a second of the whole fleet, besides those of its plays. */
    rate: { type: 'string', default: '20' },
    /** Boxes a second that leave and come back. */
    churn: { type: 'string', default: '0.5' },
    'sample-seconds': { type: 'string', default: '10' },
    /** No exercises. */
    mute: { type: 'boolean', default: false },
    workers: { type: 'string', default: '1' },
    out: { type: 'string', default: 'artifacts/soak.svg' },
  },
  allowPositionals: true,
});

interface Course {
  readonly looks: Look[];
  readonly orders: OrderLook[];
  readonly received: number[];
  readonly churned: number[];
}

if (values.fleet) serveFleet();
else process.exitCode = await soak();

async function soak(): Promise<number> {
  const [hours, boxes, rate] = [Number(values.hours), Number(values.boxes), Number(values.rate)];
  const speaks = !values.mute && programPath('ffmpeg') !== undefined && programPath('espeak-ng') !== undefined;
  const tell = (text: string) => !values.json && console.log(text);
  const nowMs = Date.now();
  const centre = await startFleetCentre(boxes, relayDelayMs, {
    mute: !speaks,
    permits: permitOf(nowMs),
    before: contentOf(nowMs, fleetGroup, centreId),
  });
  const fleet = new Fleet(fileURLToPath(import.meta.url), Number(values.workers));
  try {
    await fleet.start(centre.members, centre.place);
    await fleet.until('all boxes ready', ({ ready }) => ready === boxes, 240_000);
    tell(`${boxes} boxes ready`);
    await fleet.talk(rate / boxes);
    const course = await during(hours * 3_600_000, centre, fleet, speaks, tell);
    await fleet.talk(0);
    await allAcknowledged(fleet);
    const { said } = await fleet.rows();
    const { stored, distinct } = await centre.saidRows();
    const { problems } = await fleet.status();
    const verdict = judgeSoak(course.looks);
    const what = `${boxes} boxes, ${rate} rows a second, ${values.churn} boxes a second leave and come back; ${course.looks.length} samples`;
    const out = String(values.out);
    mkdirSync(out.split('/').slice(0, -1).join('/') || '.', { recursive: true });
    writeFileSync(out, soakPicture(course.looks, course.orders, verdict, soakLimits, what));
    const exceeded = [
      ...verdict.exceeded,
      ...(distinct < said ? [`${said - distinct} rows were lost`] : []),
      ...(stored > distinct ? [`${stored - distinct} rows are kept twice`] : []),
    ];
    console.log(
      JSON.stringify({
        ...{ name: 'soak', hours, boxes, rowsPerSecond: rate, churnPerSecond: Number(values.churn) },
        ...{ ...verdict, exceeded, limits: soakLimits },
        orders: course.orders.length === 0 ? null : { count: course.orders.length, ...percentiles(course.received) },
        rows: { said, stored: distinct, lost: said - distinct, twice: stored - distinct },
        ...(course.churned.length > 0 && { churned: course.churned.length, reconnect: percentiles(course.churned) }),
        ...{ problems: problems.slice(0, 5), logLines: centre.program.log.lines, picture: out },
        load1: Math.round((loadavg()[0] ?? 0) * 10) / 10,
      }),
    );
    return exceeded.length === 0 ? 0 : 1;
  } finally {
    await fleet.stop();
    await centre.stop();
  }
}

/** Rows run all the time; samples, exercises and comings and goings each at their own pace. */
async function during(forMs: number, centre: FleetCentre, fleet: Fleet, speaks: boolean, tell: (text: string) => void): Promise<Course> {
  const course: Course = { looks: [], orders: [], received: [], churned: [] };
  const sampleEachMs = Number(values['sample-seconds']) * 1_000;
  const fromMs = monoMs();
  let [sampleAtMs, orderAtMs, cycledMs] = [fromMs + sampleEachMs, fromMs + sampleEachMs / 2, fromMs];
  while (monoMs() < fromMs + forMs) {
    const turnMs = monoMs();
    if (turnMs >= sampleAtMs) {
      // What held this one up does not make two of the next.
      sampleAtMs = Math.max(sampleAtMs + sampleEachMs, turnMs + sampleEachMs / 2);
      const look = await sample(centre, fleet);
      course.looks.push(look);
      tell(
        `${Math.round((look.atMs - fromMs) / 1000)} s: ${Math.round(look.rssKb / 1024)} MiB, ${look.fds} files, p99 ${look.ackP99Ms} ms`,
      );
    }
    if (speaks && turnMs >= orderAtMs) {
      orderAtMs = turnMs + exerciseEachMs;
      const received = await exercise(centre, fleet);
      course.received.push(...received);
      if (received.length > 0) course.orders.push({ atMs: turnMs, ...percentiles(received) });
    }
    const due = Math.floor(((monoMs() - cycledMs) / 1000) * Number(values.churn));
    if (due > 0) {
      cycledMs = monoMs();
      course.churned.push(...(await fleet.cycle(awayMs, due)));
    }
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, 200 - (monoMs() - turnMs))));
  }
  return course;
}

async function sample({ program, console, database }: FleetCentre, fleet: Fleet): Promise<Look> {
  const { ackMs } = await fleet.rows();
  await fleet.freshRows();
  return lookOf({ atMs: monoMs(), ackMs, ...(await lookAt({ pid: program.pid, console, database })) });
}

/** From the confirmed exercise to each box's receiving its frame; boxes that are away at that moment are not waited for. */
async function exercise({ duty }: FleetCentre, fleet: Fleet): Promise<number[]> {
  await fleet.reset();
  const fromMs = monoMs();
  const wish = { template: 'lu-quet', groups: [fleetGroup], class: 'exercise', confirm: true, password };
  const { id } = await duty.post<OrderAnswer>('/orders', wish);
  await new Promise((resolve) => setTimeout(resolve, receivedWithinMs));
  const { received } = await fleet.times();
  await duty.post(`/orders/${id}/clear`);
  return received.map((atMs) => atMs - fromMs);
}

async function allAcknowledged(fleet: Fleet): Promise<void> {
  const untilMs = monoMs() + owedWithinMs;
  for (let rows = await fleet.rows(); rows.acked < rows.said && monoMs() < untilMs; rows = await fleet.rows())
    await new Promise((resolve) => setTimeout(resolve, 100));
}
