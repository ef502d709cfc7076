// `loa-controller keys …`: the ceremony at the command line. Every file it writes is plain JSON; private halves only where named.
import { readFile, rename, rm } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { generateSigningKey, sha256, signerFrom } from '../../hardware/host/crypto.ts';
import { writeFileAtomic } from '../../hardware/host/files.ts';
import { reseal } from '../../hardware/host/key-files.ts';
import { readSecret, secretNameFile } from '../../hardware/host/key-secret.ts';
import { canonicalJson } from '../../schemas/canonical.ts';
import { parseJson } from '../../schemas/parse.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { folderOf, keyFiles, resealMarker } from '../folder.ts';
import { openLocks } from '../signing/open-desk.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';
import { readIntroduction } from './centres-command.ts';
import { addSignature, askForKeys, CeremonyFile, dayOf, describeKeys, installKeys, makeRoots, statementOf } from './ceremony.ts';
import { makeGatewayKey } from './gateway-key.ts';
import { ownDelegation, registeredKeys } from './officer-keys.ts';
import { readPassphrase } from './passphrase.ts';
import { type CentreRole, centreRoles, renewKey, type Trust, writeKeyAway, writeRootKey } from './signing-keys.ts';

export const keysUsage = `Keys of a centre, signed by root holders on a machine without a network.

  keys show    --data DIR                            who may do what now, and which officers' keys wait
  keys request --data DIR --out FILE                 ask for the next delegation, waiting officers included
               [--revoke KEYID]…                     leave a key out from now on
               [--new-epoch]                         begin all counters anew (after a key was stolen)
               [--break-glass PERSON:AREA:MINUTES]…  one officer alone beyond a commune, at most 10 minutes
               [--renew ROLE]…                       a new key for want, command, order, drill or time (the old one was stolen or lost)
               [--gateway]                           a key that speaks under mandates, made here when missing
               [--delegating-key FILE]               a key that gives centres below their keys, made there; carry it away, keep it as a root key
               [--release-key FILE]                  a key that signs releases of the boxes' programs, made there; carry it away
               [--above FILE]                        ask the centre of this introduction instead of root holders of one's own
               [--new-roots DIR]                     make new root keys there; old and new holders sign
               [--root-passphrase-file FILE]         encrypts them
  keys show    --in FILE                             what a file asks to be signed
  keys sign    --in FILE --key ROOT.pem --out FILE --yes   one holder's signature; read "keys show" aloud first
               [--passphrase-file FILE]              when the PEM is encrypted
  keys install --data DIR --in FILE                  verify, then use it from the next start on
               [--enrol-again]                       boxes that stand under the root before are to be enrolled again
  keys secret  --data DIR --new-secret-file FILE     encrypt the centre's keys under another secret; stop the centre first
               [--key-secret-file FILE]              the present secret, where it is not the one made for this folder
`;

/** Lines to print. Problems: bad-input, not-found and those of the ceremony. */
export async function runKeys(argv: readonly string[], nowMs: number): Promise<Result<readonly string[]>> {
  let read: ReturnType<typeof readWords>;
  try {
    read = readWords(argv);
  } catch (error) {
    return bad('bad-input', `${error instanceof Error ? error.message : error}; "keys --help" says how`);
  }
  const { values, positionals } = read;
  if (values.help || positionals.length === 0) return ok([keysUsage.trimEnd()]);
  switch (positionals[0]) {
    case 'show':
      return values.in === undefined ? withTrust(values.data, show) : withFile(values.in, async (file) => ok(describeKeys(file)));
    case 'request':
      return withTrust(values.data, (trust, store) => request(trust, store, values, nowMs));
    case 'sign':
      return withFile(values.in, (file) => sign(file, values));
    case 'secret':
      return changeSecret(values);
    case 'install':
      return withFile(values.in, (file) => withTrust(values.data, (trust, store) => install(trust, store, file, values, nowMs)));
    default:
      return bad('bad-input', `no act "${positionals[0]}"; "keys --help" names them`);
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
      'delegating-key': { type: 'string' },
      'release-key': { type: 'string' },
      above: { type: 'string' },
      'enrol-again': { type: 'boolean' },
      'new-roots': { type: 'string' },
      renew: { type: 'string', multiple: true },
      'root-passphrase-file': { type: 'string' },
      'key-secret-file': { type: 'string' },
      'new-secret-file': { type: 'string' },
      yes: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
}

type Words = ReturnType<typeof readWords>['values'];

async function show(trust: Trust, store: Store): Promise<Result<readonly string[]>> {
  const { centre, level, area, epoch, keys } = ownDelegation(trust);
  const { exp } = statementOf(trust.chain.at(-1));
  const waiting = (await registeredKeys(store.meta)).filter(({ keyid }) => !keys.some((key) => key.keyid === keyid));
  return ok([
    `${centre} (${level}, ${area}), ${epoch}, đến / until ${dayOf(exp)}`,
    ...keys.map(({ keyid, roles, person }) => `  ${keyid}  ${roles.join(' ')}${person ? `  ${person}` : ''}`),
    ...waiting.map(({ keyid, person, label }) => `  ${keyid}  chờ ký / waits  ${person}  ${label}`),
  ]);
}

async function request(trust: Trust, store: Store, words: Words, nowMs: number): Promise<Result<readonly string[]>> {
  if (words.out === undefined) return bad('bad-input', '--out FILE is missing');
  const breakGlass = readGlass(words['break-glass'] ?? []);
  if (!breakGlass.ok) return breakGlass;
  const renew = await renewed(words);
  if (!renew.ok) return renew;
  const gateway = await gatewayFor(words);
  if (!gateway.ok) return gateway;
  const phraseFile = words['root-passphrase-file'];
  const phrase = phraseFile === undefined ? undefined : await readPassphrase(phraseFile);
  if (phrase && !phrase.ok) return phrase;
  const above = words.above === undefined ? undefined : await readIntroduction(words.above);
  if (above && !above.ok) return above;
  const upper = above?.value;
  const rootsDir = words['new-roots'];
  if (upper && rootsDir !== undefined) return bad('bad-input', '--above and --new-roots do not go together');
  const delegating = words['delegating-key'] === undefined ? undefined : generateSigningKey();
  const release = words['release-key'] === undefined ? undefined : generateSigningKey();
  const roots = rootsDir === undefined ? [] : makeRoots();
  const file = askForKeys(trust, {
    nowMs,
    officers: await registeredKeys(store.meta),
    revoke: words.revoke ?? [],
    renew: renew.value,
    newEpoch: words['new-epoch'] ?? false,
    breakGlass: breakGlass.value,
    ...(gateway.value && { gateway: gateway.value }),
    ...(delegating && { delegating: delegating.publicKey }),
    ...(release && { release: release.publicKey }),
    ...(upper && { above: upper }),
    ...(roots.length > 0 && { newRoots: roots.map(({ publicKey }) => publicKey) }),
  });
  for (const [at, { privateKeyPem }] of roots.entries()) await writeRootKey(rootsDir ?? '', at + 1, privateKeyPem, phrase?.value);
  if (delegating) await writeKeyAway(words['delegating-key'] ?? '', delegating.privateKeyPem, phrase?.value);
  if (release) await writeKeyAway(words['release-key'] ?? '', release.privateKeyPem, phrase?.value);
  await writeFileAtomic(words.out, JSON.stringify(file));
  return ok([...describeKeys(file), `→ ${words.out}`]);
}

/** The public half of the gateway key, where one is asked for. Problem: keys-locked. */
async function gatewayFor(words: Words): Promise<Result<Uint8Array | undefined>> {
  if (!words.gateway) return ok(undefined);
  const folder = folderOf(words.data ?? '');
  const secret = await openLocks(folder, { secretFile: words['key-secret-file'] });
  if (!secret.ok) return secret;
  const key = await makeGatewayKey(folder.keys, secret.value.text);
  return key.ok ? ok(key.value.publicKey) : key;
}

/** Made in the data folder now; in use from the start after its installation. */
async function renewed(words: Words): Promise<Result<{ role: CentreRole; publicKey: Uint8Array }[]>> {
  const keys: { role: CentreRole; publicKey: Uint8Array }[] = [];
  for (const name of new Set(words.renew ?? [])) {
    const role = centreRoles.find((one) => one === name);
    if (!role) return bad('bad-input', `--renew ${name}: one of ${centreRoles.join(', ')}`);
    const folder = folderOf(words.data ?? '');
    const secret = await openLocks(folder, { secretFile: words['key-secret-file'] });
    if (!secret.ok) return secret;
    const made = await renewKey(folder.keys, role, secret.value.text);
    if (!made.ok) return made;
    keys.push({ role, publicKey: made.value });
  }
  return ok(keys);
}

async function changeSecret(words: Words): Promise<Result<readonly string[]>> {
  const { data, 'new-secret-file': newFile, 'key-secret-file': secretFile } = words;
  if (data === undefined || newFile === undefined) return bad('bad-input', '--data DIR and --new-secret-file FILE are needed');
  const folder = folderOf(data);
  const from = await openLocks(folder, { secretFile });
  if (!from.ok) return from;
  const to = await readSecret(newFile, data);
  if (!to.ok) return to;
  const steps = reseal({ paths: keyFiles(folder), marker: resealMarker(folder), from: from.value.text, to: to.value.text });
  let step = await steps.next();
  while (!step.done) step = await steps.next();
  if (!step.value.ok) return step.value;
  await rm(secretNameFile(data), { force: true });
  return ok([
    `${step.value.value} tệp khóa được mã hóa lại / key files are encrypted under ${to.value.file}`,
    `Từ nay chạy trung tâm với / from now on start the centre with --key-secret-file ${to.value.file}`,
  ]);
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

async function install(trust: Trust, store: Store, file: CeremonyFile, words: Words, nowMs: number): Promise<Result<readonly string[]>> {
  const installed = installKeys(trust, file);
  if (!installed.ok) return installed;
  const { centre, epoch } = ownDelegation(installed.value);
  if (canonicalJson(installed.value.root) !== canonicalJson(trust.root)) {
    const moved = await leaveOldRoot(store, words, nowMs);
    if (!moved.ok) return moved;
  }
  await store.meta.setValue('trust', JSON.stringify(installed.value), {
    atMs: nowMs,
    actor: 'keys',
    act: 'keys.install',
    subject: `${centre} ${epoch}`,
    sha256: sha256(Buffer.from(JSON.stringify(installed.value))),
  });
  return ok([...describeKeys(file), 'Khởi động lại trung tâm để dùng khóa mới. / Restart the centre to use the new keys.']);
}

/** The signing desk remembers the root it spoke under; boxes pinned it. Problem: conflict (boxes are enrolled). */
async function leaveOldRoot(store: Store, words: Words, nowMs: number): Promise<Result<void>> {
  const enrolled = (await store.estate.boxes()).filter(({ enrolledMs }) => enrolledMs !== null).length;
  if (enrolled > 0 && !words['enrol-again'])
    return bad('conflict', `${enrolled} boxes pinned the present root and must be enrolled again; say so with --enrol-again`);
  const { signing } = folderOf(words.data ?? '');
  // Kept beside, not deleted: it is the proof of what was signed under the old root.
  await rename(signing, `${signing}-before-${nowMs}`).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  return ok(undefined);
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
  const opened = await openStore(folderOf(dataDir));
  if (!opened.ok) return opened;
  const store = opened.value;
  try {
    const trust = await store.meta.value('trust');
    return trust === undefined ? bad('not-found', `no centre in ${dataDir}`) : await use(JSON.parse(trust) as Trust, store);
  } finally {
    await store.close();
  }
}
