// `loa-controller release …`: make a signed release from a folder of programs, away from any network, and give it to a centre.
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { cryptography, randomId, sha256, signerFrom } from '../../hardware/host/crypto.ts';
import { Failure } from '../../hardware/host/failure.ts';
import { readKeyFile } from '../../hardware/host/key-files.ts';
import { type ArchiveFile, packArchive } from '../../hardware/host/release-archive.ts';
import { canonicalJson } from '../../schemas/canonical.ts';
import { Envelope, seal } from '../../schemas/envelope.ts';
import { parse, parseJson } from '../../schemas/parse.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { Release } from '../../schemas/release.ts';
import { Blobs } from '../blobs.ts';
import type { CentreCard } from '../centre.ts';
import { Feed } from '../feed.ts';
import { folderOf } from '../folder.ts';
import { readPassphrase } from '../provision/passphrase.ts';
import type { Trust } from '../provision/signing-keys.ts';
import { Registry } from '../registry.ts';
import { openStore } from '../store/open-store.ts';
import { RolloutDesk } from './rollout-desk.ts';

export const releaseUsage = `Releases of the boxes' programs, signed by a key that is kept away from the network.

  release make --folder DIR --version 1.4.0 --counter N --key KEY.pem --out DIR
               --centre ID --epoch EPOCH              whose key it is ("keys show" names both)
               --notes-vi TEXT [--notes-en TEXT]      what is new
               [--architecture arm64]…                arm64, arm and x64 unless said
               [--min-version V] [--downgrade]        the oldest it may replace; that it may replace a newer one
               [--fetch-hours 01:00-04:30]…           when boxes fetch it, by their own clock
               [--passphrase-file FILE]               when the key is encrypted
  release add  --data DIR --in DIR                    give what was made to a centre; then begin in the console

The key is made by "keys request --release-key FILE" and is good once root holders have signed that request.
`;

const yearMs = 365 * 24 * 3600_000;
const manifestName = 'manifest.json';

/** Lines to print. Problems: bad-input, not-found, those of the signature. */
export async function runRelease(argv: readonly string[], nowMs: number): Promise<Result<readonly string[]>> {
  let read: ReturnType<typeof readWords>;
  try {
    read = readWords(argv);
  } catch (error) {
    return bad('bad-input', `${error instanceof Error ? error.message : error}; "release --help" says how`);
  }
  const { values, positionals } = read;
  if (values.help || positionals.length === 0) return ok([releaseUsage.trimEnd()]);
  try {
    if (positionals[0] === 'make') return await make(values, nowMs);
    if (positionals[0] === 'add') return await add(values, nowMs);
  } catch (error) {
    if (error instanceof Failure) return { ok: false, problem: error.problem };
    if (error instanceof Error && 'code' in error) return bad('not-found', error.message);
    throw error;
  }
  return bad('bad-input', `no act "${positionals[0]}"; "release --help" names them`);
}

function readWords(argv: readonly string[]) {
  const text = { type: 'string' } as const;
  const list = { type: 'string', multiple: true } as const;
  return parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      ...{ folder: text, version: text, counter: text, key: text, out: text, centre: text, epoch: text, data: text, in: text },
      ...{ 'notes-vi': text, 'notes-en': text, 'min-version': text, 'passphrase-file': text, architecture: list, 'fetch-hours': list },
      downgrade: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
}

type Words = ReturnType<typeof readWords>['values'];

async function make(words: Words, nowMs: number): Promise<Result<readonly string[]>> {
  const { folder, out, key, centre, epoch } = words;
  for (const name of ['folder', 'out', 'key', 'centre', 'epoch', 'version', 'counter', 'notes-vi'] as const)
    if (words[name] === undefined) return bad('bad-input', `--${name} is missing`);
  const files = await filesOf(folder ?? '');
  const packed = packArchive(files);
  const name = sha256(packed);
  const release = parse(Release, {
    version: words.version,
    counter: Number(words.counter),
    architectures: words.architecture ?? ['arm64', 'arm', 'x64'],
    parts: [{ name: 'app', sha256: name, bytes: packed.length }],
    notes: { vi: words['notes-vi'], en: words['notes-en'] ?? '' },
    limits: {
      unpackedBytes: Math.max(
        1,
        files.reduce((sum, { content }) => sum + content.length, 0),
      ),
      files: files.length,
    },
    ...(words['min-version'] !== undefined && { minVersion: words['min-version'] }),
    ...(words.downgrade && { downgrade: true }),
    ...(words['fetch-hours'] && { fetchHours: words['fetch-hours'].map(hoursOf) }),
  });
  if (!release.ok) return release;
  const phrase = words['passphrase-file'] === undefined ? undefined : await readPassphrase(words['passphrase-file']);
  if (phrase && !phrase.ok) return phrase;
  const pem = await readKeyFile(key ?? '', phrase?.value);
  if (pem === undefined) return bad('not-found', `no key ${key}`);
  const manifest = seal(
    {
      ...{ typ: 'release', id: randomId('release'), iss: centre ?? '', epoch: epoch ?? '', aud: `c/${centre}` },
      ...{ ctr: Math.max(1, nowMs), iat: nowMs, nbf: 0, exp: nowMs + 20 * yearMs, body: release.value },
    },
    [signerFrom(pem, phrase?.value)],
  );
  await mkdir(out ?? '', { recursive: true });
  await writeFile(join(out ?? '', name), packed);
  await writeFile(join(out ?? '', manifestName), JSON.stringify(manifest));
  return ok([
    `${release.value.version} (${release.value.counter}): ${files.length} tệp / files, ${packed.length} B`,
    `→ ${join(out ?? '', manifestName)}`,
  ]);
}

async function add(words: Words, nowMs: number): Promise<Result<readonly string[]>> {
  if (words.data === undefined || words.in === undefined) return bad('bad-input', '--data DIR and --in DIR are needed');
  const manifest = parseJson(Envelope, await readFile(join(words.in, manifestName), 'utf8'));
  if (!manifest.ok) return manifest;
  const folder = folderOf(words.data);
  const opened = await openStore(folder);
  if (!opened.ok) return opened;
  const store = opened.value;
  try {
    const [card, trust] = await Promise.all([store.meta.value('card'), store.meta.value('trust')]);
    if (card === undefined || trust === undefined) return bad('not-found', `no centre in ${words.data}`);
    const blobs = new Blobs(folder.blobs, folder.uploads);
    for (const name of await readdir(words.in)) if (/^[0-9a-f]{64}$/.test(name)) await blobs.keep(await readFile(join(words.in, name)));
    const desk = new RolloutDesk({
      ...{ store: store.releases, card: JSON.parse(card) as CentreCard, trust: JSON.parse(trust) as Trust, blobs, nowMs: () => nowMs },
      ...{ registry: new Registry(store, cryptography, () => undefined), feed: new Feed(), changed: async () => undefined },
      journal: { info: () => undefined, warn: () => undefined },
    });
    const act = (name: string, subject: string, content?: unknown) => {
      return { atMs: nowMs, actor: 'command', act: name, subject, sha256: sha256(Buffer.from(canonicalJson(content ?? null))) };
    };
    const added = await desk.add(manifest.value, 'command', act);
    return added.ok ? ok([`${added.value.release.version} (${added.value.release.counter})`]) : added;
  } finally {
    await store.close();
  }
}

async function filesOf(folder: string): Promise<ArchiveFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => {
        const path = join(entry.parentPath, entry.name);
        const run = ((await stat(path)).mode & 0o100) !== 0;
        return { path: relative(folder, path).replaceAll('\\', '/'), content: await readFile(path), ...(run && { run }) };
      }),
  );
}

function hoursOf(text: string): { from: string; to: string } {
  const [from = '', to = ''] = text.split('-');
  return { from, to };
}
