// The end of the box's log for somebody who carries it to the centre: bounded, and without what opens anything.
import { open } from 'node:fs/promises';

export const logBytesMax = 256 * 1024;

/** The last whole lines of a file, at most so many bytes; empty where there is none. */
export async function readTail(path: string, bytesMax = logBytesMax): Promise<string> {
  const file = await open(path, 'r').catch(() => undefined);
  if (!file) return '';
  try {
    const { size } = await file.stat();
    const from = Math.max(0, size - bytesMax);
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(Math.min(size, bytesMax)), position: from });
    const text = buffer.toString('utf8', 0, bytesRead);
    return from === 0 ? text : text.slice(text.indexOf('\n') + 1);
  } finally {
    await file.close();
  }
}

const secretName =
  /("(?:[a-z]*(?:token|passw(?:or)?d|passphrase|pin|pinHash|psk|secret|claim|key|privateKey(?:Pem)?))"\s*:\s*)"(?:[^"\\]|\\.)*"/gi;
const secretWord = /\b((?:token|password|passphrase|psk|pin|secret)\s*[=:]\s*)\S+/gi;
const pem = /-----BEGIN [A-Z ]*(?:PRIVATE KEY|CERTIFICATE)[A-Z ]*-----[\s\S]*?(?:-----END [A-Z ]+-----|$)/g;
const login = /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@"]+@/gi;
const fragment = /(\bhttps?:\/\/[^\s"#]*#)[^\s"]+/gi;
const pinHash = /scrypt:[A-Za-z0-9+/=]+:[A-Za-z0-9+/=]+/g;

/** The logger takes secrets out by name; this takes out what came in by other ways. Pure. */
export function withoutSecrets(text: string): string {
  return text
    .replace(pem, '[secret]')
    .replace(secretName, '$1"[secret]"')
    .replace(login, '$1[secret]@')
    .replace(fragment, '$1[secret]')
    .replace(pinHash, '[secret]')
    .replace(secretWord, (whole, name: string) => (whole.endsWith('[secret]"') ? whole : `${name}[secret]`));
}
