// One QoS 1 message of 1 KB to every box: Loa beside Mosquitto and the bare floor of Node, each on one core, in one run.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Bed, type Kind, LoadBench, median, mosquittoVersion, rounded } from './parts/mqtt-load.ts';
import { serveBroker } from './parts/plain-broker.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    serve: { type: 'string' },
    boxes: { type: 'string', default: '1000' },
    passes: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '10' },
  },
  allowPositionals: true,
});

interface Pass {
  readonly coldMs: number;
  readonly lastMs: readonly number[];
  readonly medianMs: readonly number[];
  readonly cpuUs: number;
  readonly rssKb: number;
}

if (values.serve) await serveBroker(values.serve);
else await bench(Number(values.boxes), Number(values.passes), Number(values.rounds));

async function bench(boxes: number, passes: number, rounds: number): Promise<void> {
  const run = new LoadBench(fileURLToPath(import.meta.url));
  const kinds: Kind[] = mosquittoVersion() === undefined ? ['loa', 'floor'] : ['loa', 'mosquitto', 'floor'];
  const found = new Map<Kind, Pass[]>(kinds.map((kind) => [kind, []]));
  try {
    for (let pass = 0; pass < passes; pass++) {
      // Each goes first in turn: what the machine does besides hits all alike.
      for (let i = 0; i < kinds.length; i++) {
        const kind = kinds[(pass + i) % kinds.length] as Kind;
        const bed = await run.bed(kind);
        const measured = await measure(bed, boxes, rounds);
        bed.stop();
        found.get(kind)?.push(measured);
        if (!values.json) console.log(`${kind}: cold ${measured.coldMs} ms, warm last ${rounded(median(measured.lastMs))} ms`);
      }
    }
  } finally {
    run.close();
  }
  report(boxes, found);
}

async function measure(bed: Bed, boxes: number, rounds: number): Promise<Pass> {
  const emptyKb = bed.rssKb();
  await bed.connect(boxes);
  await bed.say('idle 1.5');
  const rssKb = (bed.rssKb() - emptyKb) / boxes;
  const cold = await bed.broadcast(1024);
  const warm = [];
  const cpuBefore = bed.cpuMs();
  for (let round = 0; round < rounds; round++) {
    await bed.say('idle 0.2');
    warm.push(await bed.broadcast(1024));
  }
  const cpuUs = ((bed.cpuMs() - cpuBefore) * 1000) / (rounds * boxes);
  return { coldMs: cold.lastMs, lastMs: warm.map((one) => one.lastMs), medianMs: warm.map((one) => one.medianMs), cpuUs, rssKb };
}

function report(boxes: number, found: ReadonlyMap<Kind, readonly Pass[]>): void {
  const figure = (kind: Kind, of: (pass: Pass) => readonly number[]) => median((found.get(kind) ?? []).flatMap(of));
  const last = (kind: Kind) => figure(kind, (pass) => pass.lastMs);
  const cold = (kind: Kind) => figure(kind, (pass) => [pass.coldMs]);
  const cpu = (kind: Kind) => figure(kind, (pass) => [pass.cpuUs]);
  const line = {
    boxes,
    lastMs: rounded(last('loa')),
    mosquittoLastMs: rounded(last('mosquitto')),
    floorLastMs: rounded(last('floor')),
    ratioToMosquitto: rounded(last('loa') / last('mosquitto')),
    cpuRatioToFloor: rounded(cpu('loa') / cpu('floor')),
    coldOverWarm: rounded(cold('loa') / last('loa')),
    coldMs: rounded(cold('loa')),
    floorColdMs: rounded(cold('floor')),
    mosquittoColdMs: rounded(cold('mosquitto')),
    worstMs: rounded(Math.max(...(found.get('loa') ?? []).flatMap((pass) => pass.lastMs))),
    cpuUs: rounded(cpu('loa')),
    floorCpuUs: rounded(cpu('floor')),
    mosquittoCpuUs: rounded(cpu('mosquitto')),
    rssKb: rounded(figure('loa', (pass) => [pass.rssKb])),
    mosquittoVersion: mosquittoVersion() ?? 'not installed',
    nodeVersion: process.version,
  };
  console.log(JSON.stringify(line));
}
