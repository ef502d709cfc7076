// Starts one box: reads who it is, builds every part by hand, and stops them in order.
import { readArguments, usage } from './arguments.ts';
import type { AgentConfig } from './config.ts';
import { Heartbeat, openBeat } from './heartbeat.ts';

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
    const config = await configured(asked.value.configFile, asked.value.configNamed);
    await run(asked.value.dataDir, config);
    break;
  }
  case 'release': {
    const config = await configured(asked.value.configFile, asked.value.configNamed);
    const { boardSettings } = await import('./config.ts');
    const { releaseBoard } = await import('../hardware/open-board.ts');
    const released = await releaseBoard(boardSettings(config, 'main'));
    if (!released.ok) fail(`${released.problem.code}: ${released.problem.detail}`);
    process.stdout.write(`${JSON.stringify({ event: 'released', board: config.board.kind, said: released.value })}\n`);
    break;
  }
  default:
    asked.value satisfies never;
}

async function configured(file: string, named: boolean): Promise<AgentConfig> {
  const { readConfig } = await import('./config.ts');
  const config = await readConfig(file, named);
  if (!config.ok) fail(`${file}: ${config.problem.code} ${config.problem.path} ${config.problem.detail}`);
  return config.value;
}

/** Until there is an identity the process waits for a claim; a new one found later ends it in order, and its supervisor starts the new box. */
async function run(dataDir: string, config: AgentConfig): Promise<void> {
  const { Life } = await import('./life.ts');
  const life = new Life(dataDir, config);
  let stopping = false;
  let heartbeat: Heartbeat | undefined;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    heartbeat?.stop();
    // Whatever hangs, the relays are open and the process is gone in time for the supervisor.
    setTimeout(() => process.exit(1), 2_000).unref();
    life.stop().then(
      () => process.exit(0),
      (error: unknown) => fail(`stop: ${String(error)}`),
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  life.onOver = stop;
  // Nobody starts this box again when its guard has gone, and two must not run: it ends in order.
  const beat = await openBeat(process.env, stop);
  if (stopping) return;
  if (beat) {
    heartbeat = new Heartbeat({ ...life.heart, beat });
    heartbeat.start();
  }
  const started = await life.start();
  if (stopping) return;
  if (!started.ok) fail(`${started.problem.code}: ${started.problem.detail}`);
  process.stdout.write(`${JSON.stringify({ event: 'ready', ...started.value })}\n`);
}
