// `loa-controller keys …`: the ceremony at the command line. Every file it writes is plain JSON; private halves only where named.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sha256, signerFrom } from '../../hardware/host/crypto.ts';
import { writeFileAtomic } from '../../hardware/host/files.ts';
import { openDatabase } from '../../hardware/host/sqlite.ts';
import { parseJson } from '../../schemas/parse.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { folderOf } from '../folder.ts';
import { SqliteStore } from '../store/sqlite-store.ts';
import type { Store } from '../store/store.ts';
import { addSignature, askForKeys, CeremonyFile, describeKeys, installKeys, makeRoots } from './ceremony.ts';
import { makeGatewayKey } from './gateway-key.ts';
import { ownDelegation, registeredKeys } from './officer-keys.ts';
import type { Trust } from './signing-keys.ts';

export const keysUsage = `Keys of a centre, signed by root holders on a machine without a network.

  keys show    --data DIR                            who may do what now, and which officers' keys wait
  keys request --data DIR --out FILE                 ask for the next delegation, waiting officers included
               [--revoke KEYID]…                     leave a key out from now on
               [--new-epoch]                         begin all counters anew (after a key was stolen)
               [--break-glass PERSON:AREA:MINUTES]…  one officer alone beyond a commune, at most 10 minutes
               [--gateway]                           a key that speaks under mandates, made here when missing
               [--new-roots DIR]                     make new root keys there; old and new holders sign
  keys show    --in FILE                             what a file asks to be signed
  keys sign    --in FILE --key ROOT.pem --out FILE --yes   one holder's signature; read "keys show" aloud first
               [--passphrase-file FILE]              when the PEM is encrypted
  keys install --data DIR --in FILE                  verify, then use it from the next start on
`;

/** Lines to print. Problems: bad-input, not-found and those of the ceremony. */
export async function runKeys(argv: readonly string[], nowMs: number): Promise<Result<readonly string[]>> {
  let read: ReturnType<typeof readWords>;
  try {
    read = readWords(argv);
  } catch (error) {
    return bad('bad-input', `${error instanceof Error ? error.message : error}\n\n${keysUsage}`);
  }
  const { values, positionals } = read;
  switch (positionals[0]) {
    case 'show':
      return values.in === undefined ? withTrust(values.data, show) : withFile(values.in, async (file) => ok(describeKeys(file)));
    case 'request':
      return withTrust(values.data, (trust, store) => request(trust, store, values, nowMs));
    case 'sign':
      return withFile(values.in, (file) => sign(file, values));
    case 'install':
      return withFile(values.in, (file) => withTrust(values.data, (trust, store) => install(trust, store, file, nowMs)));
    default:
      return bad('bad-input', keysUsage);
  }
}

function readWords(argv: readonly string[]) {
  return parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      data: { type: 'string' },
      in: { type: 'string' },
      out: { type: 'string' },
      key: { type: 'string' },
      'passphrase-file': { type: 'string' },
      revoke: { type: 'string', multiple: true },
      'break-glass': { type: 'string', multiple: true },
      'new-epoch': { type: 'boolean' },
      gateway: { type: 'boolean' },
      'new-roots': { type: 'string' },
      yes: { type: 'boolean' },
    },
  });
}

type Words = ReturnType<typeof readWords>['values'];

async function show(trust: Trust, store: Store): Promise<Result<readonly string[]>> {
  const { centre, level, area, epoch, keys } = ownDelegation(trust);
  const waiting = (await registeredKeys(store.meta)).filter(({ keyid }) => !keys.some((key) => key.keyid === keyid));
  return ok([
    `${centre} (${level}, ${area}), ${epoch}`,
    ...keys.map(({ keyid, roles, person }) => `  ${keyid}  ${roles.join(' ')}${person ? `  ${person}` : ''}`),
    ...waiting.map(({ keyid, person, label }) => `  ${keyid}  chờ ký / waits  ${person}  ${label}`),
  ]);
}

async function request(trust: Trust, store: Store, words: Words, nowMs: number): Promise<Result<readonly string[]>> {
  if (words.out === undefined) return bad('bad-input', '--out FILE is missing');
  const breakGlass = readGlass(words['break-glass'] ?? []);
  if (!breakGlass.ok) return breakGlass;
  const rootsDir = words['new-roots'];
  const roots = rootsDir === undefined ? [] : makeRoots();
  const file = askForKeys(trust, {
    nowMs,
    officers: await registeredKeys(store.meta),
    revoke: words.revoke ?? [],
    newEpoch: words['new-epoch'] ?? false,
    breakGlass: breakGlass.value,
    ...(words.gateway && { gateway: (await makeGatewayKey(folderOf(words.data ?? '').keys)).publicKey }),
    ...(roots.length > 0 && { newRoots: roots.map(({ publicKey }) => publicKey) }),
  });
  for (const [at, { privateKeyPem }] of roots.entries())
    await writeFileAtomic(join(rootsDir ?? '', `root-${at + 1}.pem`), privateKeyPem, 0o600);
  await writeFileAtomic(words.out, JSON.stringify(file));
  return ok([...describeKeys(file), `→ ${words.out}`]);
}

async function sign(file: CeremonyFile, words: Words): Promise<Result<readonly string[]>> {
  if (words.key === undefined || words.out === undefined) return bad('bad-input', '--key ROOT.pem and --out FILE are needed');
  if (words.yes !== true) return bad('bad-input', `read this aloud, then say it again with --yes:\n${describeKeys(file).join('\n')}`);
  const pem = await readFile(words.key, 'utf8').catch(() => undefined);
  if (pem === undefined) return bad('not-found', `no file ${words.key}`);
  const secret = words['passphrase-file'];
  const passphrase = secret === undefined ? undefined : (await readFile(secret, 'utf8')).trimEnd();
  try {
    const signed = addSignature(file, signerFrom(pem, passphrase));
    if (!signed.ok) return signed;
    await writeFileAtomic(words.out, JSON.stringify(signed.value));
    return ok([...describeKeys(signed.value), `→ ${words.out}`]);
  } catch {
    return bad('bad-input', `${words.key} cannot be opened: not a key, or the passphrase is wrong`);
  }
}

async function install(trust: Trust, store: Store, file: CeremonyFile, nowMs: number): Promise<Result<readonly string[]>> {
  const installed = installKeys(trust, file);
  if (!installed.ok) return installed;
  const { centre, epoch } = ownDelegation(installed.value);
  await store.meta.setValue('trust', JSON.stringify(installed.value));
  await store.audit.append({
    atMs: nowMs,
    actor: 'keys',
    act: 'keys.install',
    subject: `${centre} ${epoch}`,
    sha256: sha256(Buffer.from(JSON.stringify(installed.value))),
  });
  return ok([...describeKeys(file), 'Khởi động lại trung tâm để dùng khóa mới. / Restart the centre to use the new keys.']);
}

function readGlass(texts: readonly string[]): Result<Record<string, { area: string; maxMs: number }>> {
  const glass: Record<string, { area: string; maxMs: number }> = {};
  for (const text of texts) {
    const [person = '', area = '', minutes = ''] = text.split(':');
    const maxMs = Number(minutes) * 60_000;
    if (person === '' || area === '' || !(maxMs > 0 && maxMs <= 600_000))
      return bad('bad-input', `--break-glass ${text}: PERSON:AREA:MINUTES, at most 10`);
    glass[person] = { area, maxMs };
  }
  return ok(glass);
}

async function withFile<T>(path: string | undefined, use: (file: CeremonyFile) => Promise<Result<T>>): Promise<Result<T>> {
  if (path === undefined) return bad('bad-input', '--in FILE is missing');
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return bad('not-found', `no file ${path}`);
  const file = parseJson(CeremonyFile, text);
  return file.ok ? use(file.value) : file;
}

async function withTrust<T>(dataDir: string | undefined, use: (trust: Trust, store: Store) => Promise<Result<T>>): Promise<Result<T>> {
  if (dataDir === undefined) return bad('bad-input', '--data DIR is missing');
  const database = await openDatabase({ file: folderOf(dataDir).database, exclusive: false });
  if (!database.ok) return database;
  const store = new SqliteStore(database.value);
  try {
    await store.migrate();
    const trust = await store.meta.value('trust');
    return trust === undefined ? bad('not-found', `no centre in ${dataDir}`) : await use(JSON.parse(trust) as Trust, store);
  } finally {
    await store.close();
  }
}
