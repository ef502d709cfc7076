// Ten thousand boxes come and each finds its own kept words of 2 KB: against the same coming with nothing kept.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { LoadBench, median, rounded } from './parts/mqtt-load.ts';
import { serveBroker } from './parts/plain-broker.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    serve: { type: 'string' },
    boxes: { type: 'string', default: '10000' },
    passes: { type: 'string', default: '3' },
  },
  allowPositionals: true,
});

const keptBytes = 2048;

if (values.serve) await serveBroker(values.serve);
else await bench(Number(values.boxes), Number(values.passes));

async function bench(boxes: number, passes: number): Promise<void> {
  const run = new LoadBench(fileURLToPath(import.meta.url));
  const seconds = { none: [] as number[], kept: [] as number[] };
  try {
    for (let pass = 0; pass < passes; pass++) {
      for (const which of pass % 2 === 0 ? (['none', 'kept'] as const) : (['kept', 'none'] as const)) {
        const bed = await run.bed('loa');
        if (which === 'kept') {
          const { kept } = await bed.say<{ kept: number }>(`kept ${boxes} ${keptBytes}`);
          if (kept !== boxes) throw new Error(`${kept} of ${boxes} were kept`);
        }
        const connectSeconds = await bed.connect(boxes);
        if (which === 'none') seconds.none.push(connectSeconds);
        else {
          const settled = await bed.say<{ keptReceived: number; seconds: number }>(`settle ${boxes} 30`);
          if (settled.keptReceived !== boxes) throw new Error(`${settled.keptReceived} of ${boxes} found their words`);
          seconds.kept.push(connectSeconds + settled.seconds);
        }
        bed.stop();
      }
    }
  } finally {
    run.close();
  }
  const [none, kept] = [median(seconds.none), median(seconds.kept)];
  console.log(JSON.stringify({ boxes, keptBytes, seconds: rounded(kept), secondsWithNone: rounded(none), ratio: rounded(kept / none) }));
}
