// `loa-broker http-auth`: answers RabbitMQ's questions from the registry, read again on SIGHUP.
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { beatWithLoop } from '../hardware/host/systemd.ts';
import type { Result } from '../schemas/problems.ts';
import { readConfig, readRegistry } from './config.ts';
import type { Terminal } from './configure/command.ts';
import { enrolled } from './configure/grants.ts';
import { HttpAuth } from './http-auth.ts';
import { clientIdOf } from './identities.ts';

const usage = `Usage: loa-broker http-auth --config FILE

FILE is the broker's own configuration; of it owner, registry and httpAuth {"host","port"} are used (127.0.0.1, 15680).
Send SIGHUP to read the registry again.`;

/** Runs until SIGTERM; resolves with an exit code only when it was asked wrongly. */
export async function runHttpAuth(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { config: { type: 'string' }, help: { type: 'boolean', short: 'h' } } });
  if (values.help || values.config === undefined) {
    (values.help ? terminal.print : terminal.complain)(usage);
    return values.help ? 0 : 2;
  }
  const log = pino({ name: 'http-auth' }, pino.destination({ dest: 2, sync: false }));
  const { owner, registry, httpAuth } = need(await readConfig(values.config));
  if (owner === undefined) throw new Error('bad-input at /owner: the broker must be told whose it is');
  const readAllowed = async () => new Set(enrolled(need(await readRegistry(registry)), owner).map(clientIdOf));
  let allowed = await readAllowed();
  const server = new HttpAuth({
    ...httpAuth,
    owner,
    mayConnect: (identity) => allowed.has(clientIdOf(identity)),
    onDenied: (path, user, what) => log.warn({ event: 'denied', path, user, what }),
  });
  const { port } = await server.start();
  process.on('SIGHUP', () => {
    readAllowed().then(
      (read) => {
        allowed = read;
        log.info({ event: 'registry-read', count: read.size });
      },
      (error: unknown) => log.error({ event: 'registry-unreadable', error: String(error) }),
    );
  });
  const ended = new Promise<void>((resolve) => {
    const stop = () => void server.stop().then(resolve);
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
  });
  terminal.print(JSON.stringify({ event: 'ready', port }));
  await beatWithLoop(process.env);
  await ended;
  return 0;
}

function need<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  const { code, path, detail } = result.problem;
  throw new Error(`${code}${path && ` at ${path}`}: ${detail}`);
}
