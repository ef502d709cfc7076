// From the officer's confirm over HTTP to every box's row "sounding" committed at the centre: the real centre, boxes by the hundred.
// Boxes run the agent's own line, verification and rules under mutual TLS; their relays, players and cards are simulated.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { OrderAnswer, OrderRequestAnswer } from '../../schemas/order-api.ts';
import { password } from '../controller/built-centre.ts';
import { Fleet } from './parts/fleet.ts';
import { type FleetCentre, fleetGroup, startFleetCentre } from './parts/fleet-centre.ts';
import { FleetConsole } from './parts/fleet-console.ts';
import { judgeRun, type Run, summaryOf, watchedRun } from './parts/fleet-run.ts';
import { serveFleet } from './parts/fleet-worker.ts';

const relayDelayMs = 200;

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    fleet: { type: 'boolean', default: false },
    boxes: { type: 'string', default: '1000' },
    runs: { type: 'string', default: '3' },
    workers: { type: 'string', default: '2' },
    'no-herd': { type: 'boolean', default: false },
  },
  allowPositionals: true,
});

if (values.fleet) serveFleet();
else await bench(Number(values.boxes), Number(values.runs), Number(values.workers));

async function bench(boxes: number, runs: number, workers: number): Promise<void> {
  const tell = (text: string) => !values.json && console.log(text);
  const beganMs = performance.now();
  const centre = await startFleetCentre(boxes, relayDelayMs);
  const fleet = new Fleet(fileURLToPath(import.meta.url), workers);
  const page = new FleetConsole(centre.console, centre.duty);
  try {
    tell(`${boxes} boxes enrolled, centre runs: ${seconds(beganMs)}`);
    await fleet.start(centre.members, centre.place);
    await fleet.until('all boxes ready', ({ ready }) => ready === boxes, 120_000);
    const setUpMs = Math.round(performance.now() - beganMs);
    tell(`all connected, with signed time and a plan: ${seconds(beganMs)}`);
    await page.open();
    const measure = async (kind: Run['kind'], amplifier: Run['amplifier']): Promise<Run> => {
      if (amplifier === 'cold') await fleet.until('amplifiers off', ({ quiet }) => quiet === boxes);
      const run = await watchedRun({
        centre,
        fleet,
        page,
        boxes,
        kind,
        amplifier,
        give: () => (kind === 'actual' ? real(centre) : drill(centre)),
      });
      tell(judgeRun(run));
      return run;
    };
    // Boxes are awake for weeks before an order; these are seconds old. An exercise that nobody counts brings them there.
    await measure('exercise', 'cold');
    const results: Run[] = [];
    for (let run = 0; run < runs; run++) results.push(await measure('actual', 'cold'), await measure('actual', 'armed'));
    results.push(await measure('exercise', 'cold'));
    const herd = values['no-herd'] ? undefined : await herdAfterRestart(centre, fleet, boxes);
    if (herd) tell(`centre killed: back after ${herd.downMs} ms, all boxes and the standing order after ${herd.herdMs} ms`);
    const { rssBytes } = await fleet.status();
    console.log(
      JSON.stringify({ ...summaryOf(boxes, results, relayDelayMs), workers, setUpMs, fleetRssMb: Math.round(rssBytes / 2 ** 20), ...herd }),
    );
  } finally {
    page.close();
    await fleet.stop();
    await centre.stop();
  }
}

/** An order in earnest: prepared and signed beforehand; what is timed is the confirm that carries the officer's signature. */
async function real({ duty, officer }: FleetCentre): Promise<() => Promise<string>> {
  await officer.beginShift(async (method, path, body) => {
    const answer = method === 'GET' ? await duty.get(path) : await duty.post(path, body);
    return { status: method === 'GET' ? 200 : 201, headers: {}, body: answer };
  });
  const wish = { template: 'lu-quet', groups: [fleetGroup] };
  const prepared = await duty.post<OrderRequestAnswer>('/order-requests', wish);
  const signed = officer.sign(prepared);
  return async () => {
    const given = await duty.post<{ state: string }>(`/order-requests/${prepared.id}/approve`, signed);
    if (given.state !== 'given') throw new Error(`the order is ${given.state}`);
    return prepared.id;
  };
}

async function drill({ duty }: FleetCentre): Promise<() => Promise<string>> {
  const wish = { template: 'lu-quet', groups: [fleetGroup], class: 'exercise', confirm: true, password };
  return async () => (await duty.post<OrderAnswer>('/orders', wish)).id;
}

/** The centre dies while an order stands: how long until every box is back and was told of it again. */
async function herdAfterRestart(centre: FleetCentre, fleet: Fleet, boxes: number) {
  await fleet.reset();
  const give = await real(centre);
  const id = await give();
  await fleet.until('the standing order to sound', ({ stages }) => stages.acknowledged === boxes);
  const killedMs = performance.now();
  await centre.program.kill();
  await fleet.until('the boxes to notice', ({ up }) => up === 0);
  await fleet.reset();
  await centre.restart();
  const downMs = Math.round(performance.now() - killedMs);
  await fleet.until('the herd to be back', ({ up, stages }) => up === boxes && stages.received === boxes, 180_000);
  const herdMs = Math.round(performance.now() - killedMs);
  const online = await centre.duty.get<readonly { online: boolean }[]>('/boxes');
  await centre.duty.post(`/orders/${id}/clear`);
  await fleet.until('the standing order to end', ({ stages }) => stages.cleared === boxes);
  return { herdMs, downMs, herdAfterReadyMs: herdMs - downMs, herdOnline: online.filter((box) => box.online).length };
}

function seconds(sinceMs: number): string {
  return `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`;
}
