// npm run fleet: thousands of boxes with the agent's own line, keys, rules and outbox against a real centre; what becomes of their rows and orders.
// Relays, players and cards are simulated. Frozen boxes are bare sockets that subscribed and read no more.
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
import { FrozenBoxes } from './frozen.ts';

const relayDelayMs = 200;
const centreId = 'xa-02536';
const awayMs = 500;
const owedWithinMs = 120_000;

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    fleet: { type: 'boolean', default: false },
    boxes: { type: 'string', default: '200' },
    /** Rows a second of the whole fleet. */
    rate: { type: 'string', default: '100' },
    minutes: { type: 'string', default: '1' },
    /** Boxes a second that leave and come back. */
    churn: { type: 'string', default: '0' },
    /** Of a hundred boxes so many read nothing. */
    frozen: { type: 'string', default: '0' },
    /** At the end all leave and come back at once. */
    herd: { type: 'boolean', default: false },
    workers: { type: 'string', default: '2' },
  },
  allowPositionals: true,
});

if (values.fleet) serveFleet();
else await simulate();

async function simulate(): Promise<void> {
  const [boxes, rate, churn] = [Number(values.boxes), Number(values.rate), Number(values.churn)];
  const tell = (text: string) => !values.json && console.log(text);
  const speaks = programPath('ffmpeg') !== undefined && programPath('espeak-ng') !== undefined;
  if (!speaks) tell('no ffmpeg or no espeak-ng: no order is given');
  const centre = await startFleetCentre(boxes, relayDelayMs, { mute: !speaks });
  const fleet = new Fleet(fileURLToPath(import.meta.url), Number(values.workers));
  const frozen = new FrozenBoxes(centre.place, fleetGroup, centreId);
  try {
    const frozenCount = Math.ceil((boxes * Number(values.frozen)) / 100);
    const living = boxes - frozenCount;
    await fleet.start(centre.members.slice(0, living), centre.place);
    await fleet.until('all boxes ready', ({ ready }) => ready === living, 240_000);
    await frozen.freeze(centre.members.slice(living));
    tell(`${living} boxes ready, ${frozenCount} frozen`);
    await fleet.talk(rate / living);
    const { orders, churned } = await minutesOf(centre, fleet, { churn, living, speaks });
    await fleet.talk(0);
    await allAcknowledged(fleet);
    const steady = await fleet.rows();
    const herd = values.herd ? await herdOf(fleet, rate / living) : undefined;
    await allAcknowledged(fleet);
    const { said } = await fleet.rows();
    const { stored, distinct } = await centre.saidRows();
    const { problems } = await fleet.status();
    console.log(
      JSON.stringify({
        ...{ name: 'fleet', boxes, frozen: frozenCount, frozenHeld: frozen.held, rowsPerSecond: rate, minutes: Number(values.minutes) },
        orderToBox: orders.length > 0 ? { orders: orders.length, ...worst(orders) } : null,
        rowToAck: percentiles(steady.ackMs),
        rows: { said, stored: distinct, lost: said - distinct, twice: stored - distinct },
        ...(churned.length > 0 && { churned: churned.length, reconnect: percentiles(churned) }),
        ...(herd && { herd }),
        ...{ problems: problems.slice(0, 5), load1: Math.round((loadavg()[0] ?? 0) * 10) / 10 },
      }),
    );
  } finally {
    frozen.stop();
    await fleet.stop();
    await centre.stop();
  }
}

interface Going {
  readonly churn: number;
  readonly living: number;
  readonly speaks: boolean;
}

/** Rows run all the time; each half minute an exercise goes out; boxes come and go. */
async function minutesOf(centre: FleetCentre, fleet: Fleet, { churn, living, speaks }: Going) {
  const untilMs = monoMs() + Number(values.minutes) * 60_000;
  const orders: number[][] = [];
  const churned: number[] = [];
  let orderAtMs = monoMs() + 1_000;
  let cycled = monoMs();
  while (monoMs() < untilMs) {
    const turnMs = monoMs();
    if (speaks && turnMs >= orderAtMs) {
      orderAtMs = turnMs + 30_000;
      orders.push(await exercise(centre, fleet, churn > 0 ? 0 : living));
    }
    const due = Math.floor(((monoMs() - cycled) / 1000) * churn);
    if (due > 0) {
      cycled = monoMs();
      churned.push(...(await fleet.cycle(awayMs, Math.min(due, living))));
    }
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, 200 - (monoMs() - turnMs))));
  }
  return { orders, churned };
}

/** From the confirmed exercise to each box's receiving its frame; with boxes coming and going nobody waits for all of them. */
async function exercise({ duty }: FleetCentre, fleet: Fleet, all: number): Promise<number[]> {
  await fleet.reset();
  const fromMs = monoMs();
  const wish = { template: 'lu-quet', groups: [fleetGroup], class: 'exercise', confirm: true, password };
  const { id } = await duty.post<OrderAnswer>('/orders', wish);
  if (all > 0) await fleet.until('the exercise at every box', ({ stages }) => stages.received === all);
  else await new Promise((resolve) => setTimeout(resolve, 5_000));
  const { received } = await fleet.times();
  await duty.post(`/orders/${id}/clear`);
  return received.map((atMs) => atMs - fromMs);
}

async function herdOf(fleet: Fleet, perBoxSecond: number) {
  await fleet.freshRows();
  await fleet.talk(perBoxSecond);
  const backMs = await fleet.cycle(awayMs);
  await fleet.talk(0);
  await allAcknowledged(fleet);
  const { ackMs } = await fleet.rows();
  return { back: backMs.length, seconds: Math.round(Math.max(...backMs)) / 1000, rowToAck: percentiles(ackMs) };
}

async function allAcknowledged(fleet: Fleet): Promise<void> {
  const untilMs = monoMs() + owedWithinMs;
  for (let rows = await fleet.rows(); rows.acked < rows.said && monoMs() < untilMs; rows = await fleet.rows())
    await new Promise((resolve) => setTimeout(resolve, 100));
}

/** Of all exercises together. */
function worst(orders: readonly (readonly number[])[]) {
  return { boxes: Math.min(...orders.map(({ length }) => length)), ...percentiles(orders.flat()) };
}
