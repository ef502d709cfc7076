// The phrase under which a root key lies encrypted: from a file on the holder's own stick.
import { readFile } from 'node:fs/promises';
import { bad, ok, type Result } from '../../schemas/problems.ts';

const charactersMin = 12;

/** Problem: bad-input (no file, or a phrase too short to resist guessing). */
export async function readPassphrase(file: string): Promise<Result<string>> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return bad('bad-input', `no file ${file}`);
  const phrase = text.trimEnd();
  return phrase.length < charactersMin ? bad('bad-input', `the phrase in ${file} is shorter than ${charactersMin} characters`) : ok(phrase);
}
