// Loa's wire on Debian's Mosquitto, by the configuration that `loa-broker configure mosquitto` writes.
import { join } from 'node:path';
import { makeOuterBed, OuterProcess, programPath } from './outer-bed.ts';
import { registryOfSuite } from './outer-scene.ts';
import { outerSuite } from './outer-suite.ts';

const mosquitto = programPath('mosquitto');

outerSuite({
  name: 'mosquitto',
  missing: mosquitto === undefined ? 'mosquitto' : undefined,
  retainedOnWildcards: true,
  clientIdsAreOwn: true,
  oversize: 'cut',
  async start() {
    const bed = await makeOuterBed('mosquitto');
    await bed.configure(registryOfSuite);
    const run = async () => {
      const started = new OuterProcess(mosquitto ?? '', ['-c', join(bed.folder, 'mosquitto.conf')]);
      await started.listens(bed.port);
      return started;
    };
    let child = await run();
    return {
      ...bed,
      async restartEmpty() {
        await child.stop();
        child = await run();
      },
      async enrol(registry) {
        await bed.configure(registry);
        child.signal('SIGHUP');
      },
      async stop() {
        await child.stop();
        await bed.remove();
      },
    };
  },
});
