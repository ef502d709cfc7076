// Bulletins as they lie in the cache; pages a board makes by itself are hardware/display/board-page.
import { readFile } from 'node:fs/promises';
import type { Page } from '../hardware/display.ts';
import { sha256 as hashOf } from '../hardware/host/crypto.ts';
import { bulletinBytesMax } from '../schemas/bulletin-markup.ts';
import { bad, ok, type Result } from '../schemas/problems.ts';
import type { Cache } from './cache.ts';

/** Bulletins found safe in this boot: what their hash names never changes. */
type KnownSafe = Set<string>;
const knownSafeMax = 1_000;

export function bulletinReader(cache: Cache): (sha256: string) => Promise<Result<Page>> {
  const safe: KnownSafe = new Set();
  return (sha256) => readBulletin(cache, sha256, safe);
}

/**
 * A bulletin's page from the cache, and its words for screens without HTML. Nothing is mended here: what is not written as the centre
 * writes is not shown. Problems: not-cached, too-large, bulletin-unsafe.
 */
async function readBulletin(cache: Cache, sha256: string, safe: KnownSafe): Promise<Result<Page>> {
  const path = cache.pathOf(sha256);
  if (!path) return bad('not-cached', `bulletin ${sha256} is not here`);
  const bytes = await readFile(path).catch(() => undefined);
  if (!bytes) return bad('not-cached', `bulletin ${sha256} cannot be read`);
  if (bytes.length > bulletinBytesMax) return bad('too-large', `bulletin of ${bytes.length} bytes`);
  // What lies on the card may have rotted since it was checked: the name is the content's, or it is not shown.
  if (hashOf(bytes) !== sha256) {
    // A card that is read-only keeps it; it is not shown all the same.
    await cache.throwAway(sha256).catch(() => undefined);
    return bad('hash-mismatch', `bulletin ${sha256} is not what its name says`);
  }
  const html = bytes.toString('utf8');
  // Boxes without a board never load the parsers.
  if (!safe.has(sha256)) {
    const { checkBulletin } = await import('../hardware/host/bulletin-check.ts');
    const checked = checkBulletin(html);
    if (!checked.ok) return checked;
    if (safe.size >= knownSafeMax) safe.clear();
    safe.add(sha256);
  }
  const { textOf } = await import('../hardware/display/html-text.ts');
  return ok({ html, text: textOf(html) });
}
