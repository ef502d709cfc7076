// Secrets that a program must read again, kept unreadable in its tables: AES-256-GCM under a key in a file of its own.
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { readIfPresent, writeFileAtomic } from './files.ts';

const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
const credential = 'loa-strongbox';

export interface Strongbox {
  /** Base64 of nonce, tag and sealed bytes; `name` must be given again to unlock, so that rows cannot be swapped. */
  lock(name: string, secret: string): string;
  /** Throws when the key, the name or the bytes are others. */
  unlock(name: string, locked: string): string;
}

export interface StrongboxWish {
  /** `--strongbox-key`. */
  readonly keyFile?: string | undefined;
  /** Where it lies unless said, beside the tables. */
  readonly usual: string;
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Where the key lies: the file named, else systemd's credential `loa-strongbox` (systemd.exec(5), LoadCredential), else beside the
 * tables. One that was named is never made here: a medium that is not mounted must not become a new key, which opens nothing.
 * Problem: keys-locked (not there, another length, open to others).
 */
export async function findStrongboxKey({ keyFile, usual, env = process.env }: StrongboxWish): Promise<Result<string>> {
  const credentials = env['CREDENTIALS_DIRECTORY'];
  const given = credentials === undefined ? undefined : join(credentials, credential);
  const path = keyFile ?? (given !== undefined && (await readIfPresent(given)) ? given : undefined);
  if (path === undefined) return ok(usual);
  try {
    const { mode, size } = await stat(path);
    if ((mode & 0o077) !== 0) return bad('keys-locked', `${path} is open to others (mode ${(mode & 0o777).toString(8)}): chmod 600`);
    return size === keyBytes ? ok(path) : bad('keys-locked', `${path} must hold ${keyBytes} bytes, not ${size}`);
  } catch (error) {
    return bad('keys-locked', `no strongbox key in ${path}: ${error instanceof Error ? error.message : error}`);
  }
}

/** The key of a file, mode 0600, made when missing. Without it what was locked is lost: it belongs in the backup, apart from the tables. */
export async function openStrongbox(path: string): Promise<Strongbox> {
  const kept = await readIfPresent(path);
  const key = kept ?? randomBytes(keyBytes);
  if (key.length !== keyBytes) throw new Error(`${path} holds ${key.length} bytes, not ${keyBytes}`);
  if (!kept) await writeFileAtomic(path, key, 0o600);
  return {
    lock(name, secret) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(name));
      const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64');
    },
    unlock(name, locked) {
      const bytes = Buffer.from(locked, 'base64');
      const nonce = bytes.subarray(0, nonceBytes);
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes }).setAAD(Buffer.from(name));
      decipher.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
      return decipher.update(bytes.subarray(nonceBytes + tagBytes), undefined, 'utf8') + decipher.final('utf8');
    },
  };
}

/** HMAC-SHA-256 (RFC 2104) of a text, hex. */
export function hmacSha256(secret: string, text: string): string {
  return createHmac('sha256', secret).update(text).digest('hex');
}
