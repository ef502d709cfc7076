// Loa's wire on Debian's nats-server, by the configuration that `loa-broker configure nats` writes.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeOuterBed, OuterProcess, programPath } from './outer-bed.ts';
import { registryOfSuite } from './outer-scene.ts';
import { outerSuite } from './outer-suite.ts';

const nats = programPath('nats-server');

outerSuite({
  name: 'nats-server',
  missing: nats === undefined ? 'nats-server' : undefined,
  retainedOnWildcards: true,
  clientIdsAreOwn: false,
  oversize: 'carried',
  async start() {
    const bed = await makeOuterBed('nats');
    const store = join(bed.folder, 'store');
    const file = join(bed.folder, 'nats.conf');
    const configure = async (registry: { boxes: string[]; centres: string[] }) => {
      await bed.configure(registry);
      // The only line that is not as written: two tests may run on one machine.
      await writeFile(file, (await readFile(file, 'utf8')).replace('/run/loa-nats', store));
    };
    await configure(registryOfSuite);
    const run = async () => {
      const started = new OuterProcess(nats ?? '', ['-c', file]);
      await started.listens(bed.port);
      return started;
    };
    let child = await run();
    return {
      ...bed,
      async restartEmpty() {
        await child.stop();
        await rm(store, { recursive: true });
        child = await run();
      },
      async enrol(registry) {
        await configure(registry);
        child.signal('SIGHUP');
      },
      async stop() {
        await child.stop();
        await bed.remove();
      },
    };
  },
});
