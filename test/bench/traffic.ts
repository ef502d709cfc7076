// What an idle box costs its SIM in a month: a real box process, a real broker over mutual TLS, every byte between them counted.
// Each part is counted by itself; the month is their sum at the paces that a box has, which stand in the answer.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { enrol } from '../../agent/enrol.ts';
import { SimulatedMeter } from '../../hardware/serial/simulated-meter.ts';
import { SimulatedModem } from '../../hardware/serial/simulated-modem.ts';
import { PtyLine } from '../hardware/pty-line.ts';
import { policy, programme, schedule } from '../schemas/documents.ts';
import { programPath } from '../tell.ts';
import { tokenOf } from '../wire/at-the-box.ts';
import { type Counted, CountingProxy, since, wireBytes } from '../wire/counting-proxy.ts';
import { Program } from '../wire/program.ts';
import { SmallCentre } from '../wire/small-centre.ts';
import { until } from '../wire/waiting.ts';

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } }, allowPositionals: true, strict: false });

const days = 30;
/** How often each happens in a day of a box that has nothing to say but that it is there. */
const perDay = {
  /** A 4G line that breaks each hour. */
  reconnects: 24,
  /** Keepalive 300 s; every one is counted though acknowledgements save some. */
  pings: 1_440,
  telemetry: 144,
  heartbeats: 288,
  /** Rows of plays and what follows: the row, its receipt, the report before and after. */
  plays: 6,
  /** A plan that is changed: the want, its parts over HTTPS, the report. */
  plans: 1,
};
const samples = 3;
/** Nothing passed for so long: the exchange is over. A ping may come in between and is counted with it. */
const quietMs = 2_000;

const centre = new SmallCentre();
await centre.start();
const bus = new CountingProxy(centre.mqttPort);
const files = new CountingProxy(centre.boxPort);
const [busPort, filesPort] = [await bus.start(), await files.start()];
const dir = await mkdtemp(join(tmpdir(), 'loa-data-'));
const serial = programPath('socat') !== undefined;
const [modem, meter] = [new SimulatedModem(), new SimulatedMeter()];
meter.setPzem({ mainsV: 228.4, currentMa: 123, powerW: 26.5, energyWh: 123_456 });
const lines = [new PtyLine(modem), new PtyLine(meter, 9_600)] as const;
if (serial) for (const line of lines) await line.plugIn();
await writeFile(join(dir, 'claim.json'), JSON.stringify(centre.claim()));
await writeFile(
  join(dir, 'config.json'),
  JSON.stringify({
    page: { port: 0 },
    log: { level: 'warn' },
    outputs: [{ id: 'main', kind: 'loudspeaker' }],
    brokerUrl: `mqtts://127.0.0.1:${busPort}`,
    centreUrl: `https://127.0.0.1:${filesPort}`,
    reconnectMaxMs: 1_000,
    ...(serial && { modem: { port: lines[0].near, budgetMb: 1_000, interface: 'lo' }, meter: { port: lines[1].near } }),
  }),
);
const enrolled = await enrol(dir, join(dir, 'claim.json'));
if (!enrolled.ok) throw new Error(enrolled.problem.detail);

function both(): Counted {
  const [one, other] = [bus.counted(), files.counted()];
  return { bytes: one.bytes + other.bytes, packets: one.packets + other.packets, connections: one.connections + other.connections };
}

/** Do it, wait until it has happened and the line is quiet, and say what it cost. */
async function cost(act: () => Promise<unknown>, happened: () => unknown): Promise<Counted> {
  const before = both();
  await act();
  await until('it to happen', () => happened() || undefined, 60_000);
  await quiet();
  return since(before, both());
}

async function quiet(): Promise<void> {
  let last = both();
  let sinceMs = performance.now();
  await until(
    'a quiet line',
    () => {
      const now = both();
      if (now.bytes !== last.bytes) [last, sinceMs] = [now, performance.now()];
      return performance.now() - sinceMs >= quietMs || undefined;
    },
    120_000,
  );
}

/** The middle one of several, so that a ping that fell into one is not counted with each. */
async function middle(what: () => Promise<Counted>): Promise<Counted> {
  const all: Counted[] = [];
  for (let i = 0; i < samples; i++) all.push(await what());
  return all.sort((a, b) => wireBytes(a) - wireBytes(b))[Math.floor(samples / 2)] ?? { bytes: 0, packets: 0, connections: 0 };
}

async function want(telemetryEveryMs: number, hour: number): Promise<unknown> {
  const programmes = Array.from({ length: 5 }, (_, i) => programme({ id: `p${i}` }));
  const schedules = programmes.map(({ id }, i) => schedule({ id: `s${i}`, programme: id, rrule: `FREQ=DAILY;BYHOUR=${hour}` }));
  return centre.want({
    settings: { telemetryEveryMs },
    policy: policy(),
    schedules: { programmes, schedules, holidays: [], localOrder: [] },
  });
}

const longMs = 3_600_000;
const applied = () => centre.facts.filter((fact) => fact.kind === 'want' && fact.state === 'applied').length;
const box = new Program('agent', ['--data', dir]);
const said = await box.start();
const page = String(said['page']);
const token = await tokenOf(page);
await until('the box', () => centre.heard('report').at(-1));
await want(longMs, 5);
await until('its plan', () => applied() === 1 || undefined);
await quiet();

let hour = 5;
const plan = await middle(() => {
  const before = applied();
  hour = (hour + 1) % 24;
  return cost(
    () => want(longMs, hour),
    () => applied() > before,
  );
});
const reconnect = await middle(() => {
  const before = centre.heard('on').length;
  return cost(
    async () => bus.cut(),
    () => centre.heard('on').length > before,
  );
});
const heartbeat = await middle(() =>
  cost(
    () => {
      const beat = centre.sign('heartbeat', `c/${centre.id}`, {
        epoch: 'c1',
        timeMs: Date.now(),
        orders: { [centre.id]: Date.now() },
        // No order stands; one that is named and did not come would make the box ask for it.
        topics: {},
      });
      return centre.broker.publish(`loa/1/c/${centre.id}/on`, JSON.stringify(beat), { qos: 1, retain: true });
    },
    () => true,
  ),
);
const play = await middle(() => {
  const before = centre.facts.length;
  const act = async (name: string) => {
    const answer = await fetch(`${page}/acts/${name}?output=main`, {
      method: 'POST',
      headers: { 'x-loa-act': token },
      body: JSON.stringify({ pin: centre.pin }),
    });
    if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  };
  return cost(
    () => act('tone-hold'),
    () => centre.facts.slice(before).some((fact) => fact.kind === 'receipt'),
  );
});
// Telemetry, as many as come in a while: what a burst of them costs, for each.
const fastMs = 4_000;
const beforeFast = applied();
await want(fastMs, 23);
await until('the faster pace', () => applied() > beforeFast || undefined);
await until('a first one at that pace', () => centre.heard('tm').length > 3 || undefined);
const [fromCount, fromTold, fromMs] = [both(), centre.heard('tm').length, performance.now()];
await until('enough of them', () => centre.heard('tm').length >= fromTold + 8 || undefined);
const fast = since(fromCount, both());
const told = centre.heard('tm').length - fromTold;
const fastForMs = performance.now() - fromMs;
const telemetryBytes = JSON.stringify(centre.heard('tm').at(-1) ?? '').length;
// Pings alone, over three of them.
const beforeSlow = applied();
await want(longMs, 22);
await until('the slow pace', () => applied() > beforeSlow || undefined);
await quiet();
const pingsFrom = both();
const factsFrom = centre.facts.length;
const pingWindowMs = 310_000;
const pingsBegan = performance.now();
await until('a while of silence', () => performance.now() - pingsBegan >= pingWindowMs || undefined, pingWindowMs + 60_000);
const silent = since(pingsFrom, both());
const ping = wireBytes(silent) / (pingWindowMs / 300_000);

await box.stop();
await centre.stop();
bus.stop();
files.stop();
if (serial) for (const line of lines) await line.end();
await rm(dir, { recursive: true, force: true });

const each = {
  reconnects: wireBytes(reconnect),
  pings: ping,
  telemetry: wireBytes(fast) / told,
  heartbeats: wireBytes(heartbeat),
  plays: wireBytes(play),
  plans: wireBytes(plan),
};
const mbPerMonth = Object.fromEntries(
  Object.entries(each).map(([name, bytes]) => [name, Math.round(bytes * perDay[name as keyof typeof perDay] * days) / 1e6]),
);
const total = Object.values(mbPerMonth).reduce((sum, one) => sum + one, 0);
const result = {
  name: 'data',
  mbPerMonth: Math.round(total * 10) / 10,
  parts: Object.fromEntries(Object.entries(mbPerMonth).map(([name, mb]) => [name, Math.round(mb * 10) / 10])),
  bytesEach: Object.fromEntries(Object.entries(each).map(([name, bytes]) => [name, Math.round(bytes)])),
  perDay,
  counted: {
    telemetry: told,
    telemetryForMs: Math.round(fastForMs),
    telemetryBytes,
    silentForMs: pingWindowMs,
    rowsMeanwhile: centre.facts.length - factsFrom,
    modemAndMeter: serial,
  },
};
if (values['json'] !== true) console.log(`an idle box needs ${result.mbPerMonth} MB a month`);
console.log(JSON.stringify(result));
process.exit(0);
