// npm run bench -- rebuild: a Mosquitto that holds a centre's retained words is killed and comes back empty; how long until it holds all of them again.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Link } from '../../broker/link/link.ts';
import { OuterBus } from '../../controller/outer-bus.ts';
import { Rebuild } from '../../controller/rebuild.ts';
import { buildTopic } from '../../schemas/topics.ts';
import { makeAuthority, type TlsFiles } from '../wire/certificates.ts';
import { freePorts } from '../wire/district.ts';
import { Mosquitto } from '../wire/mosquitto.ts';
import { until } from '../wire/waiting.ts';

const owner = 'xa-1';
const wantBytes = 1_500;
const keysBytes = 3_000;
const quiet = { info: () => undefined, warn: (fields: object) => console.error(fields) };

interface Bed {
  readonly port: number;
  readonly broker: Mosquitto;
  readonly centre: TlsFiles;
  readonly reader: TlsFiles;
  readonly boxes: number;
}

async function main(): Promise<void> {
  const at = process.argv.indexOf('--boxes');
  const boxes = at < 0 ? 10_000 : Number(process.argv[at + 1]);
  const dir = await mkdtemp(join(tmpdir(), 'loa-bench-rebuild-'));
  const authority = await makeAuthority();
  const { ca, cert, key } = await authority.server();
  for (const [name, text] of Object.entries({ 'ca.pem': ca, 'broker.pem': cert, 'broker.key.pem': key }))
    await writeFile(join(dir, name), text);
  const [port = '0'] = await freePorts(1);
  const broker = new Mosquitto(dir, Number(port), owner, [], ['user centre:reader', 'topic read loa/1/d/+/dn/+']);
  await broker.start();
  const bed = {
    port: Number(port),
    broker,
    centre: await authority.client(`centre:${owner}`),
    reader: await authority.client('centre:reader'),
    boxes,
  };
  const figures = await measure(bed).finally(() => broker.stop());
  await rm(dir, { recursive: true });
  console.log(JSON.stringify({ name: 'rebuild', boxes, ...figures }));
}

async function measure({ port, broker, centre, reader, boxes }: Bed) {
  const { ca, ...client } = centre;
  const rebuild: Rebuild = new Rebuild({
    orders: { publishAll: async () => undefined },
    link: { newEpoch: async () => undefined },
    dispatch: { publishAll: (settled = async () => undefined) => sayAll(bus, boxes, settled) },
    settled: () => bus.settled(),
    journal: { ...quiet, info: (fields) => void told.push(fields as { event: string }) },
  });
  const told: { readonly event: string; readonly awayMs?: number }[] = [];
  const nobody = async () => undefined;
  const bus = new OuterBus({
    ...{ url: `mqtts://127.0.0.1:${port}`, owner, ca, client, onPublish: nobody, onCentre: nobody, onConnection: () => undefined },
    onEmpty: () => rebuild.ask(),
    journal: { ...quiet, info: (fields) => void told.push(fields as { event: string }), warn: () => undefined },
  });
  const times = (event: string) => told.filter((one) => one.event === event).length;
  bus.start();
  await until('the first time', () => times('rebuilt') === 1 || undefined);
  const heldBefore = await held(port, reader, boxes * 2);
  await broker.kill();
  const killedMs = performance.now();
  await broker.start();
  const cpu = process.cpuUsage();
  const backMs = performance.now();
  await until('the line', () => times('outer-broker-reached') === 2 || undefined);
  const lineMs = performance.now() - backMs;
  await until('all of it', () => (times('rebuilt') === 2 && sentOf(bus) >= boxes * 4) || undefined, 120_000);
  const allMs = performance.now() - backMs;
  const { user, system } = process.cpuUsage(cpu);
  const heldAfter = await held(port, reader, boxes * 2);
  await bus.stop();
  return {
    ...{ words: boxes * 2, bytes: boxes * (wantBytes + keysBytes), heldBefore, heldAfter, lost: boxes * 2 - heldAfter },
    ...{ brokerStartMs: Math.round(backMs - killedMs), lineMs: Math.round(lineMs), allMs: Math.round(allMs) },
    cpuMicrosecondsPerWord: Math.round((user + system) / (boxes * 2)),
  };
}

async function sayAll(bus: OuterBus, boxes: number, settled: () => Promise<void>): Promise<number> {
  const [want, keys] = ['w'.repeat(wantBytes), 'k'.repeat(keysBytes)];
  for (let i = 0; i < boxes; i++) {
    if (i % 100 === 99) await settled();
    for (const [word, payload] of [
      ['keys', keys],
      ['want', want],
    ] as const)
      await bus.publish(buildTopic({ of: 'box', id: `b${i}`, direction: 'dn', word }), payload, { qos: 1, retain: true });
  }
  return boxes;
}

function figure(bus: OuterBus, name: string): number {
  return bus.families().find((one) => one.name === name)?.samples[0]?.value ?? 0;
}

function sentOf(bus: OuterBus): number {
  return figure(bus, 'loa_outer_broker_sent_total');
}

/** What the broker hands to a new reader of all of it. */
async function held(port: number, { ca, cert, key }: TlsFiles, expected: number): Promise<number> {
  const seen = new Set<string>();
  const link = new Link({
    ...{ url: `mqtts://127.0.0.1:${port}`, tls: { ca, cert, key }, clientId: 'centre:reader', filters: ['loa/1/d/+/dn/+'] },
    takesAtOnce: { countMax: 2_000, bytesMax: 64 * 1024 * 1024 },
    onMessage: async (topic, _payload, retained) => void (retained && seen.add(topic)),
    onChange: () => undefined,
  });
  link.start();
  await until('what is held', () => seen.size >= expected || undefined, 60_000).catch(() => undefined);
  await link.stop();
  return seen.size;
}

await main();
