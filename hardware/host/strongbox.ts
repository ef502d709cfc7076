// Secrets that a program must read again, kept unreadable in its tables: AES-256-GCM under a key in a file of its own.
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { readIfPresent, writeFileAtomic } from './files.ts';

const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

export interface Strongbox {
  /** Base64 of nonce, tag and sealed bytes; `name` must be given again to unlock, so that rows cannot be swapped. */
  lock(name: string, secret: string): string;
  /** Throws when the key, the name or the bytes are others. */
  unlock(name: string, locked: string): string;
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
