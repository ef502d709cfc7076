// Starts one box: reads who it is, builds every part by hand, and stops them in order.
import { readArguments, usage } from './arguments.ts';
import type { AgentConfig } from './config.ts';
import { Heartbeat, heartbeatFdName, openBeat } from './heartbeat.ts';
import { switchExitCode } from './update/exit-code.ts';

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
    const { dataDir } = asked.value;
    const config = await configured(asked.value.configFile, asked.value.configNamed);
    await run(dataDir, config);
    break;
  }
  case 'label': {
    const config = await configured(asked.value.configFile, asked.value.configNamed);
    const { readHotspotKey, wifiCode } = await import('./hotspot-key.ts');
    const { ssid, passphrase } = config.hotspot ?? {};
    const key = await readHotspotKey(asked.value.dataDir, { ...(ssid && { ssid }), ...(passphrase && { passphrase }) });
    process.stdout.write(`${JSON.stringify({ ...key, code: wifiCode(key) })}\n`);
    break;
  }
  case 'release': {
    const config = await configured(asked.value.configFile, asked.value.configNamed);
    const { boardSettings } = await import('./config.ts');
    const { releaseBoard } = await import('../hardware/open-board.ts');
    const { openStatusLamp } = await import('../hardware/open-status-lamp.ts');
    const released = await releaseBoard(boardSettings(config, 'main'));
    // A lamp that the dead left lit would say that all is well.
    const lamp = await openStatusLamp(config.lamp);
    if (lamp && (await lamp.start()).ok) await lamp.stop();
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
  let stopping = false;
  let heartbeat: Heartbeat | undefined;
  const end = (code: number) => {
    if (stopping) return;
    stopping = true;
    heartbeat?.stop();
    // Whatever hangs, the relays are open and the process is gone in time for the supervisor.
    setTimeout(() => process.exit(code === 0 ? 1 : code), 2_000).unref();
    life.stop().then(
      () => process.exit(code),
      (error: unknown) => fail(`stop: ${String(error)}`),
    );
  };
  const stop = () => end(0);
  // Not within one of its own steps, which stopping waits for.
  const replaced = () => void setImmediate(() => end(switchExitCode));
  let beats = process.env[heartbeatFdName] === undefined ? 1 : 0;
  const life = new Life(dataDir, config, { replaced, beats: () => beats });
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  life.onOver = stop;
  life.onNobody = (page) => process.stdout.write(`${JSON.stringify({ event: 'unenrolled', page })}\n`);
  // Nobody starts this box again when its guard has gone, and two must not run: it ends in order.
  const watcher = await openBeat(process.env, stop);
  if (stopping) return;
  if (watcher) {
    // Not before: whoever waits for us (systemctl start, a unit ordered after us) may take it for a box that plays.
    life.onUp = () => watcher.ready();
    const told = () => {
      watcher.beat();
      beats++;
    };
    heartbeat = new Heartbeat({ ...life.heart, beat: told });
    heartbeat.start();
  }
  const started = await life.start();
  if (stopping) return;
  if (!started.ok) fail(`${started.problem.code}: ${started.problem.detail}`);
  process.stdout.write(`${JSON.stringify({ event: 'ready', ...started.value })}\n`);
}
