// Starts a centre with its broker inside, or makes a new one. The only file here that knows the broker.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import { BrokerServer } from '../broker/server.ts';
import { warmUp } from '../broker/warm-up.ts';
import { beatWithLoop } from '../hardware/host/systemd.ts';
import type { Problem, Result } from '../schemas/problems.ts';
import { runAudit } from './audit-command.ts';
import { runBackup, runRestore } from './backup/backup-command.ts';
import { innerFamilies } from './core/bus-families.ts';
import { runCap } from './emergency/cap/check-command.ts';
import { initialise } from './init.ts';
import { OuterBus } from './outer-bus.ts';
import { runPeople } from './people/people-command.ts';
import { runBox } from './provision/box-command.ts';
import { runBrokerFiles } from './provision/broker-command.ts';
import { runCentres } from './provision/centres-command.ts';
import { runKeys } from './provision/keys-command.ts';
import { readPassphrase } from './provision/passphrase.ts';
import { runRelease } from './releases/release-command.ts';
import { type Asked, type OuterBroker, type RunSettings, readSettings, usage } from './settings.ts';
import type { Hello } from './signing/frames.ts';
import type { Signatory } from './signing/room.ts';
import { SignerProcess } from './signing/signer-process.ts';
import { type Bus, type BusWish, startCentre } from './start-centre.ts';

const seedBytesMax = 16 * 1024 * 1024;
const stopWithinMs = 8_000;
/** EX_TEMPFAIL of sysexits.h: start it again. */
const lostTables = 75;

/** Never in the log, wherever they stand. */
const secret = ['password', 'token', 'claim', 'cookie', 'csrf', '*.password', '*.token', '*.cookie', 'req.headers'];

/** What a command prints, and when it is. */
const terminal = {
  print: (line: string) => void process.stdout.write(`${line}\n`),
  complain: (text: string) => void process.stderr.write(`${text}\n`),
  nowMs: Date.now(),
};

const commands = new Map<string | undefined, typeof runKeys>([
  ['box', runBox],
  ['keys', runKeys],
  ['centres', runCentres],
  ['people', runPeople],
  ['release', runRelease],
  ['broker-files', runBrokerFiles],
  ['backup', runBackup],
  ['restore', runRestore],
  ['audit', runAudit],
]);
const asked = commands.get(process.argv[2]);
if (asked) await command(asked);
else if (process.argv[2] === 'cap') process.exitCode = await runCap(process.argv.slice(3), terminal);
else await obey();

async function obey(): Promise<void> {
  const asked = readSettings(process.argv.slice(2));
  if (!asked.ok) fail(`${asked.problem.detail}\n\n${usage}`);
  switch (asked.value.do) {
    case 'help':
      process.stdout.write(usage);
      break;
    case 'init':
      await init(asked.value);
      break;
    case 'run':
      await run(asked.value.settings);
      break;
    default:
      asked.value satisfies never;
  }
}

async function command(act: typeof runKeys): Promise<void> {
  const done = await act(process.argv.slice(3), Date.now());
  if (!done.ok) fail(`${done.problem.code}: ${done.problem.detail}`);
  process.stdout.write(`${done.value.join('\n')}\n`);
}

function fail(text: string): never {
  process.stderr.write(`${text}\n`);
  process.exit(1);
}

async function init({ dataDir, port, keySecretFile, rootPassphraseFile }: Asked & { readonly do: 'init' }): Promise<void> {
  const phrase = rootPassphraseFile === undefined ? undefined : await readPassphrase(rootPassphraseFile);
  if (phrase && !phrase.ok) fail(`${phrase.problem.code}: ${phrase.problem.detail}`);
  const locks = { secretFile: keySecretFile, rootPassphrase: phrase?.value };
  const made = await initialise(dataDir, await readSeedDocument(), Date.now(), locks);
  if (!made.ok) fail(`${made.problem.code}${made.problem.path && ` ${made.problem.path}`}: ${made.problem.detail}`);
  const { setupToken, ...rest } = made.value;
  // After `#` it stays in the browser and out of every log.
  const setup = setupToken === undefined ? {} : { setup: `http://127.0.0.1:${port}/setup#token=${setupToken}` };
  process.stdout.write(`${JSON.stringify({ event: 'initialised', ...rest, ...setup })}\n`);
  if (rest.keySecret?.made)
    process.stderr.write(
      `The centre's keys are encrypted under ${rest.keySecret.file}: keep a copy of it in a safe place, apart from ${dataDir}.\n`,
    );
  if (!rest.demo)
    process.stderr.write(`Carry ${rest.rootKeys} to safe places (two of its three keys sign a delegation) and delete it here.\n`);
}

async function readSeedDocument(): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of process.stdin) {
    bytes += (chunk as Buffer).length;
    if (bytes > seedBytesMax) fail(`the seed is larger than ${seedBytesMax} bytes`);
    chunks.push(chunk as Buffer);
  }
  try {
    const text = Buffer.concat(chunks).toString('utf8');
    // Nothing is enough to renew the setup link of a folder that has a centre.
    return text.trim() === '' ? {} : JSON.parse(text);
  } catch (error) {
    return fail(`the seed on standard input is not JSON: ${error instanceof Error ? error.message : error}`);
  }
}

async function run(settings: RunSettings): Promise<void> {
  const log = pino(
    { level: settings.logLevel, base: null, redact: { paths: secret, censor: '[secret]' }, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: true }),
  );
  const started = await startCentre({
    settings,
    journal: log,
    openBus: settings.outerBroker ? outerBus(settings.outerBroker, log) : openBus,
    openSigner: (hello) => openSigner(hello, log),
    consoleDir: consoleDir(),
    onStandBy: (problem) => standBy(log, problem),
    onLost: (problem) => yieldTo(log, problem),
  }).catch((error: unknown) => {
    fail(`the centre cannot start: ${error instanceof Error ? error.message : error}`);
  });
  if (!started.ok) fail(`${started.problem.code}: ${started.problem.detail}`);
  const { stop, ...doors } = started.value;
  process.stdout.write(`${JSON.stringify({ event: 'ready', ...doors })}\n`);
  log.info({ event: 'ready', ...doors });
  await beatWithLoop(process.env);
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      setTimeout(() => process.exit(1), stopWithinMs).unref();
      void stop().then(() => process.exit(0));
    });
  }
}

/** It has started and lives as far as systemd is concerned; its doors open when the tables are free. */
function standBy(log: pino.Logger, problem: Problem): void {
  log.info({ event: 'standing-by', ...problem }, 'another centre is at work; this one takes over when it is gone');
  process.stdout.write(`${JSON.stringify({ event: 'standing-by' })}\n`);
  void beatWithLoop(process.env);
}

/** Nothing may be said any more in the name of this centre: no orderly end, for that would speak. systemd starts it again. */
function yieldTo(log: pino.Logger, problem: Problem): void {
  log.error({ event: 'tables-lost', ...problem }, `another centre has taken the tables: this one ends with ${lostTables}`);
  process.exit(lostTables);
}

/** The one that is told of, once the rooms are at work. */
function outerBus({ url }: OuterBroker, journal: pino.Logger): (wish: BusWish) => Promise<Bus> {
  return async ({ tls, issueClient, ...wish }) => new OuterBus({ ...wish, url, ca: tls.ca, client: await issueClient(), journal });
}

async function openBus(wish: BusWish): Promise<Bus> {
  const { mayConnect, onPublish, onConnection, onCentre, onEmpty, issueClient, ...rest } = wish;
  const broker = new BrokerServer({
    ...rest,
    // A guest is a box of a centre below, which knows its own boxes; it only reads. A centre below shows a certificate of its own.
    mayConnect: ({ kind, id }, certificate) => kind === 'guest' || (kind === 'centre' ? id !== wish.owner : mayConnect(id, certificate)),
    onPublish: async ({ kind, id }, topic, payload) => {
      if (kind === 'box') await onPublish(id, topic, payload);
      else if (kind === 'centre') await onCentre(id, topic, payload);
    },
    onConnection: ({ kind, id }, up) => {
      if (kind === 'box') onConnection(id, up);
    },
  });
  await warmUp();
  const { port } = await broker.start();
  return {
    port,
    publish: (topic, payload, how) => broker.publish(topic, payload, how),
    admit: (below) => broker.admit(below),
    cut: (id) => broker.disconnect({ kind: 'box', id }),
    families: () => innerFamilies(broker.metrics()),
    stop: () => broker.stop(),
  };
}

/** The keys lie in a process of their own, which watches what it signs. */
async function openSigner(hello: Hello, journal: pino.Logger): Promise<Result<Signatory>> {
  const here = dirname(fileURLToPath(import.meta.url));
  const beside = join(here, 'signer.js');
  const signer = new SignerProcess({ program: existsSync(beside) ? beside : join(here, '..', 'dist', 'signer.js'), hello, journal });
  const started = await signer.start();
  return started.ok ? { ok: true, value: signer } : started;
}

/** dist/console, from a bundle in dist/ and from the sources alike. */
function consoleDir(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const beside = join(here, 'console');
  return existsSync(join(beside, 'index.html')) ? beside : join(here, '..', 'dist', 'console');
}
