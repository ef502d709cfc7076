// Bulletins as they lie in the cache; pages a board makes by itself are hardware/display/board-page.
import { readFile } from 'node:fs/promises';
import { bad, ok, type Result } from '../schemas/problems.ts';
import type { Cache } from './cache.ts';

const bulletinBytesMax = 2 * 1024 * 1024;

/** A bulletin's page from the cache. */
export async function readBulletin(cache: Cache, sha256: string): Promise<Result<string>> {
  const path = cache.pathOf(sha256);
  if (!path) return bad('not-cached', `bulletin ${sha256} is not here`);
  const bytes = await readFile(path).catch(() => undefined);
  if (!bytes) return bad('not-cached', `bulletin ${sha256} cannot be read`);
  return bytes.length <= bulletinBytesMax ? ok(bytes.toString('utf8')) : bad('too-large', `bulletin of ${bytes.length} bytes`);
}
