// The program of a small release for chaos update: the product's own updater on the real disk, around nothing that sounds.
// Words: --dir DIR. It tells each step on standard output and, where it was told so, ends itself and its launcher at one.
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { realDisk } from '../../../agent/update/disk.ts';
import { switchExitCode } from '../../../agent/update/exit-code.ts';
import { ownRelease } from '../../../agent/update/own-release.ts';
import { Updater } from '../../../agent/update/updater.ts';
import { parseJson } from '../../../schemas/parse.ts';
import { ok, type Result } from '../../../schemas/problems.ts';
import { Release, type ReleasePart } from '../../../schemas/release.ts';

const { values } = parseArgs({ options: { dir: { type: 'string', default: '.' } } });
const { dir } = values;
const own = ownRelease(import.meta.url, '0.0.0');
const behaviour = readFileSync(join(dirname(fileURLToPath(import.meta.url)), 'behaviour'), 'utf8').trim();
const killAt = process.env['LOA_CHAOS_KILL_AT'];

const say = (line: Readonly<Record<string, unknown>>) => writeSync(1, `${JSON.stringify({ version: own.version, ...line })}\n`);

/** The power goes: launcher and program in one instant, as they share a group. */
function step(name: string): void {
  say({ step: name });
  if (name === killAt) process.kill(0, 'SIGKILL');
}

/** In pieces, going on where it stopped, believed by its hash: as the agent's fetcher does. */
async function fetchPart({ sha256 }: ReleasePart): Promise<Result<string>> {
  const [source, cache] = [join(dir, 'source', sha256), join(dir, 'cache')];
  const [whole, part] = [join(cache, sha256), join(cache, `${sha256}.part`)];
  if (existsSync(whole)) return ok(whole);
  mkdirSync(cache, { recursive: true });
  const bytes = readFileSync(source);
  let have = existsSync(part) ? statSync(part).size : 0;
  for (; have < bytes.length; have = statSync(part).size) {
    appendFileSync(part, bytes.subarray(have, have + Math.ceil(bytes.length / 4)));
    step('part of the download');
    await new Promise((go) => setImmediate(go));
  }
  if (createHash('sha256').update(readFileSync(part)).digest('hex') !== sha256) throw new Error('another content');
  renameSync(part, whole);
  return ok(whole);
}

say({ alive: true });
// Nobody holds our line any more: the launcher is gone.
process.stdin.on('end', () => process.exit(0)).resume();
process.on('SIGTERM', () => process.exit(0));
if (behaviour === 'crash') {
  process.stderr.write('no such module\n');
  process.exit(1);
}
const updater = new Updater({
  disk: realDisk,
  root: join(dir, 'root'),
  stateFile: join(dir, 'update.json'),
  running: own,
  architecture: 'x64',
  fetch: fetchPart,
  stopFetching: () => undefined,
  forget: async (parts) => {
    for (const { sha256 } of parts) await realDisk.remove(join(dir, 'cache', sha256));
  },
  around: () => ({ nowMs: performance.now(), quiet: true, mayFetch: true, healthy: behaviour === 'good' }),
  before: () => ({ connected: false, plan: false, outputs: [] }),
  tell: async (fact) => {
    say({ told: fact.state, of: fact.version, reason: fact.reason });
  },
  restart: () => process.exit(switchExitCode),
  warn: (event, problem) => say({ event, problem }),
  onStep: step,
});
await updater.start();
const offered = parseJson(Release, readFileSync(join(dir, 'offer.json'), 'utf8'));
updater.offer(offered.ok ? offered : undefined);
await updater.settled();
say({ rests: updater.step });
// It stays, as a box does.
setInterval(() => undefined, 1_000);
