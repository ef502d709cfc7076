// The broker alone: loa-broker --config FILE. Centres and boxes find each other here; nothing is stored.
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { beatWithLoop } from '../hardware/host/systemd.ts';
import { readStanding } from './config.ts';
import { runConfigure } from './configure/command.ts';
import { runHttpAuth } from './http-auth-program.ts';
import { BrokerProgram } from './program.ts';
import { warmUp } from './warm-up.ts';

const usage = `Usage: loa-broker --config FILE | configure mosquitto|rabbitmq|nats|emqx … | http-auth …

FILE is JSON; paths are relative to it:
  {"host","port","owner","tls":{"ca","cert","key"},"registry","denied","metrics":{"host","port"},"drainMs","canary":{"everyMs","slowMs"},"httpAuth":{"host","port"}}
registry: JSON file {"boxes":[...],"centres":[...]}; denied: JSON file {"identities":["box:ID"],"certificates":["SHA-256 in hex"]}.
loa-controller broker-files writes one for a centre. SIGHUP reads all files again; SIGTERM cuts all connections over drainMs and ends.`;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { config: { type: 'string' }, help: { type: 'boolean', short: 'h' } } });
  if (values.help || values.config === undefined) {
    process.stdout.write(`${usage}\n`);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const standing = await readStanding(values.config);
  if (!standing.ok) {
    const { code, path, detail } = standing.problem;
    throw new Error(`${code}${path && ` at ${path}`}: ${detail}`);
  }
  const log = pino({ name: 'broker' }, pino.destination({ dest: 2, sync: false }));
  const program = new BrokerProgram(values.config, standing.value, log);
  await warmUp();
  const ports = await program.start();
  process.on('SIGHUP', () => void program.reload());
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void program.stop().then(() => process.exit(0)));
  process.stdout.write(`${JSON.stringify({ event: 'ready', ...ports })}\n`);
  await beatWithLoop(process.env);
}

const terminal = {
  print: (text: string) => void process.stdout.write(`${text}\n`),
  complain: (text: string) => void process.stderr.write(`${text}\n`),
};
const commands = new Map([
  ['configure', runConfigure],
  ['http-auth', runHttpAuth],
]);

async function obey(): Promise<void> {
  const command = commands.get(process.argv[2] ?? '');
  if (command === undefined) await main();
  else process.exitCode = await command(process.argv.slice(3), terminal);
}

obey().catch((error: unknown) => {
  process.stderr.write(`broker: ${error instanceof Error ? error.message : String(error)}\n`);
  // What was begun before it failed (warm-up, parser, timers) must not keep a broker that serves nobody: systemd tries again.
  process.exit(1);
});
