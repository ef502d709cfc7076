// Some boxes stop reading: how late is a broadcast for the others, from the first full buffer until the frozen are cut?
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Broadcast, LoadBench, median, rounded } from './parts/mqtt-load.ts';
import { serveBroker } from './parts/plain-broker.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    serve: { type: 'string' },
    boxes: { type: 'string', default: '100' },
    frozen: { type: 'string', default: '5' },
  },
  allowPositionals: true,
});

const messageBytes = 32 * 1024;
/** The kernel's buffers of both ends take a few MiB; the broker cuts at 4 MiB more. */
const sentMib = 24;

if (values.serve) await serveBroker(values.serve);
else await bench(Number(values.boxes), Number(values.frozen));

async function bench(boxes: number, frozen: number): Promise<void> {
  const run = new LoadBench(fileURLToPath(import.meta.url));
  try {
    const bed = await run.bed('loa');
    await bed.connect(boxes);
    const free: Broadcast[] = [];
    for (let i = 0; i < 50; i++) free.push(await bed.broadcast(messageBytes));
    await bed.say(`freeze ${frozen}`);
    const others: Broadcast[] = [];
    for (let bytes = 0; bytes < sentMib * 2 ** 20; bytes += messageBytes) others.push(await bed.broadcast(messageBytes));
    const { ready } = await bed.say<{ ready: number }>('idle 0.1');
    if (ready !== boxes - frozen) throw new Error(`${boxes - frozen - ready} boxes were cut that read all along`);
    console.log(
      JSON.stringify({
        boxes,
        frozen,
        worstOtherMs: rounded(Math.max(...others.map((one) => one.lastMs))),
        medianOtherMs: rounded(median(others.map((one) => one.lastMs))),
        worstWithoutMs: rounded(Math.max(...free.map((one) => one.lastMs))),
        sentMibEach: sentMib,
      }),
    );
  } finally {
    run.close();
  }
}
