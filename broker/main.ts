// The broker alone: node dist/broker.js --config FILE. Centres and boxes find each other here; nothing is stored.
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { beatWithLoop } from '../hardware/host/systemd.ts';
import type { Result } from '../schemas/problems.ts';
import { readConfig, readRegistry } from './config.ts';
import { BrokerServer } from './server.ts';
import { warmUp } from './warm-up.ts';

const usage = `Usage: broker --config FILE

FILE is JSON: {"host","port","owner","tls":{"ca","cert","key"},"registry"}; paths are relative to it.
The registry is JSON: {"boxes":[...],"centres":[...]}; send SIGHUP to read it again.`;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { config: { type: 'string' }, help: { type: 'boolean', short: 'h' } } });
  if (values.help || values.config === undefined) {
    process.stdout.write(`${usage}\n`);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const log = pino({ name: 'broker' }, pino.destination({ dest: 2, sync: false }));
  const config = need(await readConfig(values.config));
  let allowed = await readAllowed(config.registry);
  const [ca, cert, key] = await Promise.all([config.tls.ca, config.tls.cert, config.tls.key].map((path) => readFile(path)));
  if (!ca || !cert || !key) throw new Error('certificate files are missing');
  const broker = new BrokerServer({
    host: config.host,
    port: config.port,
    tls: { ca, cert, key },
    ...(config.owner !== undefined && { owner: config.owner }),
    mayConnect: ({ kind, id }) => allowed.has(`${kind}:${id}`),
    onConnection: (identity, up) => log.info({ event: up ? 'connected' : 'disconnected', ...identity }),
    onRefused: (reason, identity) => log.warn({ event: 'refused', reason, ...identity }),
  });
  await warmUp();
  const { port } = await broker.start();
  process.on('SIGHUP', () => {
    readAllowed(config.registry).then(
      (read) => {
        allowed = read;
        log.info({ event: 'registry-read', count: read.size });
      },
      (error: unknown) => log.error({ event: 'registry-unreadable', error: String(error) }),
    );
  });
  const stop = () => void broker.stop();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  process.stdout.write(`${JSON.stringify({ event: 'ready', port })}\n`);
  await beatWithLoop(process.env);
}

async function readAllowed(file: string): Promise<ReadonlySet<string>> {
  const { boxes, centres } = need(await readRegistry(file));
  return new Set([...boxes.map((id) => `box:${id}`), ...centres.map((id) => `centre:${id}`)]);
}

function need<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  const { code, path, detail } = result.problem;
  throw new Error(`${code}${path && ` at ${path}`}: ${detail}`);
}

main().catch((error: unknown) => {
  process.stderr.write(`broker: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
