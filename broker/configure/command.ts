// `loa-broker configure mosquitto|rabbitmq|nats|emqx`: the same rules for a broker we do not run, printed or written.
import { mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { writeFileAtomic } from '../../hardware/host/files.ts';
import { bad, ok, type Problem, type Result } from '../../schemas/problems.ts';
import { readConfig, readRegistry } from '../config.ts';
import { brokerLimits } from '../limits.ts';
import { configureEmqx } from './emqx.ts';
import { configureMosquitto } from './mosquitto.ts';
import { configureNats } from './nats.ts';
import { type Configuration, type OuterBroker, outerBrokers, type Plan } from './plan.ts';
import { configureRabbitmq } from './rabbitmq.ts';

const usage = `Usage: loa-broker configure ${outerBrokers.join('|')} --config FILE [--into FOLDER] [--auth-url URL]

FILE is the broker's own configuration: host, port, owner, tls, registry. Without --into every file is printed,
each behind a line "==== NAME"; with it they are written there, readable by their owner and group.
--auth-url (RabbitMQ): ask \`loa-broker http-auth\` there, for instance http://127.0.0.1:15680, instead of static lists.`;

export interface Terminal {
  readonly print: (text: string) => void;
  readonly complain: (text: string) => void;
}

const makers: Readonly<Record<OuterBroker, (plan: Plan) => Configuration>> = {
  mosquitto: configureMosquitto,
  rabbitmq: configureRabbitmq,
  nats: configureNats,
  emqx: configureEmqx,
};

/** Run the command with what stands behind `configure`; resolves with the exit code. */
export async function runConfigure(args: readonly string[], terminal: Terminal): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    terminal.print(usage);
    return 0;
  }
  const asked = readAsked(args);
  if (!asked.ok) {
    terminal.complain(`${asked.problem.detail}\n\n${usage}`);
    return 2;
  }
  const { broker, config, into, authUrl } = asked.value;
  const plan = await readPlan(config, into ?? `/etc/loa/${broker}`, authUrl);
  if (!plan.ok) {
    terminal.complain(said(plan.problem));
    return 1;
  }
  const { files, steps } = makers[broker](plan.value);
  for (const { name, text } of files) {
    if (into === undefined) terminal.print(`==== ${name}\n${text}`);
    else await write(join(into, name), text);
  }
  if (into !== undefined) terminal.print(`written: ${files.map(({ name }) => join(into, name)).join(' ')}`);
  terminal.complain(`What to do:\n${steps.map((step, i) => `  ${i + 1}. ${step}`).join('\n')}`);
  return 0;
}

interface Asked {
  readonly broker: OuterBroker;
  readonly config: string;
  readonly into: string | undefined;
  readonly authUrl: string | undefined;
}

function readAsked(args: readonly string[]): Result<Asked> {
  const options = { config: { type: 'string' }, into: { type: 'string' }, 'auth-url': { type: 'string' } } as const;
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    const broker = outerBrokers.find((known) => known === positionals[0]);
    if (broker === undefined || positionals.length > 1) return bad('bad-input', `name one of ${outerBrokers.join(', ')}`);
    if (values.config === undefined) return bad('bad-input', '--config is missing');
    return ok({
      broker,
      config: values.config,
      into: values.into && resolve(values.into),
      authUrl: values['auth-url']?.replace(/\/+$/, ''),
    });
  } catch (error) {
    return bad('bad-input', error instanceof Error ? error.message : String(error));
  }
}

/** What other programs' configuration languages take without quoting. */
const plain = /^[\w./@+:-]+$/;

async function readPlan(file: string, folder: string, authUrl: string | undefined): Promise<Result<Plan>> {
  const config = await readConfig(file);
  if (!config.ok) return config;
  const { host, port, owner, tls, registry } = config.value;
  if (owner === undefined) return bad('bad-input', 'a broker we do not run must be told whose it is', '/owner');
  const texts = { host, folder, ca: tls.ca, cert: tls.cert, key: tls.key, authUrl: authUrl ?? 'none' };
  const odd = Object.entries(texts).find(([, text]) => !plain.test(text));
  if (odd) return bad('bad-input', 'only letters, digits and ./@+:_- may stand in an address or path', `/${odd[0]}`);
  if (authUrl !== undefined && !URL.canParse(authUrl)) return bad('bad-input', 'not a URL', '/authUrl');
  const read = await readRegistry(registry);
  if (!read.ok) return read;
  return ok({ host, port, owner, tls, ...read.value, limits: brokerLimits, folder, authUrl });
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFileAtomic(path, text, 0o640);
}

function said({ code, path, detail }: Problem): string {
  return `broker: ${code}${path && ` at ${path}`}: ${detail}`;
}
