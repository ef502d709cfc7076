// Ten thousand readers open an alert within a minute at one centre, and orders through that same centre are timed meanwhile and alone.
// The box is a process that runs the agent's own line, verification and rules under mutual TLS; its relay, player and card are simulated.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { SqlStore } from '../../controller/store/sql-store.ts';
import { monoMs } from '../../hardware/host/system-clock.ts';
import type { OrderRequestAnswer } from '../../schemas/order-api.ts';
import { orderRow } from '../controller/order-rows.ts';
import { communeUnits } from '../controller/register-rig.ts';
import { Fleet } from './parts/fleet.ts';
import { type FleetCentre, fleetGroup, startFleetCentre } from './parts/fleet-centre.ts';
import { serveFleet } from './parts/fleet-worker.ts';
import { percentile, percentiles } from './parts/percentiles.ts';
import { sendReaders, serveReaders } from './parts/readers.ts';

const standing = 'lenh-1';
/** The desk takes twenty orders of one person in a minute. */
const orderEveryMs = 3_200;
/** So long an order stands: the amplifier is still on when the next one comes, so that no warm-up lies in the times. */
const soundsMs = 1_200;
const relayDelayMs = 200;

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    fleet: { type: 'boolean', default: false },
    reading: { type: 'boolean', default: false },
    readers: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '60' },
  },
  allowPositionals: true,
});

if (values.fleet) serveFleet();
else if (values.reading) serveReaders();
else await bench(Number(values.readers), Number(values.seconds) * 1000);

async function bench(readers: number, spanMs: number): Promise<void> {
  const tell = (text: string) => !values.json && console.log(text);
  const file = fileURLToPath(import.meta.url);
  const centre = await startFleetCentre(1, relayDelayMs, { units: communeUnits, before: standingOrder });
  const fleet = new Fleet(file, 1);
  try {
    await fleet.start(centre.members, centre.place);
    await fleet.until('the box to be ready', ({ ready }) => ready === 1);
    await beginShift(centre);
    // Its first order warms the amplifier and the programs; nobody counts it.
    await orders(centre, fleet, 1);
    const count = Math.max(1, Math.floor(spanMs / orderEveryMs));
    const alone = await orders(centre, fleet, count);
    tell(`alone: ${JSON.stringify(percentiles(alone))}`);
    const reading = sendReaders(file, { base: centre.console, readers, spanMs, order: standing });
    const [read, beside] = await Promise.all([reading, orders(centre, fleet, count)]);
    const [order, orderAlone] = [percentiles(beside), percentiles(alone)];
    console.log(
      JSON.stringify({
        ...{ name: 'citizen', readers, readMs: Math.round(read.readMs), requests: read.tookMs.length, refused: read.refused },
        ...percentiles(read.tookMs),
        ...{ orderP99Ms: order.p99Ms, orderP50Ms: order.p50Ms, orderN: beside.length },
        ...{ orderAloneP99Ms: orderAlone.p99Ms, orderAloneP50Ms: orderAlone.p50Ms },
        orderRatio: percentile([order.p99Ms / orderAlone.p99Ms], 0),
        readersCpuMs: Math.round(read.cpuMs),
      }),
    );
  } finally {
    await fleet.stop();
    await centre.stop();
  }
}

/** In force for an hour and for no box: what readers must be told whatever else is given and taken back. */
async function standingOrder(store: SqlStore): Promise<void> {
  const nowMs = Date.now();
  const order = orderRow({ id: standing, area: '08/02536', givenMs: nowMs, expMs: nowMs + 3600_000 });
  await store.orders.addOrder(order, [], { atMs: nowMs, actor: 'x', act: 'order.give', subject: standing, sha256: '' });
}

async function beginShift({ duty, officer }: FleetCentre): Promise<void> {
  await officer.beginShift(async (method, path, body) => {
    const answer = method === 'GET' ? await duty.get(path) : await duty.post(path, body);
    return { status: method === 'GET' ? 200 : 201, headers: {}, body: answer };
  });
}

/** From the officer's confirm over HTTP until the box sounds, on the machine's one monotonic clock; each is taken back. */
async function orders({ duty, officer }: FleetCentre, fleet: Fleet, count: number): Promise<number[]> {
  const tookMs: number[] = [];
  for (let run = 0; run < count; run++) {
    const nextMs = monoMs() + orderEveryMs;
    const prepared = await duty.post<OrderRequestAnswer>('/order-requests', { template: 'lu-quet', groups: [fleetGroup] });
    const signed = officer.sign(prepared);
    await fleet.reset();
    const confirmedMs = monoMs();
    const given = await duty.post<{ state: string }>(`/order-requests/${prepared.id}/approve`, signed);
    if (given.state !== 'given') throw new Error(`the order is ${given.state}`);
    await fleet.until('the box to sound', ({ stages }) => stages.sounding === 1);
    const [soundingMs = Number.NaN] = (await fleet.times()).sounding;
    tookMs.push(soundingMs - confirmedMs);
    await pause(soundsMs);
    await duty.post(`/orders/${prepared.id}/clear`);
    await fleet.until('the order to end', ({ stages }) => stages.cleared === 1);
    await pause(nextMs - monoMs());
  }
  return tookMs;
}

function pause(forMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, forMs)));
}
