// Starts the release that `current` names and goes back to the one before when nobody confirms it: `node launcher.js --root DIR -- WORDS…`.
// Not updated with the agent, so as small as it can be: what is here must stand when a release does not.
import { parseArgs } from 'node:util';
import { realDisk } from './update/disk.ts';
import { Launcher } from './update/launcher-run.ts';

const usage = `Loa launcher: runs the release that DIR/current names.

  node launcher.js --root DIR -- --data DATA [--config FILE]

What stands behind -- goes to the release's guard.js. DIR is /opt/loa/agent unless said.
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { root: { type: 'string', default: '/opt/loa/agent' }, help: { type: 'boolean', short: 'h' } },
});

if (values.help) process.stdout.write(usage);
else {
  const launcher = new Launcher({
    disk: realDisk,
    root: values.root,
    words: positionals,
    node: process.execPath,
    flags: process.execArgv,
    say: (line) => process.stdout.write(`${JSON.stringify({ from: 'launcher', ...line })}\n`),
    onEnd: (code) => process.exit(code),
  });
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => launcher.stop());
  await launcher.start();
}
