// A file that somebody else put into a folder of ours: regular, of bounded size, no link followed.
import { constants } from 'node:fs';
import { lstat, open } from 'node:fs/promises';
import { bad, ok, type Result } from '../../schemas/problems.ts';

/** Problems: not-found, not-allowed, too-large. */
export async function readStrangerFile(path: string, bytesMax: number): Promise<Result<Uint8Array>> {
  const found = await lstat(path).catch(() => undefined);
  if (!found) return bad('not-found', 'gone');
  if (!found.isFile()) return bad('not-allowed', 'no regular file: links, pipes and folders are not read');
  // Between looking and opening it may have become another thing.
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(() => undefined);
  if (!file) return bad('not-allowed', 'cannot be opened');
  try {
    const { size } = await file.stat();
    if (size > bytesMax) return bad('too-large', `${size} bytes, at most ${bytesMax}`);
    const bytes = Buffer.alloc(bytesMax + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read)
      read = (await file.read(bytes, length, bytes.length - length)).bytesRead;
    return length > bytesMax ? bad('too-large', `more than ${bytesMax} bytes`) : ok(bytes.subarray(0, length));
  } finally {
    await file.close();
  }
}
