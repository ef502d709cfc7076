// Files with a private key inside, encrypted in place and re-encrypted all or none; a power cut at any step loses no key.
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { readIfPresent, syncDirectory, writeFileAtomic } from './files.ts';
import { isSealed, sealKey, unsealKey } from './key-pem.ts';

const taking = '.taken-over';
const resealed = '.resealed';
const anyKey = /-----BEGIN (?:ENCRYPTED )?PRIVATE KEY-----[^-]+-----END (?:ENCRYPTED )?PRIVATE KEY-----(?:\n|\\n)?/;

/** The file's text with its key encrypted; a plain one of former times is taken over first. Problem: keys-locked is the reader's. */
export async function readKeyFile(path: string, secret: string | undefined): Promise<string | undefined> {
  const half = await readIfPresent(path + taking);
  if (half) await replaceAndWipe(path);
  const text = (await readIfPresent(path))?.toString('utf8');
  if (text === undefined || secret === undefined || isSealed(text) || !anyKey.test(text)) return text;
  const sealed = withKey(text, (pem) => sealKey(pem, secret));
  await writeFileAtomic(path + taking, sealed, 0o600);
  await replaceAndWipe(path);
  return sealed;
}

/** Write a text that holds a plain key; with a secret only its encrypted form touches the disk. */
export async function writeKeyFile(path: string, text: string, secret: string | undefined): Promise<void> {
  await writeFileAtomic(path, secret === undefined ? text : withKey(text, (pem) => sealKey(pem, secret)), 0o600);
}

/** Has anything here been encrypted already? Then a new secret would open nothing. */
export async function anySealed(paths: readonly string[]): Promise<boolean> {
  const texts = await Promise.all(paths.map((path) => readIfPresent(path)));
  return texts.some((text) => text !== undefined && isSealed(text.toString('utf8')));
}

export interface Reseal {
  readonly paths: readonly string[];
  /** Written when all new files are there: from then on the new secret rules. */
  readonly marker: string;
  readonly from: string;
  readonly to: string;
}

/**
 * Encrypt every key under another secret. Yields after each step that is on the disk; stopped anywhere, the old secret or
 * (once the marker is there, after `finishReseal`) the new one opens everything. Problem: keys-locked (the old one is wrong).
 */
export async function* reseal({ paths, marker, from, to }: Reseal): AsyncGenerator<string, Result<number>> {
  await finishReseal(paths, marker);
  const fresh: (readonly [path: string, text: string])[] = [];
  for (const path of paths) {
    const text = (await readIfPresent(path))?.toString('utf8');
    if (text === undefined) continue;
    const key = unsealKey(keyIn(text), from);
    if (!key.ok) return bad('keys-locked', `${path}: ${key.problem.detail}`);
    fresh.push([path, withKey(text, () => sealKey(key.value, to))]);
  }
  for (const [path, text] of fresh) {
    await writeFileAtomic(path + resealed, text, 0o600);
    yield path;
  }
  await writeFileAtomic(marker, 'the files .resealed are whole; the new secret rules\n', 0o600);
  yield marker;
  for (const [path] of fresh) {
    await rename(path + resealed, path);
    await syncDirectory(dirname(path));
    yield path;
  }
  await finishReseal(paths, marker);
  return ok(fresh.length);
}

/** Go on with, or forget, what a cut left. To be called before any key is opened. */
export async function finishReseal(paths: readonly string[], marker: string): Promise<void> {
  const decided = (await readIfPresent(marker)) !== undefined;
  for (const path of paths) {
    if (decided && (await readIfPresent(path + resealed))) {
      await rename(path + resealed, path);
      await syncDirectory(dirname(path));
    } else await rm(path + resealed, { force: true });
  }
  await rm(marker, { force: true });
}

/** The encrypted copy beside is whole: overwrite the plain bytes where they lie, then let the copy take their name. */
async function replaceAndWipe(path: string): Promise<void> {
  const plain = await open(path, 'r+').catch(() => undefined);
  if (plain) {
    try {
      const { size } = await plain.stat();
      await plain.write(Buffer.alloc(size), 0, size, 0);
      await plain.sync();
    } finally {
      await plain.close();
    }
  }
  await rename(path + taking, path);
  await syncDirectory(dirname(path));
}

function keyIn(text: string): string {
  return (anyKey.exec(text)?.[0] ?? '').replaceAll('\\n', '\n');
}

/** A PEM alone, or one inside a JSON string. */
function withKey(text: string, change: (pem: string) => string): string {
  const inJson = text.trimStart().startsWith('{');
  return text.replace(anyKey, (found) => {
    const pem = change(found.replaceAll('\\n', '\n'));
    return inJson ? pem.replaceAll('\n', '\\n') : pem;
  });
}
