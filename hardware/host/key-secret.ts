// The secret under which a data folder's private keys are encrypted. It lies in a file outside that folder; never in the environment.
import { readFile, realpath, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve, sep } from 'node:path';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { randomHex } from './crypto.ts';
import { readIfPresent, writeFileAtomic } from './files.ts';

const charactersMin = 16;
const charactersMax = 4_096;
const credential = 'loa-keys';
/** In the data folder: which of this person's secrets is meant. Not secret itself. */
const nameFile = join('keys', 'secret-name');

export interface KeySecret {
  readonly text: string;
  readonly file: string;
  /** Made just now: to be told, and to be copied to a safe place. */
  readonly made: boolean;
}

export interface SecretWish {
  readonly dataDir: string;
  /** `--key-secret-file`. */
  readonly secretFile?: string | undefined;
  readonly env?: NodeJS.ProcessEnv;
  /** Make one when nothing names any: right only while nothing is encrypted yet. */
  readonly make: boolean;
}

/**
 * Find the secret: the file named, else systemd's credential `loa-keys` (systemd.exec(5), LoadCredential), else the file that
 * was made for this folder in the person's state directory (XDG Base Directory 0.8). Problem: keys-locked.
 */
export async function findKeySecret({ dataDir, secretFile, env = process.env, make }: SecretWish): Promise<Result<KeySecret>> {
  if (secretFile !== undefined) return readSecret(secretFile, dataDir);
  const credentials = env['CREDENTIALS_DIRECTORY'];
  if (credentials !== undefined && (await readIfPresent(join(credentials, credential))))
    return readSecret(join(credentials, credential), dataDir);
  const name = (await readIfPresent(join(dataDir, nameFile)))?.toString('utf8').trim();
  if (name !== undefined && !/^[0-9a-f]{16}$/.test(name)) return bad('keys-locked', `${nameFile} is damaged; give --key-secret-file`);
  if (name !== undefined) return readSecret(join(stateDir(env), name), dataDir);
  if (!make) return bad('keys-locked', 'the keys are encrypted: give --key-secret-file, or the systemd credential loa-keys');
  return makeSecret(dataDir, env);
}

/** Names the secret made for this folder; to be removed when another one rules. */
export function secretNameFile(dataDir: string): string {
  return join(dataDir, nameFile);
}

/** Remove the secret made for a folder that is about to be deleted. */
export async function forgetKeySecret(dataDir: string, env: NodeJS.ProcessEnv = process.env): Promise<void> {
  const name = (await readIfPresent(join(dataDir, nameFile)))?.toString('utf8').trim();
  if (name !== undefined && /^[0-9a-f]{16}$/.test(name)) await rm(join(stateDir(env), name), { force: true });
}

async function makeSecret(dataDir: string, env: NodeJS.ProcessEnv): Promise<Result<KeySecret>> {
  const name = randomHex(8);
  const file = join(stateDir(env), name);
  if (await liesIn(file, dataDir)) return bad('keys-locked', `${file} would lie in the data folder: give --key-secret-file`);
  const text = randomHex(32);
  await writeFileAtomic(file, `${text}\n`, 0o600);
  await writeFileAtomic(join(dataDir, nameFile), `${name}\n`, 0o600);
  return ok({ text, file, made: true });
}

/** Problems: keys-locked (not there, readable by others, in the data folder, too short). */
export async function readSecret(file: string, dataDir: string): Promise<Result<KeySecret>> {
  if (await liesIn(file, dataDir)) return bad('keys-locked', `${file} lies in the data folder: whoever copies that has both`);
  try {
    const { mode } = await stat(file);
    if ((mode & 0o077) !== 0) return bad('keys-locked', `${file} is open to others (mode ${(mode & 0o777).toString(8)}): chmod 600`);
    const text = (await readFile(file, 'utf8')).trimEnd();
    if (text.length < charactersMin || text.length > charactersMax)
      return bad('keys-locked', `${file} must hold ${charactersMin} to ${charactersMax} characters`);
    return ok({ text, file: resolve(file), made: false });
  } catch (error) {
    return bad('keys-locked', `no secret in ${file}: ${error instanceof Error ? error.message : error}`);
  }
}

function stateDir(env: NodeJS.ProcessEnv): string {
  const named = env['XDG_STATE_HOME'];
  return join(named?.startsWith('/') ? named : join(homedir(), '.local', 'state'), 'loa', 'keys');
}

async function liesIn(file: string, dir: string): Promise<boolean> {
  const [inner, outer] = await Promise.all([file, dir].map((path) => realpath(path).catch(() => resolve(path))));
  return `${inner}`.startsWith(`${outer}${sep}`);
}
