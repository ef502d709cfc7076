// Watches over the agent: `node dist/guard.js --data DIR …` starts it with the same words, ends it when it falls silent, opens the relays
// it may have left closed, and starts it again. Small on purpose: it must stand when everything else does not.
import { fileURLToPath } from 'node:url';
import { systemdNotifier } from '../hardware/host/systemd.ts';
import { Guard } from './guard-watch.ts';

const agent = fileURLToPath(
  new URL(import.meta.url.replace(/guard\.(m?js|ts)$/, (_, end: string) => (end === 'ts' ? 'main.ts' : `agent.${end}`))),
);
const words = process.argv.slice(2);

// What the agent says goes on to systemd, and nothing else does: a box that does not come back within WatchdogSec is begun anew.
const above = await systemdNotifier(process.env);

const guard = new Guard({
  program: process.execPath,
  run: [...process.execArgv, agent, ...words],
  release: [agent, 'release', ...words],
  say: (line) => process.stdout.write(`${JSON.stringify(line)}\n`),
  onEnd: (code) => process.exit(code),
  ...(above && { onBeat: above.beat, onReady: above.ready }),
});
// Whoever read our words may have gone; the agent is watched all the same.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => guard.stop());
// Under the launcher our standard input is its line of life: when it is gone, two of us must not run.
if (process.env['LOA_LAUNCHER'] !== undefined)
  process.stdin
    .on('error', () => undefined)
    .on('end', () => guard.stop())
    .resume();
guard.start();
