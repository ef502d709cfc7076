// Debian's RabbitMQ as a real process, for the suite of brokers we do not run: asking `loa-broker http-auth`, or by static lists.
import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort, isOpen, makeOuterBed, OuterProcess, programPath } from './outer-bed.ts';
import { type OuterBroker, registryOfSuite } from './outer-scene.ts';
import { Program } from './program.ts';
import { until } from './waiting.ts';

/** Debian's wrapper in the path would change the user; the program itself runs as whoever tests. */
const rabbitmq = programPath('rabbitmq-server', '/usr/lib/rabbitmq/bin') && programPath('rabbitmq-diagnostics', '/usr/lib/rabbitmq/bin');
const bin = '/usr/lib/rabbitmq/bin';
const epmd = programPath('epmd');

export async function startRabbitmq(asking: boolean): Promise<OuterBroker> {
  const authPort = await freePort();
  const auth = asking ? ['--auth-url', `http://127.0.0.1:${authPort}`] : [];
  const bed = await makeOuterBed('rabbitmq', auth, { httpAuth: { port: authPort } });
  await bed.configure(registryOfSuite);
  const answers = new Program('broker', ['http-auth', '--config', join(bed.folder, 'broker.json')]);
  if (asking) await answers.start();
  const kept = join(bed.folder, 'kept');
  const epmdPort = String(await freePort());
  const names = new OuterProcess(epmd ?? '', ['-port', epmdPort, '-address', '127.0.0.1']);
  const env = {
    HOME: bed.folder,
    RABBITMQ_CONF_ENV_FILE: join(bed.folder, 'rabbitmq-env.conf'),
    RABBITMQ_NODENAME: `loa-${bed.port}@localhost`,
    RABBITMQ_MNESIA_BASE: kept,
    RABBITMQ_LOG_BASE: bed.folder,
    RABBITMQ_DIST_PORT: String(await freePort()),
    ERL_EPMD_PORT: epmdPort,
  };
  const run = async () => {
    const started = new OuterProcess(join(bin, 'rabbitmq-server'), [], { env, withChildren: true });
    await started.listens(bed.port, 90_000);
    return started;
  };
  let child = await run();
  const end = async () => {
    await child.stop();
    // The shell that started Erlang may be gone before Erlang is.
    await until('the port is free', async () => ((await isOpen(bed.port)) ? undefined : true));
  };
  return {
    ...bed,
    async restartEmpty() {
      await end();
      await rm(kept, { recursive: true });
      child = await run();
    },
    async enrol(registry) {
      await bed.configure(registry);
      if (asking) process.kill(answers.pid, 'SIGHUP');
      else
        await promisify(execFile)(join(bin, 'rabbitmqctl'), ['import_definitions', join(bed.folder, 'definitions.json')], {
          env: { ...process.env, ...env },
        });
    },
    async stop() {
      await end();
      await names.stop();
      await answers.stop();
      await bed.remove();
    },
  };
}

export const missingRabbitmq = rabbitmq === undefined || epmd === undefined ? 'rabbitmq-server' : undefined;
