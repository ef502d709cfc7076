// Starts one box: reads who it is, builds every part by hand, and stops them in order.

import { readArguments, usage } from './arguments.ts';
import { Box } from './box.ts';
import { readConfig } from './config.ts';

/** A bug ends the process; the supervisor starts it again and the journal brings the box back. */
function fail(text: string): never {
  process.stderr.write(`${text}\n`);
  process.exit(1);
}

const asked = readArguments(process.argv.slice(2));
if (!asked.ok) fail(`${asked.problem.detail}\n\n${usage}`);
switch (asked.value.do) {
  case 'help':
    process.stdout.write(usage);
    break;
  case 'enrol': {
    const { enrol } = await import('./enrol.ts');
    const enrolled = await enrol(asked.value.dataDir, asked.value.claimFile);
    if (!enrolled.ok) fail(`${enrolled.problem.code}: ${enrolled.problem.detail}`);
    process.stdout.write(`${JSON.stringify({ event: 'enrolled', dev: enrolled.value.dev })}\n`);
    break;
  }
  case 'run': {
    const { dataDir, configFile, configNamed } = asked.value;
    const config = await readConfig(configFile, configNamed);
    if (!config.ok) fail(`${configFile}: ${config.problem.code} ${config.problem.path} ${config.problem.detail}`);
    await run(new Box(dataDir, config.value));
    break;
  }
  default:
    asked.value satisfies never;
}

async function run(box: Box): Promise<void> {
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    // Whatever hangs, the relays are open and the process is gone in time for the supervisor.
    setTimeout(() => process.exit(1), 2_000).unref();
    box.stop().then(
      () => process.exit(0),
      (error: unknown) => fail(`stop: ${String(error)}`),
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  const started = await box.start();
  if (!started.ok) fail(`${started.problem.code}: ${started.problem.detail}`);
  process.stdout.write(`${JSON.stringify({ event: 'ready', ...started.value })}\n`);
}
