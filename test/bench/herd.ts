// All boxes come back at once, as after a power cut: Loa beside Mosquitto and the bare floor, plain; and beside a bare TLS server.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Kind, LoadBench, median, mosquittoVersion, rounded } from './parts/mqtt-load.ts';
import { serveBroker } from './parts/plain-broker.ts';
import { HerdFiles, herdSeconds, serveTls } from './parts/tls-herd.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    serve: { type: 'string' },
    files: { type: 'string', default: '' },
    port: { type: 'string', default: '0' },
    boxes: { type: 'string', default: '10000' },
    'tls-boxes': { type: 'string', default: '1000' },
    passes: { type: 'string', default: '3' },
    /** Its backlog of 100 makes it take a minute and more. */
    'no-mosquitto': { type: 'boolean', default: false },
  },
  allowPositionals: true,
});

const entry = fileURLToPath(import.meta.url);

if (values.serve?.startsWith('tls-')) await serveTls(values.serve, values.files, Number(values.port));
else if (values.serve) await serveBroker(values.serve);
else await bench(Number(values.boxes), Number(values['tls-boxes']), Number(values.passes));

async function bench(boxes: number, tlsBoxes: number, passes: number): Promise<void> {
  const plain = await plainSeconds(boxes, passes);
  const tls = await tlsSeconds(tlsBoxes, passes);
  console.log(
    JSON.stringify({
      boxes,
      seconds: rounded(plain.loa),
      floorSeconds: rounded(plain.floor),
      mosquittoSeconds: plain.mosquitto === undefined ? 'not measured' : rounded(plain.mosquitto),
      tls: tlsBoxes,
      tlsSeconds: rounded(tls.loa),
      tlsFloorSeconds: rounded(tls.floor),
      ratioToTlsFloor: rounded(tls.loa / tls.floor),
    }),
  );
}

async function plainSeconds(boxes: number, passes: number): Promise<{ loa: number; floor: number; mosquitto?: number }> {
  const run = new LoadBench(entry);
  const seconds = new Map<Kind, number[]>();
  const once = async (kind: Kind) => {
    const bed = await run.bed(kind);
    const took = await bed.connect(boxes, boxes, 180);
    bed.stop();
    seconds.set(kind, [...(seconds.get(kind) ?? []), took]);
    if (!values.json) console.log(`${kind}: ${rounded(took)} s`);
  };
  try {
    for (let pass = 0; pass < passes; pass++)
      for (const kind of pass % 2 ? (['floor', 'loa'] as const) : (['loa', 'floor'] as const)) await once(kind);
    if (!values['no-mosquitto'] && mosquittoVersion() !== undefined) await once('mosquitto');
  } finally {
    run.close();
  }
  const of = (kind: Kind) => median(seconds.get(kind) ?? []);
  return { loa: of('loa'), floor: of('floor'), ...(seconds.has('mosquitto') && { mosquitto: of('mosquitto') }) };
}

async function tlsSeconds(boxes: number, passes: number): Promise<{ loa: number; floor: number }> {
  const files = new HerdFiles();
  const found = { loa: [] as number[], floor: [] as number[] };
  try {
    await files.make(boxes);
    for (let pass = 0; pass < passes; pass++) {
      for (const which of pass % 2 ? (['floor', 'loa'] as const) : (['loa', 'floor'] as const)) {
        const took = await herdSeconds(entry, `tls-${which}`, files.path);
        found[which].push(took);
        if (!values.json) console.log(`TLS, ${which}: ${rounded(took)} s`);
      }
    }
  } finally {
    files.remove();
  }
  return { loa: median(found.loa), floor: median(found.floor) };
}
